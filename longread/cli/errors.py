"""How commands end: one line and a hint on stderr, and the exit code of the contract."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import ParamSpec

import typer

from longread.errors import ExitCode, Interrupted, LongreadError, ModelError

P = ParamSpec("P")


def reported(command: Callable[P, int | None]) -> Callable[P, None]:
    """Make a command report its errors and leave with the right code.

    The command may return an exit code; None means 0. With `LONGREAD_DEBUG=1` errors come
    with their traceback.
    """

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> None:
        try:
            code = command(*arguments, **options) or 0
            sys.stdout.flush()
        except LongreadError as error:
            code = report(error)
        except KeyboardInterrupt:
            code = report(Interrupted("interrupted."))
        except BrokenPipeError as error:
            code = report(_closed_pipe(error))
        except MemoryError as error:
            code = report(_no_memory(error))
        if code:
            raise typer.Exit(int(code))

    return run


def report(error: LongreadError) -> ExitCode:
    """Print the error to stderr and give its exit code."""
    if os.environ.get("LONGREAD_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    with suppress(OSError, ValueError):
        print(f"longread: {error.message}", file=sys.stderr)  # noqa: T201
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)  # noqa: T201
    return error.exit_code


def _closed_pipe(cause: BrokenPipeError) -> LongreadError:
    """The reader of stdout went away; what is left in the buffer must not raise again at exit."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    error = LongreadError(
        "the answer could not be written: nobody reads stdout any more.",
        "nothing is lost: the same command gives the answer at once",
    )
    error.__cause__ = cause
    return error


def _no_memory(cause: MemoryError) -> LongreadError:
    error = ModelError("out of memory.", "use a smaller model or a smaller --context")
    error.__cause__ = cause
    return error
