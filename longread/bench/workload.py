"""Workload of `longread bench throughput`: a document's beginning, or built-in prose."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import replace

from longread.bench.prose import GeneratedProse
from longread.documents.chunks import cut
from longread.documents.model import Document

# Enough characters for a token in any text: what is looked at to find where a document's
# beginning ends.
_CHARACTERS_A_TOKEN = 8


def built_in(tokens: int, count: Callable[[str], int]) -> Document:
    """Generated prose of about `tokens` tokens, the same every time: for a machine without
    documents."""
    text = GeneratedProse(count).text(tokens, random.Random(0))
    starts = [0, *(match.end() for match in re.finditer("\n\n", text))]
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document("", digest, "built-in prose", "text", text, blocks=tuple(starts))


def beginning(document: Document, tokens: int, count: Callable[[str], int]) -> Document:
    """A document of the first `tokens` tokens of another, by `count`, to the end of a sentence.

    Reading it to its end is a whole run. A document that is shorter is returned as it is.
    """
    head = _until(document, min(len(document.text), tokens * _CHARACTERS_A_TOKEN))
    end, taken = 0, 0
    for span in cut(head, min(256, tokens), count=count):
        if taken + span.tokens > tokens and end:
            break
        taken += span.tokens
        end = span.end
    return _until(document, end) if end < len(document.text.rstrip()) else document


def _until(document: Document, end: int) -> Document:
    return replace(
        document,
        text=document.text[:end],
        pages=tuple(
            replace(page, end=min(page.end, end)) for page in document.pages if page.start < end
        ),
        sections=tuple(section for section in document.sections if section.start < end),
        blocks=tuple(block for block in document.blocks if block < end),
    )
