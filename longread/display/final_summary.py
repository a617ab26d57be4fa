"""The summary that takes the live picture's place when the run is over."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from longread.display.answer import citations as cited
from longread.display.frame import (
    LABEL,
    NAME,
    OPEN,
    QUIET,
    WARN,
    cells,
    fit,
    labelled,
    legend,
    width_of,
)
from longread.display.progress import Progress
from longread.display.strip import strip
from longread.display.summary import statistics, verdict
from longread.reading.step import Answer

_STRIP_ROWS = 2
_STYLES = {"answered": f"{NAME} {OPEN}", "not_found": NAME, "interrupted": f"{NAME} {WARN}"}


def closing(answer: Answer, progress: Progress, console: Console, *, citations: bool) -> list[Text]:
    """The verdict, the strip, the numbers and, if asked for, the citations; a blank line last."""
    width = width_of(console)
    lines = [Text(verdict(answer), style=_STYLES[answer.status])]
    if progress.info is not None:
        rows = strip(progress, width - LABEL, _STRIP_ROWS)
        lines += [labelled("", cells(row)) for row in rows]
        lines.append(fit(labelled("", legend(progress)), width))
    for name, value in statistics(answer):
        head, *rest = Text(value).wrap(console, width - LABEL)
        lines += [labelled(name, head), *(labelled("", row) for row in rest)]
    if citations and answer.citations:
        lines.append(Text())
        lines += [row for pair in cited(answer) for row in _citation(*pair, console, width)]
    return [*lines, Text()]


def _citation(head: str, quote: str, console: Console, width: int) -> list[Text]:
    number, source = head.split(" ", 1)
    body = Text.assemble(source, " ", (quote, QUIET)).wrap(console, width - len(number) - 1)
    return [
        Text.assemble((f"{number if first else '':<{len(number)}} ", QUIET), row)
        for first, row in zip([True, *[False] * len(body)], body, strict=False)
    ]
