"""The questions of one call: from -q, and from a file, one a line or JSON Lines with ids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from longread.errors import UsageError, reason_of

_LINES = 'one question a line, or lines like {"id": "1", "question": "…"}'


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the id that its file gave it (None: it gave none)."""

    text: str
    id: str | None = None


def read_questions(texts: Sequence[str], file: Path | None) -> list[Asked]:
    """The questions of `texts`, then those of `file`.

    Raises UsageError for a file that cannot be read or holds none, and for what is no question.
    """
    asked = [Asked(text.strip()) for text in texts]
    if any(not each.text for each in asked):
        raise UsageError("a question is empty.", 'longread ask book.pdf -q "your question"')
    if file is not None:
        asked += _from_file(file)
    ids = [each.id for each in asked if each.id is not None]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise UsageError(f"two questions of {file} have the id {twice}.", "ids must differ")
    return asked


def _from_file(file: Path) -> list[Asked]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except OSError as error:
        message = f"the questions in {file} cannot be read: {reason_of(error)}."
        raise UsageError(message, _LINES) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the questions in {file} are not UTF-8 text.", _LINES) from error
    asked = [
        _from_record(line, f"line {number} of {file}")
        if line.lstrip().startswith("{")
        else Asked(line.strip())
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not asked:
        raise UsageError(f"there are no questions in {file}.", _LINES)
    return asked


def _from_record(line: str, where: str) -> Asked:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where} is not JSON.", _LINES) from error
    question, name = record.get("question"), record.get("id")
    if not isinstance(question, str) or not question.strip():
        raise UsageError(f"{where} has no question.", _LINES)
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        raise UsageError(f"{where} has an id that is neither text nor a whole number.", _LINES)
    return Asked(question.strip(), None if name is None else str(name))
