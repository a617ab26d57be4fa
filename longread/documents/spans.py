"""One page of MuPDF's structured text → upright segments: what is seen, each once.

Contract: works on the dictionary that MuPDF gives and knows nothing of files. Text that
nobody sees is kept apart (`hidden`), unless it is the text layer of a scanned picture.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from longread.documents.garbled import is_unmapped
from longread.documents.layout_types import Segment, Shape
from longread.documents.normalize import RIGHT_TO_LEFT, SOFT_HYPHEN, tidy
from longread.documents.parted import parted
from longread.documents.raw import RawPage
from longread.documents.superscripts import Superscripts
from longread.documents.table import Box
from longread.documents.vertical import is_spaced, set_upright, spelled_out

_BOLD = 1 << 4
# Bits of `char_flags`: how the glyphs are painted.
_PAINTED = 1 << 4 | 1 << 5 | 1 << 6
# Type smaller than this share of the page's height is not there to be read (1.6 pt on Letter).
_TINY = 0.002
# A superscript is smaller than its line, and raised by this share of the line's type size.
_SMALLER, _RAISED = 0.87, 0.15
# Colours closer than this (0 to 255, each channel) look the same.
_SAME_COLOUR = 14
# Two prints of one line, a hair or a shadow apart (share of the type size).
_SAME_PLACE = 0.35
# The type of a block that is drawn, not written; smaller ones hold no text.
_VECTOR, _SMALLEST = 3, 6.0
_MOST_DRAWN = 3000
_SYMBOLS = {
    "wingdings": {"o": "[ ]", "¨": "[ ]", "q": "[ ]", "x": "[x]", "ý": "[x]", "þ": "[x]", "ü": "✓"},
    "wingdings2": {"R": "[x]", "S": "[x]", "T": "[x]", "£": "[ ]", "P": "✓"},
    "zapfdingbats": {"3": "✓", "4": "✓", "l": "•", "n": "•", "u": "•", "8": "✗", "o": "[ ]"},
}
_AT_A_FIGURE = re.compile(rf"(?<=\d){SOFT_HYPHEN}|{SOFT_HYPHEN}(?=\d)")

# "(1)(2)" are two marks.
_MARKS = re.compile(r"\([^()]*\)|\[[^][]*\]|[^()\[\]]+|[()\[\]]")

Span = dict[str, Any]
Line = dict[str, Any]


class Look(Protocol):
    """What can be asked about how the page looks; costly, so only where it matters."""

    def has_picture_at(self, box: Box) -> bool:
        """Does a picture lie under the middle of this box?"""
        ...

    def is_plain(self, box: Box) -> bool:
        """Is there nothing to be seen in this box but one colour?"""
        ...


def page_of(content: dict[str, Any], look: Look, superscripts: Superscripts) -> RawPage:
    """The page's segments, turned so that most of the text runs from left to right.

    Text in another direction (a stamp in the margin, a watermark) goes to `aside`.
    """
    width, height = float(content["width"]), float(content["height"])
    shapes = [shape for block in content["blocks"] if (shape := _shape(block)) is not None]
    lines = [line for block in content["blocks"] for line in block.get("lines", ())]
    seen, hidden = _visible(lines, shapes, look)
    by_direction: dict[tuple[int, int], list[Segment]] = {}
    characters: Counter[tuple[int, int]] = Counter()
    places = _Places()
    for line in (piece for whole in seen for piece in parted(whole)):
        cosine, sine = line["dir"]
        direction = (round(cosine), round(sine)) if abs(cosine * sine) < 0.02 else (0, 0)
        segment = _segment(line, direction, width, height, superscripts)
        # Hidden marks for machines are set in type nobody can see.
        if segment is None or segment.size < min(_TINY * height, 1.5) or places.taken(segment):
            continue
        by_direction.setdefault(direction, []).append(segment)
        characters[direction] += len(segment.text)
    page = RawPage(width, height, [])
    page.hidden = [text for line in hidden if (text := _plain(line["spans"]))]
    page.unmapped = is_unmapped([span for line in seen for span in line["spans"]])
    if not by_direction:
        return page
    main = max(by_direction, key=lambda direction: characters[direction])
    if main in ((0, 1), (0, -1)):
        page.width, page.height = height, width
    page.drawn = [_turned(box, main, width, height) for box in _drawn(content)]
    page.shapes = [_turned_shape(shape, main, width, height) for shape in shapes]
    page.aside = [s for d, segments in by_direction.items() if d != main for s in segments]
    page.right_to_left = _runs_to_the_left("".join(s.text for s in by_direction[main]))
    page.segments = set_upright(spelled_out(by_direction[main]), page)
    return page


def _runs_to_the_left(text: str) -> bool:
    if text.isascii() or not RIGHT_TO_LEFT.search(text):
        return False
    return 2 * len(RIGHT_TO_LEFT.findall(text)) > sum(map(str.isalpha, text))


def _drawn(content: dict[str, Any]) -> list[Box]:
    """Where lines and rectangles are drawn; a page with very many of them shows a picture."""
    boxes = [block["bbox"] for block in content["blocks"] if block["type"] == _VECTOR]
    return boxes if len(boxes) <= _MOST_DRAWN else []


def _shape(block: dict[str, Any]) -> Shape | None:
    if block["type"] != _VECTOR or not block["alpha"]:
        return None
    x0, y0, x1, y1 = block["bbox"]
    if min(x1 - x0, y1 - y0) < _SMALLEST:
        return None
    if block["stroked"]:
        return Shape(x0, y0, x1, y1) if block["isrect"] else None
    plain = block["isrect"] and block["alpha"] == 255
    return Shape(x0, y0, x1, y1, int(block["color"]) if plain else None, is_filled=True)


def _visible(
    lines: Sequence[Line], shapes: Sequence[Shape], look: Look
) -> tuple[list[Line], list[Line]]:
    """Lines that a person sees, the visible part of each, and those that nobody sees."""
    seen: list[Line] = []
    unpainted: list[Line] = []
    hidden: list[Line] = []
    grounds = frozenset((0xFFFFFF, *(s.colour for s in shapes if s.colour is not None)))
    for line in lines:
        shown = line
        if not all(span["char_flags"] & _PAINTED for span in line["spans"]):
            painted = [
                s for s in line["spans"] if s["char_flags"] & _PAINTED or not s["text"].strip()
            ]
            rest = [span for span in line["spans"] if not span["char_flags"] & _PAINTED]
            unpainted.append({**line, "spans": rest, "bbox": _union(rest)})
            if not any(span["text"].strip() for span in painted):
                continue
            shown = {**line, "spans": painted, "bbox": _union(painted)}
        could_be = _could_be_masked(shown["spans"][0]["color"], grounds)
        masked = could_be and _is_masked(shown, shapes, look)
        (hidden if masked else seen).append(shown)
    for line in unpainted:
        if not _covered(line, seen):
            # The text layer of a picture says what the picture shows; else nobody sees it.
            (seen if look.has_picture_at(line["bbox"]) else hidden).append(line)
    return seen, hidden


def _union(spans: Sequence[Span]) -> Box:
    boxes = [span["bbox"] for span in spans]
    return (
        min(b[0] for b in boxes), min(b[1] for b in boxes),
        max(b[2] for b in boxes), max(b[3] for b in boxes),
    )  # fmt: skip


@functools.lru_cache(maxsize=256)
def _could_be_masked(colour: int, grounds: frozenset[int]) -> bool:
    """Is a line's colour one that something on the page is filled with?"""
    return any(_alike(colour, ground) for ground in grounds)


def _is_masked(line: Line, shapes: Sequence[Shape], look: Look) -> bool:
    """Is the line of the colour of what lies under or over it, paper included?"""
    colours = {span["color"] for span in line["spans"] if span["text"].strip()}
    if len(colours) != 1:
        return False
    colour = colours.pop()
    x0, y0, x1, y1 = line["bbox"]
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    around = [s for s in shapes if s.x0 <= x <= s.x1 and s.y0 <= y <= s.y1]
    grounds = [shape.colour for shape in around if shape.is_filled]
    if not any(ground is not None and _alike(colour, ground) for ground in grounds) and (
        grounds or not _alike(colour, 0xFFFFFF)
    ):
        return False
    return look.is_plain((x0, y0, x1, y1))


def _alike(one: int, other: int) -> bool:
    return (
        abs((one >> 16) - (other >> 16)) < _SAME_COLOUR
        and abs((one >> 8 & 255) - (other >> 8 & 255)) < _SAME_COLOUR
        and abs((one & 255) - (other & 255)) < _SAME_COLOUR
    )


def _covered(line: Line, seen: Sequence[Line]) -> bool:
    """Does visible text stand where this line stands?"""
    x0, y0, x1, y1 = line["bbox"]
    area = max((x1 - x0) * (y1 - y0), 1e-6)
    shared = 0.0
    for other in seen:
        a0, b0, a1, b1 = other["bbox"]
        shared += max(0.0, min(x1, a1) - max(x0, a0)) * max(0.0, min(y1, b1) - max(y0, b0))
    return bool(shared > 0.5 * area)


class _Places:
    """Where each line was printed: some programs print one twice, for bold type or a shadow."""

    def __init__(self) -> None:
        self._found: dict[str, list[Segment]] = {}

    def taken(self, segment: Segment) -> bool:
        """Was the same text printed at this place before? If not, it is from now on."""
        same = self._found.setdefault(segment.text, [])
        slack = _SAME_PLACE * segment.size
        for other in same:
            if abs(other.x0 - segment.x0) < slack and abs(other.y0 - segment.y0) < slack:
                return True
        same.append(segment)
        return False


def _plain(spans: Sequence[Span]) -> str:
    return " ".join(tidy("".join(span["text"] for span in spans)).split())


def _segment(
    line: Line, direction: tuple[int, int], width: float, height: float, superscripts: Superscripts
) -> Segment | None:
    spans = line["spans"]
    text = " ".join(tidy(_marked(spans, line["dir"], superscripts)).split())
    if SOFT_HYPHEN in text:
        # Fonts call their hyphen so, and figures have no other: "FY 2013-FY 2017".
        text = _AT_A_FIGURE.sub("-", text)
    # At a line's end a soft hyphen says that the word goes on; elsewhere it says nothing.
    text = text[:-1].replace(SOFT_HYPHEN, "") + text[-1:]
    if not text.strip(SOFT_HYPHEN):
        return None
    if is_spaced(text) and spans[-1]["text"][-1:].isspace():
        text += " "  # in a head that is spaced out, this is what parts the words
    x0, y0, x1, y1 = _turned(_trimmed(line, text), direction, width, height)
    longest = spans[0] if len(spans) == 1 else max(spans, key=_length)
    bold = all(map(_is_bold, spans))
    # Type 3 fonts give sizes in units of their own; the box is what is seen.
    size = max(float(longest["size"]), 0.6 * (y1 - y0))
    return Segment(x0, y0, x1, y1, size, bold, text)


def _length(span: Span) -> int:
    return len(span["text"])


def _is_bold(span: Span) -> bool:
    """Is the span set in bold type, or blank?"""
    return bool(span["flags"] & _BOLD or "bold" in span["font"].lower() or not span["text"].strip())


def _trimmed(line: Line, text: str) -> Box:
    """The line's box; in a right-to-left line without the blanks at its ends.

    There MuPDF parts a line at its numbers, and such a blank is all that parts the words.
    """
    x0, y0, x1, y1 = line["bbox"]
    if not text.isascii() and RIGHT_TO_LEFT.search(text):
        inked = [span["bbox"] for span in line["spans"] if span["text"].strip()]
        x0, x1 = min(box[0] for box in inked), max(box[2] for box in inked)
    return x0, y0, x1, y1


def _turned(box: Box, direction: tuple[int, int], width: float, height: float) -> Box:
    x0, y0, x1, y1 = box
    if direction == (0, 1):
        return y0, width - x1, y1, width - x0
    if direction == (0, -1):
        return height - y1, x0, height - y0, x1
    if direction == (-1, 0):
        return width - x1, height - y1, width - x0, height - y0
    return box


def _turned_shape(shape: Shape, direction: tuple[int, int], width: float, height: float) -> Shape:
    if direction == (1, 0):
        return shape
    x0, y0, x1, y1 = _turned((shape.x0, shape.y0, shape.x1, shape.y1), direction, width, height)
    return replace(shape, x0=x0, y0=y0, x1=x1, y1=y1)


def _marked(spans: Sequence[Span], direction: Sequence[float], superscripts: Superscripts) -> str:
    """The text of the spans, with symbols by name and raised marks told from figures."""
    if len(spans) == 1:
        return _symbols(spans[0])
    body = max(spans, key=lambda span: (span["size"] * len(span["text"].strip()), span["size"]))
    text = ""
    runs = list(_runs(spans, body, direction))
    for index, (up, run) in enumerate(runs):
        if not up:
            text += run
            continue
        after = runs[index + 1][1] if index + 1 < len(runs) else ""
        for mark in _MARKS.findall(run):
            written = superscripts.read(text, mark, after)
            text = (text.rstrip() if written[:1] == "[" else text) + written
        if run[-1:].isspace() or (not text[:-1].strip() and after[:1].isalnum()):
            text += " "
    return text


def _runs(
    spans: Sequence[Span], body: Span, direction: Sequence[float]
) -> Iterator[tuple[bool, str]]:
    """Runs of text, each raised above the line or not."""
    run, state = "", False
    for span in spans:
        up = _is_raised(span, body, direction)
        if not span["text"].strip():
            up = state
        if run and up != state:
            yield state, run
            run = ""
        run += _symbols(span)
        state = up
    if run:
        yield state, run


def _is_raised(span: Span, body: Span, direction: Sequence[float]) -> bool:
    if span["size"] > _SMALLER * body["size"] or len(span["text"].strip()) > 8:
        return False
    across = span["origin"][0] - body["origin"][0], span["origin"][1] - body["origin"][1]
    rise = across[0] * direction[1] - across[1] * direction[0]
    return bool(rise > _RAISED * body["size"])


def _symbols(span: Span) -> str:
    text: str = span["text"]
    name = span["font"].rpartition("+")[2].lower().replace(" ", "").replace("-", "")
    if "ding" not in name:
        # In Symbol's own code B7 is the bullet.
        return text.replace("·", "•") if name.startswith("symbol") else text
    table = _SYMBOLS[
        "wingdings2" if "dings2" in name else "zapfdingbats" if "zapf" in name else "wingdings"
    ]
    plain = (
        chr(ord(letter) - 0xF000) if "\uf000" <= letter <= "\uf0ff" else letter for letter in text
    )
    return "".join(table.get(old, new) for old, new in zip(plain, text, strict=True))
