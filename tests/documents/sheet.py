"""PDFs with tables that are drawn line by line, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pymupdf

from longread.documents import Document, Table, load

SIZE, PITCH = 9.0, 13.0
LABELS = 60.0
EDGES = (330.0, 400.0, 470.0, 540.0)


class Sheet:
    """A PDF in the making, written line by line."""

    def __init__(self) -> None:
        self.file = pymupdf.open()
        self.new_page()

    def new_page(self) -> None:
        self.page = self.file.new_page(width=612, height=792)
        self.y = 60.0

    def text(self, x: float, words: str, *, font: str = "helv") -> None:
        self.page.insert_text((x, self.y), words, fontsize=SIZE, fontname=font)

    def ending(self, x: float, words: str, *, font: str = "helv") -> None:
        self.text(x - pymupdf.get_text_length(words, font, SIZE), words, font=font)

    def centred(self, x: float, words: str, *, font: str = "helv") -> None:
        self.text(x - pymupdf.get_text_length(words, font, SIZE) / 2, words, font=font)

    def rule(self, x0: float, x1: float) -> None:
        self.page.draw_line((x0, self.y + 3), (x1, self.y + 3), width=0.5)

    def row(
        self, label: str, cells: Sequence[str], edges: Sequence[float], indent: float = 0
    ) -> None:
        if label:
            self.text(LABELS + indent, label)
        for cell, edge in zip(cells, edges, strict=False):
            if cell:
                self.ending(edge, cell)
        self.y += PITCH

    def line(self, words: str, *, font: str = "helv", x: float = LABELS) -> None:
        self.text(x, words, font=font)
        self.y += PITCH

    def document(self, folder: Path) -> Document:
        path = folder / "sheet.pdf"
        self.file.save(path)
        return load(str(path), use_cache=False)


def cell(table: Table, label: str, head: str) -> str:
    """The one cell in the row of that label (sub-heads included) and the column of that head."""
    (row,) = (row for row in table.rows if row.label == label)
    return row.cells[table.columns.index(head)]
