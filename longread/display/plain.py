"""Plain lines for stderr that is not a terminal: one line a step, made for grep and logs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from longread.display import View
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
    spent,
    title_of,
)
from longread.display.progress import Questions
from longread.display.summary import statistics, step_place, totals, verdict
from longread.reading.step import Answer, Gate, Judged, Retrieval, RunInfo, Step

# A download or a parse without a terminal says how far it is four times, not a thousand.
_QUARTERS = 4
# So many documents are named one by one; more are counted.
_NAMED = 5


class PlainView(View):
    """Writes a line when there is something to say; `verbose` adds names, notes and retrievals.

    For several questions: a line for each chunk that was read for all, and one for each
    question that it concerned, after its number.
    """

    def __init__(self, stderr: TextIO, *, verbose: bool = False) -> None:
        self._stderr = stderr
        self._verbose = verbose
        self._questions: Questions | None = None
        self._said: set[tuple[str, str, int]] = set()
        self._turn: list[Step] = []

    def begin(self, infos: Sequence[RunInfo]) -> None:
        self._questions = questions = Questions(infos)
        whole = questions.whole.info
        assert whole is not None
        lines = opening_lines(whole, verbose=self._verbose)
        if not questions.alone:
            asked = enumerate(infos, start=1)
            lines[:1] = [f"question {number}: {clean(info.question)}" for number, info in asked]
        self._write(*lines)

    def activity(self, stage: str, detail: str = "", fraction: float | None = None) -> None:
        if self._questions is not None:
            # Reading is told by steps.
            return
        quarter = int((fraction or 0.0) * _QUARTERS)
        # Of many files one stands for those of its quarter.
        named = detail if fraction is None or self._verbose else ""
        if (stage, named, quarter) in self._said:
            return
        self._said.add((stage, named, quarter))
        done = f" {quarter * 100 // _QUARTERS} %" if fraction is not None else ""
        self._write(f"{clean(f'{stage} {detail}')}{done}")

    def step(self, number: int, step: Step) -> None:
        assert self._questions is not None
        self._questions.step(number, step)
        line = step_line(step, self._questions.whole.names)
        if self._questions.alone:
            self._write(line, *(detail_lines(step) if self._verbose else []))
            return
        if self._turn and self._turn[0].index != step.index:
            self._write_turn()
        self._turn.append(step)
        if step.update.open or step.added or step.remark or self._verbose:
            self._write(f"[{number + 1}] {line}")

    def end(self, number: int, answer: Answer) -> None:
        assert self._questions is not None
        self._questions.answers[number] = answer
        name = "" if self._questions.alone else f"[{number + 1}] "
        self._write(f"{name}{verdict(answer)}")

    def finish(self) -> None:
        assert self._questions is not None
        self._write_turn()
        alone, answers = self._questions.alone, self._questions.answers
        numbers = statistics(answers[0]) if alone else totals(self._questions)
        self._write(*(f"{name}: {value}" for name, value in numbers))

    def message(self, line: str) -> None:
        self._write(clean(line))

    def _write_turn(self) -> None:
        """The chunk that all open questions have just read, on one line."""
        if not self._turn:
            return
        assert self._questions is not None
        first, names = self._turn[0], self._questions.whole.names
        same = len({step.chunk.position for step in self._turn}) == 1
        tokens = sum(step.tokens.prefilled + step.tokens.generated for step in self._turn)
        seconds = sum(sum(step.seconds.values()) for step in self._turn)
        parts = [
            f"step {first.index}/{first.total}",
            step_place(first, names) if same else "",
            counted(len(self._turn), "question"),
            f"highest gate {max(step.update.probability for step in self._turn):.2f}",
            f"{count(tokens)} tok",
            duration(seconds),
        ]
        self._write("  ".join(part for part in parts if part))
        self._turn = []

    def _write(self, *lines: str) -> None:
        # Whoever read the log is gone, or its disk is full; the run is not over for that.
        with suppress(OSError, ValueError):
            self._stderr.write("".join(f"{line}\n" for line in lines))
            self._stderr.flush()


def opening_lines(info: RunInfo, *, verbose: bool) -> list[str]:
    """What is read, by which model and how; many documents are counted unless `verbose`."""
    lines, documents = [f"question: {clean(info.question)}"], info.documents
    if verbose or len(documents) <= _NAMED:
        for each in documents:
            lines.append(f"document: {clean(each.path)}, {_size(each.pages, each.tokens)}")
            lines += [f"warning: {clean(warning)}" for warning in each.warnings]
    else:
        size = _size(sum(each.pages for each in documents), sum(each.tokens for each in documents))
        lines.append(f"documents: {count(len(documents))}, {size}")
        warnings = sum(len(each.warnings) for each in documents)
        lines += [f"{counted(warnings, 'warning')}: -v shows them"] if warnings else []
    model = info.model
    lines.append(
        f"model: {clean(model.name)} on {clean(model.device)}, context {count(model.context)}"
    )
    lines += [f"note: {clean(model.note)}"] if model.note else []
    chunks = f"{counted(info.chunks, 'chunk')} of {title_of(document_names(info))}"
    lines.append(f"reading: {chunks}, {info.strategy}, {info.order} order, gate {info.gate}")
    if info.reader:
        lines.append(
            f"reader: {clean(info.reader)} says where, {clean(model.name)} whether and what"
        )
    if info.resumed:
        lines.append(f"resumed: {counted(info.resumed, 'step')} taken over from an earlier run")
    return lines


def _size(pages: int, tokens: int) -> str:
    return ", ".join([*([counted(pages, "page")] if pages else []), counted(tokens, "token")])


def step_line(step: Step, names: Sequence[str]) -> str:
    """One step on one line; the parts that not every step has come after the gate."""
    parts = [
        f"step {step.index}/{step.total}",
        step_place(step, names),
        _gate("gate", step.update),
    ]
    if step.retrieval is not None:
        parts.append(_retrieved(step.retrieval, names))
    own = [each for each in step.judged if not each.asked]
    if own:
        said = (f"{_page(each)} {each.answers:.2f}" for each in own)
        parts.append(f"model says {', '.join(said)}")
    smaller = dict.fromkeys(each.asked for each in step.judged if each.asked)
    if smaller:
        parts.append(f"asked {', '.join(map(_asked, smaller))}")
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


def _page(judged: Judged) -> str:
    page = pages(judged.page, judged.page) or "here"
    return f"{page} with {len(judged.beside)} others" if judged.beside else page


def _asked(question: str) -> str:
    return f'"{shorten(clean(question), 160)}"'


def _retrieved(retrieval: Retrieval, names: Sequence[str]) -> str:
    spots = retrieved_places(retrieval, names)
    return f"retrieved {counted(len(retrieval.passages), 'passage')} {spots}".rstrip()


def detail_lines(step: Step) -> list[str]:
    """What `--verbose` adds to a step: gates, retrieval, quotes, notes, seconds by stage."""
    lines = []
    if len(step.passage_gates) > 1:
        lines.append("passage gates " + " ".join(f"{gate:.2f}" for gate in step.passage_gates))
    if step.retrieval is not None:
        lines.append(f'looked for "{clean(step.retrieval.query)}"')
        lines += [
            f"found {pages(found.page, found.last_page) or f'passage {found.passage}'} "
            f"score {found.score:.1f}"
            for found in step.retrieval.passages
        ]
    lines += [f'planned "{clean(search)}"' for search in step.planned]
    for each in step.judged:
        words = f', "{shorten(clean(each.answer), 80)}"' if each.answer else ""
        asked = f"{_asked(each.asked)} " if each.asked else ""
        lines.append(
            f"judged {asked}{_page(each)}: reader {each.reader:.2f}, model {each.answers:.2f}, "
            f"sentence {each.alone:.2f}, together {each.probability:.2f}{words}"
        )
    lines += [f"{name}: {spent(tokens)}" for name, tokens in step.models.items()]
    lines += [f'quote {place(quote)}: "{shorten(clean(quote.text), 300)}"' for quote in step.added]
    if step.memory_after != step.memory_before:
        lines += [f"notes {line}" for line in clean_block(step.memory_after).split("\n")]
    if step.seconds:
        stages = (f"{clean(stage)} {duration(spent)}" for stage, spent in step.seconds.items())
        lines.append("time " + ", ".join(stages))
    return [f"    {line}" for line in lines]
