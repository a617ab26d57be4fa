"""The picture of a pass for several questions: the pass above, a line a question below."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from longread.display.frame import (
    BACK,
    NAME,
    OPEN,
    QUIET,
    WARN,
    fit,
    header,
    labelled,
    reading,
    width_of,
)
from longread.display.phrasing import clean, place
from longread.display.progress import Questions
from longread.display.summary import totals

_STYLES = {
    "reading": QUIET,
    "found": BACK,
    "answered": OPEN,
    "not found": "",
    "interrupted": WARN,
}


def pass_frame(questions: Questions, console: Console, now: float, height: int) -> list[Text]:
    """The whole picture: at most `height` lines, none wider than the console."""
    assert questions.whole.info is not None
    width = width_of(console)
    blank = [Text()] if height >= 20 else []
    top = header(questions.whole.info, console, width, 1) + blank
    top += reading(questions.whole, now, width, height)
    top += [labelled("questions", Text(questions.tally())), *blank]
    rows = _rows(questions, max(1, height - len(top)))
    return [fit(line, width) for line in [*top, *rows][:height]]


def pass_closing(questions: Questions, console: Console) -> list[Text]:
    """What takes the picture's place when all have ended: every question, then the numbers."""
    lines = [_row(questions, number) for number in range(len(questions.each))]
    lines.append(Text())
    lines += [labelled(name, Text(value)) for name, value in totals(questions)]
    return [*(fit(line, width_of(console)) for line in lines), Text()]


def _row(questions: Questions, number: int) -> Text:
    """A question on one line: number, state, probability, words, answer."""
    state, info = questions.state(number), questions.each[number].info
    assert info is not None
    text = Text.assemble(
        (f"{number + 1:>3}  ", QUIET),
        (f"{state:<11}", _STYLES[state]),
        (f"{questions.probability(number):.2f}  ", QUIET),
        clean(info.question),
    )
    answer = questions.answers.get(number)
    if answer is not None and answer.answer is not None:
        spots = [place(quote) for quote in answer.citations[:1]]
        where = f", {spots[0]}" if spots and spots[0] else ""
        text.append(f"  {clean(answer.answer)}{where}", f"{NAME} {OPEN}")
    return text


def _rows(questions: Questions, height: int) -> list[Text]:
    """All questions, or those that fit: the open ones first to stay."""
    numbers = list(range(len(questions.each)))
    if len(numbers) <= height:
        return [_row(questions, number) for number in numbers]
    shown = sorted(numbers, key=lambda number: (number in questions.answers, number))
    kept = sorted(shown[: max(0, height - 1)])
    more = Text(f"     and {len(numbers) - len(kept)} more", style=QUIET)
    return [*(_row(questions, number) for number in kept), more]
