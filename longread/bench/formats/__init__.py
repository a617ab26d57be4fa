"""Dataset conversion: from the files that data sets ship to questions with documents.

A folder holds `questions.jsonl` and `documents/`; PDFs stay where they are. Documents are
written, then read back as `longread` reads them: evidence that is not found there word for
word is an error in the conversion, not something to be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from longread.bench.evidence_match import locate
from longread.bench.records import QUESTIONS, Evidence, Question, write_questions
from longread.bench.runner import sample
from longread.documents import Document, load
from longread.documents.chunks import estimate_tokens
from longread.errors import UsageError

SOURCES = ("squad", "hotpotqa", "2wiki", "musique", "financebench")

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Converted:
    """What a reader makes of a file. `texts` are the documents to write, by their name."""

    questions: list[Question]
    texts: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """`joined` makes one document of all articles (squad); `pdfs` is where PDFs are
    (financebench); `limit` questions are drawn by `seed`, which also shuffles passages."""

    source: str
    joined: bool = False
    limit: int | None = None
    seed: int = 0
    pdfs: Path | None = None


def convert(file: Path, folder: Path, wanted: Wanted, report: Report) -> list[Question]:
    """Write `folder`, and return the questions. Raises UsageError for what cannot be read."""
    if wanted.source not in SOURCES:
        raise UsageError(
            f"there is no format called {wanted.source}.", f"formats are: {', '.join(SOURCES)}"
        )
    if wanted.joined and wanted.source != "squad":
        raise UsageError("--joined joins the articles of squad files only.", "leave it out")
    name = "multi_hop" if wanted.source in ("hotpotqa", "2wiki", "musique") else wanted.source
    reader = import_module(f"{__name__}.{name}")
    converted: Converted = reader.read(file, wanted)
    questions = sample(converted.questions, wanted.limit, wanted.seed)
    if not questions:
        raise UsageError(f"{file.name} holds no questions.", f"is it a {wanted.source} file?")
    folder.mkdir(parents=True, exist_ok=True)
    needed = {path for question in questions for path in question.documents}
    for path, text in converted.texts.items():
        if path in needed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
    placed = _placed(questions, folder)
    write_questions(folder / QUESTIONS, placed)
    for note in converted.notes:
        report(note)
    return placed


def _placed(questions: list[Question], folder: Path) -> list[Question]:
    """The questions with the depth of their evidence and the length of their documents."""
    documents: dict[str, Document] = {}
    lengths: dict[str, int] = {}
    placed = []
    for question in questions:
        for path in question.documents:
            if path not in documents:
                documents[path] = load(str(folder / path))
                lengths[path] = estimate_tokens(documents[path].text)
        evidence = tuple(_with_depth(one, documents[one.document]) for one in question.evidence)
        length = sum(lengths[path] for path in question.documents)
        placed.append(
            replace(question, evidence=evidence, tags={**question.tags, "length": length})
        )
    return placed


def _with_depth(evidence: Evidence, document: Document) -> Evidence:
    place = locate(evidence, document)
    if place is None:
        what = f"page {evidence.page}" if evidence.page else "a gold passage"
        raise UsageError(
            f"{what} is not in {Path(document.path).name} as longread reads it.",
            "is the file damaged?",
        )
    return replace(evidence, depth=round(place[0] / len(document.text), 4))
