"""Captions: which words above a table name it."""

from __future__ import annotations

import pytest

from longread.documents.captions import above
from longread.documents.paragraphs import Block

_MORE = "Level 1 refers to prices in active markets. Level 2 refers to inputs that can be observed."


@pytest.mark.parametrize(
    ("words", "caption"),
    [
        (f"The following table presents our plan assets. {_MORE}", "plan assets."),
        (f"Table 1. Depths at low tide, in all berths of the west mole. {_MORE}", "west mole."),
        (f"{_MORE} It was so in these years:", "It was so in these years"),
    ],
)
def test_the_sentence_that_names_the_table_is_its_caption(words: str, caption: str) -> None:
    found = above([Block(words, "text", 10.0, False)]).caption
    assert found.endswith(caption)
    assert "Level" not in found
