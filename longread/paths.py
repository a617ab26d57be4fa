"""Where longread keeps things: one function a folder, nothing created until it is written to.

`LONGREAD_HOME` puts everything under one folder (used by the tests, and handy on
machines where the home folder is small); otherwise the platform's own places are used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import platformdirs

APP = "longread"

# The ending of what is still being written; whoever is killed leaves it behind.
PART = ".part"
_parts = count()


def _place(kind: str, platform_folder: str) -> Path:
    home = os.environ.get("LONGREAD_HOME")
    return Path(home) / kind if home else Path(platform_folder)


def cache_folder() -> Path:
    """Parsed documents and optimised models: safe to delete at any time."""
    return _place("cache", platformdirs.user_cache_dir(APP, appauthor=False))


def data_folder() -> Path:
    """Downloaded models: costly to get back."""
    return _place("data", platformdirs.user_data_dir(APP, appauthor=False))


def state_folder() -> Path:
    """Journals of runs: what an interrupted run needs to go on."""
    return _place("state", platformdirs.user_state_dir(APP, appauthor=False))


def config_file() -> Path:
    """The TOML file with the user's defaults; `LONGREAD_CONFIG` names another one."""
    named = os.environ.get("LONGREAD_CONFIG")
    if named:
        return Path(named)
    return _place("config", platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Atomic write: a file beside `path` to write to, which takes its name when the block ends.

    Whoever reads `path` sees the old file or the new one whole; a block that raises leaves
    nothing behind. The folder is made. Each writer has a file of its own, so two of them do
    not mix: the last one wins. Raises OSError where nothing can be written.

    Example: `with write_atomically(file) as part: part.write_text(text, "utf-8")`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}-{next(_parts)}{PART}")
    try:
        yield part
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
