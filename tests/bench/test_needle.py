"""Needles: invented, hidden at their depth between two sentences, and asked for once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from longread.bench import needle, prose
from longread.bench.needle import KINDS, Plan, build, parse_depths, parse_kinds
from longread.bench.prose import FilledProse, GeneratedProse
from longread.bench.records import QUESTIONS, Question, read_questions
from longread.documents import load, sentences
from longread.errors import UsageError
from longread.reading.calibrate.needles import Inventor, facts, hide

DEPTHS = (0, 50, 100)


def words(text: str) -> int:
    return len(text.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("needles")
    build(Plan((1024, 2048), DEPTHS, KINDS, tries=2, seed=5), GeneratedProse(words), out)
    return out


@pytest.fixture
def built(folder: Path) -> list[Question]:
    return read_questions(folder / QUESTIONS)


def text_of(question: Question) -> str:
    return Path(question.documents[0]).read_text("utf-8")


def test_a_question_for_every_length_depth_kind_and_try(built: list[Question]) -> None:
    for kind in KINDS:
        own = [question for question in built if question.tags["kind"] == kind]
        assert len(own) == 2 * 2 * (1 if kind == "absent" else len(DEPTHS))
    assert len({question.id for question in built}) == len(built)


def test_needles_stand_at_their_depth_as_whole_sentences(built: list[Question]) -> None:
    for question in built:
        text = text_of(question)
        spans = {text[start:end] for start, end in sentences(text)}
        for evidence in question.evidence:
            assert evidence.text in spans
            assert text.count(evidence.text) == 1
            assert evidence.depth == pytest.approx(text.find(evidence.text) / len(text), abs=1e-4)
        depth = question.tags["depth"]
        if isinstance(depth, int):
            # A paragraph of these short documents is a tenth of them.
            nearest = min(abs((each.depth or 0.0) * 100 - depth) for each in question.evidence)
            assert nearest < 10
            if depth == 0:
                assert min(each.depth or 0.0 for each in question.evidence) == 0.0


def test_documents_are_read_as_they_were_written(built: list[Question]) -> None:
    for question in built[:4]:
        length = question.tags["length"]
        assert isinstance(length, int)
        assert load(question.documents[0]).text == text_of(question)
        assert 0.5 * length < words(text_of(question)) <= length


def test_only_the_needle_answers(built: list[Question]) -> None:
    for question in built:
        text = text_of(question)
        for evidence in question.evidence:
            text = text.replace(evidence.text or "", "")
        assert not any(answer in text for answer in question.answers)


def test_kinds(built: list[Question]) -> None:
    of = {kind: [each for each in built if each.tags["kind"] == kind] for kind in KINDS}
    assert all(len(each.evidence) == 1 and each.require == "any" for each in of["single"])
    for question in of["multi-value"]:
        assert len(question.answers) == len(question.evidence) == needle.VALUES
        assert question.require == "all"
    for question in of["absent"]:
        assert not question.answers
        assert question.evidence == ()
    sharing = {question.documents for question in of["multi-query"]}
    assert len(sharing) == 4
    assert len(of["multi-query"]) == 4 * len(DEPTHS)
    assert len({each.question for each in of["multi-query"]}) == len(of["multi-query"])


def test_depths_of_a_try_share_prose_and_kind_of_fact(built: list[Question]) -> None:
    own = [each for each in built if each.tags["kind"] == "single" and each.tags["length"] == 1024]
    bare = {text_of(each).replace(each.evidence[0].text or "", "").replace(" ", "") for each in own}
    # "Paragraph. \n\n" and "Paragraph.\n\n" are one once blanks are gone.
    assert len(bare) == 2
    assert len({each.tags["fact"] for each in own}) == 2


def test_the_same_plan_builds_the_same(folder: Path, tmp_path: Path) -> None:
    plan = Plan((1024, 2048), DEPTHS, KINDS, tries=2, seed=5)
    build(plan, GeneratedProse(words), tmp_path)
    mine, again = ((each / QUESTIONS).read_bytes() for each in (folder, tmp_path))
    assert mine == again


def test_needles_never_repeat_what_the_prose_says() -> None:
    inventor = Inventor("", random.Random(0))
    needles = [inventor.single(fact) for _each in range(20) for fact in facts()]
    assert len({each.town for each in needles}) == len(needles)
    for each in needles:
        assert each.town in each.sentence
        assert each.town in each.question
        assert any(answer in each.sentence for answer in each.answers)
        assert not any(answer in each.question for answer in each.answers)
    with pytest.raises(UsageError, match="full of numbers"):
        Inventor(" ".join(map(str, range(1000))), random.Random(0)).single(
            next(fact for fact in facts() if fact.value == "count")
        )


def test_no_place_beside_a_heading() -> None:
    text = "CHAPTER I\n\nIt was dark. Nobody came.\n\nCHAPTER II\n\nIt was light. All came.\n"
    drawn = random.Random(0)
    for depth in (0, 30, 50, 70):
        made = Inventor(text, drawn).single(facts()[0])
        hidden = hide(text, [(made, depth)], drawn).text
        assert "CHAPTER I\n" in hidden
        assert "\nCHAPTER II\n" in hidden


def test_generated_prose_is_varied() -> None:
    text = GeneratedProse(words).text(8000, random.Random(1))
    assert 0.97 * 8000 < words(text) <= 8000
    lines = [text[start:end] for start, end in sentences(text)]
    assert len(set(lines)) > 0.9 * len(lines)
    assert "{" not in text
    assert "  " not in text


def test_grammar_knows_all_its_words() -> None:
    lists, topics = prose._grammar()
    drawn = random.Random(0)
    cast = prose._cast(lists, drawn)
    for topic in topics:
        for line in (*topic.openings, *topic.body):
            for _each in range(20):
                prose._sentence(line, lists, cast, drawn)


def test_filler_is_not_repeated(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("\n\n".join(f"Paragraph {n} has some words. And more." for n in range(300)))
    carrier = FilledProse([load(str(book))], words)
    text = carrier.text(1000, random.Random(2))
    paragraphs = text.strip().split("\n\n")
    assert len(set(paragraphs)) == len(paragraphs)
    assert 990 < words(text) <= 1000
    with pytest.raises(UsageError, match="too few for 32k"):
        carrier.text(32768, random.Random(2))


def test_options() -> None:
    assert parse_depths("0, 50%,100,50") == (0, 50, 100)
    assert parse_kinds("single,multi-key") == ("single", "multi-key")
    for wrong in ("", "101", "deep", "-1"):
        with pytest.raises(UsageError):
            parse_depths(wrong)
    for wrong in ("", "double"):
        with pytest.raises(UsageError):
            parse_kinds(wrong)
