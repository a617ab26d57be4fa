"""What engines on model servers have in common: counting, parallel requests, usage."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from multiprocessing.pool import ThreadPool
from statistics import fmean
from typing import TypeVar

from longread.documents.chunks import estimate_tokens
from longread.engine import Generation, ModelInfo, Usage
from longread.engine.http.client import Client, ServerError
from longread.engine.optional import Branching, shares
from longread.engine.special_tokens import COMMON, broken

# Where a server does not say how long its context is. Ollama cuts what is longer, silently.
ASSUMED_CONTEXT = 4096

# What the smallest model foresees, and the mean log-probability of its tokens at the least.
_FORESEEABLE = (
    "red green blue red green blue red green blue red green",
    " blue red green blue red",
)
_LEAST_FORESEEN = -2.0

Options = Mapping[str, Sequence[str]]
Given = TypeVar("Given")
Result = TypeVar("Result")


class ServerEngine(Branching):
    """An `Engine` (see longread.engine) whose model runs elsewhere; the base of both kinds.

    `parallel` requests are sent at once. `ratio` is how many tokens the server's model makes
    of one that is estimated here: a document is cut without sending it sentence by sentence.
    """

    # Whether one request can reuse what another, still running or not, has read.
    shares_prefixes = True

    def __init__(
        self,
        client: Client,
        info: ModelInfo,
        *,
        capabilities: frozenset[str],
        parallel: int = 1,
        ratio: float = 1.0,
    ) -> None:
        self.info = info
        self.usage = Usage()
        several = frozenset({"branches", "concurrent"} if parallel > 1 else ())
        self.capabilities = capabilities | several
        self._client = client
        self._parallel = parallel
        self._ratio = ratio
        self._lock = threading.Lock()

    def count(self, text: str) -> int:
        return math.ceil(estimate_tokens(text) * self._ratio)

    def escape_special_tokens(self, text: str) -> str:
        return COMMON.sub(broken, text)

    def choose_all(self, prompts: Sequence[str], options: Options) -> list[dict[str, float]]:
        return self._each(lambda prompt: self.choose(prompt, options), prompts, prompts)

    def score_all(self, prompts: Sequence[str], continuations: Sequence[str]) -> list[list[float]]:
        pairs = list(zip(prompts, continuations, strict=True))
        return self._each(lambda pair: self.score(*pair), pairs, prompts)

    def continuations(self, prompt: str, *, count: int, max_tokens: int) -> list[Generation]:
        """One: the likeliest words. A server does not keep a beam of them."""
        return [self.generate(prompt, max_tokens=max_tokens)]

    def close(self) -> None:
        self._client.close()
        if "_pool" in self.__dict__:
            self._pool.close()

    def _each(
        self, ask: Callable[[Given], Result], given: Sequence[Given], prompts: Sequence[str]
    ) -> list[Result]:
        """`ask` of each, several at once; in order. The first failure is raised.

        Where the prompts begin alike, the server is to read that once: it is given time to,
        or, if its slots do not share what they hold, the prompts one by one.
        """
        half = min(map(len, prompts), default=0) // 2
        alike = len({prompt[:half] for prompt in prompts}) == 1
        alone = (len(given) if not self.shares_prefixes else 1) if alike else 0
        first = [ask(one) for one in given[:alone]]
        # imap, since map would try all the others before it says that one has failed.
        return [*first, *self._pool.imap(ask, given[alone:])]

    @cached_property
    def _pool(self) -> ThreadPool:
        # Its threads are daemons: Ctrl-C does not wait for a server that says nothing.
        return ThreadPool(self._parallel)

    def _account(self, prefilled: int, reused: int, generated: int) -> None:
        with self._lock:
            self.usage.prefilled += prefilled
            self.usage.reused += reused
            self.usage.generated += generated

    def _can_score(self) -> bool:
        """Whether the server gives the likelihood of a text, and the right one.

        llama-cpp-python 0.3 gives each token the probability that it comes once more.
        """
        try:
            return fmean(self.score(*_FORESEEABLE)) > _LEAST_FORESEEN
        except ServerError as error:
            if not error.refusal:
                raise
            return False

    def _by_words(self, prompt: str, options: Options) -> dict[str, float]:
        """All of the probability for the option that the model's first words spell."""
        said = self.generate(prompt, max_tokens=_WORDS).text.strip().casefold()
        chosen = [
            option
            for option, spellings in options.items()
            if said.startswith(tuple(each.strip().casefold() for each in spellings))
        ]
        return shares({option: float(option in chosen) for option in options})


# Tokens in which a model says yes or no, with a quotation mark or a star before it.
_WORDS = 4


def short_name(named: str) -> str:
    """A model's name without the folder or the owner before it, and without its suffix."""
    return named.replace("\\", "/").rpartition("/")[2].removesuffix(".gguf")


class TextStream:
    """Hands text on as it grows; a call that is repeated does not show twice what was shown."""

    def __init__(self, on_text: Callable[[str], None] | None) -> None:
        self._on_text = on_text
        self._shown = 0

    def show(self, text: str) -> None:
        """The whole text up to here."""
        if self._on_text is not None and len(text) > self._shown:
            self._on_text(text[self._shown :])
            self._shown = len(text)
