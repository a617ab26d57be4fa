"""Text hygiene: what every format's text goes through before it becomes a Document.

Contract: `tidy` never adds or removes a newline, so line numbers survive it.
"""

from __future__ import annotations

import re
import unicodedata

# Old typesetting leaves these as single characters; spelled out, a search can find the word.
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl",
              0xFB05: "st", 0xFB06: "st"}  # fmt: skip
# Bullets that Word and old fonts put into the private use area.
_BULLETS = dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF06E, 0xF0FC, 0xF076, 0x25CF, 0x25AA), "•")
_SPACES = dict.fromkeys(
    (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 9, 11, 12), " "
)
# Zero-width and direction marks, but not U+200C and U+200D, which Persian and Hindi need.
_NOTHING = dict.fromkeys((0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060,
                          *range(0x2066, 0x206A), 0xFEFF))  # fmt: skip
_CONTROLS = dict.fromkeys(
    code for code in (*range(32), *range(127, 160)) if code not in (9, 10, 11, 12)
)
# Halves of characters from broken encoders: no tokenizer, file or terminal takes them.
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE: dict[int, str | None] = {**_CONTROLS, **_LIGATURES, **_BULLETS, **_SPACES, **_NOTHING,
                                     **_SURROGATES}  # fmt: skip

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_HYPHENS = "-\N{HYPHEN}\N{SOFT HYPHEN}"
_COMPOUND = re.compile(r"\w+(?:[-‐]\w+)+")
_LAST_WORD = re.compile(r"(\w+(?:[-‐]\w+)*)[-‐\u00ad]$")
_FIRST_WORD = re.compile(r"\w+(?:[-‐]\w+)*")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_JOINED_SCRIPTS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")


def tidy(text: str) -> str:
    """NFC, plain spaces, ligatures spelled out, invisible characters gone; soft hyphens stay."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def without_soft_hyphens(text: str) -> str:
    """Soft hyphens removed, where the format has no lines of its own to join."""
    return text.replace(SOFT_HYPHEN, "")


class Joiner:
    """Puts printed lines back together.

    A hyphen at a line's end belongs to the word only where the same document writes that
    word with a hyphen inside a line ("well-known"); `compounds` holds those words.
    """

    def __init__(self, compounds: frozenset[str] = frozenset()) -> None:
        self.compounds = compounds

    @staticmethod
    def compounds_of(text: str) -> frozenset[str]:
        """The words with a hyphen inside them that `text` writes within a line."""
        return frozenset(match.lower() for match in _COMPOUND.findall(text))

    def join(self, before: str, after: str) -> str:
        """`before` and `after`, two lines of one paragraph, as one line."""
        head, glue = self.glue(before, after)
        return head + glue + after

    def glue(self, before: str, after: str) -> tuple[str, str]:
        """`before` as it stays, and what stands between it and `after`."""
        if not before or not after:
            return before, ""
        if before[-1] in _HYPHENS:
            return self._hyphenated(before, after)
        if before[-1] in "—–/" and not before[-2:-1].isspace():
            return before, "" if before[-1] != "–" or after[0].isdigit() else " "
        if _JOINED_SCRIPTS.match(before[-1]) and _JOINED_SCRIPTS.match(after[0]):
            return before, "" if not "\uac00" <= after[0] <= "\ud7af" else " "
        return before, " "

    def _hyphenated(self, before: str, after: str) -> tuple[str, str]:
        tail, head = _LAST_WORD.search(before[-80:]), _FIRST_WORD.match(after)
        if tail is None or head is None:
            # "the U.S.-" goes on at once, a dash with a space before it does not.
            return before.rstrip(SOFT_HYPHEN), " " if before[-2:-1].isspace() else ""
        if before[-1] == SOFT_HYPHEN:
            return before[:-1], ""
        compound = f"{tail[1]}-{head[0]}".lower()
        word = head[0]
        keep = compound in self.compounds or not word[0].islower() or tail[1][-1].isdigit()
        # "pre- and postwar": the hyphen stands for a word left out.
        if word in ("and", "or", "to", "und", "oder", "et", "ou", "y", "o"):
            return before, " "
        return (before, "") if keep else (before[:-1], "")
