"""The answer for stdout: what the document says, then the quotes that prove it.

Nothing is written unless there is an answer; what else there is to say goes to stderr.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TextIO

from longread.display.hyperlinks import address, links_known
from longread.display.phrasing import clean, clean_block, shorten
from longread.display.summary import citation_sources
from longread.reading.step import Answer

# A quote is a sentence or two; a longer one is a table that lost its lines.
_QUOTE_LENGTH = 300
_WITHOUT = {"not_found": "not found", "interrupted": "interrupted"}


def answer_text(answer: Answer) -> str:
    """The answer and its citations as plain text ending in a newline; empty without an answer."""
    if answer.answer is None:
        return ""
    lines = [clean_block(answer.answer.strip())]
    if answer.citations:
        lines += ["", *(f"  {head} {quote}" for head, quote in citations(answer))]
    return "\n".join(lines) + "\n"


def write_answers(answers: Sequence[Answer], stdout: TextIO) -> None:
    """Each question under its number, with its answer, or that there is none."""
    for number, answer in enumerate(answers, start=1):
        stdout.write(f"{number}. {clean(answer.question)}\n")
        if answer.answer is None:
            stdout.write(f"({_WITHOUT[answer.status]})\n")
        else:
            write_answer(answer, stdout)
        if number < len(answers):
            stdout.write("\n")
    stdout.flush()


def citations(answer: Answer) -> list[tuple[str, str]]:
    """Each citation as its head, `[1] book.pdf, p. 12 (xii):`, and its quoted words."""
    pairs = []
    for number, (quote, source) in enumerate(
        zip(answer.citations, citation_sources(answer), strict=True), start=1
    ):
        words = f'"{shorten(clean(quote.text), _QUOTE_LENGTH)}"'
        doubt = "" if quote.verified else " (not verified)"
        pairs.append((f"[{number}] {source}:", words + doubt))
    return pairs


def write_answer(answer: Answer, stdout: TextIO) -> None:
    """Write the answer to `stdout`; on a terminal wrapped to its width, with citations dimmed.

    In one that knows hyperlinks the citations are links to file and page.
    """
    if not stdout.isatty() or os.environ.get("TERM", "") == "dumb":
        stdout.write(answer_text(answer))
        stdout.flush()
        return
    if answer.answer is None:
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.style import Style
    from rich.text import Text

    console = Console(file=stdout, highlight=False)
    console.print(Text(clean_block(answer.answer.strip())))
    linked = links_known()
    for position, (head, words) in enumerate(citations(answer)):
        number, source = head.split(" ", 1)
        link = Style(link=address(answer.citations[position]) if linked else None)
        shown = Text(source[:-1], link)
        body = Text.assemble((f"{number} ", "dim"), shown, ": ", (words, "dim"))
        console.print(Padding(body, (0 if position else 1, 0, 0, 2)))
