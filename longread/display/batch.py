"""A batch in lines: what it has come to."""

from __future__ import annotations

from typing import Any

from longread.display.phrasing import columns, count, counted
from longread.runs.batch import Status

STATUS = "longread.batch-status/1"


def closing_lines(found: Status) -> list[str]:
    """What is said at the end: how many documents are done, and what to do about errors."""
    lines = [
        f"{counted(found.done, 'document')}: {counted(found.answered, 'question')} answered, "
        f"{count(found.not_found)} not found"
    ]
    if found.failed:
        lines[0] += f"; {counted(found.failed, 'document')} could not be asked"
        lines.append("the same command with --retry-errors tries them again")
    return lines


def status_lines(found: Status) -> list[str]:
    """The status as lines of two columns."""
    rows = [(name, count(value)) for name, value in _numbers(found).items()]
    width = max(len(value) for _name, value in rows)
    return columns([(name.replace("_", " "), f"{value:>{width}}") for name, value in rows])


def status_object(found: Status) -> dict[str, Any]:
    """The status as JSON, `longread.batch-status/1`."""
    return {"schema": STATUS, **_numbers(found), "exit_code": int(found.exit_code)}


def _numbers(found: Status) -> dict[str, int]:
    return {
        "documents": found.documents,
        "done": found.done,
        "left": max(0, found.documents - found.done),
        "could_not_be_asked": found.failed,
        "questions_answered": found.answered,
        "questions_not_found": found.not_found,
        "done_with_other_settings": found.others,
    }
