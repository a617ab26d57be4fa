"""The result file: a header line that says what was measured, then one result a line.

It is written as the bench goes, so whatever stops a bench, what was measured stays; and a
bench goes on only in a file that the same model and the same options have begun.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from longread.bench.records import Question, Result, unreadable
from longread.engine import ModelInfo
from longread.errors import UsageError
from longread.models.host import host
from longread.paths import write_atomically
from longread.reading.options import ReadingOptions
from longread.version import __version__

SCHEMA = "longread.bench/1"


@dataclass(frozen=True, slots=True)
class Header:
    """What a result file was made with; `options` by strategy, as they stand in the tables.

    `facts` are further conditions that must be the same for a bench to go on (threads).
    `title` names what was asked, for the report.
    """

    model: dict[str, Any]
    options: dict[str, dict[str, Any]]
    facts: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    machine: str = ""
    longread: str = __version__
    started: str = ""

    @classmethod
    def of(
        cls,
        model: ModelInfo,
        strategies: Mapping[str, ReadingOptions],
        *,
        facts: Mapping[str, Any] | None = None,
        title: str = "",
    ) -> Header:
        """The header of a bench that begins now, on this machine."""
        return cls(
            # The file's name, not its folder: a result file may be published.
            model={**asdict(model), "file": Path(model.file).name},
            options={name: asdict(options) for name, options in strategies.items()},
            facts=dict(facts or {}),
            title=title,
            machine=host().line,
            started=time.strftime("%Y-%m-%d %H:%M"),
        )

    def record(self) -> dict[str, Any]:
        """The header as JSON-ready values."""
        return {"schema": SCHEMA, **asdict(self)}

    def difference(self, other: Header) -> str:
        """What keeps results of `other` out of this header's file, in words; empty if nothing."""
        for name, mine, others in (
            ("longread", self.longread, other.longread),
            ("the model", self.model, other.model),
            ("the run", self.facts, other.facts),
        ):
            if mine != others:
                return f"{name} was {_changed(mine, others)}"
        for strategy in self.options.keys() & other.options.keys():
            mine, others = self.options[strategy], other.options[strategy]
            if mine != others:
                return f"{strategy} had {_changed(mine, others)}"
        return ""


def _changed(old: Any, new: Any) -> str:
    """`0.1.0 and is 0.2.0`, or the first of the values that differ, with its name."""
    if isinstance(old, dict):
        name = next(key for key in {**old, **new} if old.get(key) != new.get(key))
        return f"{name} {old.get(name)} and has {new.get(name)}"
    return f"{old} and is {new}"


class ResultFile:
    """A result file being written; `results` holds what is in it."""

    def __init__(self, path: Path, header: Header, *, fresh: bool = False) -> None:
        """Go on with `path`, or begin it. Raises UsageError for another bench's file."""
        self.path = path
        self.header = header
        self.results: dict[tuple[str, str], Result] = {}
        if path.exists() and path.stat().st_size and not fresh:
            self._take_over(header)
        self._rewrite()

    def _take_over(self, header: Header) -> None:
        before, results = read_results(self.path)
        changed = before.difference(header)
        if changed:
            raise UsageError(
                f"{self.path} was made otherwise: {changed}.",
                "name another file, or begin it anew with --fresh",
            )
        self.header = replace(before, options={**before.options, **header.options})
        self.results = {(result.id, result.strategy): result for result in results}

    def require_same_questions(self, questions: Iterable[Question]) -> None:
        """Raises UsageError when a result answers another question under the same id."""
        asked = {question.id: question for question in questions}
        for result in self.results.values():
            question = asked.get(result.id)
            if question and (question.question, question.answers) != (
                result.question,
                result.answers,
            ):
                raise UsageError(
                    f"{self.path} has another question under the id {result.id}.",
                    "name another file, or begin it anew with --fresh",
                )

    def has(self, question: Question, strategy: str) -> bool:
        """Whether there is a result already; one that failed is tried again."""
        held = self.results.get((question.id, strategy))
        return held is not None and not held.error

    def add(self, result: Result) -> None:
        """Append a result; on disk when this returns. Raises OSError."""
        self.results[result.id, result.strategy] = result
        with self.path.open("ab") as file:
            file.write(_line(result.record()))
            file.flush()
            os.fsync(file.fileno())

    def _rewrite(self) -> None:
        """Write what is held: a torn last line goes, new strategies come into the header."""
        lines = [self.header.record(), *(result.record() for result in self.results.values())]
        with write_atomically(self.path) as part:
            part.write_bytes(b"".join(map(_line, lines)))


def _line(record: dict[str, Any]) -> bytes:
    # ASCII: a file name that is no UTF-8 is in the record, too.
    return json.dumps(record).encode("ascii") + b"\n"


def read_results(path: Path) -> tuple[Header, list[Result]]:
    """A result file; a torn last line is left out, and of doubles the last is taken.

    Raises UsageError for a file that is none.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise unreadable(path, error) from error
    header = _header(path, lines)
    results: dict[tuple[str, str], Result] = {}
    for number, line in enumerate(lines[1:], 2):
        try:
            result = Result.from_record(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            if number == len(lines):
                break
            raise UsageError(
                f"line {number} of {path.name} is not a result: {error}.",
                "remove the line, and the bench makes it anew",
            ) from error
        results[result.id, result.strategy] = result
    return header, list(results.values())


def _header(path: Path, lines: Sequence[bytes]) -> Header:
    try:
        record = json.loads(lines[0])
        if record.pop("schema") != SCHEMA:
            raise ValueError
        return Header(**record)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(
            f"{path} is not a result file of longread bench.",
            "longread bench qa QUESTIONS --json RESULTS writes one",
        ) from error
