"""FinanceBench (Islam et al. 2023): questions on filings, with the page of the evidence.

The PDFs stay where they are. Pages count from 0 in the file and from 1 here; a piece of
evidence may stand in another filing than the question's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from longread.bench.formats import Converted, Wanted
from longread.bench.formats.files import line, malformed, read_json, unlike
from longread.bench.records import Evidence, Question
from longread.errors import UsageError


def read(file: Path, wanted: Wanted) -> Converted:
    """See `longread.bench.formats.convert`. Questions whose PDF is missing are left out."""
    records = read_json(file)
    pdfs = (wanted.pdfs or file.parent / "pdfs").resolve()
    taken: Counter[str] = Counter()
    questions: list[Question] = []
    try:
        for record in _rows(records):
            questions.append(_question(record, pdfs, taken))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        where = f"question {len(questions) + 1}"
        raise malformed(file, "FinanceBench", where, error) from error
    here = [each for each in questions if all(Path(path).is_file() for path in each.documents)]
    missing = sorted({
        Path(path).name for each in questions for path in each.documents if not Path(path).is_file()
    })  # fmt: skip
    if questions and not here:
        raise UsageError(
            f"none of the PDFs is in {pdfs}: {missing[0]} is missing.", "name the folder by --pdfs"
        )
    return Converted(here, {}, _notes(len(questions) - len(here), missing))


def _rows(records: Any) -> Sequence[dict[str, Any]]:
    if not isinstance(records, list):
        raise TypeError("it is no list of questions")
    return records


def _question(record: dict[str, Any], pdfs: Path, taken: Counter[str]) -> Question:
    main = _pdf(pdfs, record["doc_name"])
    evidence = tuple(
        Evidence(_pdf(pdfs, each.get("doc_name") or record["doc_name"]), _page(each))
        for each in record["evidence"]
    )
    return Question(
        id=unlike(str(record["financebench_id"]), taken),
        documents=tuple(dict.fromkeys([main, *(one.document for one in evidence)])),
        question=line(str(record["question"])),
        answers=(line(str(record["answer"])),),
        evidence=tuple(dict.fromkeys(evidence)),
        tags={"data": "financebench", "kind": record.get("question_type")},
    )


def _pdf(pdfs: Path, name: str) -> str:
    return (pdfs / f"{name}.pdf").as_posix()


def _page(evidence: dict[str, Any]) -> int:
    number = int(evidence["evidence_page_num"])
    if number < 0:
        raise ValueError("pages count from 0")
    return number + 1


def _notes(left_out: int, missing: Sequence[str]) -> tuple[str, ...]:
    if not left_out:
        return ()
    several = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    noun = "question" if left_out == 1 else "questions"
    return (f"left out: {left_out:,} {noun}; not here: {missing[0]}{several}",)
