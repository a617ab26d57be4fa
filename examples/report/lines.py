"""Words into justified lines: fonts, ligatures, hyphenation, greedy line breaking."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import pymupdf

from .markup import Piece, Word

FACES = {
    "roman": "tiro", "italic": "tiit", "bold": "tibo", "sans": "helv", "sansbold": "hebo",
}  # fmt: skip
INK = (0.10, 0.11, 0.13)
BLUE = (0.09, 0.24, 0.38)
GREY = (0.40, 0.43, 0.47)
Colour = tuple[float, float, float]

# Consonants that stay together at the start of a syllable, and pairs that are one sound.
STARTS = (
    "bl", "br", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "pl", "pr", "sc", "sk", "sl", "sm",
    "sn", "sp", "st", "str", "sw", "tr", "tw",
)  # fmt: skip
ONE_SOUND = (
    "ch", "ck", "dg", "gh", "ng", "ph", "sh", "th", "wh", "wr", "qu", "tch", "ngth", "ght",
    "rth", "nth", "nch", "rch",
)  # fmt: skip
SUFFIXES = (
    "ment", "ments", "tion", "tions", "sion", "sions", "ness", "ship", "ships", "able", "ably",
    "less", "fully", "ture", "tures",
)  # fmt: skip
NEVER = {"people", "every", "business", "several", "something", "nothing", "Wednesday"}
NEVER_ALONE = {"led", "red", "sed", "ted", "ned", "ped", "ges", "ces", "ses"}
BETWEEN_VOWELS = re.compile(r"(?<=[aeiouy])([bcdfghjklmnpqrstvwxz]{2,4})(?=[aeiouy])")
MINIMUM_WORD, MINIMUM_PART = 7, 3


@cache
def font(face: str) -> pymupdf.Font:
    """The font of a face: MuPDF's own Nimbus Roman and Nimbus Sans."""
    return pymupdf.Font(FACES[face])


@cache
def width(text: str, face: str, size: float) -> float:
    return float(font(face).text_length(text, size))


def ligatures(text: str) -> str:
    """Text as a typesetter sets it: fi and fl in one glyph."""
    return text.replace("fi", "ﬁ").replace("fl", "ﬂ")


@dataclass(frozen=True)
class Run:
    """Text at a distance `x` from the start of its line, `rise` above the baseline."""

    x: float
    text: str
    face: str
    size: float
    rise: float = 0.0
    colour: Colour = INK


@dataclass
class Line:
    """A set line: its runs, the height it takes, and the footnotes it calls."""

    runs: list[Run]
    height: float
    notes: tuple[str, ...] = ()
    anchors: list[str] = field(default_factory=list)


@cache
def hyphenation(word: str) -> tuple[int, ...]:
    """Places where an English word may be cut, by syllable rules and known endings."""
    if len(word) < MINIMUM_WORD or not word.isalpha() or word in NEVER or not word[1:].islower():
        return ()
    places = {len(word) - len(end) for end in SUFFIXES if word.endswith(end)}
    for found in BETWEEN_VOWELS.finditer(word.lower()):
        group = found.group(1)
        if any(pair in group for pair in ONE_SOUND):
            continue
        parts = group not in STARTS if len(group) == 2 else group[1:] in STARTS
        if parts:
            places.add(found.start() + 1)
    longest = len(word) - MINIMUM_PART
    vowel = re.compile("[aeiouy]")
    return tuple(
        place for place in sorted(places)
        if MINIMUM_PART <= place <= longest
        and vowel.search(word[:place]) and vowel.search(word[place:])
        and word[place:] not in NEVER_ALONE
    )  # fmt: skip


@dataclass(frozen=True)
class Setting:
    """How a paragraph is set: lines start at `left`, the first one `first` further in."""

    measure: float
    size: float
    leading: float
    face: str = "roman"
    left: float = 0.0
    first: float = 0.0
    justify: bool = True
    hyphenate: bool = True
    colour: Colour = INK


def _size(piece: Piece, setting: Setting) -> tuple[float, float]:
    """Size and rise: footnote marks are small and raised."""
    return (setting.size * 0.66, setting.size * 0.34) if piece.note else (setting.size, 0.0)


def break_lines(
    words: Sequence[Word], setting: Setting, mark_of: Callable[[str], str] = str
) -> list[Line]:
    """Set words in lines of `setting.measure`, filling each as far as it goes.

    `mark_of` turns a footnote's name into its printed number. Raises ValueError when a
    word is wider than the measure, for then something would be cut off.
    """
    queue = list(words)
    lines: list[Line] = []
    space = width(" ", "roman", setting.size)
    while queue:
        start = setting.left + (setting.first if not lines else 0.0)
        room = setting.measure - start
        taken: list[Word] = []
        used = 0.0
        while queue:
            needed = _word_width(queue[0], setting, mark_of) + (space if taken else 0.0)
            if used + needed > room:
                cut = _cut(queue[0], room - used - (space if taken else 0.0), setting)
                if cut and setting.hyphenate and (not taken or used + needed - room > space):
                    used += _word_width(cut[0], setting, mark_of) + (space if taken else 0.0)
                    taken.append(cut[0])
                    queue[0] = cut[1]
                break
            used += needed
            taken.append(queue.pop(0))
        if not taken:
            raise ValueError(f"{queue[0]} is wider than its column of {room:.0f} pt")
        gap = space
        if setting.justify and queue and len(taken) > 1:
            gap += (room - used) / (len(taken) - 1)
        lines.append(_line(taken, start, gap, setting, mark_of))
    return lines


def _word_width(word: Word, setting: Setting, mark_of: Callable[[str], str]) -> float:
    total = 0.0
    for piece in word:
        text = mark_of(piece.note) if piece.note else ligatures(piece.text)
        total += width(text, piece.face, _size(piece, setting)[0])
    return total


def _cut(word: Word, room: float, setting: Setting) -> tuple[Word, Word] | None:
    """The longest beginning of a word that fits in `room` with its hyphen, and the rest."""
    first, *rest = word
    body = re.match(r"[(‘“]*([A-Za-z’]+(?:-[A-Za-z]+)*)", first.text)
    if first.note or not body:
        return None
    offset = body.start(1)
    places = [offset + place for place in hyphenation(body.group(1))]
    places += [offset + found.end() for found in re.finditer("-", body.group(1))]
    for place in sorted(places, reverse=True):
        head = first.text[:place]
        head += "" if head.endswith("-") else "-"
        if width(ligatures(head), first.face, setting.size) <= room:
            tail = Piece(first.text[place:], first.face)
            return (Piece(head, first.face),), (tail, *rest)
    return None


def _line(
    taken: list[Word], start: float, gap: float, setting: Setting, mark_of: Callable[[str], str]
) -> Line:
    runs: list[Run] = []
    notes: list[str] = []
    x = start
    for word in taken:
        for piece in word:
            size, rise = _size(piece, setting)
            text = mark_of(piece.note) if piece.note else ligatures(piece.text)
            if piece.note:
                notes.append(piece.note)
            runs.append(Run(x, text, piece.face, size, rise, setting.colour))
            x += width(text, piece.face, size)
        x += gap
    return Line(runs, setting.leading, tuple(notes))
