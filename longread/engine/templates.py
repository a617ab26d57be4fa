"""Chat templates: messages to prompt text, by the template that came with the model.

Rendered by us and not by llama.cpp, which knows a fixed list of templates, nor by
llama-cpp-python, which passes no variables (so `enable_thinking` would be lost).
The sandbox matters: a template is code that came with a downloaded file.

A prompt ends where the words of the answer begin: thinking is off where a template can turn
it off, and closed where it opens it regardless; where a format has channels, the one for the
answer is opened. Otherwise the probability of "yes" would be read off a place where the model
means to think, or to name a channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from longread.engine import Message
from longread.errors import ModelError

# ChatML: what a model without a template of its own most often understands.
FALLBACK = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


# What asks for an answer without thoughts before it, as templates of 2026 call it.
_NO_THINKING: dict[str, object] = {
    "enable_thinking": False,
    "thinking": False,
    "reasoning_effort": "low",
}
# Thoughts that a prompt leaves open at its end.
_OPEN_THOUGHTS = re.compile(r"<(think(?:ing)?(?::\w+)?)>\s*$|<\|START_THINKING\|>$")
# Stands for an answer where one is rendered to see what comes before it.
_ANSWER = "\ue000"


class _Generation(Extension):
    """The tag `generation`, with which trainers mark what a model said: its body is rendered."""

    tags = {"generation"}  # noqa: RUF012 (as Jinja declares it)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _raise(message: str) -> None:
    raise TemplateError(message)


def _now(pattern: str) -> str:
    return datetime.now().astimezone().strftime(pattern)


@lru_cache(maxsize=8)
def _compile(template: str) -> Any:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", _Generation]
    )
    environment.globals["raise_exception"] = _raise
    environment.globals["strftime_now"] = _now
    return environment.from_string(template)


def render(
    template: str,
    messages: Sequence[Message],
    *,
    bos: str = "",
    eos: str = "",
    **variables: object,
) -> str:
    """`messages` as the prompt text that ends where the words of the answer begin.

    A template that refuses system messages (Gemma's) gets the system text at the head of
    the first user message. Raises ModelError when the template cannot be rendered at all.
    """
    template = template or FALLBACK
    values = {"bos_token": bos, "eos_token": eos, **_NO_THINKING, **variables}
    try:
        prompt = _rendered(template, messages, values)
    # Foreign code: it can divide by zero as well as fail as a template.
    except Exception as error:
        raise ModelError(
            f"the model's chat template cannot be rendered: {' '.join(str(error).split())}",
            "choose another model: longread models list",
        ) from error
    if any(values[name] != off for name, off in _NO_THINKING.items()):
        return prompt
    return prompt + _opening(template, tuple(values.items()))


def _rendered(
    template: str, messages: Sequence[Message], values: Mapping[str, object], *, asks: bool = True
) -> str:
    """`asks` ends the text where a reply is to begin."""
    compiled = _compile(template)
    values = {**values, "add_generation_prompt": asks}
    try:
        return str(compiled.render(messages=list(messages), **values))
    except TemplateError:
        return str(compiled.render(messages=without_system(messages), **values))


@lru_cache(maxsize=16)
def _opening(template: str, values: tuple[tuple[str, object], ...]) -> str:
    """What stands between a prompt and the words of an answer, as the template itself writes
    answers (a channel's name, the end of thoughts); empty where nothing does."""
    question = [{"role": "user", "content": "?"}]
    answered = [*question, {"role": "assistant", "content": _ANSWER}]
    prompt, between = _rendered(template, question, dict(values)), ""
    try:
        whole = _rendered(template, answered, dict(values), asks=False)
    except Exception:
        whole = ""
    before, found, _rest = whole.partition(_ANSWER)
    if found and before.startswith(prompt):
        between = before[len(prompt) :]
    # Blanks alone are the answer's own affair.
    if between.strip():
        return between
    thoughts = _OPEN_THOUGHTS.search(prompt)
    if thoughts is None:
        return ""
    return f"\n</{thoughts[1]}>\n\n" if thoughts[1] else "<|END_THINKING|>"


def without_system(messages: Sequence[Message]) -> list[Message]:
    """`messages` with the system text at the head of the first of the others."""
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    rest = [dict(m) for m in messages if m["role"] != "system"]
    if system and rest:
        rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
    return rest
