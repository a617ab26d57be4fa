"""Prompt templates (Jinja), one file a role: all that a model is ever told.

A prompt file is a Jinja template. Lines that consist of `@system`, `@user` or
`@assistant` begin a message; `@open` begins the words that the reply is made to start
with; `@plain` makes the whole file a text to continue, without a chat template. What
stays constant comes first in every file (the passage before the question), so that its
prefill is shared between gate, answer and the next question.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from longread.engine import Engine, Message

# Raised when the wording of any prompt changes: cached verdicts about a model's gate name it.
VERSION = 3

_MARK = re.compile(r"^@(system|user|assistant|open|plain)[ \t]*\n", re.MULTILINE)


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = resources.files(__package__).joinpath(f"{name}.jinja").read_text("utf-8")
    # Marks are cut before rendering, so that a line "@user" in a document stays text.
    pieces = _MARK.split(source)[1:]
    return [
        (role, environment.from_string(body.removesuffix("\n")))
        for role, body in zip(pieces[::2], pieces[1::2], strict=True)
    ]


def messages(name: str, **values: object) -> tuple[list[Message], str]:
    """The messages of prompt `name`, and the words that the reply starts with."""
    parts = [(role, template.render(**values)) for role, template in _template(name)]
    opening = "".join(text for role, text in parts if role == "open")
    return [{"role": role, "content": text} for role, text in parts if role != "open"], opening


def prompt(engine: Engine, name: str, **values: object) -> str:
    """Prompt `name` as the text to decode, up to where the model's words begin.

    Texts among `values` come from the document, the user or the model's own notes: control
    tokens in them are made harmless.
    """
    texts = {
        key: engine.escape_special_tokens(value) if isinstance(value, str) else value
        for key, value in values.items()
    }
    parts, opening = messages(name, **texts)
    if parts[0]["role"] == "plain":
        return parts[0]["content"]
    return engine.render(parts, enable_thinking=False) + opening


# Stands for the question while a prompt's beginning is cut off before it.
_QUESTION = "\ue000"


def prefix(engine: Engine, name: str, **values: object) -> str:
    """The beginning of prompt `name` that is the same for every question: the passage, and
    the words up to where the question stands."""
    return prompt(engine, name, **values, question=_QUESTION).partition(_QUESTION)[0].rstrip(" ")


@cache
def probe_pairs() -> list[tuple[str, str]]:
    """Passages with the question that each answers (probe.toml)."""
    source = resources.files(__package__).joinpath("probe.toml").read_text("utf-8")
    return [(pair["passage"], pair["question"]) for pair in tomllib.loads(source)["pair"]]
