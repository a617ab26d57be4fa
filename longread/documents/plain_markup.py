"""LaTeX, reStructuredText, AsciiDoc and Org: the source as it is written, so that lines are places.

Contract: headings become sections and tables become tables; nothing is taken out of the text but
the comments of LaTeX. What another file would add (`\\input`, `include::`) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from longread.documents.encodings import decode
from longread.documents.model import Section
from longread.documents.normalize import tidy
from longread.documents.table import Span, Table, TableRow
from longread.documents.text import Read, paragraph_starts

# An address may hold "%20", which begins no comment.
_COMMENT = re.compile(r"(\\(?:url|href|path)\{[^{}\n]*\})|(?<!\\)%.*")
_LEVELS = {"part": 1, "chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3}
_TEX_HEADING = re.compile(
    rf"\\({'|'.join(_LEVELS)})\*?[ \t]*(?:\[[^\][]*\])?\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}"
)
_TEX_TITLE = re.compile(r"\\title\{((?:[^{}]|\{[^{}]*\})*)\}")
_TEX_TABLE = re.compile(r"\\begin\{(tabular[xy*]?|longtable)\}(.*?)\\end\{\1\}", re.DOTALL)
_TEX_CAPTION = re.compile(r"\\caption(?:\[[^\][]*\])?\{((?:[^{}]|\{[^{}]*\})*)\}")
_TEX_RULE = re.compile(r"\\(?:midrule|hline|endhead|endfirsthead)")
_TEX_COMMAND = re.compile(r"\\[a-zA-Z]+\*?(?:\[[^\][]*\])?")
_ADORNMENT = re.compile(r"([^\w\s])\1{2,}[ \t]*")
_SIMPLE = re.compile(r"[ \t]*=+(?:[ \t]+=+)+[ \t]*")
_GRID = re.compile(r"[ \t]*\+[-=]+(?:\+[-=]+)*\+[ \t]*")
_ASCIIDOC_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*")
_ASCIIDOC_BLOCK = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,}|={4,}|\*{4,}|_{4,}")
_ASCIIDOC_COLUMNS = re.compile(r'cols=(?:"([^"]*)"|([^,\]"]+))')
# Where a cell begins, behind what it says of itself: "|", "2+|", ".^a|".
_ASCIIDOC_CELL = re.compile(
    r"(?<!\S)(?:\d+(?:\.\d+)?[+*]|\.\d+\+)?[<^>]?(?:\.[<^>])?[adehlmsv]?\||(?<!\\)\|"
)
_VERBATIM = "-.+/`"
_ORG_HEADING = re.compile(
    r"(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING)[ \t]+)?(.*?)(?:[ \t]+:[\w@:]+:)?[ \t]*"
)
_ORG_BLOCK = re.compile(r"[ \t]*#\+(begin|end)_(?:src|example)\b.*", re.IGNORECASE)
_ORG_TITLE = re.compile(r"#\+title:[ \t]*(.+)", re.IGNORECASE)
_ORG_CAPTION = re.compile(r"#\+caption:[ \t]*(.+)", re.IGNORECASE)

# Lines that are no prose.
_TEX_LINE = re.compile(r"[ \t]*(?:\\(?!emph|text|ref|cite)[a-zA-Z]|[{}])")
_RST_LINE = re.compile(r"\.\. |:[\w-]+:|[^\w\s]{3,}[ \t]*$")
_ASCIIDOC_LINE = re.compile(r"=+ |#+ |\[.*\]$|\.\w|:[\w-]+:|\|===|([-=.*_+/])\1{3,}$")
_ORG_LINE = re.compile(r"\*+ |#\+|[ \t]*(?::[\w-]+:|\|)")


class _Line(NamedTuple):
    text: str
    start: int


class _Row(NamedTuple):
    cells: tuple[str, ...]
    start: int
    end: int


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(line, start))
        start += len(line) + 1
    return lines


def _read(
    data: bytes,
    name: str,
    encoding: str | None,
    parts: Callable[[str], tuple[str, list[Section], list[Table]]],
    markup: re.Pattern[str],
    clean: Callable[[str], str] = tidy,
) -> Read:
    """The source with its parts; lines that begin with `markup` are blocks of their own."""
    decoded, warnings = decode(data, name, encoding=encoding)
    text = clean(decoded)
    title, sections, tables = parts(text)
    starts = {*paragraph_starts(text), *(section.start for section in sections)}
    for line in _lines(text):
        if markup.match(line.text):
            starts |= {line.start, line.start + len(line.text) + 1}
    starts = {start for start in starts if start < len(text)}
    title = title or (sections[0].title if sections else "")
    return Read(text, title, tuple(sections), tuple(sorted(starts)), warnings, tables=tuple(tables))


def _table(
    rows: Sequence[_Row], heads: int, caption: str = "", rules: Sequence[Span] = ()
) -> Iterator[Table]:
    """The table of some rows, the first of which are heads; none of one row or column.

    `rules` are lines that are drawn, which say nothing: they count with the heads.
    """
    width = max((len(row.cells) for row in rows), default=0)
    if width < 2 or len(rows) <= heads or len(rows) < 2:
        return
    filled = [(*row.cells, *[""] * (width - len(row.cells))) for row in rows]
    columns = [tuple(filter(None, column)) for column in zip(*filled[:heads], strict=True)]
    # Heads that are repeated for another page.
    repeated = {row.cells for row in rows[:heads]}
    spans: list[Span] = [*rules, *((row.start, row.end) for row in rows[:heads])]
    body = []
    for row, cells in list(zip(rows, filled, strict=True))[heads:]:
        if row.cells in repeated:
            spans.append((row.start, row.end))
        else:
            body.append(TableRow(cells, row.start, row.end))
    if body:
        yield Table(
            tuple(columns) or ((),) * width, tuple(body), tuple(sorted(spans)), caption=caption
        )


def read_tex(data: bytes, name: str, encoding: str | None = None) -> Read:
    """LaTeX without its comments."""

    def without_comments(text: str) -> str:
        return tidy(_COMMENT.sub(r"\1", text))

    return _read(data, name, encoding, _tex, _TEX_LINE, without_comments)


def _tex(text: str) -> tuple[str, list[Section], list[Table]]:
    sections = [
        Section(_bare(found[2]), found.start(), _LEVELS[found[1]])
        for found in _TEX_HEADING.finditer(text)
        if _bare(found[2])
    ]
    title = _TEX_TITLE.search(text)
    tables: list[Table] = []
    for found in _TEX_TABLE.finditer(text):
        rows: list[_Row] = []
        rules: list[Span] = []
        heads = 0
        for line in _lines(found[2]):
            cells, _, _ = line.text.partition("\\\\")
            if "&" in cells.replace("\\&", ""):
                start = found.start(2) + line.start + len(cells) - len(cells.lstrip())
                end = found.start(2) + line.start + len(line.text.rstrip())
                rows.append(_Row(tuple(map(_bare, re.split(r"(?<!\\)&", cells))), start, end))
            elif line.text.startswith("\\"):
                start = found.start(2) + line.start
                rules.append((start, start + len(line.text)))
            if _TEX_RULE.search(line.text):
                heads = heads or len(rows)
        around = text[max(0, found.start() - 300) : found.end() + 300]
        caption = _TEX_CAPTION.search(found[2]) or _TEX_CAPTION.search(around)
        tables += _table(rows, heads, _bare(caption[1]) if caption else "", rules)
    return (_bare(title[1]) if title else ""), sections, tables


def _bare(source: str) -> str:
    """The words of a heading or cell, without commands and braces."""
    source = re.sub(r"\\([&%$#_{}])", r"\1", source.replace("\\\\", " "))
    return " ".join(_TEX_COMMAND.sub(" ", source).replace("{", "").replace("}", "").split())


def read_rst(data: bytes, name: str, encoding: str | None = None) -> Read:
    """reStructuredText: headings by what they are underlined with, simple and grid tables."""
    return _read(data, name, encoding, _rst, _RST_LINE)


def _rst(text: str) -> tuple[str, list[Section], list[Table]]:
    lines = _lines(text)
    styles: list[str] = []
    sections: list[Section] = []
    for before, line, below in zip([_Line("", 0), *lines], lines, lines[1:], strict=False):
        words = line.text.strip()
        under = _ADORNMENT.fullmatch(below.text)
        if not words or not under or _ADORNMENT.fullmatch(line.text):
            continue
        over = before.text.rstrip() == below.text.rstrip()
        if len(below.text.rstrip()) < len(line.text.rstrip()) or (line.text[0] == " " and not over):
            continue
        style = under[1] * (2 if over else 1)
        if style not in styles:
            styles.append(style)
        sections.append(Section(words, line.start, styles.index(style) + 1))
    return "", sections, [*_simple_tables(lines), *_grid_tables(lines)]


def _simple_tables(lines: Sequence[_Line]) -> Iterator[Table]:
    rules = [index for index, line in enumerate(lines) if _SIMPLE.fullmatch(line.text)]
    while len(rules) > 1:
        first, second = rules[:2]
        third = rules[2] if len(rules) > 2 and lines[rules[2]].text == lines[first].text else None
        if third is not None and not any(line.text.strip() for line in lines[second + 1 : third]):
            third = None
        columns = [found.start() for found in re.finditer("=+", lines[first].text)]
        ends = [*columns[1:], None]
        rows: list[_Row] = []
        heads = 0
        for index in range(first + 1, third or second):
            text, start = lines[index]
            if index == second:
                heads = len(rows)
            elif text.strip():
                cells = [text[a:b].strip() for a, b in zip(columns, ends, strict=True)]
                begin = start + len(text) - len(text.lstrip())
                row = _Row(tuple(cells), begin, start + len(text.rstrip()))
                # A row goes on below where its first cell is empty.
                goes_on = not cells[0] and len(rows) > heads
                rows[len(rows) - goes_on :] = [_merged(rows[-1], row) if goes_on else row]
        drawn = [_span(lines[index]) for index in rules[: 3 if third else 2]]
        yield from _table(rows, heads, _caption(lines, first), drawn)
        rules = rules[3 if third else 2 :]


def _grid_tables(lines: Sequence[_Line]) -> Iterator[Table]:
    rows: list[_Row] = []
    rules: list[Span] = []
    heads = first = 0
    fresh = False
    for index, (text, start) in enumerate([*lines, _Line("", 0)]):
        if _GRID.fullmatch(text):
            first = first or index
            rules.append(_span(_Line(text, start)))
            heads = len(rows) if "=" in text else heads
            fresh = True
        elif first and text.strip().startswith("|"):
            cells = tuple(cell.strip() for cell in text.strip().strip("|").split("|"))
            row = _Row(cells, start, start + len(text.rstrip()))
            rows[len(rows) - (not fresh) :] = [row if fresh else _merged(rows[-1], row)]
            fresh = False
        elif first:
            yield from _table(rows, heads, _caption(lines, first), rules)
            rows, rules, heads, first = [], [], 0, 0


def _span(line: _Line) -> Span:
    """Where a line's words stand."""
    return line.start + len(line.text) - len(line.text.lstrip()), line.start + len(
        line.text.rstrip()
    )


def _merged(above: _Row, below: _Row) -> _Row:
    cells = zip(above.cells, below.cells, strict=False)
    return _Row(tuple(" ".join(filter(None, pair)) for pair in cells), above.start, below.end)


def _caption(lines: Sequence[_Line], first: int) -> str:
    """What `.. table::` says above a table."""
    for line in lines[max(0, first - 4) : first]:
        found = re.match(r"[ \t]*\.\. table::[ \t]*(.+)", line.text)
        if found:
            return found[1].strip()
    return ""


def read_asciidoc(data: bytes, name: str, encoding: str | None = None) -> Read:
    """AsciiDoc: headings outside of listings, tables between |===."""
    return _read(data, name, encoding, _asciidoc, _ASCIIDOC_LINE)


def _asciidoc(text: str) -> tuple[str, list[Section], list[Table]]:
    lines = _lines(text)
    sections: list[Section] = []
    tables: list[Table] = []
    title = fence = ""
    table: int | None = None
    for index, line in enumerate(lines):
        bare = line.text.rstrip()
        if _ASCIIDOC_BLOCK.fullmatch(bare) and bare[0] in _VERBATIM and fence in ("", bare):
            fence = "" if fence else bare
        elif fence:
            continue
        elif bare == "|===":
            if table is not None:
                tables += _asciidoc_table(lines, table, index)
            table = index if table is None else None
        elif table is None and (found := _ASCIIDOC_HEADING.fullmatch(bare)):
            sections.append(Section(found[2], line.start, max(1, len(found[1]) - 1)))
            title = title or (found[2] if len(found[1]) == 1 else "")
    return title, sections, tables


def _asciidoc_table(lines: Sequence[_Line], first: int, end: int) -> Iterator[Table]:
    above = [line.text.strip() for line in lines[max(0, first - 3) : first]]
    attributes = " ".join(text for text in above if text.startswith("["))
    caption = next((text[1:] for text in above if re.match(r"\.[^. ]", text)), "")
    columns = _ASCIIDOC_COLUMNS.search(attributes)
    inner = lines[first + 1 : end]
    filled = [index for index, line in enumerate(inner) if line.text.strip()]
    if not filled:
        return
    cells = list(_asciidoc_cells(inner))
    width = len(_ASCIIDOC_CELL.findall(inner[filled[0]].text))
    if columns:
        width = sum(_times(each) for each in (columns[1] or columns[2]).split(","))
    width = max(1, min(width, len(cells)))
    blank = filled[0] == 0 and len(inner) > 1 and not inner[1].text.strip()
    rows = [
        _Row(tuple(cell.text for cell in row), row[0].start, row[-1].end)
        for row in (cells[at : at + width] for at in range(0, len(cells), width))
    ]
    heads = int("header" in attributes or blank)
    yield from _table(rows, heads, caption, [_span(lines[first]), _span(lines[end])])


class _Cell(NamedTuple):
    text: str
    start: int
    end: int


def _asciidoc_cells(lines: Sequence[_Line]) -> Iterator[_Cell]:
    """The cells of a table one after the other; its rows need not be lines."""
    last: _Cell | None = None
    for text, at in lines:
        begins = list(_ASCIIDOC_CELL.finditer(text))
        lead = text[: begins[0].start()] if begins else text
        if last and lead.strip():
            last = _Cell(f"{last.text} {lead.strip()}".strip(), last.start, at + len(lead.rstrip()))
        ends = [*(each.start() for each in begins[1:]), len(text)]
        for found, end in zip(begins, ends, strict=False):
            if last:
                yield last
            words = text[found.end() : end]
            last = _Cell(words.strip(), at + found.start(), at + found.end() + len(words.rstrip()))
            # One over several columns, or that stands several times.
            for _ in range(_times(found[0]) - 1):
                yield last
                last = last._replace(text=last.text if "*" in found[0] else "")
    if last:
        yield last


def _times(said: str) -> int:
    """How often a column or a cell counts: 3 for "3*" and "3+|", else once."""
    found = re.match(r"\s*(\d{1,3})(?:\.\d+)?[*+]", said)
    return int(found[1]) if found else 1


def read_org(data: bytes, name: str, encoding: str | None = None) -> Read:
    """Org: headings outside of source blocks, tables of |."""
    return _read(data, name, encoding, _org, _ORG_LINE)


def _org(text: str) -> tuple[str, list[Section], list[Table]]:
    sections: list[Section] = []
    tables: list[Table] = []
    rows: list[_Row] = []
    rules: list[Span] = []
    heads, caption, title, inside = 0, "", "", False
    for line in [*_lines(text), _Line("", len(text))]:
        bare = line.text.strip()
        if rows and not bare.startswith("|"):
            below = _ORG_CAPTION.match(bare)
            tables += _table(rows, heads, caption or (below[1] if below else ""), rules)
            rows, rules, heads, caption = [], [], 0, ""
        if block := _ORG_BLOCK.fullmatch(line.text):
            inside = block[1].lower() == "begin"
        elif inside:
            continue
        elif bare.startswith("|-"):
            heads = heads or len(rows)
            rules.append(_span(line))
        elif bare.startswith("|"):
            cells = tuple(cell.strip() for cell in bare.strip("|").split("|"))
            start = line.start + line.text.index("|")
            rows.append(_Row(cells, start, start + len(bare)))
        elif found := _ORG_HEADING.fullmatch(line.text):
            if found[2]:
                sections.append(Section(found[2], line.start, len(found[1])))
        elif found := _ORG_CAPTION.match(bare):
            caption = found[1]
        elif found := _ORG_TITLE.match(bare):
            title = found[1]
    return title, sections, tables
