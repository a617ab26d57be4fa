"""The run as JSON lines (`--events FILE`): `begin`, then a `step` each, then `answer`.

Of several documents, before them an `ahead` for each passage that was gated while they were parsed,
and before the first step a `gated` for each that is looked up.

A log that cannot be opened stops the run before it starts; a log that breaks later (a
full disk) does not: the run goes on and the user is told once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TextIO

from longread.display import View
from longread.display.json_answer import answer_object, to_json
from longread.display.phrasing import pages
from longread.errors import UsageError
from longread.reading.step import Answer, RunInfo, Step
from longread.version import __version__

if TYPE_CHECKING:
    from longread.documents.chunks import Span
    from longread.reading.corpus import Corpus
    from longread.runs.ahead import GatedAhead

SCHEMA = "longread.event/2"


class EventLog:
    """Appends one JSON object a line to a file, each on disk as soon as it is known.

    `on_error` is called with one line, at most once, when the file can no longer be
    written. Raises UsageError when it cannot be opened.
    """

    def __init__(self, path: Path, on_error: Callable[[str], None]) -> None:
        self._path = path
        self._on_error = on_error
        self._names: Sequence[Sequence[str | None]] = [[None]]
        self._file: TextIO | None
        try:
            self._file = path.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(
                f"cannot write events to {path}: {error.strerror}.",
                "pass --events a file in a folder that exists and can be written to",
            ) from error

    def ahead(self, gated: GatedAhead) -> None:
        """A passage was gated before all documents are parsed."""
        self._append(0, "ahead", asdict(gated))

    def begin(
        self, infos: Sequence[RunInfo], names: Sequence[Sequence[str | None]] | None = None
    ) -> None:
        """The runs, one a question. `names`: the ids a question was asked under, None for none."""
        self._names = names or [[None]] * len(infos)
        for number, info in enumerate(infos):
            self._append(number, "begin", {"longread": __version__, **asdict(info)})

    def gated(self, number: int, document: str, page: int | None) -> None:
        """A passage was gated before the first chunk is read."""
        self._append(number, "gated", {"document": document, "page": page})

    def step(self, number: int, step: Step) -> None:
        self._append(number, "step", step.record())

    def end(self, number: int, answer: Answer) -> None:
        self._append(number, "answer", {"answer": answer_object(answer)})

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            file.close()
        except OSError as error:
            self._on_error(self._lost(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _append(self, number: int, event: str, values: dict[str, Any]) -> None:
        """An event of question `number`, once for each of its names."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        for name in self._names[number]:
            named = {} if name is None else {"id": name}
            self._write({"event": event, "schema": SCHEMA, "time": now, **named, **_plain(values)})

    def _write(self, record: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(to_json(record) + "\n")
            self._file.flush()
        except OSError as error:
            self._on_error(self._lost(error))
            # What the buffer still holds would fail again when the file is closed.
            self._on_error = lambda _: None
            self.close()

    def _lost(self, error: OSError) -> str:
        return f"no more events in {self._path}: {error.strerror}. The run goes on."


def telling_ahead(view: View, log: EventLog | None) -> Callable[[GatedAhead], None]:
    """What tells view and log of passages that are gated before all documents are parsed."""

    def told(gated: GatedAhead) -> None:
        spot = f"{Path(gated.document).name} {pages(gated.page)}".rstrip()
        line = f"{spot}; {gated.parsed:,} of {gated.documents:,} parsed"
        view.activity("reading ahead", line, gated.parsed / gated.documents)
        if log is not None and gated.seconds is not None:
            log.ahead(gated)

    return told


def telling_gated(
    view: View, log: EventLog | None, number: int, corpus: Corpus
) -> Callable[[Span], None]:
    """What tells view and log of passages that question `number` looks up before it reads."""

    def told(passage: Span) -> None:
        document, page = corpus.documents[passage.document].path, corpus.locate(passage).page
        view.activity("weighing", f"{Path(document).name} {pages(page)}".rstrip())
        if log is not None and len(corpus.documents) > 1:
            log.gated(number, document, page)

    return told


def _plain(value: Any) -> Any:
    """`value` with floats to six digits, and null for those that JSON does not have."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
