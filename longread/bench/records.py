"""What the bench asks, and what came of it: one JSON line each.

A question file is JSONL, `Question.record()` a line. A result file is JSONL as well,
`Result.record()` a line, so that a bench that was stopped goes on where it was, and
every table and plot is made from the file alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from longread.errors import UsageError, reason_of

# Where a built question file and its documents stand in their folder.
QUESTIONS = "questions.jsonl"
DOCUMENTS = "documents"

Tag = str | int | float | None
# One of the gold answers is enough, or all of them must be named (multi-value needles).
Require = Literal["any", "all"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a gold answer stands: a document, with its page (from 1) or its words.

    `text` is a passage of the document, word for word (in a file also `quote`); white space
    does not count. `depth` is where it begins, as a share of the document's characters, if
    known. `extra` is what else its record holds: it is kept, and weighs nothing.
    """

    document: str
    page: int | None = None
    text: str | None = None
    depth: float | None = None
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    def record(self) -> dict[str, Any]:
        """The evidence as JSON-ready values."""
        return _record(self)

    @classmethod
    def from_record(cls, record: dict[str, Any], folder: Path | None = None) -> Evidence:
        """The evidence that `record` describes; a relative document starts at `folder`."""
        values = _known(cls, record)
        document = str(folder / values["document"]) if folder else values["document"]
        text = values.get("text") or record.get("quote")
        return cls(**{**values, "document": document, "text": text})


@dataclass(frozen=True, slots=True)
class Question:
    """One question about some documents. No `answers`: the documents do not say.

    `documents` are paths; relative ones start at the question file's folder. `tags` are
    what results can be grouped by (`data`, `length`, `depth`, `kind`, `hops`); a file may
    have them beside the other keys as well. `extra` is what else the record holds.
    """

    id: str
    documents: tuple[str, ...]
    question: str
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    require: Require = "any"
    tags: dict[str, Tag] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The question as JSON-ready values."""
        return {**_record(self), "evidence": [one.record() for one in self.evidence]}

    @classmethod
    def from_record(cls, record: dict[str, Any], folder: Path) -> Question:
        """The question that `record` describes; relative documents start at `folder`.

        Raises KeyError, TypeError or ValueError when the record is not a question.
        """
        extra = _known(cls, record)["extra"]
        beside = {key: value for key, value in extra.items() if isinstance(value, Tag)}
        return cls(
            id=str(record["id"]),
            documents=tuple(str(folder / path) for path in record["documents"]),
            question=str(record["question"]),
            answers=tuple(str(answer) for answer in record.get("answers", ())),
            evidence=tuple(
                Evidence.from_record(place, folder) for place in record.get("evidence", ())
            ),
            require=record.get("require", "any"),
            tags={**beside, **record.get("tags", {})},
            extra={key: value for key, value in extra.items() if key not in beside},
        )


@dataclass(frozen=True, slots=True)
class Cited:
    """A place that a run cited or quoted in its ledger, strongest first."""

    document: str
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one strategy did with one question.

    `strategy` is the name of the line in the tables (`gated`, `memagent`, `closed-book`).
    `citations` are what the user was shown; `ranked` are the places the run found most
    worth reading, best first, for recall@k. `exit_step` is the step (from 1) that reading
    ended with, `evidence_step` the step that read the last piece of gold evidence (None:
    unknown or unread). `selected`: what was read was chosen beforehand to fill the context, so
    nothing ended it. Tokens are prefilled, reused and generated; `calls` are model calls.
    """

    id: str
    strategy: str
    question: str
    answers: tuple[str, ...]
    require: Require
    status: str
    answer: str | None
    confidence: float
    citations: tuple[Cited, ...] = ()
    ranked: tuple[Cited, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    chunks: int = 0
    chunks_read: int = 0
    exit_reason: str = ""
    exit_step: int = 0
    evidence_step: int | None = None
    selected: bool = False
    calls: int = 0
    prefilled: int = 0
    reused: int = 0
    generated: int = 0
    seconds: float = 0.0
    tags: dict[str, Tag] = field(default_factory=dict)
    error: str = ""

    def record(self) -> dict[str, Any]:
        """The result as JSON-ready values."""
        return {**asdict(self), "evidence": [one.record() for one in self.evidence]}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Result:
        """The result that `record` was made from."""
        values = dict(record)
        values["answers"] = tuple(values["answers"])
        for name in ("citations", "ranked"):
            values[name] = tuple(Cited(**place) for place in values[name])
        values["evidence"] = tuple(map(Evidence.from_record, values["evidence"]))
        return cls(**values)


def _known(kind: type[Evidence | Question], record: dict[str, Any]) -> dict[str, Any]:
    """The values of `record` that are fields of `kind`; all others together as `extra`."""
    names = {each.name for each in fields(kind)} - {"extra"}
    known = {key: value for key, value in record.items() if key in names}
    return {**known, "extra": {key: record[key] for key in record if key not in names}}


def _record(one: Evidence | Question) -> dict[str, Any]:
    """The fields of a record, and beside them what else its file held."""
    values = asdict(one)
    return {**values.pop("extra"), **values}


def unreadable(file: Path, error: OSError) -> UsageError:
    """The error for a file that cannot be opened or read."""
    return UsageError(f"{file} cannot be read: {reason_of(error)}.", "check the name")


def read_questions(file: Path) -> list[Question]:
    """All questions of a JSONL file. Raises UsageError naming the line that is none."""
    return list(_questions(file))


def _questions(file: Path) -> Iterator[Question]:
    try:
        lines = file.read_text("utf-8").splitlines()
    except OSError as error:
        message = f"{file} could not be read: {reason_of(error)}."
        raise UsageError(message, "check the name") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} could not be read: it is not UTF-8.", "it is JSONL") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Question.from_record(json.loads(line), file.parent)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"line {number} of {file.name} is not a question: {error}.",
                'a line looks like {"id": "1", "documents": ["a.pdf"], "question": "…", '
                '"answers": ["…"], "evidence": [{"document": "a.pdf", "page": 3}]}',
            ) from error


def write_questions(file: Path, questions: Iterable[Question]) -> None:
    """Write a question file."""
    lines = [json.dumps(each.record(), ensure_ascii=False) for each in questions]
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
