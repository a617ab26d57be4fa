"""Every error a user can meet: one line, one hint, one exit code.

The command line prints `longread: <message>` and `hint: <hint>` and leaves with
`exit_code`; nothing else in the package prints errors or calls `sys.exit`.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes, as with grep; README.md has them in a table."""

    ANSWERED = 0
    NOT_FOUND = 1
    USAGE = 2
    DOCUMENT = 3
    MODEL = 4
    INTERRUPTED = 130


class LongreadError(Exception):
    """A problem the user can act on.

    `message` is one line without a trailing hint; `hint` says what to do next, and
    may be empty where there is nothing to do.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(LongreadError):
    """The call cannot be carried out as it was written."""

    exit_code = ExitCode.USAGE


class DocumentError(LongreadError):
    """A document is missing, damaged, locked or holds no text."""

    exit_code = ExitCode.DOCUMENT


class ModelError(LongreadError):
    """A model is missing, damaged or unfit, or the engine failed."""

    exit_code = ExitCode.MODEL


class Interrupted(LongreadError):  # noqa: N818 (named for what happened, not for a fault)
    """The user stopped the run; what was read is on disk and the run can go on."""

    exit_code = ExitCode.INTERRUPTED


def reason_of(error: Exception) -> str:
    """Why the system refused something, in its own words."""
    return (getattr(error, "strerror", None) or str(error) or "unknown reason").lower()
