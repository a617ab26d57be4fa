"""Multi-hop documents: every shuffle its own, evidence where it is said to be, no copies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from longread.bench.lengths import length_label, parse_lengths
from longread.bench.multihop import Plan, build, filler_passages
from longread.bench.passages import Passage, Row, read_rows
from longread.bench.records import QUESTIONS, Question, read_questions
from longread.documents import load
from longread.errors import UsageError


def words(text: str) -> int:
    return len(text.split())


def passage(topic: str, *facts: str, length: int = 40) -> Passage:
    """A passage of words that no other topic has."""
    filler = " ".join(f"{topic.lower()}{number}" for number in range(length))
    return Passage.of(topic, [*facts, f"{filler}."])


def row(number: int) -> Row:
    """A question over two hops, with three passages to mislead."""
    return Row(
        data="tiny",
        id=f"q{number}",
        question=f"Where was the author of Book{number} born?",
        answers=(f"Town{number}",),
        hops=2,
        gold=(
            passage(f"Book{number}", f"Book{number} was written by Author{number}."),
            passage(f"Author{number}", f"Author{number} was born in Town{number}."),
        ),
        others=tuple(passage(f"Other{number}x{each}") for each in range(3)),
    )


ROWS = [row(number) for number in range(20)]
PLAN = Plan((1024, 2048), samples=8, unanswerable=0.25, seed=3)


@pytest.fixture
def built(tmp_path: Path) -> list[Question]:
    build(ROWS, [], PLAN, tmp_path, words)
    return read_questions(tmp_path / QUESTIONS)


def text_of(question: Question) -> str:
    return Path(question.documents[0]).read_text("utf-8")


def test_documents_have_the_wanted_length(built: list[Question]) -> None:
    assert len(built) == 16
    for question in built:
        wanted = question.tags["length"]
        assert isinstance(wanted, int)
        assert 0.95 * wanted <= words(text_of(question)) <= wanted


def test_evidence_stands_where_it_is_said_to(built: list[Question]) -> None:
    for question in built:
        document = load(question.documents[0])
        assert document.text == text_of(question)
        assert document.title == "Articles"
        for evidence in question.evidence:
            assert evidence.text is not None
            assert document.text.count(evidence.text) == 1
            place = document.text.find(evidence.text)
            assert evidence.depth == pytest.approx(place / len(document.text), abs=1e-4)
            section = document.section_at(place)
            assert section is not None
            assert evidence.text.startswith(section.title)
        if question.answers:
            last = max(evidence.depth or 0.0 for evidence in question.evidence)
            assert question.tags["depth"] == int(last * 10) * 10


def test_unanswerable_documents_hold_no_gold(built: list[Question]) -> None:
    silent = [question for question in built if not question.answers]
    assert len(silent) == 4  # a quarter of the eight, at both lengths
    rows = {row.question: row for row in ROWS}
    for question in silent:
        text = text_of(question)
        assert question.evidence == ()
        assert question.tags["answerable"] == "no"
        for gold in rows[question.question].gold:
            assert gold.text not in text
            assert f"## {gold.title}\n" not in text


def test_every_sample_is_shuffled_anew_and_every_build_alike(
    built: list[Question], tmp_path: Path
) -> None:
    places = [
        tuple(evidence.depth for evidence in question.evidence)
        for question in built
        if question.answers
    ]
    assert len(set(places)) == len(places)
    again = tmp_path / "again"
    build(ROWS, [], PLAN, again, words)
    assert [q.id for q in read_questions(again / QUESTIONS)] == [q.id for q in built]
    other = tmp_path / "other"
    build(ROWS, [], Plan((1024,), 8, 0.25, seed=4), other, words)
    assert not {q.id for q in read_questions(other / QUESTIONS)} & {q.id for q in built}


def test_passages_that_could_answer_instead_are_left_out(tmp_path: Path) -> None:
    gold = ROWS[0].gold
    copy = Passage.of("Book0 (novel)", gold[0].text)
    twin = passage("Author0", "Another article about Author0.", length=30)
    telltale = passage("Births", "Author0 came from Town0.", length=30)
    harmless = passage("Town0", "Town0 has a river.", length=30)
    pool = [copy, twin, telltale, harmless, *(passage(f"More{each}") for each in range(18))]
    (question,) = build(ROWS[:1], pool, Plan((1024,), 1, 0.0), tmp_path, words)
    text = (tmp_path / question.documents[0]).read_text("utf-8")
    assert text.count(gold[0].text) == 1
    assert twin.text not in text
    assert telltale.text not in text
    assert harmless.text in text


def test_too_few_passages_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(UsageError, match=r"too few for 1m") as caught:
        build(ROWS, [], Plan((1024, 1 << 20), 2), folder, words)
    assert "--filler" in caught.value.hint
    assert not folder.exists()


def test_filler_is_cut_at_paragraph_borders(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    paragraphs = [f"Paragraph {number} {'tells of something ' * 12}end." for number in range(12)]
    book.write_text("\n\n".join(paragraphs), "utf-8")
    passages = list(filler_passages([str(book)]))
    assert " ".join(each.text for each in passages) == " ".join(" ".join(paragraphs).split())
    assert all(each.text.startswith("Paragraph") for each in passages)
    assert len({each.title for each in passages}) == len(passages)
    assert passages[0].title == "book (1)"


HOTPOT = {
    "_id": "h",
    "question": "Who?",
    "answer": "Ann",
    "supporting_facts": [["B", 0]],
    "context": [["A", ["Some. ", " More."]], ["B", ["It was Ann.", " So it was."]]],
}
HUB = {
    **HOTPOT,
    "supporting_facts": {"title": ["B"], "sent_id": [0]},
    "context": {"title": ["A", "B"], "sentences": [["Some."], ["It was Ann.", " So it was."]]},
}
MUSIQUE = {
    "id": "2hop__1_2",
    "question": "Who?",
    "answer": "Ann",
    "answer_aliases": ["Anna"],
    "answerable": True,
    "question_decomposition": [{}, {}],
    "paragraphs": [
        {"idx": 0, "title": "A", "paragraph_text": "Some.", "is_supporting": False},
        {"idx": 1, "title": "B", "paragraph_text": "It was Ann. So it was.", "is_supporting": True},
    ],
}
INDEXED = {
    "id": "i",
    "question": "Who?",
    "answer": "Ann",
    "support_idx": [1],
    "context": [["A", "Some."], ["B", "It was Ann.\nSo it was."]],
}


@pytest.mark.parametrize("record", [HOTPOT, HUB, MUSIQUE, INDEXED])
@pytest.mark.parametrize("array", [True, False])
def test_formats(record: dict[str, Any], array: bool, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps([record] if array else record), "utf-8")
    (read,) = read_rows(file)
    assert read.gold == (Passage("B", "It was Ann. So it was."),)
    assert [each.title for each in read.others] == ["A"]
    assert read.answers[0] == "Ann"
    assert read.hops == (2 if "paragraphs" in record else 1)


@pytest.mark.parametrize(
    "text", ["", "no json", '{"id": 1}', json.dumps({**INDEXED, "support_idx": [7]})]
)
def test_what_is_no_question_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "data.jsonl"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"data\.jsonl"):
        read_rows(file)


def test_real_files(shared_data: Path, tmp_path: Path) -> None:
    files = sorted((shared_data / "multihop").glob("*.jsonl"))
    rows = [each for file in files for each in read_rows(file)]
    questions = build(rows, [], Plan((4096,), 9, 0.3, seed=1), tmp_path, words)
    assert {question.tags["data"] for question in questions} == {file.stem for file in files}
    for question in questions:
        text = (tmp_path / question.documents[0]).read_text("utf-8")
        assert all(text.count(each.text or "") == 1 for each in question.evidence)


def test_lengths() -> None:
    assert parse_lengths("8k, 1m,5000,8K,1.5k") == (8192, 1048576, 5000, 1536)
    assert [length_label(each) for each in (8192, 1048576, 5000)] == ["8k", "1m", "5,000"]
    for wrong in ("", "8q", "100", "-8k"):
        with pytest.raises(UsageError):
            parse_lengths(wrong)
