"""CSV and TSV: every cell under its head, every row on its own line."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.documents import Document, load
from longread.documents.chunks import cut
from longread.documents.sentences import sentences


def read(folder: Path, name: str, text: str) -> Document:
    path = folder / name
    path.write_text(text, "utf-8")
    return load(str(path), use_cache=False)


def records(document: Document) -> list[str]:
    return [table.record(row) for table in document.tables for row in table.rows]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", "name,born,died\nOve Lund,1911,1978\nInes Falk,1932,\n"),
        ("people.csv", "name;born;died\r\nOve Lund;1911;1978\r\nInes Falk;1932;\r\n"),
        ("people.tsv", "name\tborn\tdied\nOve Lund\t1911\t1978\nInes Falk\t1932\t\n"),
        ("people.txt", "name\tborn\tdied\nOve Lund\t1911\t1978\nInes Falk\t1932\t\n"),
        ("people.csv", '"name","born","died"\n"Ove Lund","1911","1978"\n"Ines Falk","1932",""\n'),
    ],
)
def test_rows_and_heads(tmp_path: Path, name: str, text: str) -> None:
    document = read(tmp_path, name, text)
    assert document.text.splitlines() == [
        "name | born | died",
        "Ove Lund | 1911 | 1978",
        "Ines Falk | 1932 |",
    ]
    assert records(document) == [
        "name Ove Lund: born 1911; died 1978",
        "name Ines Falk: born 1932",
    ]
    assert document.locate(document.text.index("Ines")).line == 3


def test_the_mark_of_utf_8_is_no_part_of_the_first_head(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "\ufeffname;sum\nJörg;12,50\n")
    assert records(document) == ["name Jörg: sum 12,50"]


def test_an_empty_cell_keeps_its_column(tmp_path: Path) -> None:
    document = read(tmp_path, "a.tsv", "Berth\tLow\tHigh\tFee\nNorth\t\t7.5\t12\nWest\t3.3\t\t15\n")
    assert records(document) == ["Berth North: High 7.5; Fee 12", "Berth West: Low 3.3; Fee 15"]


def test_cells_of_several_lines_leave_the_lines_below_where_they_are(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", 'port,note\nAlder,"one, ""two""\nthree"\nBirk,four\n')
    assert document.text == 'port | note\nAlder | one, "two" three\n\nBirk | four'
    assert document.locate(document.text.index("Birk")).line == 4


def test_a_table_without_heads(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "2021,100\n2022,101\n")
    (table,) = document.tables
    assert [row.cells for row in table.rows] == [("2021", "100"), ("2022", "101")]
    assert table.columns == ("", "")


def test_years_are_heads_where_other_figures_stand_below(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "Country,2019,2020\nFrance,1.5,2.5\nSpain,2001,4\n")
    assert records(document) == [
        "Country France: 2019 1.5; 2020 2.5",
        "Country Spain: 2019 2001; 2020 4",
    ]
    lives = read(tmp_path, "b.csv", "Ove Lund,1911,1978\nInes Falk,1932,2001\n")
    assert lives.tables[0].columns == ("", "", "")


@pytest.mark.parametrize(
    ("above", "caption"),
    [
        ("Sales of 2024\n\n", "Sales of 2024"),
        ("Account:;DE12 3456;\nBalance:;1.234,56 EUR;\n\n", ""),
        ("sep=;\n", ""),
    ],
)
def test_what_stands_above_the_heads_is_no_row(tmp_path: Path, above: str, caption: str) -> None:
    rows = "Date;Payee;Amount;Note\n03.04.2024;Shop;-12,50;Food\n04.04.2024;Boss;2.000,00;\n"
    document = read(tmp_path, "a.csv", above + rows)
    (table,) = document.tables
    assert table.caption == caption
    assert [table.record(row, context=False) for row in table.rows] == [
        "Date 03.04.2024: Payee: Shop; Amount -12,50; Note: Food",
        "Date 04.04.2024: Payee: Boss; Amount 2.000,00",
    ]
    line = above.count("\n") + 2
    assert document.locate(document.text.index("Shop")).line == line
    assert "sep=" not in document.text


def test_a_quote_that_nothing_closes_takes_its_line_alone(tmp_path: Path) -> None:
    rows = "".join(f"{number},x\n" for number in range(200))
    document = read(tmp_path, "a.csv", f'a,b\n5" pipe,"open\n{rows}')
    assert "150 | x" in document.text.splitlines()


def test_rows_are_never_joined(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", "name,note\n" + "Ove,went away\nInes,came back\n" * 40)
    for span in cut(document, 60):
        lines = document.text[span.start : span.end].splitlines()
        assert all(line in ("name | note", "Ove | went away", "Ines | came back") for line in lines)
    for start, end in sentences(document.text, by_line=document.by_line):
        assert "\n" not in document.text[start:end]
