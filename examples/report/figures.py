"""The report's numbers: one TOML file that both the tables and the prose read.

A row's formula (`"= dues + pilotage"`) is worked out here, so a total in a table and the
same total in a sentence cannot differ. Names in the prose stand in braces:

    {income.total.2024}                 the cell as printed: 23,262
    {income.total.2024|m1}              thousands as millions, one decimal: 23.3
    {income.total.2024|k}               thousands written out: 23,262,000
    {change income.total.2023 income.total.2024}   per cent between two cells, unsigned: 4.0
    {difference a b}                    the distance between two cells
    (an underscore stands for a space in a column's name)
    {table:income}, {page:name}         the number of a table, the printed page of an anchor
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

Cell = Decimal | str


@dataclass(frozen=True)
class Row:
    """A row of a table; a row without cells is a heading inside it."""

    key: str
    label: str
    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A numbered table, its formulas worked out."""

    key: str
    number: int
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    stub: str = ""
    decimals: int = 0
    notes: tuple[str, ...] = ()
    align: str = ""
    widths: tuple[float, ...] = ()

    def printed(self, cell: Cell) -> str:
        """A cell as the table prints it: thousands separated, negative amounts in brackets."""
        if isinstance(cell, str):
            return cell
        text = f"{abs(cell):,.{self.decimals}f}"
        return f"({text})" if cell < 0 else text


@dataclass
class Figures:
    """All tables, and the names by which the prose quotes them."""

    tables: dict[str, Table] = field(default_factory=dict)

    def cell(self, name: str) -> Decimal:
        """The number called `table.row.column`."""
        table_key, row_key, column = name.replace("_", " ").split(".")
        table = self.tables[table_key]
        row = next(row for row in table.rows if row.key == row_key)
        value = row.cells[table.columns.index(column)]
        if isinstance(value, str):
            raise TypeError(f"{name} is text: {value}")
        return value

    def fill(self, text: str, pages: Mapping[str, str]) -> str:
        """`text` with every name in braces replaced; unknown pages are shown as `00`."""
        return re.sub(r"\{([^{}]+)\}", lambda found: self._quote(found.group(1), pages), text)

    def _quote(self, name: str, pages: Mapping[str, str]) -> str:
        if name.startswith("page:"):
            return pages.get(name.removeprefix("page:"), "00")
        if name.startswith("table:"):
            return str(self.tables[name.removeprefix("table:")].number)
        if name.startswith(("change ", "difference ")):
            return self._compared(*name.split())
        path, _, form = name.partition("|")
        return self._number(path, form)

    def _compared(self, verb: str, first: str, second: str) -> str:
        before, after = self.cell(first), self.cell(second)
        if verb == "difference":
            return f"{abs(after - before):,}"
        return str(_rounded(abs(after - before) / abs(before) * 100, 1))

    def _number(self, path: str, form: str) -> str:
        value = abs(self.cell(path))
        if form == "k":
            return f"{value * 1000:,.0f}"
        if form:
            return str(_rounded(value / 1000, int(form[1:])))
        return f"{value:,.{self.tables[path.partition('.')[0]].decimals}f}"


def load(path: Path) -> Figures:
    """Read the tables of `path`, work out the formulas and prove its checks.

    Raises ValueError when two cells that must agree, sign aside, do not.
    """
    data = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    checks = data.pop("checks")
    figures = Figures()
    for number, (key, entry) in enumerate(data.items(), start=1):
        figures.tables[key] = _table(figures, key, number, entry)
    for first, second in checks:
        if abs(figures.cell(first)) != abs(figures.cell(second)):
            raise ValueError(
                f"{first} is {figures.cell(first)}, but {second} is {figures.cell(second)}"
            )
    return figures


def _table(figures: Figures, key: str, number: int, entry: dict[str, object]) -> Table:
    columns = tuple(str(name) for name in _list(entry["columns"]))
    sums = entry.get("sums", {})
    assert isinstance(sums, dict)
    rows: list[Row] = []
    for raw in _list(entry["rows"]):
        name, label, *cells = _list(raw)
        if len(cells) == 1 and str(cells[0]).startswith("= "):
            worked = _formula(figures, rows, columns, str(cells[0])[2:])
            rows.append(Row(str(name), str(label), worked, total=True))
            continue
        given = iter(cells)
        found: dict[str, Cell] = {
            column: _cell(next(given)) for column in columns if cells and column not in sums
        }
        for column, parts in sums.items() if cells else ():
            found[column] = sum((Decimal(found[part]) for part in parts), Decimal(0))
        in_order = tuple(found[column] for column in columns if column in found)
        rows.append(Row(str(name), str(label), in_order))
    return Table(
        key,
        number,
        str(entry["title"]),
        columns,
        tuple(rows),
        stub=str(entry.get("stub", "")),
        decimals=int(str(entry.get("decimals", 0))),
        notes=tuple(str(note) for note in _list(entry.get("notes", []))),
        align=str(entry.get("align", "")),
        widths=tuple(float(str(width)) for width in _list(entry.get("widths", []))),
    )


def _formula(
    figures: Figures, rows: list[Row], columns: tuple[str, ...], formula: str
) -> tuple[Cell, ...]:
    """One value a column; a term is a row above, or `table.row` of a table above."""
    own = {row.key: row.cells for row in rows}
    totals: list[Cell] = []
    for index, column in enumerate(columns):
        total = Decimal(0)
        sign = 1
        for term in formula.split():
            if term in "+-":
                sign = 1 if term == "+" else -1
                continue
            value = own[term][index] if term in own else figures.cell(f"{term}.{column}")
            if isinstance(value, str):
                break
            total += sign * value
        else:
            totals.append(total)
            continue
        totals.append("")  # a column of words has no total
    return tuple(totals)


def _cell(value: object) -> Cell:
    return value if isinstance(value, str) else Decimal(str(value))


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
