"""Search without a model: what of a passage is shown, and that large documents are no trouble."""

from __future__ import annotations

import itertools
from pathlib import Path

from longread.documents import Document
from longread.reading.options import ReadingOptions
from longread.runs.lookup import Hit, cut_up, search
from longread.runs.opening import read_documents


def first(path: Path, query: str) -> tuple[Hit, list[Document]]:
    """The first hit, and what was read."""
    documents = read_documents([str(path)])
    (hit,) = search(cut_up(documents, ReadingOptions()), query, 1)
    return hit, documents


def test_a_row_is_found_by_its_heads_and_shown_instead_of_them(tmp_path: Path) -> None:
    rows = "".join(f"Ship {letter},{number},oak\n" for number, letter in enumerate("ABCDEFG", 11))
    (tmp_path / "a.csv").write_text(f"ship,mast in metres,keel\n{rows}")
    hit, _ = first(tmp_path / "a.csv", "How many metres is the mast of ship C?")
    assert (hit.text, hit.line) == ("Ship C | 13 | oak", 4)


def test_thousands_of_small_files(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"{number}.txt").write_text(f"The mast of ship {number} is of pine.\n")
    hit, documents = first(tmp_path, "mast of ship 1234")
    assert (len(documents), hit.text) == (2000, "The mast of ship 1234 is of pine.")


def pdf_of_entries(count: int) -> bytes:
    """A PDF with an entry on each page, written by hand: PyMuPDF takes long to add so many."""
    kids = " ".join(f"{2 * number + 2} 0 R" for number in range(1, count + 1))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>",
    ]
    for number in range(1, count + 1):
        entry = f"Entry {number}. The berth fee of vessel V{number} was {number + 999} crowns."
        stream = f"BT /F 9 Tf 72 700 Td ({entry}) Tj ET"
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {2 * number + 3} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>",
            f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        ]
    parts = ["%PDF-1.4\n", *(f"{n} 0 obj{each}endobj\n" for n, each in enumerate(objects, 1))]
    *places, end = itertools.accumulate(map(len, parts))
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(parts)
    parts.append(f"xref\n0 {size}\n0000000000 65535 f \n{table}")
    parts.append(f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{end}\n%%EOF\n")
    return "".join(parts).encode()


def test_thousands_of_pages(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of_entries(10_000))
    hit, (document,) = first(tmp_path / "a.pdf", "berth fee of vessel V7777")
    assert (len(document.pages), document.warnings) == (10_000, ())
    assert hit.text == "The berth fee of vessel V7777 was 8776 crowns."
    assert (hit.page, hit.label) == (7777, None)


def test_a_million_characters_on_one_line_or_on_many(tmp_path: Path) -> None:
    words = [f"The tide of day {number} was {number % 97} feet high." for number in range(30_000)]
    words[20_000] = "The keeper of the north light slept."
    for between, line in ((" ", 1), ("\n", 20_001)):
        (tmp_path / "a.txt").write_text(between.join(words))
        hit, _ = first(tmp_path / "a.txt", "keeper of the north light")
        assert (hit.text, hit.line) == (words[20_000], line)
