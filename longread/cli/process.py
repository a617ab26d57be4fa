"""The process around a command: its standard streams, signals and logs."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from contextlib import suppress
from functools import partial
from io import TextIOWrapper
from typing import TextIO

import typer

# A line on stderr.
say = partial(typer.echo, err=True)


def terminal_width(stream: TextIO) -> int:
    """The columns of the terminal that `stream` goes to; 0 where it goes elsewhere."""
    return shutil.get_terminal_size().columns if stream.isatty() else 0


def mend_streams() -> None:
    """Give standard streams that were closed (`>&-`) somewhere to write to.

    Without this the next file that is opened would take their place, and be written to.
    What the terminal's encoding cannot show becomes a question mark, not a failure.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def abandon_stdout() -> None:
    """What is still in stdout's buffer cannot be written: let it go, or it fails again at exit."""
    _abandon(sys.stdout)


def settle_stderr() -> None:
    """Flush stderr; where nobody reads it, let go of what is left.

    Python would try once more at exit, fail, and turn the run's exit code into 120.
    """
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def terminate_like_ctrl_c() -> None:
    """`timeout` and service managers send SIGTERM: save the run then, too."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def keep_logs_quiet() -> None:
    """llama.cpp's log is for `LONGREAD_DEBUG=1`; without a handler Python would print it."""
    import logging

    debug = os.environ.get("LONGREAD_DEBUG") == "1"
    logger = logging.getLogger("longread")
    logger.handlers = [logging.StreamHandler() if debug else logging.NullHandler()]
    logger.setLevel(logging.DEBUG if debug else logging.CRITICAL)
