"""llama.cpp as a library: started once, silent on stdout, its log lines kept.

llama.cpp and ggml write their log to stderr by default, and llama-cpp-python's remedy
(`verbose=False`) points the process's own stdout and stderr at /dev/null while a model
loads. Here the log goes to Python's `logging` (logger `longread.llamacpp`), and the
last warnings and errors are kept, so that a failed load can say why.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import cache
from typing import Any, TypeVar

import llama_cpp.llama_cpp as llama

logger = logging.getLogger("longread.llamacpp")
# Without a handler Python itself would print the warnings on stderr.
logger.addHandler(logging.NullHandler())

# ggml_log_level: 1 debug, 2 info, 3 warning, 4 error; 5 continues the line before.
_CONTINUE = 5
_LEVELS = {1: logging.DEBUG, 2: logging.DEBUG, 3: logging.WARNING, 4: logging.ERROR}

_recent: deque[str] = deque(maxlen=20)
_partial: list[str] = []

Result = TypeVar("Result")


def _on_log(level: int, text: bytes, _data: ctypes.c_void_p) -> None:
    line = text.decode("utf-8", "replace")
    if level == _CONTINUE:
        _partial.append(line)
        return
    _partial[:] = [line]
    message = "".join(_partial).strip()
    severity = _LEVELS.get(level, logging.DEBUG)
    if message.strip("."):
        logger.log(severity, "%s", message)
        if severity >= logging.WARNING:
            _recent.append(message)


@cache
def start() -> None:
    """Start llama.cpp once a process, with our log callback in place before anything can log."""
    llama.llama_log_set(_log_callback, None)
    llama.llama_backend_init()


def forget_log() -> None:
    """Drop the kept log lines, so that `last_reason` speaks of what comes next."""
    _recent.clear()


def last_reason() -> str:
    """llama.cpp's own words for the latest failure, without its function names; may be empty."""
    for line in reversed(_recent):
        words = line.split(": ", 1)[-1] if line.startswith(("llama_", "gguf_", "ggml_")) else line
        if "failed to load model" not in words:
            return words.strip().rstrip(".")
    return ""


def waited_for(
    future: Future[Result], on_interrupt: Callable[[], None] = lambda: None
) -> tuple[Result, bool]:
    """What a call in another thread gives, and whether Ctrl-C came meanwhile."""
    interrupted = False
    while True:
        try:
            # The time-out keeps the wait interruptible on Windows; elsewhere it never matters.
            return future.result(timeout=1.0), interrupted
        except FutureTimeout:
            continue
        except KeyboardInterrupt:
            interrupted = True
            on_interrupt()


def apart(call: Callable[..., Result], *arguments: Any) -> Result:
    """What a long call of llama.cpp gives; Ctrl-C meanwhile is raised when it ends.

    The call is made in a thread of its own: in the main one Ctrl-C would be raised in the
    callback of a log line, where Python can only drop it.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="longread-open") as worker:
        result, interrupted = waited_for(worker.submit(call, *arguments))
    if interrupted:
        raise KeyboardInterrupt
    return result


# ctypes keeps no reference to a callback that C holds: this name does.
_log_callback = llama.llama_log_callback(_on_log)


class AbortFlag:
    """A switch that stops a running `llama_decode`, at no cost while it is off.

    llama.cpp calls the abort callback after every node of the compute graph, about a
    thousand times a decode. A Python callback there costs a tenth of a generated token,
    so the C library's `strlen` is the callback and this flag its argument: the empty
    string is 0 (go on), one character is 1 (stop).
    """

    def __init__(self) -> None:
        self._buffer = ctypes.create_string_buffer(2)
        library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
        address = ctypes.cast(library.strlen, ctypes.c_void_p).value
        self.callback = llama.ggml_abort_callback(address)
        self.data = ctypes.cast(self._buffer, ctypes.c_void_p)

    def set(self) -> None:
        self._buffer[0] = b"!"

    def clear(self) -> None:
        self._buffer[0] = b"\0"
