"""Jupyter notebooks: text and code cells and what they printed, pictures left out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from longread.documents.encodings import decode
from longread.documents.text import Read, read_markdown
from longread.errors import DocumentError


def read_notebook(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The cells in order, as Markdown. Raises DocumentError for what is no notebook."""
    decoded, warnings = decode(data, name, encoding=encoding)
    try:
        notebook = json.loads(decoded)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        parts = [part for cell in cells for part in _parts(cell) if part.strip()]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentError(
            f"{name} is damaged: it is not a complete notebook.", "try another copy"
        ) from error
    read = read_markdown("\n\n".join(parts).encode("utf-8", "replace"), name)
    return replace(read, warnings=(*warnings, *read.warnings))


def _parts(cell: dict[str, Any]) -> list[str]:
    source = _joined(cell.get("source", cell.get("input", "")))
    if cell.get("cell_type") != "code":
        return [source]
    printed = [
        _joined(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for output in cell.get("outputs", ())
    ]
    return [f"```\n{text}\n```" if text.strip() else "" for text in (source, *printed)]


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
