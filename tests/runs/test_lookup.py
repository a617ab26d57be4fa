"""Search without a model: what of a passage is shown."""

from __future__ import annotations

from pathlib import Path

from longread.reading.options import ReadingOptions
from longread.runs.lookup import cut_up, search
from longread.runs.opening import read_documents


def test_a_row_is_found_by_its_heads_and_shown_instead_of_them(tmp_path: Path) -> None:
    rows = "".join(f"Ship {letter},{number},oak\n" for number, letter in enumerate("ABCDEFG", 11))
    (tmp_path / "a.csv").write_text(f"ship,mast in metres,keel\n{rows}")
    corpus = cut_up(read_documents([str(tmp_path / "a.csv")]), ReadingOptions())
    (hit,) = search(corpus, "How many metres is the mast of ship C?", 1)
    assert (hit.text, hit.line) == ("Ship C | 13 | oak", 4)
