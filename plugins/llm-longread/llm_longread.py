"""Fragments for llm: `llm -f longread:report.pdf "…"` gives the passages that opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import llm


@llm.hookimpl
def register_fragment_loaders(register: Callable[..., None]) -> None:
    """The prefix `longread:`."""
    register("longread", load)


def load(argument: str) -> list[llm.Fragment]:
    """The passages of a document or folder that bear on the prompt, with their pages.

    The question is what stands behind a `?`, or else the prompt on llm's command line.
    """
    import longread
    from longread.cli.options import TABLE, ServeOptions
    from longread.errors import LongreadError

    path, named, question = argument.partition("?")
    if not named or Path(argument).exists():
        path, question = argument, _prompt()
    if not question.strip():
        raise ValueError("there is no question: longread:report.pdf?your question")
    settings = TABLE.build(ServeOptions, {})
    groups = (settings.reading, settings.documents, settings.model)
    options = {name: getattr(group, name) for group in groups for name in group.__slots__}
    try:
        found = longread.passages(path, question, **options)
    except LongreadError as error:
        raise ValueError(f"{error.message} {error.hint}".strip()) from error
    if not found:
        return [llm.Fragment(f"{path}: no passage bears on the question.", f"longread:{path}")]
    return [_fragment(each.document, each.page, each.text) for each in found]


def _fragment(document: str, page: int | None, text: str) -> llm.Fragment:
    place = document if page is None else f"{document}, page {page}"
    return llm.Fragment(f"{place}\n{text}", place)


def _prompt() -> str:
    """The prompt of the command that is running, as far as it stands on the command line."""
    context = click.get_current_context(silent=True)
    return str((context.params.get("prompt") if context else "") or "")
