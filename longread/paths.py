"""Where longread keeps things: one function a folder, nothing created until it is written to.

`LONGREAD_HOME` puts everything under one folder (used by the tests, and handy on
machines where the home folder is small); otherwise the platform's own places are used.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "longread"


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
