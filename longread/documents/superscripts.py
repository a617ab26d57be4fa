"""Superscripts in plain text: a note mark becomes `10[2]`, an exponent `10^6`.

Joined to the figure before it a superscript changes a number ("10²" would be 102). Which of the
two it is, is told so:

- a link, or a sign such as * or †, is a note mark;
- ordinals and abbreviations ("1st", "XXe", "Mlle") and fractions ("1⁄2") stay as they are;
- a signed number is an exponent, and so is one behind "×10" or a figure with its unit ("20 m²");
- the number that the note marks before it lead to is the next note mark;
- behind a unit or a letter that stands alone ("m²", "x²") it is an exponent, and so is 3 or more
  behind a bare 10;
- any other number of up to three digits is a note mark, and so is a single letter behind a word
  or a long number.
"""

from __future__ import annotations

import re

_ROMAN = re.compile(r"[IVXLC]+")
_SIGN = re.compile(r"[*†‡§¶#]+|\[[^][]{1,6}\]|\([^()]{1,4}\)")
_BRACKETED = re.compile(r"\[[^][]{1,6}\]|\([^()]{1,4}\)")
_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")
_SIGNED = re.compile(r"[−–+-]\s?[\d.,]+")
_TIMES_TEN = re.compile(r"[×·x*⋅]\s?10$")
_MEASURE = re.compile(r"\d\s?[^\W\d_]+$")
_LAST_WORD = re.compile(r"[^\W_]+$")
_UNITS = frozenset(re.findall(r"\S+", "m cm mm km nm µm μm dm ft in yd mi s ms sec min h"))
_MARK = re.compile(r"(?<=[\w%)\].,])\[(?:\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*|[*†‡§¶#]+|[a-z])\](?!\w)")
# Kinds of documents in whose text note marks are written so.
MARKED = frozenset(
    ("pdf", "xps", "html", "epub", "fb2", "docx", "odt", "rtf", "pptx", "odp", "mht")
)
# A letter alone marks a note only behind words and numbers at least as long as this.
_WORD, _FIGURE = 4, 3
_NEAR = 64


def without_note_marks(text: str) -> str:
    """An answer without the note marks that its words carry in the document: "10 percent"."""
    return _MARK.sub("", text)


class Superscripts:
    """Reads the superscripts of one document in order; note marks count upwards."""

    def __init__(self) -> None:
        self._last = 0

    def read(self, before: str, mark: str, after: str = "", *, linked: bool = False) -> str:
        """What stands for the superscript `mark` behind `before`, to be joined to it."""
        # No word of a text is longer, and a search from the left would try each of its letters.
        before, mark = before[-_NEAR:], " ".join(mark.split())
        if after[:1] in ("⁄", "/") and mark.isdigit():
            return f" {mark}" if before[-1:].isdigit() else mark
        several = _BRACKETED.findall(mark)
        if len(several) > 1 and not _BRACKETED.sub("", mark).strip(" ,"):
            return "".join(map(self._note, several))
        if mark and (linked or _SIGN.fullmatch(mark)):
            return self._note(mark)
        word = _LAST_WORD.search(before)
        last = word[0] if word else ""
        if mark[-1:].isdigit():
            return self._numeric(before, last, mark)
        return _wordy(before, last, mark)

    def _numeric(self, before: str, last: str, mark: str) -> str:
        if _SIGNED.fullmatch(mark):
            return f"^{mark.replace('−', '-').replace('–', '-').replace(' ', '')}"
        if self._is_exponent(before, last, mark):
            return f"^{mark}"
        return self._note(mark) if _NUMBERS.fullmatch(mark) else f" {mark}"

    def _is_exponent(self, before: str, last: str, mark: str) -> bool:
        if not mark.isdigit():
            return False
        if _TIMES_TEN.search(before) or (last.lower() in _UNITS and _MEASURE.search(before)):
            return len(mark) <= 2
        if self._last and int(mark) == self._last + 1:
            return False
        if last == "10":
            return int(mark) >= 3 and not re.search(r"[\d.,]10$", before)
        return (len(last) == 1 and last.isalpha()) or (last.lower() in _UNITS and int(mark) <= 3)

    def _note(self, mark: str) -> str:
        inner = mark.strip("[]()")
        if inner.isdigit():
            self._last = int(inner)
        return f"[{inner}]"


def _wordy(before: str, last: str, mark: str) -> str:
    """Letters set high: a variable's exponent, a note's letter, or the end of a word."""
    if len(last) == 1 and last.isalpha() and mark:
        return f"^{mark}" if len(mark) == 1 else f"^({mark})"
    long = len(re.sub(r"\D", "", before[-8:])) >= _FIGURE if last.isdigit() else len(last) >= _WORD
    if long and len(mark) == 1 and mark.isalpha() and not _ROMAN.fullmatch(last):
        return f"[{mark}]"
    return f" {mark}" if before[-1:].isdigit() and re.match(r"[\d.,']", mark) else mark
