"""A lock file that the system itself releases when the process ends, however it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from longread.errors import ModelError

if sys.platform == "win32":
    import msvcrt

    def _acquire(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _acquire(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds `path` for the length of the block. Raises ModelError when another process does.

    The file is left behind: removing it would let a third process lock a file of the
    same name while a second still waits for the old one.
    """
    with path.open("a", encoding="ascii") as file:
        try:
            _acquire(file)
        except OSError as error:
            raise ModelError(
                f"another longread is pulling {path.name.removesuffix('.lock')}.",
                "wait until it is done, then run this again",
            ) from error
        yield
