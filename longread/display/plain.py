"""Plain lines for stderr that is not a terminal: one line a step, made for grep and logs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from longread.display.phrasing import (
    clean,
    clean_block,
    count,
    counted,
    document_names,
    duration,
    pages,
    place,
    retrieved_places,
    shorten,
    title_of,
)
from longread.display.silent import SilentView
from longread.display.summary import statistics, step_place, verdict
from longread.reading.step import Answer, Gate, Retrieval, Retrieved, RunInfo, Step

# A download or a parse without a terminal says how far it is four times, not a thousand.
_QUARTERS = 4


class PlainView(SilentView):
    """Writes a line when there is something to say; `verbose` adds notes and retrievals."""

    def __init__(self, stderr: TextIO, *, verbose: bool = False) -> None:
        self._stderr = stderr
        self.verbose = verbose
        self._names: list[str] = []
        self._said: tuple[str, str, int] | None = None
        self._reading = False

    def begin(self, info: RunInfo) -> None:
        self._names = document_names(info)
        self._reading = True
        self.write(*opening_lines(info))

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None:
        if self._reading:
            return
        quarter = int((fraction or 0.0) * _QUARTERS)
        if (stage, detail, quarter) == self._said:
            return
        self._said = (stage, detail, quarter)
        done = f" {quarter * 100 // _QUARTERS} %" if fraction is not None else ""
        self.write(f"{clean(f'{stage} {detail}')}{done}")

    def step(self, step: Step) -> None:
        self.write(step_line(step, self._names))
        if self.verbose:
            self.write(*detail_lines(step))

    def end(self, answer: Answer) -> None:
        self.write(verdict(answer))
        self.write(*(f"{name}: {value}" for name, value in statistics(answer)))

    def message(self, line: str) -> None:
        self.write(clean(line))

    def quieten(self) -> None:
        """Reading begins: it is told by steps, not by activities."""
        self._reading = True

    def write(self, *lines: str) -> None:
        """Lines as they are."""
        # Whoever read the log is gone, or its disk is full; the run is not over for that.
        with suppress(OSError, ValueError):
            self._stderr.write("".join(f"{line}\n" for line in lines))
            self._stderr.flush()


def opening_lines(info: RunInfo) -> list[str]:
    """What is read, by which model and how."""
    lines = [f"question: {clean(info.question)}"]
    for document in info.documents:
        size = [counted(document.pages, "page")] if document.pages else []
        size.append(counted(document.tokens, "token"))
        lines.append(f"document: {clean(document.path)}, {', '.join(size)}")
        lines += [f"warning: {clean(warning)}" for warning in document.warnings]
    model = info.model
    lines.append(
        f"model: {clean(model.name)} on {clean(model.device)}, context {count(model.context)}"
    )
    lines += [f"note: {clean(model.note)}"] if model.note else []
    chunks = f"{counted(info.chunks, 'chunk')} of {title_of(document_names(info))}"
    lines.append(f"reading: {chunks}, {info.strategy}, {info.order} order, gate {info.gate}")
    if info.resumed:
        lines.append(f"resumed: {counted(info.resumed, 'step')} taken over from an earlier run")
    return lines


def step_line(step: Step, names: Sequence[str]) -> str:
    """One step on one line; the parts that not every step has come after the gate."""
    parts = [
        f"step {step.index}/{step.total}",
        step_place(step, names),
        _gate("gate", step.update),
    ]
    if step.retrieval is not None:
        parts.append(_retrieved(step.retrieval, names))
    if step.added:
        spots = ", ".join(dict.fromkeys(place(quote) for quote in step.added))
        parts.append(f"+{counted(len(step.added), 'quote')} {spots}".rstrip())
    if step.exit is not None:
        parts.append(_gate("exit", step.exit))
    parts.append(f"{count(step.tokens.prefilled + step.tokens.generated)} tok")
    parts.append(duration(sum(step.seconds.values())))
    if step.remark:
        parts.append(f"({clean(step.remark)})")
    return "  ".join(part for part in parts if part)


def _gate(name: str, gate: Gate) -> str:
    return f"{name} {gate.probability:.2f} {'open' if gate.open else 'closed'}"


def _retrieved(retrieval: Retrieval, names: Sequence[str]) -> str:
    spots = retrieved_places(retrieval, names)
    return f"retrieved {counted(len(retrieval.units), 'unit')} {spots}".rstrip()


def _unit_place(unit: Retrieved) -> str:
    return pages(unit.page, unit.last_page) or f"unit {unit.unit}"


def detail_lines(step: Step) -> list[str]:
    """What `--verbose` adds to a step: gates, retrieval, quotes, notes, seconds by stage."""
    lines = []
    if len(step.unit_gates) > 1:
        lines.append("unit gates " + " ".join(f"{gate:.2f}" for gate in step.unit_gates))
    if step.retrieval is not None:
        lines.append(f'looked for "{clean(step.retrieval.query)}"')
        lines += [
            f"found {_unit_place(unit)} score {unit.score:.1f}" for unit in step.retrieval.units
        ]
    lines += [f'quote {place(quote)}: "{shorten(clean(quote.text), 300)}"' for quote in step.added]
    if step.memory_after != step.memory_before:
        lines += [f"notes {line}" for line in clean_block(step.memory_after).split("\n")]
    if step.seconds:
        stages = (f"{clean(stage)} {duration(spent)}" for stage, spent in step.seconds.items())
        lines.append("time " + ", ".join(stages))
    return [f"    {line}" for line in lines]
