"""A lock file that the system itself releases when the process ends, however it ends."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _acquire(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _acquire(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


# What a system says of a lock that another process holds.
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Tries to hold `path` for the length of the block: True, or False where another does.

    Whoever removes the file lets a third process lock a file of the same name while a second
    still has the old one open. Raises OSError where the file cannot be made, or where the file
    system has no locks.
    """
    with path.open("a", encoding="ascii") as file:
        try:
            _acquire(file)
        except OSError as error:
            if error.errno not in _HELD:
                raise
            yield False
            return
        yield True
