"""`benchmarks/two_hop.py`: sixteen questions, each on the pages that it joins and some others."""

from __future__ import annotations

from pathlib import Path

from longread.bench.evidence_match import locate
from longread.bench.records import read_questions
from longread.documents import load
from tests.bench.scripts import script


def test_each_question_has_its_pages_and_some_others(tmp_path: Path) -> None:
    two_hop = script("two_hop")
    (tmp_path / "documents").mkdir()
    questions = two_hop.two_hop()
    assert len({question.id for question in questions}) == 16
    assert all(len(question.evidence) == 2 for question in questions)
    for question in questions:
        assert 7 <= len(two_hop.pages_of(question, 44)) <= 12
    made = [two_hop.excerpt(question, tmp_path) for question in questions[:3]]
    two_hop.write_questions(tmp_path / "questions.jsonl", made)
    for question in read_questions(tmp_path / "questions.jsonl"):
        document = load(question.documents[0])
        assert len(document.pages) == question.tags["pages"]
        for one in question.evidence:
            place = locate(one, document)
            page = next(page for page in document.pages if page.number == one.page)
            assert place
            assert place != (page.start, page.end), f"{one.text} is not on the page"
            assert page.start <= place[0] < page.end
