"""Reading order of two and three columns, measured on pages whose sentences are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.documents import Document, load, sentences
from tests.fixtures.columns import lost, mixed, sheet

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "harbour-report.pdf"


def said(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in sentences(document.text)]


@pytest.mark.parametrize("seed", range(0, 300, 12))
def test_no_sentence_mixes_two_columns(seed: int, tmp_path: Path) -> None:
    page = sheet(seed)
    path = tmp_path / "page.pdf"
    page.page.save(path)
    document = load(str(path), use_cache=False)
    assert list(mixed(page.sentences, said(document))) == [], page.kinds
    assert len(lost(page.sentences, document.text)) <= 1, page.kinds


def test_level_lines_above_footnotes_stay_in_their_columns() -> None:
    document = load(str(EXAMPLE), use_cache=False)
    page = document.pages[34]
    text = document.text[page.start : page.end]
    assert (
        "Teln Stevedores paid us £3,912,000 in 2024 in dues and rent (2023: £3,740,000), the ferry "
        "company £1,486,000, and the ro-ro operator £1,377,000." in text
    )
    assert (
        "The deficit contributions are agreed with the trustees until March 2027, at £1,315,000 in "
        "2024 and the same amount in 2025." in text
    )
    assert "In 2024 it was 3.35 times.[2]" in text
    assert "had already treated the payment as an expense.[1]" in text
