"""Tables of HTML and Markdown: label, head, caption, period and unit of a cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from longread.documents import Document, Table, load
from tests.bench.scripts import BENCHMARKS, script


def read(folder: Path, body: str, name: str = "a.html") -> Document:
    path = folder / name
    path.write_text(body if name.endswith(".md") else f"<html><body>{body}</body></html>", "utf-8")
    return load(str(path), use_cache=False)


def only(document: Document) -> Table:
    (table,) = document.tables
    for row in table.rows:
        assert row.cells[0] in document.text[row.start : row.end]
    return table


SEGMENTS = """
<p>The company has three segments.</p><p><b>Segment information</b></p><p>(in thousands)</p>
<table><tr><td></td><td colspan=5>Year ended December 31,</td></tr>
<tr><td></td><td colspan=2>2017</td><td></td><td colspan=2>2016</td></tr>
<tr><td>Revenues</td><td>$</td><td>6,153</td><td></td><td>$</td><td>5,077</td></tr>
<tr><td colspan=6>Earnings per share:</td></tr>
<tr><td>Basic</td><td></td><td>0.45</td><td></td><td></td><td>(0.44</td><td>)</td></tr></table>
"""


def test_the_heads_period_and_unit_of_a_filing(tmp_path: Path) -> None:
    table = only(read(tmp_path, SEGMENTS))
    assert (table.caption, table.unit) == ("Segment information", "in thousands")
    assert table.heads[1:] == (
        ("Year ended December 31,", "2017"),
        ("Year ended December 31,", "2016"),
    )
    assert [(row.label, row.cells[1:]) for row in table.rows] == [
        ("Revenues", ("$6,153", "$5,077")),
        ("Earnings per share", ("", "")),
        ("Earnings per share: Basic", ("0.45", "(0.44)")),
    ]


def test_caption_and_spans(tmp_path: Path) -> None:
    table = only(
        read(
            tmp_path,
            "<table><caption>Depths in May 2024 (in thousands)</caption><thead>"
            "<tr><th rowspan=2>Berth<th colspan=2>Depth</tr><tr><th>low<th>high</thead>"
            "<tr><th rowspan=2>North<td>1<td>2<tr><td><td>4</table>",
        )
    )
    assert (table.caption, table.unit) == ("Depths in May 2024", "in thousands")
    assert table.columns == ("Berth", "Depth low", "Depth high")
    assert [row.cells for row in table.rows] == [("North", "1", "2"), ("North", "", "4")]


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr><td>one<td>1</table>",
        "<table><tr><td>one<tr><td>two</table>",
        "<table></table>",
        "<table><tr></tr><tr><td></td></tr></table>",
        "<table><tr></tr></table>",
        "<table><thead></thead><tr></tr><tr></tr></table>",
    ],
)
def test_what_is_no_table(tmp_path: Path, body: str) -> None:
    assert read(tmp_path, f"<p>Text.</p>{body}").tables == ()


def test_spans_without_end_end(tmp_path: Path) -> None:
    body = "<table>" + "<tr><td rowspan=65534 colspan=9999>x<td>y" * 300 + "</table>"
    document = read(tmp_path, body)
    assert len(document.text) < 3_000_000


def test_markdown_tables(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "# Tariffs\n\n| Class | Price | Note |\n|:---|---:|---|\n| Dinghy | | 12 |\n"
        "| A \\| B | 85 | **new** |\n\n```\na | b\n--|--\n1 | 2\n```\n",
        "a.md",
    )
    (table,) = document.tables
    assert table.columns == ("Class", "Price", "Note")
    assert [row.cells for row in table.rows] == [("Dinghy", "", "12"), ("A | B", "85", "new")]
    row = table.rows[0]
    assert document.text[row.start : row.end] == "| Dinghy | | 12 |"


@pytest.mark.parametrize(
    "features", ["<ul><li>mail<li>chat</ul>", "<p>mail<p>chat<p>talk<p>files<p>video"]
)
def test_a_table_with_heads_may_have_lists_and_paragraphs_in_its_cells(
    tmp_path: Path, features: str
) -> None:
    body = f"<table><tr><th>Plan<th>Holds<th>Price<tr><td>Basic<td>{features}<td>5</table>"
    table = only(read(tmp_path, body))
    (row,) = table.rows
    assert (row.label, row.cells[-1]) == ("Basic", "5")
    assert "mail" in row.cells[1]
    grid = f"<table><tr><td>Home<td>{features}<tr><td>News<td>Today</table>"
    assert read(tmp_path, grid, "b.html").tables == ()


def test_row_groups_and_several_labels(tmp_path: Path) -> None:
    table = only(
        read(
            tmp_path,
            "<table><tr><th colspan=2>Sailings<th colspan=2>Quarter</tr>"
            "<tr><th><th><th>First<th>Second</tr>"
            "<tr><th rowspan=2>Holm<th>out<td>93%<td>96%</tr><tr><th>in<td>90%<td>95%</tr>"
            "</table>",
        )
    )
    assert table.columns == ("Sailings", "Quarter First", "Quarter Second")
    assert [row.label for row in table.rows] == ["Holm: out", "Holm: in"]


def test_a_head_across_the_table_heads_the_rows_below_it(tmp_path: Path) -> None:
    table = only(
        read(
            tmp_path,
            "<table><tr><td><th>Adult<th>Child</tr><tr><th colspan=3>Single</tr>"
            "<tr><th>Near<td>18<td>9</tr><tr><th colspan=3>Return</tr><tr><th>Near<td>32<td>16</tr>"
            "</table>",
        )
    )
    assert [row.label for row in table.rows if not row.is_subhead] == [
        "Single: Near",
        "Return: Near",
    ]


def test_what_is_set_in_stands_below_what_is_not(tmp_path: Path) -> None:
    table = only(
        read(
            tmp_path,
            "<table><tr><th><th>2024</tr><tr><td>Assets<td></tr>"
            "<tr><td>&nbsp;&nbsp;Ships<td>48</tr>"
            '<tr><td style="padding-left: 12px">Cash<td>6</tr><tr><td>Loans<td>(22)</tr></table>',
        )
    )
    assert [row.label for row in table.rows[1:]] == ["Assets: Ships", "Assets: Cash", "Loans"]


def test_every_labelled_cell_of_html_has_its_row_head_period_and_unit() -> None:
    tables = script("tables")
    lines = (BENCHMARKS / "tables" / "labels.jsonl").read_text("utf-8").splitlines()
    labels = [label for label in map(json.loads, lines) if label["style"] == "html"]
    total = tables.Score()
    for label in labels:
        path = str(BENCHMARKS / "tables" / label["document"])
        total.add(tables.score(label, list(tables.by_longread(path, None)), False))
    assert total.cells >= 95
    assert total.all == total.cells
