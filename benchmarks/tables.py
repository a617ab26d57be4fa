"""Table cells with the right row label, column head, period and unit, against labels made by hand.

    python benchmarks/tables.py [--rivals] [--misses] [--only ID] [--every N]

Reads `benchmarks/tables/labels.jsonl` (its README says how a cell is compared); documents that
are not there are left out and counted. `--rivals` runs PyMuPDF's find_tables and pdfplumber on
the same pages (`pip install pdfplumber`): of what they give, the first row is the head, as in
their own examples, or all rows above the first figure, whichever is better.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from longread.documents import Document, load
from longread.documents.paged import read_paged
from longread.documents.tables import is_number

HERE = Path(__file__).parent / "tables"
_MARKS = re.compile(r"\((?:\d{1,2}|[a-z])\)|\[[^][]{1,8}\]|[*†‡§]+")
_DASHES = re.compile(r"[‐‑‒–—―−]")
Label = dict[str, Any]


def norm(text: str) -> str:
    """What counts of a text when it is compared."""
    text = _DASHES.sub("-", _MARKS.sub("", text)).casefold().rstrip(" :")
    return re.sub(r"[\s$€£¥’']|(?<=\w):", "", text)


@dataclass(frozen=True)
class Found:
    """A cell as some program gives it."""

    value: str
    path: tuple[str, ...]
    head: str
    around: str
    caption: str = ""


@dataclass
class Score:
    """How many cells were right, by what was asked of them."""

    cells: int = 0
    row: int = 0
    head: int = 0
    both: int = 0
    all: int = 0

    def add(self, other: Score) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def __str__(self) -> str:
        shares = (f"{getattr(self, n) / max(1, self.cells):.3f}" for n in ("row", "head", "both"))
        return f"{self.cells:5d} {' '.join(shares)}  {self.all / max(1, self.cells):.3f}"


@cache
def document(path: str) -> Document:
    return load(path, use_cache=False)


def by_longread(path: str, page: int | None) -> Iterator[Found]:
    """Every cell of the tables that have a row on the page."""
    for table in document(path).tables:
        if page is not None and page not in {row.page for row in table.rows}:
            continue
        around = " ".join((table.caption, table.period, table.unit, *table.columns))
        caption = f"{table.caption} {table.period}"
        for row in table.rows:
            for head, value in zip(table.columns[1:], row.cells[1:], strict=True):
                if value:
                    yield Found(value, (*row.path, row.cells[0]), head, around, caption)


def _of_grid(rows: list[list[str]], heads: int) -> Iterator[Found]:
    columns = [" ".join(filter(None, parts)) for parts in zip(*rows[:heads], strict=False)]
    around = " ".join(columns)
    for row in rows[heads:]:
        label = next((cell for cell in row if cell), "")
        for head, value in zip(columns, row, strict=False):
            if value:
                yield Found(value, (label,), head, around)


def _both_ways(rows: list[list[str | None]]) -> Iterator[Found]:
    """The cells with the first row as head, and with all rows above the first figure."""
    clean = [[" ".join((cell or "").split()) for cell in row] for row in rows]
    first = next((i for i, row in enumerate(clean) if any(map(is_number, row[1:]))), 1)
    for heads in {1, max(1, first)}:
        yield from _of_grid(clean, heads)


def by_pymupdf(strategy: str) -> Callable[[str, int | None], Iterator[Found]]:
    def find(path: str, page: int | None) -> Iterator[Found]:
        import pymupdf

        if page is None:
            return
        with pymupdf.open(path) as file:
            for table in file[page - 1].find_tables(strategy=strategy).tables:
                yield from _both_ways(table.extract())

    return find


def by_pdfplumber(strategy: str) -> Callable[[str, int | None], Iterator[Found]]:
    def find(path: str, page: int | None) -> Iterator[Found]:
        import pdfplumber

        if page is None:
            return
        settings = {"vertical_strategy": strategy, "horizontal_strategy": strategy}
        with pdfplumber.open(path, pages=[page]) as file:
            for rows in file.pages[0].extract_tables(settings):
                yield from _both_ways(rows)

    return find


def _row_right(found: Found, wanted: list[str]) -> bool:
    return [norm(part) for part in found.path if norm(part)] == [norm(part) for part in wanted]


def _head_right(found: Found, wanted: list[str]) -> bool:
    """The words of the head in order; what spans all columns may stand in caption or period."""
    head, caption = norm(found.head), norm(found.caption)
    for outside in range(len(wanted)):
        above, own = wanted[:outside], wanted[outside:]
        if head == norm("".join(own)) and all(norm(part) in caption for part in above):
            return True
    return head == "" and all(norm(part) in caption for part in wanted)


def score(label: Label, cells: list[Found], misses: bool) -> Score:
    """One table's labelled cells against all the cells that were found on its page."""
    result = Score()
    for cell in label["cells"]:
        result.cells += 1
        same = [f for f in cells if norm(f.value) == norm(cell["value"])]
        rows = [f for f in same if _row_right(f, cell["row"])]
        heads = [f for f in same if _head_right(f, cell["column"])]
        both = [f for f in rows if f in heads]
        general = [
            f
            for f in both
            if norm(label["period"]) in norm(f.around) and norm(label["unit"]) in norm(f.around)
        ]
        result.row += bool(rows)
        result.head += bool(heads)
        result.both += bool(both)
        result.all += bool(general)
        if misses and not general:
            print(f"{label['id']}: {cell['row']} / {cell['column']} = {cell['value']}"
                  f"  [{label['period']!r}, {label['unit']!r}]")  # fmt: skip
            for f in (both or rows or heads or same)[:3]:
                print(f"      found {f.path} / {f.head!r} in {f.around[:100]!r}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--only", default="", metavar="ID", help="tables whose id begins so")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each n-th table")
    options = parser.parse_args()
    programs: dict[str, Callable[[str, int | None], Iterator[Found]]] = {"longread": by_longread}
    if options.rivals:
        programs |= {
            "find_tables, lines": by_pymupdf("lines"),
            "find_tables, text": by_pymupdf("text"),
            "pdfplumber, lines": by_pdfplumber("lines"),
            "pdfplumber, text": by_pdfplumber("text"),
        }
    lines = (HERE / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [json.loads(line) for line in lines if line.strip()]
    labels = [label for label in labels if label["id"].startswith(options.only)][:: options.every]
    here = [label for label in labels if (HERE / label["document"]).exists()]
    print(f"{len(here)} of {len(labels)} tables, {len({x['document'] for x in here})} documents")
    for name, cells_of in programs.items():
        scores: dict[str, Score] = defaultdict(Score)
        cells: dict[tuple[str, int | None], list[Found]] = {}
        seconds = 0.0
        for label in here:
            path = str((HERE / label["document"]).resolve())
            if name == "longread":
                document(path)
            place = path, label["page"]
            if place not in cells:
                began = time.process_time()
                cells[place] = list(cells_of(*place))
                seconds += time.process_time() - began
            result = score(label, cells[place], options.misses and name == "longread")
            for group in (label["style"], "all", f"  {label['id'].split('-')[0]}"):
                scores[group].add(result)
        print(f"\n{name}: cells, right row, right head, both, with period and unit", flush=True)
        for group, total in sorted(scores.items()):
            print(f"  {group:10s} {total}")
        if name != "longread":
            print(f"  {1000 * seconds / len(cells):.0f} ms a page (opening included)")
    print(f"\nlongread, whole documents: {_milliseconds(here):.1f} ms a page")


def _milliseconds(labels: list[Label]) -> float:
    """What a page of the labelled PDFs costs longread, everything included, in this process."""
    files = {HERE / x["document"] for x in labels if x["page"] is not None}
    contents = [file.read_bytes() for file in files]
    began, pages = time.process_time(), 0
    for data in contents:
        document, *_ = read_paged(
            data, "a.pdf", "pdf", "", password=None, ocr=False, most_attached=0
        )
        pages += len(document.pages)
    return 1000 * (time.process_time() - began) / max(1, pages)


if __name__ == "__main__":
    sys.exit(main())
