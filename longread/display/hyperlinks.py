"""Hyperlinks in a terminal (OSC 8): which terminals know them, and where a citation leads."""

from __future__ import annotations

import os
import re

from longread.documents.discover import STDIN, local
from longread.reading.step import Quote

# Set by terminals that know hyperlinks, of every version still met.
_SET = ("KITTY_WINDOW_ID", "WT_SESSION", "DOMTERM", "KONSOLE_VERSION", "GHOSTTY_RESOURCES_DIR")
_PROGRAMS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio", "WarpTerminal")
_TERMS = re.compile(r"xterm-kitty|xterm-ghostty|alacritty|foot|contour|wezterm|rio")
# VTE (GNOME Terminal and its like) counts 0.50 as 5000; before, it crashed on some links.
_VTE, _TMUX = 5000, (3, 4)


def links_known() -> bool:
    """Does the terminal say that it knows hyperlinks, and has it the files at hand?

    FORCE_HYPERLINK (0 or 1) answers for it.
    """
    said = os.environ
    if forced := said.get("FORCE_HYPERLINK"):
        return forced != "0"
    # Over SSH the terminal would open a file of its own machine.
    if said.get("SSH_CONNECTION") or said.get("SSH_TTY"):
        return False
    program, version = said.get("TERM_PROGRAM", ""), said.get("TERM_PROGRAM_VERSION", "")
    if program == "tmux":
        return tuple(map(int, re.findall(r"\d+", version)[:2])) >= _TMUX
    vte = said.get("VTE_VERSION", "")
    return (
        program in _PROGRAMS
        or any(said.get(name) for name in _SET)
        or bool(_TERMS.match(said.get("TERM", "")))
        or (vte.isdecimal() and int(vte) >= _VTE)
    )


def address(quote: Quote) -> str | None:
    """`file:///books/book.pdf#page=12`; None of standard input."""
    if quote.path == STDIN:
        return None
    page = f"#page={quote.page}" if quote.page is not None else ""
    return f"{local(quote.path).absolute().as_uri()}{page}"
