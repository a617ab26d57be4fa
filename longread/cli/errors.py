"""How every command ends: one line and a hint on stderr, and the exit code of the contract."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from longread.cli.process import abandon_stdout
from longread.errors import ExitCode, Interrupted, LongreadError, ModelError, UsageError, reason_of

# What a shell reports for a program that SIGPIPE ended: 128 + 13.
_CLOSED_PIPE = 141


class Root(TyperGroup):
    """The root command: whatever goes wrong below it is reported here, and nowhere else.

    Commands raise LongreadError and return an exit code, or None for 0. With
    `LONGREAD_DEBUG=1` errors come with their traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        with _explained():
            return super().invoke(ctx)

    def main(self, *arguments: Any, **options: Any) -> NoReturn:
        try:
            code = super().main(*arguments, **{**options, "standalone_mode": False})
        except LongreadError as error:
            code = report(error)
        except typer.Abort:
            code = report(Interrupted("stopped."))
        except Exception as error:
            if not _by_parser(error):
                raise
            code = report(_misunderstood(error))
        sys.exit(int(code or 0))


def report(error: LongreadError) -> ExitCode:
    """Print the error to stderr and give its exit code."""
    from longread.display.phrasing import clean

    if os.environ.get("LONGREAD_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    with suppress(OSError, ValueError):
        typer.echo(f"longread: {clean(error.message)}", err=True)
        if error.hint:
            typer.echo(f"hint: {clean(error.hint)}", err=True)
    return error.exit_code


@contextmanager
def _explained() -> Iterator[None]:
    """Turn whatever may be raised into a LongreadError; what the parser raises passes."""
    try:
        yield
        sys.stdout.flush()
    except (LongreadError, typer.Exit, typer.Abort):
        raise
    except KeyboardInterrupt as error:
        raise Interrupted("interrupted.", "the same command starts it again") from error
    except MemoryError as error:
        raise ModelError("out of memory.", "use a smaller model or a smaller --context") from error
    except BrokenPipeError as error:
        # `longread search … | head`: the reader has what it wanted.
        abandon_stdout()
        raise typer.Exit(_CLOSED_PIPE) from error
    except OSError as error:
        abandon_stdout()
        place = f"{error.filename}: " if error.filename else ""
        message = f"{place}{reason_of(error)}."
        raise LongreadError(message, "is the disk full, or the folder gone?") from error
    except Exception as error:
        if _by_parser(error):
            raise
        raise ModelError(
            f"unexpected trouble: {type(error).__name__}: {error}",
            "this is a fault in longread; LONGREAD_DEBUG=1 shows where",
        ) from error


def _by_parser(error: Exception) -> bool:
    """Whether the parser raised it, for a call that it does not understand.

    Its errors are Click's own before Typer 0.26 and Typer's copy of them after; both can say
    what they are about.
    """
    return hasattr(error, "format_message")


def _misunderstood(error: Exception) -> UsageError:
    """The parser's error as one line, with the help to look at."""
    call: Any = error
    words = call.format_message()
    message = words[:1].lower() + words[1:]
    command = call.ctx.command_path if getattr(call, "ctx", None) else "longread"
    word = message.partition("'")[2].partition("'")[0]
    if message.startswith("no such command") and Path(word).exists():
        return UsageError(message, f'longread ask {word} "your question"')
    return UsageError(message, f"{command} --help")
