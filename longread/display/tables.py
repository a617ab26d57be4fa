"""A bench's tables: drawn by Rich on a terminal, aligned columns of plain text elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from longread.bench.tables import Table
from longread.display import can_draw
from longread.display.phrasing import clean


def write_tables(tables: Sequence[Table], stream: TextIO) -> None:
    """Write the tables to `stream`, an empty line between them."""
    if can_draw(stream):
        _draw(tables, stream)
        return
    stream.write("\n".join("".join(f"{line}\n" for line in plain(table)) for table in tables))


def plain(table: Table) -> list[str]:
    """The table's lines, without escapes: title, head, rows, note."""
    head = [clean(cell) for cell in table.head]
    rows = [[_name(row[0]), *map(clean, row[1:])] if row else [] for row in table.rows]
    widths = [max(len(row[place]) for row in [head, *rows] if row) for place in range(len(head))]
    lines = [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in [head, *rows]
    ]
    note = [f"({table.note})"] if table.note else []
    return [table.title, *lines, *note]


def _name(text: str) -> str:
    """A row's name, safe to show, with its indent."""
    return text[: len(text) - len(text.lstrip(" "))] + clean(text)


def _draw(tables: Sequence[Table], stream: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    for table in tables:
        drawn = Drawn(
            title=Text(table.title, style="bold"),
            title_justify="left",
            caption=Text(table.note) if table.note else None,
            caption_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for place, heading in enumerate(table.head):
            # Where the terminal is too narrow a cell takes two lines: half a number is none.
            drawn.add_column(
                Text(clean(heading)), justify="left" if place == 0 else "right", overflow="fold"
            )
        for row in table.rows:
            if row:
                drawn.add_row(Text(_name(row[0])), *(Text(clean(cell)) for cell in row[1:]))
            else:
                drawn.add_section()
        console.print(drawn)
