"""The view of many documents: rows as they are known, and below them how far it is."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from typing import Self, TextIO

from longread.display import can_draw
from longread.display.phrasing import clean, count, counted, duration, filled, percent, shorten
from longread.display.records import Record, Rows, document_of
from longread.runs.options import RowFormat

_ERASE = "\r\x1b[K"
# A terminal is not drawn on more often than this.
_PAUSE = 0.1


class DocumentsView:
    """Shows records on stderr and writes them to stdout in `form` (None: shows them alone).

    On a terminal a last line says how many documents are done, which is being read, and when
    the end is to be expected; elsewhere each document is a line. A context manager.
    """

    def __init__(
        self,
        form: RowFormat | None,
        total: int,
        *,
        rows: Rows,
        quiet: bool,
        stdout: TextIO,
        stderr: TextIO,
    ) -> None:
        self._stderr = stderr
        self._drawn = not quiet and can_draw(stderr)
        self._lines = not quiet and not self._drawn
        self._shared = stdout.isatty()
        self._total = total
        self._done = self._skipped = 0
        self._begun, self._shown = time.monotonic(), 0.0
        self._shares: dict[str, float] = {}
        width = shutil.get_terminal_size().columns
        self._write = rows(form, stdout, width) if form else None
        beside = self._drawn and (form is None or not self._shared)
        self._table = rows(RowFormat.TABLE, stderr, width - 1) if beside else None

    def begin(self, done: int) -> None:
        """`done` documents need not be read again."""
        self._done = self._skipped = done

    def progress(self, path: str, share: float) -> None:
        """`share` (0 to 1) of a document is read."""
        self._shares[path] = share
        if time.monotonic() - self._shown > _PAUSE:
            self._draw()

    def add(self, records: Sequence[Record]) -> None:
        """What a document answered, a record a question."""
        self._done += 1
        path = document_of(records[0])
        self._shares.pop(path, None)
        self._clear()
        if self._write is not None:
            self._write(records)
        if self._table is not None:
            self._table(records)
        if self._lines:
            found = sum(record["status"] == "answered" for record in records)
            error = records[0].get("error")
            what = error["message"] if error else f"{found} of {len(records)} answered"
            self._say(f"{count(self._done)} of {count(self._total)}: {path}: {what}")
        self._draw()

    def message(self, line: str) -> None:
        """A note or a warning."""
        if self._drawn or self._lines:
            self._clear()
            self._say(line)
            self._draw()

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._clear()
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _say(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1 if self._drawn else 0
        self._stderr.write("\n".join(filled(clean(line), width)) + "\n")
        self._stderr.flush()

    def _clear(self) -> None:
        if self._drawn:
            self._stderr.write(_ERASE)
            self._stderr.flush()

    def _draw(self) -> None:
        if not self._drawn:
            return
        self._shown = time.monotonic()
        width = shutil.get_terminal_size().columns - 1
        self._stderr.write(_ERASE + shorten(self.status(), width))
        self._stderr.flush()

    def status(self) -> str:
        """`3 of 16 documents  2 min 05 s to go  a.pdf 40 %`."""
        passed = time.monotonic() - self._begun
        read = self._done - self._skipped + sum(self._shares.values())
        left = self._total - self._skipped - read
        parts = [f"{count(self._done)} of {counted(self._total, 'document')}"]
        if read and left > 0:
            parts.append(f"{duration(passed * left / read)} to go")
        parts += [f"{clean(path)} {percent(share)}" for path, share in self._shares.items()]
        return "  ".join(parts)
