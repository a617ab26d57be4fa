"""What the readers of all formats need: JSON in either shape, names, unlike ids."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from longread.bench.records import unreadable
from longread.documents.normalize import tidy
from longread.errors import UsageError


def read_json(file: Path) -> Any:
    """The value of a JSON file, or the list of the values of a JSONL file.

    Raises UsageError for a file that is neither.
    """
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise unreadable(file, error) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file.name} is not UTF-8 text.", "is it packed?") from error
    try:
        return json.loads(text)
    except ValueError as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [json.loads(line) for line in lines]
        except ValueError as error:
            reason = str(error if len(lines) > 1 else whole)
            raise UsageError(
                f"{file.name} is not JSON: {reason}.", "one JSON value, or one a line"
            ) from error


def malformed(file: Path, source: str, where: str, error: Exception) -> UsageError:
    """The error for a file that is JSON, but not of this format."""
    what = f"there is no {error}" if isinstance(error, KeyError) else str(error)
    return UsageError(f"{where} of {file.name} is not {source}: {what}.", "see --from")


def line(text: str) -> str:
    """Text as one line, with the characters that a parsed document has."""
    return " ".join(tidy(text).split())


def paragraph(text: str) -> str:
    """Text as one line that Markdown takes for a paragraph, not for a heading or a fence."""
    return line(text).lstrip("#`~> ")


def file_name(title: str, taken: Counter[str]) -> str:
    """A name for a document that every file system takes, unlike those that are `taken`."""
    name = re.sub(r"[^\w.-]+", "_", title).strip("._")[:80] or "document"
    # Some file systems take "A" and "a" for the same.
    taken[name.casefold()] += 1
    count = taken[name.casefold()]
    return name if count == 1 else f"{name}-{count}"


def unlike(identity: str, taken: Counter[str]) -> str:
    """`identity`, with a number where it stands a second time."""
    taken[identity] += 1
    return identity if taken[identity] == 1 else f"{identity}-{taken[identity]}"
