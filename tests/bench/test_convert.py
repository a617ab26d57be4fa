"""Question files from what data sets ship, their oddities included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from longread.bench.evidence_match import locate
from longread.bench.formats import SOURCES, Wanted, convert
from longread.bench.records import Question, read_questions
from longread.cli.bench import command as bench
from longread.documents import load
from longread.errors import UsageError

FERRY = "The Orvel ferry sank in 1931. It was raised in 1932, and sank in 1931 fathoms."
TOWN = "# Dale is a town.\nIt has  two bridges."


def write(folder: Path, value: Any, name: str = "source.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return path


def made(file: Path, source: str, **values: Any) -> list[Question]:
    """Converts into a folder beside the file, and reads the question file back."""
    folder = file.parent / "made"
    convert(file, folder, Wanted(source, **values), lambda _line: None)
    return read_questions(folder / "questions.jsonl")


def evidence_of(question: Question) -> list[str]:
    """The evidence as it stands in the parsed documents, on one line."""
    texts = []
    for one in question.evidence:
        document = load(one.document)
        place = locate(one, document)
        assert place is not None
        assert one.depth == pytest.approx(place[0] / len(document.text), abs=1e-4)
        texts.append(" ".join(document.text[slice(*place)].split()))
    return texts


def qa(identity: str, answers: list[tuple[str, int]], **values: Any) -> dict[str, Any]:
    golds = [{"text": text, "answer_start": start} for text, start in answers]
    return {"id": identity, "question": f"Question {identity}?", "answers": golds, **values}


def squad(*articles: tuple[str, list[tuple[str, list[dict[str, Any]]]]]) -> dict[str, Any]:
    return {
        "data": [
            {
                "title": title,
                "paragraphs": [{"context": text, "qas": asked} for text, asked in parts],
            }
            for title, parts in articles
        ]
    }


ARTICLES = squad(
    ("Orvel_ferry", [(FERRY, [qa("a", [("1931", 24), ("in 1931", 21), ("1931", 24)])])]),
    (
        "Dale/town: 100 %",
        [(TOWN, [qa("b", [("two bridges", 27)]), qa("a", [], is_impossible=True)])],
    ),
)


def test_squad_makes_a_document_of_every_article(tmp_path: Path) -> None:
    first, second, third = made(write(tmp_path, ARTICLES), "squad")
    assert (first.id, second.id, third.id) == ("a", "b", "a-2")
    assert first.answers == ("1931", "in 1931")
    assert evidence_of(first) == [FERRY]
    assert evidence_of(second) == ["Dale is a town. It has two bridges."]
    assert (third.answers, third.evidence, third.tags["kind"]) == ((), (), "unanswerable")
    assert load(first.documents[0]).title == "Orvel ferry"
    assert [section.title for section in load(second.documents[0]).sections] == ["Dale/town: 100 %"]
    assert isinstance(first.tags["length"], int)


def test_squad_joined_is_one_document(tmp_path: Path) -> None:
    questions = made(write(tmp_path, ARTICLES), "squad", joined=True, limit=2)
    assert len(questions) == 2
    assert len({question.documents for question in questions}) == 1
    document = load(questions[0].documents[0])
    assert document.title == "Articles"
    assert [each.title for each in document.sections][1:] == ["Orvel ferry", "Dale/town: 100 %"]
    assert all(map(evidence_of, (each for each in questions if each.evidence)))


def test_a_context_may_be_a_whole_article_with_wrong_offsets(tmp_path: Path) -> None:
    text = f"A title\n\n{FERRY}\n\nLater the ferry of 1931 was sold.\n"
    asked = [qa("a", [("1931", 120)]), qa("b", [("the ferry of 1931", 0)]), qa("c", [("lost", 15)])]
    record = {"data": [{"paragraphs": [{"context": text, "qas": asked}]}]}
    first, second, third = made(write(tmp_path, record), "squad")
    assert evidence_of(first) == ["Later the ferry of 1931 was sold."]
    assert evidence_of(second) == ["Later the ferry of 1931 was sold."]
    # An answer that is not there word for word: its offset is all that is known.
    assert evidence_of(third) == [FERRY]
    assert load(first.documents[0]).title == "A title"


CONTEXT: list[tuple[str, list[str]]] = [
    ("Ferry", ["Anna Lund built the ferry.", " It sank."]),
    ("Builder", ["Anna Lund was born in Dale."]),
    *((f"Other {number}", [f"Nothing of note, the {number}th."]) for number in range(8)),
]
HOTPOT = {
    "_id": "h1",
    "question": "Where was the builder of the ferry born?",
    "answer": "Dale",
    "type": "bridge",
    "supporting_facts": [["Ferry", 0], ["Builder", 9]],
    "context": CONTEXT,
}
MUSIQUE = {
    "id": "2hop__1",
    "question": HOTPOT["question"],
    "answer": "Dale",
    "answer_aliases": ["Dale, Norway"],
    "answerable": True,
    "question_decomposition": [{}, {}],
    "paragraphs": [
        {"idx": place, "title": title, "paragraph_text": "".join(text), "is_supporting": place < 2}
        for place, (title, text) in enumerate(CONTEXT)
    ],
}


@pytest.mark.parametrize("source", ["hotpotqa", "2wiki"])
def test_multi_hop_passages_are_shuffled(source: str, tmp_path: Path) -> None:
    records = [{**HOTPOT, "_id": f"h{number}"} for number in range(6)]
    questions = made(write(tmp_path, records), source)
    gold = ["Anna Lund built the ferry. It sank.", "Anna Lund was born in Dale."]
    assert all(evidence_of(question) == gold for question in questions)
    assert len({question.evidence[0].depth for question in questions}) > 2
    assert len({question.documents for question in questions}) == 6
    assert questions[0].tags["hops"] == 2
    document = load(questions[0].documents[0])
    assert document.title == "Articles"
    assert len(document.sections) == 11


def test_the_shuffle_is_the_seeds(tmp_path: Path) -> None:
    file = write(tmp_path, [HOTPOT])
    (one,), (same,), (other,) = (made(file, "hotpotqa", seed=seed) for seed in (1, 1, 5))
    assert one == same
    assert one.evidence != other.evidence


def test_musique_with_aliases_one_record_a_line(tmp_path: Path) -> None:
    file = tmp_path / "musique.jsonl"
    file.write_text(f"{json.dumps(MUSIQUE)}\n\n")
    (question,) = made(file, "musique")
    assert question.answers == ("Dale", "Dale, Norway")
    assert len(evidence_of(question)) == 2
    assert question.tags == {**question.tags, "hops": 2, "data": "musique"}


@pytest.fixture
def filing(tmp_path: Path) -> Path:
    import pymupdf

    (tmp_path / "pdfs").mkdir()
    with pymupdf.open() as pdf:
        for number in range(1, 5):
            pdf.new_page().insert_text((72, 72), f"This is page {number} of the filing.")
        pdf.save(tmp_path / "pdfs" / "ACME_2020.pdf")
    return tmp_path


def finance(identity: str, document: str, *pages: int, **values: Any) -> dict[str, Any]:
    evidence = [{"evidence_text": "…", "evidence_page_num": page} for page in pages]
    asked = {"question": "How much?", "answer": "$8.70", "question_type": "metrics"}
    record = {"financebench_id": identity, "doc_name": document, "evidence": evidence}
    return {**asked, **record, **values}


def test_financebench_counts_pages_from_one(filing: Path) -> None:
    records = [finance("f1", "ACME_2020", 2, 2, 0), finance("f2", "GONE", 0)]
    said: list[str] = []
    file = write(filing, records)
    convert(file, filing / "made", Wanted("financebench"), said.append)
    (question,) = read_questions(filing / "made" / "questions.jsonl")
    assert [one.page for one in question.evidence] == [3, 1]
    assert evidence_of(question) == [f"This is page {number} of the filing." for number in (3, 1)]
    assert question.documents == ((filing / "pdfs" / "ACME_2020.pdf").as_posix(),)
    assert said == ["left out: 1 question; not here: GONE.pdf"]


def test_financebench_without_its_pdfs(tmp_path: Path) -> None:
    file = write(tmp_path, [finance("f2", "GONE", 0)])
    with pytest.raises(UsageError, match=r"GONE\.pdf is missing") as raised:
        made(file, "financebench")
    assert raised.value.hint == "name the folder by --pdfs"


def test_evidence_that_is_not_in_the_document(filing: Path) -> None:
    with pytest.raises(UsageError, match=r"page 8 is not in ACME_2020\.pdf"):
        made(write(filing, [finance("f1", "ACME_2020", 7)]), "financebench")


@pytest.mark.parametrize(
    ("source", "text", "words"),
    [
        ("squad", "{", "source.json is not JSON"),
        ("squad", "[1]", "the top of source.json is not SQuAD"),
        ("squad", '{"version": 1}', "there is no 'data'"),
        ("squad", '{"data": [{"paragraphs": [{"context": "x"}]}]}', "article 1 of source.json"),
        ("squad", '{"data": []}', "holds no questions"),
        ("hotpotqa", '[{"id": 1}]', "row 1 of source.json is not a multi-hop question"),
        ("musique", "[]", "holds no questions"),
        ("financebench", '{"a": 1}', "question 1 of source.json is not FinanceBench"),
        ("financebench", '[{"financebench_id": "x"}]', "there is no 'doc_name'"),
    ],
)
def test_what_cannot_be_understood_is_one_line(
    source: str, text: str, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "source.json"
    file.write_text(text)
    with pytest.raises(UsageError) as raised:
        made(file, source)
    assert words in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.hint


def test_calls_that_make_no_sense(tmp_path: Path) -> None:
    file = write(tmp_path, ARTICLES)
    with pytest.raises(UsageError, match="no format called csv"):
        made(file, "csv")
    with pytest.raises(UsageError, match="squad files only"):
        made(file, "musique", joined=True)
    with pytest.raises(UsageError, match="cannot be read"):
        made(tmp_path / "gone.json", "squad")


def test_the_formats_on_the_command_line_are_those_there_are() -> None:
    assert bench.SOURCES == SOURCES


def test_real_files(shared_data: Path, tmp_path: Path) -> None:
    """The data sets themselves: nothing is lost, all evidence is found in the documents."""
    for number, (file, source, count) in enumerate([
        ("xquad/xquad.en.json", "squad", 1190),
        ("xquad/xquad.zh.json", "squad", 1190),
        ("covid_qa/dev.json", "squad", None),
        ("multihop/musique.jsonl", "musique", 97),
        ("multihop/2wikimultihop.jsonl", "2wiki", 89),
        ("multihop/train_hotpotqa_train.json", "hotpotqa", 100),
    ]):  # fmt: skip
        wanted = Wanted(source, joined=source == "squad")
        questions = convert(shared_data / file, tmp_path / str(number), wanted, lambda _line: None)
        assert count is None or len(questions) == count
        assert all(question.evidence for question in questions)
        assert all(one.depth is not None for each in questions for one in each.evidence)
