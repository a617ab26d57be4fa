"""OpenAI-compatible servers: chat completions, and gates by `top_logprobs` where there are any.

    GET /models  POST /chat/completions  POST /completions

Servers differ in what they know of this API, so it is asked for once, at the start, and what
is refused is done without. The chat template is the server's; a prompt is the messages in a
form of our own, which `generate` takes apart again.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http.client import NOT_FOUND
from typing import Any

from longread.engine import Generation, Message, ModelInfo
from longread.engine.http.client import Client, Event, RetryableError, ServerError
from longread.engine.http.server import (
    ASSUMED_CONTEXT,
    Options,
    ServerEngine,
    TextStream,
    short_name,
)
from longread.engine.optional import shares
from longread.engine.repetition import RepetitionDetector
from longread.engine.templates import without_system
from longread.errors import ModelError

# Control characters that no message holds: they begin a message, and end its role.
_MESSAGE, _CONTENT = "\x1e", "\x1f"
_CONTROLS = str.maketrans({_MESSAGE: " ", _CONTENT: " "})
# Requests at once: servers queue what is more than they have room for.
_PARALLEL = 4
# The most that OpenAI and vLLM give.
_TOP_LOGPROBS = 20


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server takes in a chat completion beside messages and a budget.

    `knows` is in the order in which a server that refuses, and does not say what, is likely
    to refuse them; "system" stands for system messages.
    """

    knows: tuple[str, ...] = ("chat_template_kwargs", "logprobs", "temperature", "system")
    budget: str = "max_tokens"

    def without(self, refusal: str) -> Dialect | None:
        """With one thing less, what the refusal names before others; None when none is left."""
        if "max_completion_tokens" in refusal and self.budget == "max_tokens":
            return replace(self, budget="max_completion_tokens")
        named = [name for name in self.knows if name in refusal.casefold()]
        for refused in [*named, *self.knows][:1]:
            return replace(self, knows=tuple(name for name in self.knows if name != refused))
        return None


class OpenAIEngine(ServerEngine):
    """A model behind an OpenAI-compatible API. Opening asks the server what it can do."""

    def __init__(
        self, client: Client, *, context: int | None = None, report: Callable[[str], None]
    ) -> None:
        listed = _listed(client)
        offered = _context(listed)
        super().__init__(
            client,
            ModelInfo(
                name=short_name(str(listed["id"])),
                file=str(client.address),
                device=client.address.place,
                context=context or offered or ASSUMED_CONTEXT,
                parameters=int((listed.get("meta") or {}).get("n_params") or 0),
            ),
            capabilities=frozenset({"generate", "choose"}),
            parallel=_PARALLEL,
        )
        self._model = str(listed["id"])
        self._dialect, first = self._agree()
        self._gives_logprobs = bool(_top(first))
        self._stream_options = self._usage_in_streams()
        if self._can_score():
            self.capabilities |= {"score"}
        lacks = [] if self._gives_logprobs else ["no log-probabilities: gates by words"]
        if not context and not offered:
            lacks.append(f"context not said: {ASSUMED_CONTEXT:,} tokens assumed (--context)")
        if lacks:
            report(f"{client.address.place} gives {'; '.join(lacks)}")

    def tokenize(self, text: str) -> list[int]:
        raise ModelError(f"{self.info.device} does not show its tokens.")

    def escape_special_tokens(self, text: str) -> str:
        return super().escape_special_tokens(text).translate(_CONTROLS)

    def render(self, messages: Sequence[Message], **variables: object) -> str:
        # Thinking is off in every request.
        turns = [*messages, {"role": "assistant", "content": ""}]
        return "".join(f"{_MESSAGE}{turn['role']}{_CONTENT}{turn['content']}" for turn in turns)

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        messages, opening = _turns(prompt)
        if messages:
            path, body = "/chat/completions", self._chat(messages, max_tokens)
        else:
            path, body = "/completions", self._plain(prompt, max_tokens)
        shown = TextStream(None if opening else on_text)
        generated = self._client.stream(
            path,
            {**body, **self._stream_options, **({"stop": list(stop)} if stop else {})},
            lambda events: self._generated(events, shown, self.count(prompt)),
        )
        if not opening:
            return generated
        # Some models repeat the words that their reply was to begin with.
        text = generated.text.lstrip().removeprefix(opening)
        if on_text is not None:
            on_text(text)
        return replace(generated, text=text)

    def choose(self, prompt: str, options: Options) -> dict[str, float]:
        messages, _opening = _turns(prompt)
        if not messages or not self._gives_logprobs:
            return self._by_words(prompt, options)
        body = self._chat(messages, 1, top=_TOP_LOGPROBS)
        answer = self._client.post("/chat/completions", body)
        self._used(answer)
        mass = dict.fromkeys(options, 0.0)
        for token, probability in _top(answer):
            for option, spellings in options.items():
                if _begins(token, spellings):
                    mass[option] += probability
        return shares(mass) if any(mass.values()) else self._by_words(prompt, options)

    def score(self, prompt: str, continuation: str) -> list[float]:
        if not continuation:
            return []
        body = self._plain(f"{prompt}{continuation}", 1)
        body |= {"echo": True, "logprobs": 1}
        answer = self._client.post("/completions", body, probe="score" not in self.capabilities)
        self._used(answer)
        given = (answer["choices"][0].get("logprobs") or {}) if answer.get("choices") else {}
        ends = len(prompt) + len(continuation)
        scores = [
            float(logprob)
            for offset, logprob in zip(
                given.get("text_offset") or (), given.get("token_logprobs") or (), strict=False
            )
            if len(prompt) <= offset < ends and logprob is not None
        ]
        if not scores:
            raise ServerError(f"{self.info.device} gives no likelihood of a text.", status=501)
        return scores

    def forget(self) -> None:
        """What the server holds for reuse is its own affair."""

    def _chat(self, messages: list[Message], budget: int, top: int = 1) -> dict[str, Any]:
        knows = self._dialect.knows
        body: dict[str, Any] = {
            "model": self._model,
            "messages": messages if "system" in knows else without_system(messages),
            self._dialect.budget: budget,
        }
        if "temperature" in knows:
            body["temperature"] = 0.0
        if "chat_template_kwargs" in knows:
            body["chat_template_kwargs"] = {"enable_thinking": False}
        if "logprobs" in knows:
            body |= {"logprobs": True, "top_logprobs": top}
        return body

    def _plain(self, prompt: str, budget: int) -> dict[str, Any]:
        return {
            "model": self._model,
            "prompt": prompt,
            "max_tokens": budget,
            "temperature": 0.0,
        }

    def _agree(self) -> tuple[Dialect, Any]:
        """The dialect that the server takes, and its answer in it."""
        asked: list[Message] = [
            {"role": "system", "content": "You reply with one word, yes or no."},
            {"role": "user", "content": "Is water wet? Reply yes or no."},
        ]
        dialect = Dialect()
        while True:
            self._dialect = dialect
            body = self._chat(asked, 1, top=_TOP_LOGPROBS)
            try:
                answer = self._client.post("/chat/completions", body, probe=True)
            except ServerError as error:
                less = dialect.without(error.message)
                if less is None or not error.refusal or error.status == NOT_FOUND:
                    raise
                dialect = less
            else:
                return dialect, answer

    def _usage_in_streams(self) -> dict[str, Any]:
        """What has the server stream its replies, and say at the end what they cost."""
        plain: dict[str, Any] = {"stream": True}
        counted = {**plain, "stream_options": {"include_usage": True}}
        body = {**self._chat([{"role": "user", "content": "Hello"}], 1), **counted}
        try:
            self._client.stream("/chat/completions", body, list, probe=True)
        except ServerError as error:
            if not error.refusal:
                raise
            return plain
        return counted

    def _generated(self, events: Iterator[Event], shown: TextStream, asked: int) -> Generation:
        """The text that a stream of completions brings, up to its end or to a circle.

        `asked` is about how many tokens the prompt has, where the server does not say.
        """
        text, count, log_probability, end = "", 0, 0.0, ""
        repetition = RepetitionDetector()
        for event in events:
            if event.get("usage"):
                self._used({"usage": {**event["usage"], "completion_tokens": 0}})
                asked = 0
            for choice in event.get("choices") or ():
                piece = (choice.get("delta") or choice).get("content") or choice.get("text") or ""
                text += piece
                shown.show(text)
                count += bool(piece)
                log_probability += _logprob(choice)
                end = choice.get("finish_reason") or end
                if piece and repetition.closed(piece):
                    self._account(asked, 0, count)
                    return Generation(text, count, False, log_probability, looped=True)
        if not end:
            raise RetryableError("broke off in the middle of a reply")
        self._account(asked, 0, count)
        return Generation(text, count, end != "length", log_probability)

    def _used(self, answer: Any) -> None:
        usage = answer.get("usage") or {}
        read = int(usage.get("prompt_tokens") or 0)
        reused = int((usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0)
        self._account(read - reused, reused, int(usage.get("completion_tokens") or 0))


def _turns(prompt: str) -> tuple[list[Message], str]:
    """The messages of a rendered prompt, and the words that the reply is to begin with.

    No messages where it was not rendered: a text to continue. What the reply begins with is
    asked for in words: few servers go on with an assistant's message.
    """
    if not prompt.startswith(_MESSAGE):
        return [], ""
    turns: list[Message] = []
    for part in prompt.split(_MESSAGE)[1:]:
        role, _, content = part.partition(_CONTENT)
        turns.append({"role": role, "content": content})
    opening = turns.pop()["content"]
    if opening.strip():
        turns[-1]["content"] += f"\n\nBegin your reply with: {opening.strip()}"
    return turns, opening.strip()


def _begins(token: str, spellings: Sequence[str]) -> bool:
    """Whether `token` is how one of `spellings` begins, or all of it."""
    word = token.strip().casefold()
    return bool(word) and any(each.strip().casefold().startswith(word) for each in spellings)


def _top(answer: Any) -> list[tuple[str, float]]:
    """The likeliest first tokens of a chat completion, with their probabilities."""
    choices = answer.get("choices") or [{}]
    content = (choices[0].get("logprobs") or {}).get("content") or [{}]
    likeliest = content[0].get("top_logprobs") or ()
    return [(str(each["token"]), math.exp(float(each["logprob"]))) for each in likeliest]


def _logprob(choice: dict[str, Any]) -> float:
    """The log-probability of what one event of a stream brings; 0 where it is not given."""
    given = choice.get("logprobs") or {}
    return sum(float(each.get("logprob") or 0.0) for each in given.get("content") or ())


def _listed(client: Client) -> dict[str, Any]:
    """The server's record of the model that the address names, or of its only one."""
    wanted = client.address.model
    try:
        models = client.get("/models")["data"]
    except (ServerError, TypeError, KeyError) as error:
        away = isinstance(error, ServerError) and not error.refusal
        if away or not wanted:
            raise
        return {"id": wanted}
    names = [str(model["id"]) for model in models]
    found = [model for model in models if model["id"] == wanted or not wanted]
    if len(found) == 1:
        return dict(found[0])
    close = difflib.get_close_matches(wanted, names, n=1)
    if wanted:
        raise ModelError(
            f"{client.address.place} has no model {wanted}.",
            f"did you mean {close[0]}?" if close else f"it has {', '.join(names[:5]) or 'none'}",
        )
    raise ModelError(
        f"{client.address.place} has {len(names)} models.",
        f"name one behind a #: --model '{client.address}#{names[0]}'" if names else "",
    )


def _context(listed: dict[str, Any]) -> int:
    """The context that a server's record of a model gives, under the names that are in use."""
    names = ("max_model_len", "context_length", "max_context_length", "loaded_context_length")
    meta = listed.get("meta") or {}
    return int(meta.get("n_ctx") or next((listed[n] for n in names if listed.get(n)), 0) or 0)
