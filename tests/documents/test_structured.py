"""JSON and XML: records as lines and tables, their places in the file's own terms."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from longread.documents import Document, load
from longread.errors import DocumentError

SHIPS = {
    "company": "Aurora AB",
    "address": {"street": "Quay 7", "geo": {"lat": 60.4}},
    "tags": ["ship", "whale"],
    "orders": [{"id": 17, "total": 99.5}, {"id": 18, "total": 12, "note": "a|b"}],
    "crew": [{"name": "Ines", "skills": [{"kind": "helm", "years": 3}]}],
    "odd key": {"x": "y " * 200},
    "nothing": None,
}
CATALOGUE = """<?xml version="1.0"?>
<catalogue xmlns="urn:x" version="2">
 <title>Ships of Bergen</title>
 <ships>
  <ship id="a1"><name>Aurora</name><mast unit="m">19</mast></ship>
  <ship id="a2"><name>Vega</name></ship>
 </ships>
 <chapter><title>Keels</title><para>The <emph>keel</emph> is
 oak.</para></chapter>
</catalogue>"""


def read(folder: Path, name: str, text: str | bytes) -> Document:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(str(path))


def where(document: Document, words: str) -> str | None:
    place = document.locate(document.text.index(words))
    assert place.line is None
    return place.place


def test_json_paths_are_places(tmp_path: Path) -> None:
    document = read(tmp_path, "a.json", json.dumps(SHIPS))
    assert where(document, "company: Aurora AB") == "company"
    assert where(document, "geo: lat: 60.4") == "address.geo"
    assert where(document, "18 | 12") == "orders[1]"
    assert where(document, "skills: kind: helm; years: 3") == "crew[0].skills[0]"
    assert where(document, "x: y y") == '["odd key"].x'
    assert "nothing" not in document.text
    (orders,) = document.tables
    assert orders.caption == "orders"
    assert orders.record(orders.rows[1], context=False) == "id 18: total 12; note: a¦b"


def test_figures_of_json_stay_as_they_are_written(tmp_path: Path) -> None:
    document = read(tmp_path, "a.json", '{"price": 19.90, "bonds": [1e3, 12345678901234567890.50]}')
    assert document.text == "price: 19.90\nbonds: 1e3, 12345678901234567890.50"


def test_xml_lines_are_places(tmp_path: Path) -> None:
    document = read(tmp_path, "a.xml", CATALOGUE)
    assert where(document, "a2 | Vega") == "line 6"
    assert where(document, "para: The keel is oak.") == "line 8"
    assert document.title == "Ships of Bergen"
    assert document.locate(document.text.index("oak")).section == "Keels"
    (ships,) = document.tables
    assert ships.record(ships.rows[0], context=False) == "id a1: name: Aurora; mast 19 (unit: m)"
    assert read(tmp_path, "b", CATALOGUE).kind == "xml"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"mast": 19, "keel": "oak"'),
        ("a.json", '{"mast": 19}\n{"keel": "oak"}\n'),
        ("a.json", "[" * 5000 + '"oak"'),
        ("a.xml", "<ships><mast>19</mast><keel>oak</ships>"),
        ("a.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a; oak</x>'),
        ("a.xml", "<a>" * 300 + "oak" + "</a>" * 300),
    ],
)
def test_what_is_not_whole_is_read_line_by_line(tmp_path: Path, name: str, text: str) -> None:
    document = read(tmp_path, name, text)
    assert "oak" in document.text
    kind = Path(name).suffix[1:].upper()
    assert document.warnings == (f"it is no whole {kind}, and was read line by line",)


@pytest.mark.parametrize(("name", "text"), [("a.json", "{}"), ("a.json", "[]"), ("a.xml", "<a/>")])
def test_without_a_value(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(DocumentError, match="holds no text"):
        read(tmp_path, name, text)


def test_huge_ones(tmp_path: Path) -> None:
    """100,000 records of JSON, 50,000 of XML."""
    began = time.process_time()
    rows = [{"id": number, "ship": f"Vega {number}"} for number in range(100_000)]
    document = read(tmp_path, "a.json", json.dumps({"ships": rows}))
    assert where(document, "99999 | Vega") == "ships[99999]"
    ships = "".join(f"<s><id>{n}</id><name>Vega {n}</name></s>\n" for n in range(50_000))
    assert where(read(tmp_path, "a.xml", f"<x>{ships}</x>"), "49999 | Vega") == "line 50000"
    assert time.process_time() - began < 30
