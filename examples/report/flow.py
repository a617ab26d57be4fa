"""A chapter's blocks into pages: columns on one grid, footnotes at their feet, tables on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .canvas import BOTTOM, LEFT, RIGHT, TOP, Canvas
from .drawings import Drawing, drawing
from .figures import Figures
from .lines import BLUE, GREY, Line, Setting, break_lines
from .markup import Block, Chapter, words
from .tables import SetTable, set_table

GUTTER = 22.0
LEADING = 13.4
SINGLE_LEFT, SINGLE_LEADING = 46.0, 14.2
FOOT = 9.4
SHORTEST = 8  # lines
Float = SetTable | Drawing


@dataclass
class Chunk:
    """Lines that stay together, with the space above them where they do not start a column."""

    lines: list[Line]
    before: float = 0.0
    anchors: tuple[str, ...] = ()

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)

    @property
    def notes(self) -> list[str]:
        return [note for line in self.lines for note in line.notes]


@dataclass
class Frame:
    """A column: text from `top` down to `limit`, footnotes upwards from `bottom`."""

    left: float
    top: float
    limit: float
    bottom: float
    y: float = 0.0
    notes: list[str] = field(default_factory=list)
    chunks: list[tuple[float, Chunk]] = field(default_factory=list)
    floats: list[tuple[float, Float]] = field(default_factory=list)


@dataclass
class Flow:
    """Lays out one chapter. `new_page` starts a page and returns it; `anchored` learns names."""

    chapter: Chapter
    figures: Figures
    pages: dict[str, str]
    new_page: Callable[[], Canvas]
    anchored: Callable[[str], None]

    def __post_init__(self) -> None:
        double = self.chapter.columns == 2
        self.leading = LEADING if double else SINGLE_LEADING
        self.size = 9.9 if double else 10.6
        offset = 0.0 if double else SINGLE_LEFT
        self.measure = (RIGHT - LEFT - GUTTER) / 2 if double else RIGHT - LEFT - offset
        self.lefts = [LEFT, LEFT + self.measure + GUTTER] if double else [LEFT + offset]
        self.marks: dict[str, str] = {}
        self.feet: dict[str, list[Line]] = {}
        self.queue: list[Chunk | Float] = []
        for block in self.chapter.blocks:
            self._add(block)
        unused = set(self.chapter.notes) - set(self.marks)
        if unused:
            raise ValueError(f"{self.chapter.title}: no text calls footnote {unused}")

    def run(self, canvas: Canvas, top: float) -> None:
        """Place everything, starting on `canvas` below `top`."""
        floats: list[Float] = []
        while True:
            # Text under tables needs room to be read as columns, not as a stray line.
            room = SHORTEST * self.leading if self.queue else 0.0
            top = self._place_floats(canvas, floats, top, BOTTOM - room)
            frames = self._frames(top, self._limit(top, floats))
            self._fill(frames, self.queue, floats)
            self._draw(canvas, frames)
            if not self.queue:
                low = min(BOTTOM - self._foot_height(frame.notes) for frame in frames)
                under = max(frame.y for frame in frames) + self.leading
                self._place_floats(canvas, floats, under, low)
            if not self.queue and not floats:
                return
            canvas, top = self.new_page(), TOP

    def _frames(self, top: float, limit: float) -> list[Frame]:
        return [Frame(left, top, limit, BOTTOM, top) for left in self.lefts]

    def _limit(self, top: float, floats: list[Float]) -> float:
        """How far down text may go: on a chapter's last page both columns end alike."""
        text = [item for item in self.queue if isinstance(item, Chunk)]
        if len(self.lefts) == 1 or not self._fits(text, top, BOTTOM):
            return BOTTOM
        floats += [item for item in self.queue if not isinstance(item, Chunk)]
        self.queue = [*text]
        limit = top + 2 * self.leading
        while limit < BOTTOM and not self._fits(text, top, limit):
            limit += self.leading / 2
        return min(limit, BOTTOM)

    def _fits(self, text: list[Chunk], top: float, limit: float) -> bool:
        rest: list[Chunk | Float] = [*text]
        self._fill(self._frames(top, limit), rest, [])
        return not rest

    def _fill(self, frames: list[Frame], queue: list[Chunk | Float], floats: list[Float]) -> None:
        """Move what fits from the queue into the frames; tables that do not, into `floats`."""
        for frame in frames:
            while queue:
                item = queue[0]
                if isinstance(item, Chunk):
                    if not self._take(frame, item):
                        break
                else:
                    y = frame.y + (12 if frame.y > frame.top else 0)
                    foot = self._foot_height(frame.notes)
                    if len(frames) == 1 and not floats and y + item.height <= frame.bottom - foot:
                        frame.floats.append((y, item))
                        frame.y = y + item.height
                    else:
                        floats.append(item)
                queue.pop(0)

    def _take(self, frame: Frame, chunk: Chunk) -> bool:
        """Put the chunk into the frame, with its footnotes, if there is room."""
        y = frame.y + (chunk.before if frame.y > frame.top else 0.0)
        foot = self._foot_height(frame.notes + chunk.notes)
        if y + chunk.height > min(frame.limit, frame.bottom - foot) + 0.1:
            return False
        frame.chunks.append((y, chunk))
        frame.notes += chunk.notes
        frame.y = y + chunk.height
        return True

    def _draw(self, canvas: Canvas, frames: list[Frame]) -> None:
        for frame in frames:
            parts = sorted([*frame.chunks, *frame.floats], key=lambda part: part[0])
            for top, part in parts:
                if not isinstance(part, Chunk):
                    part.draw(canvas, top)
                    self.anchored(part.anchor)
                    continue
                for anchor in filter(None, part.anchors):
                    self.anchored(anchor)
                y = top
                for line in part.lines:
                    y += line.height
                    canvas.line(frame.left, y - line.height * 0.28, line)
            if frame.notes:
                y = frame.bottom - self._foot_height(frame.notes) + 8
                canvas.rule(frame.left, y, frame.left + 54, y, weight=0.4)
                for note in frame.notes:
                    for line in self.feet[note]:
                        y += line.height
                        canvas.line(frame.left, y, line)

    def _place_floats(
        self, canvas: Canvas, floats: list[Float], top: float, bottom: float
    ) -> float:
        while floats and top + floats[0].height <= bottom:
            item = floats.pop(0)
            item.draw(canvas, top)
            self.anchored(item.anchor)
            top += item.height + 6
        return top

    def _foot_height(self, notes: list[str]) -> float:
        lines = [line for note in notes for line in self.feet[note]]
        return 12 + sum(line.height for line in lines) if lines else 0.0

    def _mark(self, name: str) -> str:
        if name not in self.marks:
            self.marks[name] = str(len(self.marks) + 1)
            setting = Setting(self.measure, 7.7, FOOT, left=8.5)
            lines = break_lines(words(self._filled(self.chapter.notes[name])), setting)
            number = Setting(20, 7.7, FOOT, justify=False)
            lines[0].runs = break_lines(words(self.marks[name]), number)[0].runs + lines[0].runs
            self.feet[name] = lines
        return self.marks[name]

    def _filled(self, text: str) -> str:
        return self.figures.fill(text, self.pages)

    def _add(self, block: Block) -> None:
        """Set one block and put its chunks into the queue."""
        held = self.queue[-1] if self.queue else None
        after_heading = isinstance(held, Chunk) and "heading" in held.anchors
        if block.kind in ("table", "figure"):
            # Tables float, so one under a heading must not part it from its text.
            self.queue.insert(len(self.queue) - after_heading, self._float(block))
            return
        chunks = getattr(self, f"_{block.kind}")(block)
        chunks[0].anchors += (block.anchor,)
        if isinstance(held, Chunk) and (after_heading or block.kind == "sign"):
            # A heading never parts from the lines under it, nor a name from those above it.
            chunks[0] = Chunk(
                held.lines + chunks[0].lines,
                held.before,
                tuple(a for a in held.anchors if a != "heading") + chunks[0].anchors,
            )  # fmt: skip
            self.queue.pop()
        self.queue += chunks

    def _float(self, block: Block) -> Float:
        if block.kind == "figure":
            return drawing(block.text, self.figures)
        table = self.figures.tables[block.text]
        return set_table(table, self.figures, f"table:{block.text}", self.pages)

    def _set(self, text: str, **changes: Any) -> list[Line]:
        setting = Setting(self.measure, self.size, self.leading, **changes)
        return break_lines(words(self._filled(text), setting.face), setting, self._mark)

    def _section(self, block: Block) -> list[Chunk]:
        setting = Setting(
            self.measure, 11.4, self.leading, "sansbold", justify=False, hyphenate=False,
            colour=BLUE,
        )  # fmt: skip
        lines = break_lines(words(block.text, "sansbold"), setting, self._mark)
        return [Chunk(lines, self.leading, ("heading", f"section:{block.text}"))]

    def _subsection(self, block: Block) -> list[Chunk]:
        lines = self._set(block.text, face="italic", justify=False, hyphenate=False)
        return [Chunk(lines, self.leading, ("heading",))]

    def _paragraph(self, block: Block) -> list[Chunk]:
        chunks = [item for item in self.queue if isinstance(item, Chunk)]
        before = chunks[-1].anchors if chunks else ("heading",)
        follows = "text" in before
        after_list = not follows and "heading" not in before
        lines = self._set(block.text, first=11.0 if follows else 0.0)
        return _kept(lines, self.leading / 4 if after_list else 0.0, ("text",))

    def _bullet(self, block: Block) -> list[Chunk]:
        lines = self._set(block.text, left=15.0)
        mark = break_lines(words(block.mark), Setting(40, self.size, self.leading))[0].runs[0]
        lines[0].runs.insert(0, mark)
        return _kept(lines, self.leading / 4)

    def _hanging(self, block: Block) -> list[Chunk]:
        return _kept(self._set(block.text, left=11.0, first=-11.0), self.leading / 4)

    def _inset(self, block: Block) -> list[Chunk]:
        lines = self._set(block.text, face="italic", left=15.0)
        return _kept(lines, self.leading / 2)

    def _sign(self, block: Block) -> list[Chunk]:
        name, *rest = (part.strip() for part in block.text.split("|"))
        lines = [Line([], self.leading), *self._set(name, face="bold", justify=False)]
        for part in rest:
            setting = Setting(self.measure, self.size * 0.92, self.leading * 0.92, justify=False,
                              colour=GREY)  # fmt: skip
            lines += break_lines(words(part), setting)
        return [Chunk(lines)]


def _kept(lines: list[Line], before: float, anchors: tuple[str, ...] = ()) -> list[Chunk]:
    """Cut a paragraph into chunks so that no column begins or ends with a single line of it."""
    if len(lines) <= 3:
        parts = [lines]
    else:
        parts = [lines[:2], *([line] for line in lines[2:-2]), lines[-2:]]
    return [Chunk(part, 0.0 if index else before, anchors) for index, part in enumerate(parts)]
