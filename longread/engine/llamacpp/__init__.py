"""The embedded engine: llama.cpp through llama-cpp-python's low-level API.

Why not its `Llama` class: it swallows misspelt options, detokenises the whole output for
every token, keeps score buffers for every position, points stdout at /dev/null while
loading, and knows one sequence only.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

# Read by libgomp as llama.cpp is loaded. Its threads meet about a thousand times a token, and
# spin while they wait: beside a busy process a token takes a second. Asleep they cost little
# (benchmarks/LOG.md#2026-11-21-engine).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
from numpy.typing import NDArray

from longread.engine import Generation, Message, ModelInfo, Usage, templates
from longread.engine.kv_size import SLOTS
from longread.engine.llamacpp import beams
from longread.engine.llamacpp.attention import AttentionReader, pooled, summed
from longread.engine.llamacpp.beam_sequences import BeamSequences
from longread.engine.llamacpp.branches import Branches
from longread.engine.llamacpp.loading import BRANCHES, KV_TYPE, open_model
from longread.engine.llamacpp.pinned import PinnedPrompts
from longread.engine.llamacpp.query_context import QueryContext
from longread.engine.llamacpp.states import States
from longread.engine.optional import (
    Attention,
    HeadAttention,
    PinnedPrompt,
    Pooling,
    StateKeeper,
    shares,
)
from longread.engine.repetition import RepetitionDetector
from longread.engine.special_tokens import broken

_Decode = Callable[[list[int], list[list[int]], list[int]], list[NDArray[np.float32]]]


class LlamaCppEngine:
    """An `Engine` (see longread.engine) on one GGUF file.

    Example: `engine = LlamaCppEngine(Path("model.gguf")); engine.score("2 + 2 =", " 4")`.
    """

    capabilities = frozenset({"generate", "choose", "score", "attention", "states", "branches"})

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        context: int | None = None,
        gpu_layers: int | None = None,
        threads: int | None = None,
    ) -> None:
        opened = open_model(path, context=context, gpu_layers=gpu_layers, threads=threads)
        self.runtime = opened.runtime
        self.vocabulary = opened.runtime.vocabulary
        self.template = opened.template
        self._threads = opened.threads
        self._attention: AttentionReader | None = None
        kind = opened.runtime.kind
        plain = not opened.offloaded and kind.can_cut
        self._query_context = (
            QueryContext(opened.runtime, threads=opened.threads) if plain else None
        )
        self._states = States(opened.runtime, self._query_context)
        self.keeper: StateKeeper | None = None
        self._state_size: tuple[int, int] | None = None
        if not kind.can_cut:
            self.capabilities = self.capabilities - {"branches"}
        if not kind.attends:
            self.capabilities = self.capabilities - {"attention"}
        self._branches = Branches(SLOTS, BRANCHES)
        self.usage = Usage()
        # The same prompts come again: to gate, to quote, to answer.
        self._tokenized_once = lru_cache(maxsize=512)(
            lambda prompt: tuple(self.vocabulary.tokenize_prompt(prompt))
        )
        self._pinned = PinnedPrompts(
            opened.runtime,
            self._states,
            self._branches,
            self.usage,
            self._tokenized,
            threads=opened.threads,
        )
        self.info = ModelInfo(
            name=name or path.stem,
            file=str(path),
            device=opened.device,
            context=opened.runtime.capacity,
            parameters=opened.parameters,
            protocol=opened.protocol,
            layers=opened.layers,
            chat_template=bool(opened.template),
        )

    def __enter__(self) -> LlamaCppEngine:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def tokenize(self, text: str) -> list[int]:
        return self.vocabulary.tokenize(text)

    def count(self, text: str) -> int:
        return len(self.vocabulary.tokenize(text))

    def escape_special_tokens(self, text: str) -> str:
        return self.vocabulary.control_tokens.sub(broken, text)

    def render(self, messages: Sequence[Message], **variables: object) -> str:
        vocabulary = self.vocabulary
        return templates.render(
            self.template, messages, bos=vocabulary.bos, eos=vocabulary.eos, **variables
        )

    def score(self, prompt: str, continuation: str) -> list[float]:
        return self.score_all([prompt], [continuation])[0]

    def choose(self, prompt: str, options: Mapping[str, Sequence[str]]) -> dict[str, float]:
        return self.choose_all([prompt], options)[0]

    def choose_all(
        self, prompts: Sequence[str], options: Mapping[str, Sequence[str]]
    ) -> list[dict[str, float]]:
        tokens = [self._tokenized(prompt) for prompt in prompts]
        logits = self._decode_all(tokens, [1] * len(tokens))
        return [self._shares(rows[0], options) for rows in logits]

    def score_all(self, prompts: Sequence[str], continuations: Sequence[str]) -> list[list[float]]:
        return self._score_each(
            prompts, continuations, lambda _some, tokens, wanted: self._decode_all(tokens, wanted)
        )

    def _score_each(
        self, prompts: Sequence[str], continuations: Sequence[str], decode: _Decode
    ) -> list[list[float]]:
        """Log-probabilities of every continuation after its prompt; empty ones are not decoded.

        `decode` gives the logits of those that are, from their places, tokens and wanted rows.
        """
        wanted = [self.vocabulary.tokenize(continuation) for continuation in continuations]
        some = [place for place, words in enumerate(wanted) if words]
        # A last token's own logits are not needed: nothing follows it.
        tokens = [[*self._tokenized(prompts[place]), *wanted[place][:-1]] for place in some]
        found = decode(some, tokens, [len(wanted[place]) for place in some])
        scores: list[list[float]] = [[] for _prompt in prompts]
        for place, logits in zip(some, found, strict=True):
            chosen = logits[np.arange(len(logits)), wanted[place]] - log_total(logits)
            scores[place] = [float(value) for value in chosen]
        return scores

    def _decode_all(
        self, prompts: Sequence[Sequence[int]], wanted: Sequence[int]
    ) -> list[NDArray[np.float32]]:
        runtime = self._states.home(prompts)
        logits, decoded, reused = self._branches.decode(runtime, prompts, wanted)
        self._account(decoded + reused, reused)
        return logits

    def _shares(
        self, logits: NDArray[np.float32], options: Mapping[str, Sequence[str]]
    ) -> dict[str, float]:
        """The share of each option in the probability that all of them have as next words."""
        probabilities = np.exp(logits - log_total(logits[np.newaxis])[0])
        mass = {}
        for option, spellings in options.items():
            first = {self.vocabulary.tokenize(spelling)[0] for spelling in spellings}
            mass[option] = float(sum(probabilities[token] for token in first))
        return shares(mass)

    def generate(
        self,
        prompt: str,
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        on_text: Callable[[str], None] | None = None,
    ) -> Generation:
        tokens = self._tokenized(prompt)
        runtime = self._states.home([tokens], max_tokens)
        slot, reused, logits = runtime.prefill(tokens, room=max_tokens)
        self._account(len(tokens), reused)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text, shown, count, log_probability, finished = "", 0, 0, 0.0, False
        repetition, looped = RepetitionDetector(), False
        while count < max_tokens and not looped:
            scores = logits[0] - log_total(logits)[0]
            token = int(scores.argmax())
            log_probability += float(scores[token])
            if self.vocabulary.ends_turn(token):
                finished = True
                break
            count += 1
            looped = repetition.closed(token)
            text += decoder.decode(self.vocabulary.piece(token))
            cut = _first_stop(text, stop)
            if cut is not None:
                text, finished = text[:cut], True
                break
            safe = len(text) - _begun_stop(text, stop)
            if on_text is not None and safe > shown:
                on_text(text[shown:safe])
                shown = safe
            if count < max_tokens and not looped:
                logits = runtime.extend(slot, [token])
        if on_text is not None and text[shown:]:
            on_text(text[shown:])
        self.usage.generated += count
        return Generation(text, count, finished, log_probability, looped and not finished)

    def continuations(self, prompt: str, *, count: int, max_tokens: int) -> list[Generation]:
        asked = self.vocabulary.tokenize_prompt(prompt)
        runtime = self._states.home([asked], count * max_tokens)
        room = max(max_tokens, min(count * max_tokens, runtime.capacity - len(asked)))
        slot, reused, first = runtime.prefill(asked, room=room)
        self._account(len(asked), reused)

        with BeamSequences(self._branches, runtime, slot) as tails:

            def decode(wanted: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
                logits = np.stack(tails.grow(wanted)) if wanted[0] else first
                return logits - log_total(logits)[:, None]

            found = beams.search(
                decode,
                self.vocabulary.ends_turn,
                width=min(count, tails.most),
                longest=max_tokens,
            )
            self.usage.generated += tails.decoded
        return [
            Generation(
                b"".join(map(self.vocabulary.piece, beam.tokens)).decode("utf-8", "replace"),
                len(beam.tokens),
                beam.ended,
                beam.log_probability,
            )
            for beam in found
        ]

    def attention(
        self, prompt: str, query: str, *, heads: Sequence[tuple[int, int | None]] | None = None
    ) -> Attention:
        asked, looking = self.vocabulary.tokenize_prompt(prompt), self._tokenize_query(query)
        weights, cost = summed(self._attention_reader(), asked, looking, heads)
        self._account(sum(cost), cost[1])
        spans = self.vocabulary.spans(f"{prompt}{query}", [*asked, *looking])
        return Attention(weights, len(asked), spans)

    def attention_by_head(
        self, prompt: str, query: str, *, pooling: Pooling = "mean"
    ) -> HeadAttention:
        asked, looking = self.vocabulary.tokenize_prompt(prompt), self._tokenize_query(query)
        weights, cost = pooled(self._attention_reader(), asked, looking, pooling)
        self._account(sum(cost), cost[1])
        return HeadAttention(weights, self.vocabulary.spans(prompt, asked))

    def pin_prefix(self, prefix: str, *, source: str = "", whole: bool = False) -> None:
        self._pinned.pin(self.keeper, PinnedPrompt(prefix, "", source, whole))

    def choose_many(
        self, asked: Sequence[PinnedPrompt], options: Mapping[str, Sequence[str]]
    ) -> list[dict[str, float]]:
        prompts = [self._tokenized(each.prompt) for each in asked]
        logits = self._pinned.decode(self.keeper, asked, prompts, [1] * len(asked))
        return [self._shares(rows[0], options) for rows in logits]

    def score_many(
        self, asked: Sequence[PinnedPrompt], continuations: Sequence[str]
    ) -> list[list[float]]:
        return self._score_each(
            [each.prompt for each in asked],
            continuations,
            lambda some, tokens, wanted: self._pinned.decode(
                self.keeper, [asked[place] for place in some], tokens, wanted
            ),
        )

    def rate_prefix(self, prefix: str, worth: float, *, source: str) -> None:
        if self.keeper is not None and source:
            tokens = self._states.held_part(self._tokenized(prefix))
            self.keeper.rate(tokens, source, worth, whole=False)

    def state_bytes(self, tokens: int) -> int:
        if self._state_size is None:
            self._state_size = self._states.measure()
        fixed, each = self._state_size
        return fixed + each * tokens

    @property
    def storable_tokens(self) -> int | None:
        return self.runtime.kind.window or None

    @property
    def layout(self) -> str:
        # Where a prefix is held, and so the order of its V, depends on the room there.
        context = self._query_context
        order = f", V by columns up to {context.room}" if context is not None else ""
        return f"llama.cpp {version('llama-cpp-python')} {self.info.device} {KV_TYPE}{order}"

    def forget(self) -> None:
        self._states.forget()
        self._pinned.forget()
        if self._attention is not None:
            self._attention.forget()

    def close(self) -> None:
        if self._attention is not None:
            self._attention.close()
        self._pinned.close()
        self._branches.close()
        self._states.close()
        self.runtime.close()

    def _attention_reader(self) -> AttentionReader:
        if self._attention is None:
            self._attention = AttentionReader(
                self.runtime.model, capacity=self.runtime.capacity, threads=self._threads
            )
        return self._attention

    def _tokenized(self, prompt: str) -> list[int]:
        return list(self._tokenized_once(prompt))

    def _tokenize_query(self, query: str) -> list[int]:
        return self.vocabulary.tokenize(query, special=True)

    def _account(self, tokens: int, reused: int) -> None:
        self.usage.prefilled += tokens - reused
        self.usage.reused += reused


def log_total(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """log Σ exp along the last axis: what turns logits into log-probabilities."""
    highest = logits.max(axis=-1)
    total: NDArray[np.float32] = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=-1))
    return total


def _first_stop(text: str, stop: Sequence[str]) -> int | None:
    found = [position for word in stop if (position := text.find(word)) != -1]
    return min(found) if found else None


def _begun_stop(text: str, stop: Sequence[str]) -> int:
    """Length of the end of `text` that may turn out to be the beginning of a stop string."""
    longest = min(len(text), max(map(len, stop), default=1) - 1)
    for length in range(longest, 0, -1):
        if any(word.startswith(text[-length:]) for word in stop):
            return length
    return 0
