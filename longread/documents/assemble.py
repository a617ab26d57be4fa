"""From placed blocks to the tables of a document: spans in the text, captions, pages joined."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from longread.documents.captions import above, notes
from longread.documents.paragraphs import Block, Placed
from longread.documents.periods import period_in, unit_in
from longread.documents.structure import Draft
from longread.documents.table import Table, TableRow

# Lines above rows without heads that are sub-heads of the table before.
_MOST_SUB_HEADS, _LONGEST_SUB_HEAD = 3, 80


def assemble(placed: Sequence[Placed]) -> tuple[Table, ...]:
    """The tables that the blocks of all pages hold, in order; over pages they are one."""
    tables: list[Table] = []
    # The table before by its heads, with the page that it ends on; and its last part.
    last: tuple[Draft, int] | None = None
    part: Draft | None = None
    begin = 0
    for key, group in itertools.groupby(placed, key=lambda each: id(each.block.draft)):
        own = list(group)
        end = begin + len(own)
        draft = own[0].block.draft
        if draft is not None and draft.is_table and key:
            page = own[0].page
            before = placed[_page_start(placed, begin) : begin]
            if tables and last and _goes_on(last, draft, before, page):
                heads = _sub_heads(before) if page == last[1] else ()
                tables[-1] = _joined(tables[-1], draft, _under(heads, own), own)
                last = (draft if any(draft.heads) else last[0], own[-1].page)
            else:
                follows = last and begin and placed[begin - 1].block.draft is part
                upper = tables[-1] if tables and follows else None
                tables.append(_table(draft, own, before, placed[end : end + 8], upper))
                last = (draft, own[-1].page)
            part = draft
        elif last and own[0].page > last[1]:
            # Only notes may stand between a table's pages.
            last = last if _only_titles(own) else None
        begin = end
    return tuple(table for table in tables if _says_something(table))


def _page_start(placed: Sequence[Placed], index: int) -> int:
    page = placed[index].page
    while index and placed[index - 1].page == page:
        index -= 1
    return index


def _only_titles(own: Sequence[Placed]) -> bool:
    return all("continued" in each.block.text.casefold() for each in own)


def _goes_on(last: tuple[Draft, int], draft: Draft, before: Sequence[Placed], page: int) -> bool:
    """Is this the rest of the table before: under sub-heads only, or first thing overleaf?"""
    first, last_page = last
    if len(first.heads) != len(draft.heads):
        return False
    near = first.in_line(draft)
    if page == last_page:
        return near and not any(draft.heads) and any(first.heads) and _only_sub_heads(before)
    if page != last_page + 1 or not _only_titles(before):
        return False
    names = [[" ".join(head).casefold() for head in each.heads] for each in (first, draft)]
    return names[0] == names[1] or (near and not any(draft.heads))


def _only_sub_heads(before: Sequence[Placed]) -> bool:
    """Do at most a few short lines, none of them a title or a sentence, stand above?"""
    for count, each in enumerate(reversed(before)):
        if each.block.kind == "row":
            return count <= _MOST_SUB_HEADS
        text = each.block.text
        if len(text) > _LONGEST_SUB_HEAD or text.endswith(".") or unit_in(text) or period_in(text):
            return False
    return False


def _rows(own: Sequence[Placed]) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            line.cells,
            each.start,
            each.start + len(each.block.text),
            line.path,
            each.page,
            line.boxes,
        )
        for each in own
        if (line := each.block.line) is not None and not line.head
    )


def _head_lines(own: Sequence[Placed]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (each.start, each.start + len(each.block.text))
        for each in own
        if each.block.line is not None and each.block.line.head
    )


def _table(
    draft: Draft,
    own: Sequence[Placed],
    before: Sequence[Placed],
    after: Sequence[Placed],
    upper: Table | None,
) -> Table:
    """One page's table; what is not said of it holds from the table right above, `upper`."""
    titles = [Block(title, "text", 0.0, False) for title in draft.titles]
    found = above([*(each.block for each in before), *titles])
    if upper is not None:
        found.caption = found.caption or upper.caption
        found.unit = found.unit or upper.unit
    return Table(
        tuple(draft.heads),
        _rows(own),
        _head_lines(own),
        found.caption,
        draft.period or found.period,
        draft.unit or found.unit,
        notes([each.block for each in after]),
    )


def _sub_heads(before: Sequence[Placed]) -> tuple[str, ...]:
    """The lines right above a part of a table that are no rows."""
    heads = itertools.takewhile(lambda each: each.block.kind != "row", reversed(before))
    return tuple(each.block.text for each in heads)[::-1]


def _under(heads: tuple[str, ...], own: Sequence[Placed]) -> Iterator[TableRow]:
    """The rows; the first, and those that are set in as far, stand under `heads` as well."""
    indents = [
        each.block.line.indent for each in own if each.block.line and not each.block.line.head
    ]
    for row, indent in zip(_rows(own), indents, strict=True):
        if indent < indents[0] - 2:
            heads = ()
        yield replace(row, path=(*heads, *row.path))


def _joined(table: Table, draft: Draft, rows: Iterable[TableRow], own: Sequence[Placed]) -> Table:
    return replace(
        table,
        rows=(*table.rows, *rows),
        head_lines=table.head_lines + _head_lines(own),
        unit=table.unit or draft.unit,
        period=table.period or draft.period,
    )


def _says_something(table: Table) -> bool:
    """Lines of two cells without heads, period or unit are a list or a table of contents."""
    if not table.rows:
        return False
    return any(table.heads) or bool(table.period or table.unit) or len(table.heads) > 2
