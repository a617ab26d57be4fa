"""Questions and labels in benchmarks/: well formed, and found in the documents they are about."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from longread import documents
from longread.bench.evidence_match import locate
from longread.bench.records import read_questions
from longread.documents.model import Document

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
QUESTIONS = [BENCHMARKS / "real/questions.jsonl", BENCHMARKS / "tables/questions.jsonl"]


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@lru_cache(maxsize=16)
def _document(path: str) -> Document:
    if not Path(path).exists():
        pytest.skip(f"{path} is not on this machine")
    return documents.load(path)


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.parent.name)
def test_every_question_has_answers_and_their_place_or_neither(file: Path) -> None:
    questions = read_questions(file)
    assert len({question.id for question in questions}) == len(questions)
    for question in questions:
        unanswerable = question.tags["kind"] == "unanswerable"
        assert bool(question.answers) is bool(question.evidence) is not unanswerable


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.parent.name)
def test_the_evidence_is_found_in_its_document(file: Path) -> None:
    for question in read_questions(file):
        for evidence in question.evidence:
            assert locate(evidence, _document(evidence.document)), question.id


def test_of_sixty_questions_ten_have_no_answer() -> None:
    kinds = Counter(line["kind"] for line in _lines(QUESTIONS[0]))
    assert kinds["unanswerable"] == 10
    assert kinds.total() == 60


def test_questions_for_a_cell_are_about_labelled_tables() -> None:
    pages = {
        table["id"]: (table["document"], table["page"])
        for table in _lines(BENCHMARKS / "tables/labels.jsonl")
    }
    for line in _lines(QUESTIONS[1]):
        (evidence,) = line["evidence"]
        assert pages[line["table"]] == (evidence["document"], evidence["page"])


def test_every_labelled_cell_has_a_row_a_column_and_a_value() -> None:
    for table in _lines(BENCHMARKS / "tables/labels.jsonl"):
        assert table["style"] in ("ruled", "unruled", "html")
        assert (table["page"] is None) is (table["style"] == "html")
        for cell in table["cells"]:
            assert all([*cell["row"], *cell["column"], cell["value"]]), table["id"]


def test_questions_for_everything_are_half_of_each_language() -> None:
    asked = _lines(BENCHMARKS.parent / "tests/reading/judges/data/everything.jsonl")
    counts = Counter((line["language"], line["everything"]) for line in asked)
    assert len(counts) == 12
    assert set(counts.values()) == {5}
