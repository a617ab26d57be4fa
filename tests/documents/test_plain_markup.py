"""LaTeX, reStructuredText, AsciiDoc and Org as pandoc writes them, and as people do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from longread.documents import Document, load
from longread.documents.chunks import sentences_and_rows
from longread.errors import DocumentError

OFFICE = Path(__file__).parents[1] / "fixtures" / "office"
KINDS = {"tex": "tex", "rst": "rst", "adoc": "asciidoc", "org": "org"}


@pytest.mark.parametrize(("ending", "kind"), KINDS.items())
def test_headings_tables_and_lines(ending: str, kind: str) -> None:
    path = OFFICE / f"voyage.{ending}"
    document = load(str(path))
    assert (document.kind, document.title) == (kind, "The Aurora")
    for words, section in (("Bergen", "Outward"), ("Coal", "Stores"), ("home in 1913", "Homeward")):
        place = document.locate(document.text.index(words))
        lines = path.read_text("utf-8").splitlines()
        assert place.section == section
        assert place.line is not None
        assert words in lines[place.line - 1]
    (table,) = document.tables
    assert table.caption == "Stores in kg"
    assert table.record(table.rows[0], context=False) == "Item Coal: 1911 48,000; 1912 51,500"
    assert document.text[table.rows[1].start : table.rows[1].end].startswith(("Flour", "|"))


def read(folder: Path, name: str, text: str) -> Document:
    (folder / name).write_text(text, encoding="utf-8")
    return load(str(folder / name))


def records(document: Document) -> list[str]:
    return [table.record(row) for table in document.tables for row in table.rows]


def test_tex_without_comments(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "a.tex",
        "\\section[Short]{The \\emph{long} one} % not this\n100\\% of it\n\n\\subsection*{}\n"
        "\\begin{tabular}{lr}\nShip & Mast \\\\ \\hline\nR\\&D \\textbf{Vega} & 23 \\\\\n"
        "\\end{tabular}\n",
    )
    assert [section.title for section in document.sections] == ["The long one"]
    assert "not this" not in document.text
    assert "100\\% of it" in document.text
    assert records(document) == ["Ship R&D Vega: Mast 23"]


def test_grid_tables_and_titles_of_rst(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "a.rst",
        "====\nLogs\n====\n\nOut\n---\n\nText.\n\n+------+------+\n| Ship | Mast |\n"
        "+======+======+\n| Vega | 23   |\n|      | m    |\n+------+------+\n\n"
        "Too long a line\n----\n\nIn\n---\n",
    )
    assert [(s.title, s.level) for s in document.sections] == [("Logs", 1), ("Out", 2), ("In", 2)]
    assert records(document) == ["Ship Vega: Mast 23 m"]


def test_asciidoc_listings_are_no_headings_and_cells_may_stand_alone(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "a.adoc",
        "= Logs\n\n== Out\n\n----\n== no heading\n|===\n----\n\n|===\n|Ship |Mast\n\n|Vega\n|23\n"
        "|Aurora\n|19\n|===\n",
    )
    assert [section.title for section in document.sections] == ["Logs", "Out"]
    assert records(document) == ["Ship Vega: Mast 23", "Ship Aurora: Mast 19"]


@pytest.mark.parametrize(
    ("attributes", "rows"),
    [
        ('[cols="3*",options="header"]', "|Ship |Mast |Keel\n|Vega\n|23\n|oak\n"),
        ("[%header,cols=3*]", "|Ship |Mast |Keel\n|Vega |23\n|oak\n"),
        ('[%header,cols="1,2a,^1"]', "|Ship\n|Mast\n|Keel\n\n|Vega\na|23\n^.^|\noak\n"),
        ('[%header,cols="1,2,1"]', "|Ship |Mast |Keel\n2+|Vega and 23 |oak\n"),
    ],
)
def test_asciidoc_columns_are_counted_and_cells_say_what_they_are(
    tmp_path: Path, attributes: str, rows: str
) -> None:
    document = read(tmp_path, "a.adoc", f"= Logs\n\n{attributes}\n|===\n{rows}|===\n")
    (table,) = document.tables
    assert table.columns == ("Ship", "Mast", "Keel")
    (row,) = table.rows
    assert row.cells in (("Vega", "23", "oak"), ("Vega and 23", "", "oak"))
    assert document.text[row.end - 3 : row.end] == "oak"


def test_org_headings_without_their_keywords(tmp_path: Path) -> None:
    document = read(
        tmp_path,
        "a.org",
        "* TODO Mend the mast :ship:yard:\n#+begin_src sh\n* no heading\n| a | b |\n#+end_src\n"
        "#+CAPTION: Masts\n| Ship | Mast |\n|------+------|\n| Vega | 23 |\n",
    )
    assert [section.title for section in document.sections] == ["Mend the mast"]
    assert records(document) == ["Masts: Ship Vega: Mast 23"]


@pytest.mark.parametrize("ending", KINDS)
def test_odd_ones(tmp_path: Path, ending: str) -> None:
    """Half a file, an empty one, a huge one, and what would take for ever."""
    whole = (OFFICE / f"voyage.{ending}").read_text("utf-8")
    assert "Bergen" in read(tmp_path, f"half.{ending}", whole[: len(whole) * 4 // 5]).text
    with pytest.raises(DocumentError, match="is empty"):
        read(tmp_path, f"empty.{ending}", "")
    began = time.process_time()
    assert len(read(tmp_path, f"huge.{ending}", whole * 500).sections) >= 1500
    for endless in ("\\section{" * 50_000, "|===\n" * 30_000, "= = " * 50_000, "+--" * 50_000,
                    "\\begin{tabular}" * 10_000, "| " * 90_000, "* " * 90_000):  # fmt: skip
        read(tmp_path, f"endless.{ending}", f"{endless}x")
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.org", "* Out\n:PROPERTIES:\n:ID: x\n:END:\nThe mast is pine.\n#+begin_quote\nNo.\n"),
        (
            "a.org",
            "* Out\n  :PROPERTIES:\n  :ID: x\n  :END:\nThe mast is pine.\n#+begin_quote\nNo.\n",
        ),
        ("a.rst", "Out\n---\nThe mast is pine.\n.. [1]\n   No.\n"),
        ("a.adoc", "== Out\n[.lead]\nThe mast is pine.\n----\nNo.\n"),
        ("a.tex", "\\section{Out}\\label{o}\nThe mast is pine.\n\\begin{quote}\nNo.\n"),
    ],
)
def test_what_is_no_prose_is_no_part_of_a_sentence(tmp_path: Path, name: str, text: str) -> None:
    document = read(tmp_path, name, text)
    found = [document.text[a:b] for a, b in sentences_and_rows(document, 0, len(document.text))]
    assert "The mast is pine." in found
    assert "No." in found
    assert document.sections[0].title == "Out"
