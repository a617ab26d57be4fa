"""llama-server's own API: gates by probability, question likelihood, prefix reuse in its slots.

    GET /props  POST /tokenize  POST /completion  POST /apply-template

Prompts are rendered here, by the template that the server shows, as for a file's model: what
a template writes before an answer, and how it is kept from thinking, is seen to there.

`/completion` gives log-probabilities of what it generates, not of a prompt. So a continuation
is scored by having it generated: a grammar of its token ids leaves the sampler no choice, and
the log-probabilities that `n_probs` asks for are those before any sampler.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from longread.documents.chunks import estimate_tokens
from longread.engine import Generation, Message, ModelInfo, templates
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

# Of so many likeliest next words the probabilities are asked for; the spellings of yes and no
# are among them, unless the model would say neither.
_NEXT_WORDS = 256
# What the tokenizer is measured with: prose, a table's row, figures.
_SAMPLE = (
    "The board met twice in the year and approved the accounts. Revenue rose by a quarter, "
    "mainly in the northern regions, while the cost of materials fell. "
    "| Net revenue | 1,204.5 | 987.0 | 22.0% |\n| Operating income (loss) | (31.2) | 14.8 | - |\n"
    "See note 14 to the consolidated statements, page 112, dated 31 December 2025."
)
# Greedy, without the penalties and cuts that the server may have been started with.
_PLAIN = {"cache_prompt": True, "samplers": ["temperature"], "repeat_penalty": 1.0, "seed": 0}


class LlamaServerEngine(ServerEngine):
    """A model that llama-server runs. Opening asks the server what it can do."""

    shares_prefixes = False

    def __init__(
        self, client: Client, *, context: int | None = None, report: Callable[[str], None]
    ) -> None:
        props = client.get("/props")
        if not isinstance(props, dict) or "default_generation_settings" not in props:
            raise ServerError(
                f"{client.address.place} does not speak llama-server's API.",
                f"for an OpenAI-compatible server: --model openai:{client.address}/v1",
            )
        offered = int(props["default_generation_settings"].get("n_ctx") or ASSUMED_CONTEXT)
        self._client = client
        tokens = self.tokenize(_SAMPLE)
        super().__init__(
            client,
            ModelInfo(
                name=_name(props),
                file=str(client.address),
                device=client.address.place,
                context=min(context or offered, offered),
                parameters=_parameters(client),
            ),
            capabilities=frozenset({"generate", "choose"}),
            parallel=int(props.get("total_slots") or 1),
            ratio=len(tokens) / estimate_tokens(_SAMPLE),
        )
        self._first_token = lru_cache(maxsize=256)(lambda word: self.tokenize(word)[0])
        self._template = str(props.get("chat_template") or "")
        # Where the server puts a BOS token before every prompt, the template must not.
        adds_bos = bool(self.tokenize("", special=True))
        self._bos = "" if adds_bos else str(props.get("bos_token") or "")
        self._eos = str(props.get("eos_token") or "")
        self._cold = False
        if self._can_score():
            self.capabilities |= {"score"}
        else:
            report(f"{client.address.place} gives no likelihood of a text: gates by yes and no")

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """`special` adds the tokens that the server puts before a prompt."""
        body = {"content": text, "parse_special": False, "add_special": special}
        return [int(token) for token in self._client.post("/tokenize", body)["tokens"]]

    def render(self, messages: Sequence[Message], **variables: object) -> str:
        if self._template:
            return templates.render(
                self._template, messages, bos=self._bos, eos=self._eos, **variables
            )
        body = {"messages": list(messages), "chat_template_kwargs": variables}
        return str(self._client.post("/apply-template", body)["prompt"])

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        shown = TextStream(on_text)
        body = self._body(prompt, n_predict=max_tokens, n_probs=1)
        return self._client.stream(
            "/completion",
            {**body, "stop": list(stop), "stream": True},
            lambda events: self._generated(events, shown),
        )

    def choose(self, prompt: str, options: Options) -> dict[str, float]:
        answer = self._complete(prompt, n_predict=1, n_probs=_NEXT_WORDS)
        likely = {
            int(each["id"]): math.exp(each["logprob"])
            for each in answer["completion_probabilities"][0]["top_logprobs"]
        }
        return shares(
            {
                option: sum(likely.get(token, 0.0) for token in set(map(self._first_token, words)))
                for option, words in options.items()
            }
        )

    def score(self, prompt: str, continuation: str) -> list[float]:
        tokens = self.tokenize(continuation)
        if not tokens:
            return []
        grammar = "root ::= " + " ".join(f"<[{token}]>" for token in tokens)
        answer = self._complete(prompt, n_predict=len(tokens), n_probs=1, grammar=grammar)
        given = answer["completion_probabilities"]
        if [int(each["id"]) for each in given[: len(tokens)]] != tokens:
            raise ServerError(f"{self.info.device} knows no grammar of token ids.", status=501)
        return [float(each["logprob"]) for each in given[: len(tokens)]]

    def forget(self) -> None:
        self._cold = True

    def _body(self, prompt: str, **settings: Any) -> dict[str, Any]:
        reuse, self._cold = not self._cold, False
        return {"prompt": prompt, **_PLAIN, "temperature": 0.0, **settings, "cache_prompt": reuse}

    def _complete(self, prompt: str, **settings: Any) -> Any:
        probe = "grammar" in settings and "score" not in self.capabilities
        answer = self._client.post("/completion", self._body(prompt, **settings), probe=probe)
        self._used(answer)
        if not answer.get("completion_probabilities"):
            raise ServerError(f"{self.info.device} gives no probabilities.", status=501)
        return answer

    def _generated(self, events: Iterator[Event], shown: TextStream) -> Generation:
        """The text that a stream of `/completion` brings, up to its end or to a circle."""
        text, count, log_probability = "", 0, 0.0
        repetition = RepetitionDetector()
        for event in events:
            text += event.get("content", "")
            shown.show(text)
            for each in event.get("completion_probabilities") or ():
                log_probability += float(each["logprob"])
            looped = False
            for token in event.get("tokens") or ():
                count += 1
                looped = repetition.closed(token) or looped
            if event.get("stop"):
                self._used(event)
                end = event.get("stop_type")
                # The token that ends a turn is no word of it.
                words = count - (end == "eos")
                return Generation(text, words, end in ("eos", "word"), log_probability)
            if looped:
                # Leaving closes the connection, and the server stops.
                self._account(0, 0, count)
                return Generation(text, count, False, log_probability, looped=True)
        raise RetryableError("broke off in the middle of a reply")

    def _used(self, answer: dict[str, Any]) -> None:
        timings = answer.get("timings", {})
        read = int(timings.get("prompt_n", answer.get("tokens_evaluated", 0)))
        reused = int(timings.get("cache_n", answer.get("tokens_evaluated", read) - read))
        self._account(read, max(0, reused), int(answer.get("tokens_predicted", 0)))


def _name(props: dict[str, Any]) -> str:
    """What the model is called: its alias, which is its path where none was given."""
    named = str(props.get("model_alias") or props.get("model_path") or "model")
    return short_name(named)


def _parameters(client: Client) -> int:
    """How many parameters the model has; 0 where the server does not say."""
    try:
        listed = client.get("/v1/models")["data"][0]
        return int((listed.get("meta") or {}).get("n_params") or 0)
    except (ServerError, LookupError, TypeError, ValueError):
        return 0
