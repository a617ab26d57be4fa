"""Relation: a table of a document as a database sees it, and the rows that a query selects.

Text-to-SQL (WikiSQL, arXiv 1709.00103; Binder, 2210.02875): a model that compares rows badly when
it reads them writes the comparison well, and SQLite makes it.
"""

from __future__ import annotations

import re
import sqlite3
from calendar import month_name
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, takewhile
from time import strptime

from longread.documents.table import Table, TableRow
from longread.reading.parts.figures import OTHER_UNIT, in_full, scale_of
from longread.reading.relevance.cells import TOTAL
from longread.reading.relevance.injection import without_injections
from longread.retrieval import terms
from longread.retrieval.numbers import figures
from longread.retrieval.numerals import in_digits

Value = float | str | None
# Rows and characters of a cell that a model is shown, and columns that it can keep apart.
_ROWS_SHOWN, _CELL_SHOWN, _COLUMNS = 8, 60, 14
# What may stand around the one figure of a cell, note marks included.
_AROUND = re.compile(r"[\s$£€¥%()\[\]*†‡+−–—-]|\[\d+\]")
_NIL = re.compile(r"[—–-]+|nil", re.IGNORECASE)
_UNIT = re.compile(r"\s*(\([^()]*\)|\[\d+\])\s*$")
_DATES = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %Y", "%b %Y")
_YEARS = range(1900, 2101)
# A sum is told from chance by so many digits, and is of at most so many rows.
_TELLING, _SUMMED = 6, 60

_QUERY = re.compile(r"SELECT (?:DISTINCT )?(?P<what>.+?) FROM t\b(?P<rest>.*)", re.DOTALL)
_NAME = re.compile(r'"([^"]+)"')
_COUNT = re.compile(r"COUNT\(.*\)", re.IGNORECASE)
_EXTREME = re.compile(r"(MIN|MAX)\((.+)\)", re.IGNORECASE)
_DIRECTION = {"MIN": "ASC", "MAX": "DESC"}
_ORDER = re.compile(r'(ORDER BY "[^"]+"(?: ASC| DESC)?)', re.IGNORECASE)
_EQUALS = re.compile(r"""("[^"]+") (?:=|LIKE) (?:'([^']*)'|(\d+))""")
_IS_DATE = re.compile(r"(?:=|LIKE) '%?((?:19|20)\d\d(?:-\d\d){1,2})%?'")
_WORDS = re.compile(r"'%?([^'%]+)%?'")
_YEAR = re.compile(r"'%?((?:19|20)\d\d)%?'")
_LITERAL = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w.-])")
_LIMIT = re.compile(r"LIMIT \d+", re.IGNORECASE)
_MONTHS = {f"{number:02}": name[:3].casefold() for number, name in enumerate(month_name) if name}
_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION)
# Steps of SQLite's machine after which a query is given up: a table has a few hundred rows.
_STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of a table that a query selects, and what it asks of each: cells of some `columns`
    (their places), or, with none, how many rows there are."""

    table: Table
    rows: tuple[TableRow, ...]
    columns: tuple[int, ...]

    def said(self, row: TableRow) -> str:
        """What was asked of a row under its label: "Lock gates: £1,540,000 (1,540 in £000)"."""
        unit, heads = self.table.unit, self.table.columns
        cells = [
            in_full(row.cells[place], unit, f"{row.label} {heads[place]}", printed=True)
            for place in self.columns
            if place
        ]
        return " ".join(": ".join(filter(None, (row.label, ", ".join(cells)))).split())


class Relation:
    """The rows of a table, totals and sub-heads left out, under column names that are all unlike.

    Figures are numbers, in full ("8,400" under "£000" is 8,400,000), dates ISO 8601. `section` is
    the heading that the table stands under."""

    def __init__(self, table: Table, section: str = "") -> None:
        self.table = table
        self._section = section
        self.columns = _names(table.columns)
        body = [row for row in table.rows if not row.is_subhead]
        cells = [(row.label, *row.cells[1:]) for row in body]
        labels = [label for label, *_others in cells]
        columns = [labels] + [
            _values([row[place] for row in cells], _scales(table, place, labels))
            for place in range(1, len(self.columns))
        ]
        values = list(zip(*columns, strict=True))
        totals = {place for place, row in enumerate(body) if TOTAL.match(row.label)}
        totals |= _sums(values)
        self.rows = [row for place, row in enumerate(body) if place not in totals]
        self.values = [row for place, row in enumerate(values) if place not in totals]
        self._cells = [row for place, row in enumerate(cells) if place not in totals]

    @property
    def usable(self) -> bool:
        """Whether there is anything to compare, and not more than a model can keep apart."""
        several = len(self.rows) > 1 and all(row.cells[0] or row.path for row in self.rows)
        return several and 1 < len(self.columns) <= _COLUMNS

    @cached_property
    def kinds(self) -> list[str]:
        """The type of each column: REAL or TEXT."""
        return [
            "REAL" if any(isinstance(row[place], float) for row in self.values) else "TEXT"
            for place in range(len(self.columns))
        ]

    @cached_property
    def schema(self) -> str:
        """The table as a model is shown it: what it is about, its columns and its first rows."""
        columns = ", ".join(f'"{each}" {kind}' for each, kind in self._typed())
        rows = [
            " | ".join(map(_shown, row, cells))
            for row, cells in zip(self.values[:_ROWS_SHOWN], self._cells, strict=False)
        ]
        about = ": ".join(filter(None, (self._section, _UNIT.sub("", self.table.context))))
        head = f"the first of its {len(self.rows)} rows:"
        return "\n".join((f"-- {about}", f"CREATE TABLE t ({columns});", f"-- {head}", *rows))

    def select(self, query: str, question: str) -> Selection | None:
        """The rows that a query selects, some but not all; None where it makes no sense here.

        A query that looks a row up by its label is none: it compares nothing. Nor is one with a
        number that the question has not; of dates what the question has counts."""
        found = _QUERY.match(" ".join(query.split()).rstrip(" ;"))
        if found is None:
            return None
        rest, what = _dated(self._quoted(found["rest"]), question), found["what"].strip()
        if not _asked(rest, question):
            return None
        if extreme := _EXTREME.fullmatch(what):
            what, direction = extreme[2], _DIRECTION[extreme[1].upper()]
            rest = f"{rest} ORDER BY {what} {direction} LIMIT 1"
        named = _NAME.findall(what) or [what]
        columns = [self.columns.index(name) for name in named if name in self.columns]
        asks = _COUNT.fullmatch(what) is not None
        if not (asks or columns) or f'"{self.columns[0]}"' in rest.partition("ORDER BY")[0]:
            return None
        places = self._run(rest) or self._run(_EQUALS.sub(r"\1 LIKE '%\2\3%'", rest))
        if not 0 < len(places) < len(self.rows):
            return None
        rows = tuple(self.rows[place] for place in places)
        return Selection(self.table, rows, () if asks else tuple(columns))

    def _typed(self) -> list[tuple[str, str]]:
        return list(zip(self.columns, self.kinds, strict=True))

    def _quoted(self, text: str) -> str:
        """Strings that a model sets in the marks of names, as strings."""
        return _NAME.sub(lambda name: name[0] if name[1] in self.columns else f"'{name[1]}'", text)

    def _run(self, rest: str) -> list[int]:
        """Places of the rows that are left by what stands behind FROM: WHERE, ORDER BY, LIMIT."""
        with closing(sqlite3.connect(":memory:")) as database:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in self._typed())
            database.execute(f"CREATE TABLE t ({columns})")
            marks = ", ".join("?" * len(self.columns))
            database.executemany(f"INSERT INTO t VALUES ({marks})", self.values)
            database.set_authorizer(_authorized)
            database.set_progress_handler(lambda: 1, _STEPS)
            try:
                rest = _ORDER.sub(r"\1 NULLS LAST", rest)
                found = database.execute(f"SELECT rowid FROM t {rest}").fetchall()
            except sqlite3.Error:
                return []
        return [rowid - 1 for (rowid,) in found]


def _dated(rest: str, question: str) -> str:
    """Dates in a query as ISO 8601, cut to what the question has of them: a model copies the day
    of a row."""
    rest = _WORDS.sub(lambda words: f"'{_date(words[1])}'" if _date(words[1]) else words[0], rest)

    def cut(found: re.Match[str]) -> str:
        date = "-".join(takewhile(lambda part: _has(question, part), found[1].split("-")))
        return f"LIKE '{date}%'" if date != found[1] else found[0]

    return _IS_DATE.sub(cut, _YEAR.sub(r"'%\1%'", rest))


def _has(question: str, part: str) -> bool:
    """Whether a question has a year, or a month or day of a date."""
    month = _MONTHS.get(part)
    return bool(month and month in question.casefold()) or part.lstrip("0") in terms(question)


def _asked(rest: str, question: str) -> bool:
    """Whether the question has all the numbers that a query compares with; nothing is zero."""
    told = chain(figures(question), figures(in_digits(question, question)))
    asked = {figure.value * figure.factor for figure in told}
    compared = _LITERAL.findall(_LIMIT.sub("", _NAME.sub("", _IS_DATE.sub("", rest))))
    return all(float(number) in {0, *map(float, asked)} for number in compared)


def _authorized(action: int, *_about: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _names(heads: Sequence[str]) -> list[str]:
    """Columns by their heads, units left out; those alike, or without a head, are numbered."""
    names: list[str] = []
    for place, head in enumerate(heads):
        bare = " ".join(_UNIT.sub("", head).replace('"', "").split())
        name = bare or (f"Column {place}" if place else "Row")
        names.append(f"{name} {place}" if name in names else name)
    return names


def _scales(table: Table, place: int, labels: Sequence[str]) -> list[int]:
    """What the figures of a column are multiplied by, row by row: by the head's unit or the
    table's; shares and counts are as they are."""
    head = table.columns[place]
    own = scale_of(head) or int(OTHER_UNIT.search(head) is not None)
    return [
        1 if OTHER_UNIT.search(label) else own or scale_of(table.unit, label) or 1
        for label in labels
    ]


def _values(cells: Sequence[str], scales: Sequence[int]) -> list[Value]:
    """A column's cells as numbers, each times its scale, where most of them are, as ISO dates, or
    as they are."""
    filled = [cell for cell in cells if cell.strip()]
    numbers = [_number(cell) for cell in cells]
    known = [number for number in numbers if number is not None]
    if known and 2 * len(known) >= len(filled):
        years = all(number in _YEARS for number in known)
        scales = [1] * len(numbers) if years else scales
        return [
            None if number is None else number * factor
            for number, factor in zip(numbers, scales, strict=True)
        ]
    dates = [_date(cell) for cell in cells]
    if 2 * sum(map(bool, dates)) > len(filled):
        return [date or None for date in dates]
    return [" ".join(cell.split()) for cell in cells]


def _number(cell: str) -> float | None:
    cell = cell.strip()
    if _NIL.fullmatch(cell):
        return 0.0
    found = list(figures(cell))
    if len(found) != 1 or _AROUND.sub("", cell.replace(found[0].digits, "", 1)):
        return None
    return float(found[0].value)


def _date(cell: str) -> str:
    """A date or month as "2024-06-11" or "2024-06"; empty for anything else."""
    for form in _DATES:
        try:
            found = strptime(cell.strip(), form)
        except ValueError:
            continue
        day = f"-{found.tm_mday:02}" if "%d" in form else ""
        return f"{found.tm_year}-{found.tm_mon:02}{day}"
    return ""


def _sums(values: Sequence[Sequence[Value]]) -> set[int]:
    """Rows whose figures are each the sum of those of the same rows above: totals."""
    found = set[int]()
    for place, row in enumerate(values):
        columns = [at for at, value in enumerate(row) if isinstance(value, float) and value]
        if len(columns) * _digits(row, columns) < _TELLING:
            continue
        above = reversed(values[max(0, place - _SUMMED) : place])
        sums = accumulate(([_or_zero(each[at]) for at in columns] for each in above), _added)
        own = [_or_zero(row[at]) for at in columns]
        if any(of > 1 and total == own for of, total in enumerate(sums, start=1)):
            found.add(place)
    return found


def _added(one: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _digits(row: Sequence[Value], columns: Sequence[int]) -> int:
    return max((len(f"{abs(_or_zero(row[at])):g}") for at in columns), default=0)


def _or_zero(value: Value) -> float:
    return value if isinstance(value, float) else 0.0


def _shown(value: Value, cell: str) -> str:
    """A figure in full, anything else as it stands in its cell."""
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else f"{value:g}"
    return without_injections(" ".join(cell.split()))[:_CELL_SHOWN]
