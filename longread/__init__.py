"""longread: ask a question of a document too long for any model, offline.

For notebooks: `longread.ask("book.pdf", "Who signed it?")` gives an `Answer`;
`longread.read(…)` gives the steps as they happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from longread.version import __version__

if TYPE_CHECKING:
    from longread.reading.step import Answer, Step
    from longread.runs.api import Paths
    from longread.runs.each import DocumentAnswers

__all__ = ["__version__", "ask", "ask_all", "ask_each", "read"]


def ask(paths: Paths, question: str, **options: Any) -> Answer:
    """Read the documents and answer.

    `paths` are files, folders or patterns; `options` are the fields of `ReadingOptions`
    (strategy, chunk_tokens, …), `ModelOptions` (model, context, gpu_layers, threads) and
    `DocumentOptions` (pages, password, ocr, encoding).
    Of several documents one that cannot be read is left out with a warning, and named in
    `Answer.info.left_out`. Raises LongreadError, as the command line does with an exit code.
    """
    from longread.runs.api import ask as run

    return run(paths, question, **options)


def ask_all(paths: Paths, questions: Sequence[str], **options: Any) -> list[Answer]:
    """Answer several questions in one pass over the documents, in their order.

    Each has its own memory and gates; the documents are read once for all of them. Options
    and errors as for `ask`.
    """
    from longread.runs.api import ask_all as run

    return run(paths, questions, **options)


def ask_each(
    paths: Paths, questions: str | Sequence[str], **options: Any
) -> Iterator[DocumentAnswers]:
    """Ask every document for itself, and give its answers as soon as they are known.

    The model is opened once; a document's questions are read for in one pass. A document that
    cannot be read has an `error` in place of `answers`. Options as for `ask`.
    """
    from longread.runs.api import ask_each as run

    return run(paths, questions, **options)


def read(paths: Paths, question: str, **options: Any) -> Iterator[Step]:
    """The steps of a run, one after the other, as they end. Options as for `ask`."""
    from longread.runs.api import read as run

    return run(paths, question, **options)
