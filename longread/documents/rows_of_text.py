"""A text put together line by line, for formats of records: lines with places, and tables."""

from __future__ import annotations

from collections.abc import Sequence

from longread.documents.model import Mark, Section
from longread.documents.table import BORDER, Span, Table, TableRow, row_text
from longread.documents.text import Read


class RowsOfText:
    """Every line begins a block and stands at a place of the format's own."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._marks: list[Mark] = []
        self.length = 0
        self.sections: list[Section] = []
        self.tables: list[Table] = []

    def line(self, text: str, place: str) -> Span:
        """Append a line; where it stands comes back."""
        start = self.length
        self._starts.append(start)
        self._marks.append(Mark(start, place))
        self._write(text)
        end = self.length
        self._write("\n")
        return start, end

    def gap(self) -> None:
        """A blank line, unless there is one."""
        if self._parts and self._parts[-2:-1] != ["\n"]:
            self._write("\n")

    def table(
        self, heads: Sequence[str], rows: Sequence[tuple[Sequence[str], str]], caption: str
    ) -> None:
        """Append rows with their places under heads that are no part of the text."""
        made = []
        for values, place in rows:
            cells = [value.replace(BORDER[1], "¦") for value in values]
            made.append(TableRow(tuple(cells), *self.line(row_text(cells), place)))
        columns = tuple((head,) for head in heads)
        self.tables.append(Table(columns, tuple(made), caption=caption))
        self.gap()

    def read(self, title: str, warnings: Sequence[str]) -> Read:
        return Read(
            "".join(self._parts).rstrip("\n"),
            title,
            tuple(self.sections),
            tuple(self._starts),
            tuple(warnings),
            tables=tuple(self.tables),
            marks=tuple(self._marks),
        )

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self.length += len(text)
