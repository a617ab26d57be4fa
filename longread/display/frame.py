"""One picture of a run as lines of Rich text, for a given width and height.

Every line is a `Text` built from plain strings, never markup, and is no wider than the
frame: the terminal has nothing to wrap and a document nothing to inject.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from longread.display.phrasing import (
    clean,
    clean_block,
    count,
    counted,
    document_names,
    duration,
    percent,
    place,
    retrieved_places,
    title_of,
)
from longread.display.progress import CellState, Progress
from longread.display.strip import Cell, bar, strip
from longread.display.summary import step_place
from longread.reading.step import Gate, RunInfo, Step

# Text wider than this is hard to read, whatever the terminal.
WIDEST = 132
LABEL = 11
_BAR = 20

OPEN, BACK, WARN, QUIET, NAME = "green", "cyan", "yellow", "dim", "bold"

_CELLS: dict[CellState | None, str] = {
    None: QUIET,
    CellState.UNREAD: QUIET,
    CellState.SKIPPED: QUIET,
    CellState.CLOSED: "",
    CellState.RETRIEVED: BACK,
    CellState.OPEN: f"{NAME} {OPEN}",
}
_LEGEND = (
    (CellState.CLOSED, "▂", "gate closed"),
    (CellState.OPEN, "▇", "opened"),
    (CellState.RETRIEVED, "◆", "went back to"),
    (CellState.SKIPPED, "-", "skipped"),
    (CellState.UNREAD, "·", "to read"),
)


def frame(progress: Progress, console: Console, now: float, height: int) -> list[Text]:
    """The whole picture: at most `height` lines, none wider than the console."""
    width = width_of(console)
    info = progress.info
    if info is None:
        return [fit(_activity(progress, duration(progress.elapsed(now))), width)]
    roomy = height >= 20
    blank = [Text()] if roomy else []
    lines = header(info, console, width, 2 if roomy else 1) + blank
    lines += reading(progress, now, width, height)
    lines += blank + gates(progress)
    lines += _found(progress)
    left = height - len(lines) - len(blank)
    if progress.answer:
        lines += blank + _tail("answer", clean_block(progress.answer), console, width, left)
    elif progress.notes.lines:
        lines += blank + notes(progress, console, width, left)
    return [fit(line, width) for line in lines[:height]]


def header(info: RunInfo, console: Console, width: int, question_lines: int) -> list[Text]:
    """The question, the documents, the model and how it reads."""
    question = Text(clean(info.question), style=NAME).wrap(console, width)
    shown = list(question[:question_lines])
    if len(question) > question_lines:
        shown[-1] = fit(Text.assemble(shown[-1], " …"), width)
    tokens = sum(document.tokens for document in info.documents)
    pages = sum(document.pages for document in info.documents)
    size = [counted(pages, "page")] if pages else []
    size.append(counted(tokens, "token"))
    model = f"{clean(info.model.name)} on {clean(info.model.device)}"
    how = f"{info.strategy}, {info.gate} gate"
    if info.reader:
        how += f" of {info.reader}"
    if info.order != "document":
        how += f", {info.order} order"
    return [
        *shown,
        Text.assemble((title_of(document_names(info)), ""), (f"  {', '.join(size)}", QUIET)),
        Text(f"{model}  {how}", style=QUIET),
    ]


def reading(progress: Progress, now: float, width: int, height: int) -> list[Text]:
    assert progress.info is not None
    total = progress.info.chunks
    left = Text.assemble(
        (count(progress.read), NAME), f" of {counted(total, 'chunk')}", style="default"
    )
    if progress.last is not None:
        left.append(f"  {step_place(progress.last, progress.names)}")
    right = [duration(progress.elapsed(now))]
    if progress.tokens_per_second is not None:
        right.insert(0, f"{count(round(progress.tokens_per_second))} tok/s")
    if progress.seconds_left is not None and not progress.answer:
        right.append(f"≤ {duration(progress.seconds_left)} left")
    pace = Text("  ".join(right), style=QUIET)
    gap = width - LABEL - left.cell_len - pace.cell_len
    lines = [labelled("reading", left)]
    if gap >= 2:
        lines[0].append(" " * gap).append_text(pace)
    else:
        lines.append(labelled("", pace))
    rows = strip(progress, width - LABEL, 1 if height < 18 else 2 if height < 30 else 4)
    lines += [labelled("", cells(row)) for row in rows]
    if height >= 18:
        lines.append(labelled("", legend(progress)))
    lines.append(_activity(progress, ""))
    return lines


def cells(row: list[Cell]) -> Text:
    """A row of the strip in colour; the chunk just read on a grey ground."""
    text = Text()
    for cell in row:
        style = _CELLS[cell.state]
        text.append(cell.glyph, f"{style} on bright_black" if cell.current else style)
    return text


def legend(progress: Progress) -> Text:
    """What the strip's cells mean and how many chunks each stands for; only what occurs."""
    assert progress.info is not None
    states = [progress.cell(position) for position in range(progress.info.chunks)]
    counted_states = [(*entry, states.count(entry[0])) for entry in _LEGEND]
    return Text("  ").join(
        Text.assemble((glyph, _CELLS[state]), (f" {meaning} {count(number)}", QUIET))
        for state, glyph, meaning, number in counted_states
        if number
    )


def _activity(progress: Progress, elapsed: str) -> Text:
    now = progress.activity
    text = Text(clean(now.stage))
    if now.detail:
        text.append(f"  {clean(now.detail)}", QUIET)
    if now.fraction is not None:
        text.append("  ").append_text(meter(now.fraction, None, ""))
        text.append(f"  {percent(now.fraction)}")
    if elapsed:
        text.append(f"  {elapsed}", QUIET)
    return labelled("now", text) if progress.info else text


def meter(share: float, threshold: float | None, style: str) -> Text:
    """A bar from 0 to 1, filled up to `share`, with a mark where the threshold stands."""
    filled = round(min(max(share, 0.0), 1.0) * _BAR)
    text = Text("━" * filled, style).append("─" * (_BAR - filled), QUIET)
    if threshold is None:
        return text
    mark = min(int(threshold * _BAR), _BAR - 1)
    return Text.assemble(text[:mark], ("│", WARN), text[mark + 1 :])


def gates(progress: Progress) -> list[Text]:
    """The update gate of the last step with its passages' gates, and the last exit gate asked."""
    step = progress.last
    if step is None:
        return [labelled("update", Text("no step yet", style=QUIET))]
    lines = [_gate("update", step.update, ("open", "closed"))]
    if len(step.passage_gates) > 1:
        lines[0].append("  passages ", QUIET).append_text(_passages(step))
    if progress.exit is not None:
        line = _gate("exit", progress.exit, ("enough", "read on"))
        if step.exits_in_a_row:
            line.append(f", {step.exits_in_a_row} in a row", QUIET)
        lines.append(line)
    return lines


def _gate(name: str, gate: Gate, words: tuple[str, str]) -> Text:
    style = OPEN if gate.open else ""
    word = words[0] if gate.open else words[1]
    text = meter(gate.probability, gate.threshold, style)
    text.append(f"  {gate.probability:.2f} {word:<7}", style)
    return labelled(name, text.append(f"  {clean(gate.signal)} ≥ {gate.threshold:.2f}", QUIET))


def _passages(step: Step) -> Text:
    text = Text()
    for probability in step.passage_gates:
        is_open = probability >= step.update.threshold
        glyph = bar(probability, step.update.threshold, is_open=is_open)
        text.append(glyph, _CELLS[CellState.OPEN if is_open else CellState.CLOSED])
    return text


def _found(progress: Progress) -> list[Text]:
    """The last trip back into the document, the last quote, the last remark."""
    lines = []
    if progress.retrieval is not None:
        found_there = progress.retrieval.passages
        found = retrieved_places(progress.retrieval, progress.names)
        found = found or counted(len(found_there), "passage")
        # The pages come first: a long query may be cut, they may not.
        query = f"for {clean(progress.retrieval.query)}"
        text = Text.assemble((f"{found}  ", BACK), (query, QUIET))
        lines.append(labelled("went back", text))
    if progress.quotes:
        last = progress.quotes[-1]
        text = Text.assemble(
            (count(len(progress.quotes)), NAME),
            f"  {place(last)}  ",
            (f'"{clean(last.text)}"', QUIET),
        )
        lines.append(labelled("quotes", text))
    if progress.remark:
        lines.append(labelled("remark", Text(clean(progress.remark), style=WARN)))
    return lines


def notes(progress: Progress, console: Console, width: int, height: int) -> list[Text]:
    """The memory, what its last change brought marked with `+`; the newest lines if too long."""
    kept = progress.notes
    rows: list[Text] = []
    newest = 0
    for line, is_new in zip(kept.lines, kept.new, strict=True):
        style = OPEN if is_new else ""
        # A note that wraps goes on below its own words, not below its bullet.
        hanging = "  " if line.startswith(("- ", "* ", "• ")) else ""
        room = width - LABEL - len("+ ") - len(hanging)
        for number, part in enumerate(Text(line, style=style).wrap(console, room)):
            mark = "  " + hanging if number else "+ " if is_new else "  "
            rows.append(Text.assemble((mark, style), part))
        newest = len(rows) if is_new else newest
    changed = f"changed at step {count(kept.step)}"
    changed += f", {counted(kept.dropped, 'line')} dropped" if kept.dropped else ""
    return _window("notes", changed, rows, newest, height)


def _tail(label: str, block: str, console: Console, width: int, height: int) -> list[Text]:
    rows = list(Text(block).wrap(console, width - LABEL))
    return _window(label, "", rows, len(rows), height)


def _window(label: str, note: str, rows: list[Text], newest: int, height: int) -> list[Text]:
    """The rows that fit below a heading, the row before `newest` among them."""
    room = max(height - bool(note), 0)
    end = min(len(rows), max(newest, room))
    start = max(0, end - room)
    heading = f"{note}, {counted(start, 'line')} above" if start and note else note
    lines = [labelled(label, Text(heading, style=QUIET))] if note else []
    labels = [""] * room if note else [label] + [""] * room
    return lines + [labelled(name, row) for name, row in zip(labels, rows[start:end], strict=False)]


def width_of(console: Console) -> int:
    """Cells a line may have: the last column stays free, where terminals differ in wrapping."""
    return min(console.width - 1, WIDEST)


def labelled(label: str, text: Text) -> Text:
    """A line with its label in the left column."""
    return Text.assemble((f"{label:<{LABEL}}", QUIET), text)


def fit(line: Text, width: int) -> Text:
    """The line cut to `width` cells, the last of them `…` where something is missing."""
    if cell_len(line.plain) > width:
        line = line.copy()
        line.truncate(width, overflow="ellipsis")
    return line
