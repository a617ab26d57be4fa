"""Chat templates: messages to prompt text, by the template that came with the model.

Rendered by us and not by llama.cpp, which knows a fixed list of templates, nor by
llama-cpp-python, which passes no variables (so `enable_thinking` would be lost).
The sandbox matters: a template is code that came with a downloaded file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from longread.engine import Message
from longread.errors import ModelError

# ChatML: what a model without a template of its own most often understands.
FALLBACK = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _raise(message: str) -> None:
    raise TemplateError(message)


def _now(pattern: str) -> str:
    return datetime.now().astimezone().strftime(pattern)


@lru_cache(maxsize=8)
def _compile(template: str) -> Any:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
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
    """`messages` as the prompt text that ends where the reply begins.

    A template that refuses system messages (Gemma's) gets the system text at the head of
    the first user message. Raises ModelError when the template cannot be rendered at all.
    """
    values = {"bos_token": bos, "eos_token": eos, "add_generation_prompt": True, **variables}
    try:
        compiled = _compile(template or FALLBACK)
        try:
            return str(compiled.render(messages=list(messages), **values))
        except TemplateError:
            return str(compiled.render(messages=_without_system(messages), **values))
    # Foreign code: it can divide by zero as well as fail as a template.
    except Exception as error:
        raise ModelError(
            f"the model's chat template cannot be rendered: {' '.join(str(error).split())}",
            "choose another model: longread models list",
        ) from error


def _without_system(messages: Sequence[Message]) -> list[Message]:
    system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    rest = [dict(m) for m in messages if m["role"] != "system"]
    if system and rest:
        rest[0]["content"] = f"{system}\n\n{rest[0]['content']}"
    return rest
