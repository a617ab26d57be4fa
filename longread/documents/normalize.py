"""Text normalisation: what every format's text goes through before it becomes a Document.

Contract: `tidy` never adds or removes a newline, so line numbers survive it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

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
_SURROGATE = "\ufffd"
_TABLE: dict[int, str | None] = {**_CONTROLS, **_LIGATURES, **_BULLETS, **_SPACES, **_NOTHING}
# Few characters of a long text are in the table: a search for them is ten times as fast.
_IN_TABLE = re.compile(f"[{re.escape(''.join(map(chr, _TABLE)))}\ud800-\udfff]")

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_HYPHENS = "-\N{HYPHEN}\N{SOFT HYPHEN}"
_WORD = re.compile(r"\w+(?:[-‐]\w+)*")
_LAST_WORD = re.compile(r"(\w+(?:[-‐]\w+)*)[-‐\u00ad]$")
# "re-enter", "co-operate": a prefix keeps its hyphen before its own vowel.
_VOWEL_TWICE = re.compile(r"(?:re|pre|de)-e|co-o|(?:anti|semi|multi)-i|(?:intra|ultra)-a")
# Shorter first halves ("in", "be", "a") are as often a syllable as a word.
_SHORTEST_HALF = 3
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_JOINED_SCRIPTS = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")


def tidy(text: str) -> str:
    """NFC, plain spaces, ligatures spelled out, invisible characters gone; soft hyphens stay."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _IN_TABLE.sub(lambda match: _TABLE.get(ord(match[0]), _SURROGATE) or "", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def without_soft_hyphens(text: str) -> str:
    """Soft hyphens removed, where the format has no lines of its own to join."""
    return text.replace(SOFT_HYPHEN, "")


class Joiner:
    """Puts printed lines back together.

    Whether a hyphen at a line's end belongs to the word is decided by the words that the same
    document writes inside its lines: `words`, in lower case, compounds with their hyphen.
    `hyphenates` says whether the document breaks words at all; many never do, and then
    every hyphen is the author's.
    """

    def __init__(self, words: frozenset[str] = frozenset(), *, hyphenates: bool = True) -> None:
        self.words = words
        self.hyphenates = hyphenates

    @classmethod
    def of(cls, lines: Iterable[str]) -> Joiner:
        """A joiner that knows the words of `lines`, all the lines of a document in order."""
        whole: list[str] = []
        broken: list[tuple[str, str]] = []
        cut = ""
        for line in lines:
            head = _WORD.match(line) if cut else None
            if head:
                broken.append((cut, head[0]))
            rest = line[head.end() :] if head else line
            tail = _LAST_WORD.search(rest[-80:]) if rest[-1:] in _HYPHENS else None
            cut = tail[1] if tail else ""
            # Halves of words are no words.
            whole.append(rest[: -len(tail[0])] if tail else rest)
        text = "\n".join(whole).lower().replace("\N{HYPHEN}", "-")
        # Most words of a document stand in it often: each is looked at once.
        joiner = cls(frozenset(_WORD.findall(" ".join(set(text.split())))))
        evidence = [joiner._evidence(*pair) for pair in broken if pair[1][0].islower()]
        joiner.hyphenates = sum(evidence) <= 0
        return joiner

    def _evidence(self, tail: str, head: str) -> int:
        """1 where the document writes the two with a hyphen elsewhere, -1 where as one word."""
        tail, head = tail.lower(), head.lower()
        last, first = tail.rpartition("-")[2], head.partition("-")[0]
        one = self._knows(tail + head) or self._knows(last + first)
        return int(self._knows(f"{tail}-{head}")) - int(one)

    def _knows(self, word: str) -> bool:
        singular = word.removesuffix("s")
        return word in self.words or singular in self.words or f"{singular}s" in self.words

    def _keeps(self, tail: str, head: str) -> bool:
        """Does the hyphen between `tail` and `head` belong to the word?"""
        if not head[0].islower() or tail[-1].isdigit():
            return True
        evidence = self._evidence(tail, head)
        if evidence or not self.hyphenates:
            return evidence >= 0
        last, first = tail.lower().rpartition("-")[2], head.partition("-")[0]
        if self._knows(last + first):
            return False
        compound = len(last) >= _SHORTEST_HALF and self._knows(last) and self._knows(first)
        return compound or _VOWEL_TWICE.match(f"{last}-{first}") is not None

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
        tail, head = _LAST_WORD.search(before[-80:]), _WORD.match(after)
        if tail is None or head is None:
            # "the U.S.-" goes on at once, a dash with a space before it does not.
            return before.rstrip(SOFT_HYPHEN), " " if before[-2:-1].isspace() else ""
        if before[-1] == SOFT_HYPHEN:
            return before[:-1], ""
        # "pre- and postwar": the hyphen stands for a word left out.
        if head[0] in ("and", "or", "to", "und", "oder", "et", "ou", "y", "o"):
            return before, " "
        return (before if self._keeps(tail[1], head[0]) else before[:-1]), ""
