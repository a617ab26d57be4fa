"""Calibration of a model: which attention heads retrieve, and the weights of its gates.

A built-in probe: needles of all kinds in the openings of novels (data/classics.toml), at
several depths, half of them among needles of the same form about other towns. Each head is
ranked by how much more it looks at the needle than at any other sentence, once the attention
of a null query is taken off (QRHead, arXiv 2506.09944). What is reported of the chosen heads was
measured on probes that they were not chosen by.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.documents import sentences
from longread.engine import Engine
from longread.engine.optional import AttentionProbe, attention_probe
from longread.errors import ModelError
from longread.models.calibration import Calibration
from longread.reading.calibrate.gate import (
    PASSAGE_TOKENS,
    Fitted,
    RegisterProbe,
    fit_gate,
    fit_notes,
    fit_places,
    halves,
)
from longread.reading.calibrate.needles import Inventor, facts, hide
from longread.reading.calibrate.register import register
from longread.reading.corpus import Corpus
from longread.reading.judges.likelihood import LikelihoodJudge
from longread.reading.judges.probe import may_follow_instructions
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.trained import TrainedJudge
from longread.reading.prompts import prompt
from longread.reading.relevance.attention import (
    NULL_QUERY,
    PHRASE,
    middle_layers,
    phrases,
    token_places,
)

# As good as any other number from 4 to 16 (benchmarks/LOG.md, "fewer layers for attention").
HEADS = 8
# Layers above the heads are never computed, so heads are taken from as few of the lowest layers
# as keep this share of the sharpest choice's sharpness (ibid.).
_AS_SHARP = 0.85
DEPTHS = (8, 35, 65, 92)
# Openings of novels in one probe: 650 tokens with the needle.
_PASSAGES = 3
_DISTRACTORS = 2
_LEAST = 1e-6

_FILE = Path(__file__).parent / "data" / "classics.toml"
Floats = NDArray[np.float32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Probe:
    """A text, its sentences, the question, and which sentence answers it."""

    text: str
    places: tuple[tuple[int, int], ...]
    question: str
    gold: int


@dataclass(frozen=True, slots=True)
class Looked:
    """One probe's attention: (layers, heads, sentences) of the best phrase, with the null
    query's taken off (`extra`) and without (`bare`)."""

    extra: Floats
    bare: Floats
    gold: int


@dataclass(frozen=True, slots=True)
class Row:
    """What one way to read attention gives: shares of the probes, 0 to 1."""

    name: str
    first: float
    among_three: float


@dataclass(frozen=True, slots=True)
class Result:
    """The calibration, and what it was chosen over; `probes` is how many there were."""

    calibration: Calibration
    rows: tuple[Row, ...]
    probes: int


def calibrate(
    engine: Engine,
    fits: str = "",
    progress: Progress = lambda _d, _t: None,
    reader: Engine | None = None,
) -> Result:
    """Run the probe on `engine`; `progress` gets the parts done and the parts in all. With a
    `reader`, what the engine's answers are worth is fitted with the reader's word beside it.

    Raises ModelError for an engine that does not show its attention.
    """
    shown = attention_probe(engine)
    if shown is None:
        raise ModelError(f"{engine.info.name} does not show its attention.")
    asked, fit = list(probes()), JudgesProbe(engine, reader)
    counted = _Counted(progress, len(asked) + fit.parts)
    looked = []
    for probe in asked:
        looked.append(look(shown, probe))
        counted()
    layers = engine.info.layers
    heads = ranked(looked, depth(looked, layers))[:HEADS]
    shallow = ranked(looked, shallow_layers(layers))[:HEADS]
    rows = tuple(compared(looked, layers))
    measured = {
        "probes": float(len(asked)),
        **{row.name: round(row.first, 3) for row in rows},
    }
    gates: dict[str, dict[str, Any]] = {}
    for signal, fitted in fit.fitted(counted):
        gates.setdefault(signal, {}).update(fitted.table)
        measured |= {f"{signal} {name}": round(value, 3) for name, value in fitted.measured.items()}
    known = Calibration(
        engine.info.name,
        tuple(heads),
        None,
        measured,
        fits,
        tuple(shallow),
        gates,
    )
    return Result(known, rows, len(asked))


class _Counted:
    """Tells how many parts of all are done, one more at each call."""

    def __init__(self, progress: Progress, whole: int) -> None:
        self._progress, self._whole, self._done = progress, whole, 0

    def __call__(self) -> None:
        self._done += 1
        self._progress(self._done, self._whole)


class JudgesProbe:
    """The register, asked of the judges of a model: of the likelihood's always, and of a model that
    can be asked its own. The weights of a model trained to read come with it: they were fitted on
    many more questions. `parts` is how often `done` is called."""

    def __init__(self, engine: Engine, reader: Engine | None) -> None:
        self._engine, self._reader = engine, reader
        prose = "\n\n".join(each["text"].strip() for each in _classics())
        document, self._asked = register(prose)
        self._corpus = Corpus(
            [document],
            chunk_tokens=1024,
            passage_tokens=PASSAGE_TOKENS,
            count=(reader or engine).count,
        )
        self._prompted = may_follow_instructions(engine)
        own = len(self._asked) + len(self._corpus.passages) + len(self._corpus.chunks)
        self.parts = len(self._asked) + self._prompted * own

    def fitted(self, done: Callable[[], None]) -> Iterator[tuple[str, Fitted]]:
        """Tables of the calibration, each with the judge's name."""
        corpus, asked = self._corpus, self._asked
        likelihood = LikelihoodJudge(self._engine)
        yield likelihood.signal, fit_gate(RegisterProbe(likelihood, corpus, asked, done))
        if not self._prompted:
            return
        judge = PromptedJudge(self._engine)
        probe = RegisterProbe(judge, corpus, asked, done)
        yield judge.signal, fit_gate(probe)
        reading = None
        if self._reader is not None:
            reading = RegisterProbe(TrainedJudge(self._reader), corpus, asked)
        yield judge.signal, fit_places(probe, reading, done)
        yield judge.signal, fit_notes(probe, done)


def probes(seed: int = 0) -> Iterator[Probe]:
    """Every kind of fact at two depths of four; every other one among distractors."""
    texts = [passage["text"].strip() for passage in _classics()]
    draw = random.Random(seed)
    for number, fact in enumerate(facts()):
        for place, depth in enumerate(DEPTHS[number % 2 :: 2]):
            prose = "\n\n".join(draw.sample(texts, _PASSAGES))
            invent = Inventor(prose, draw)
            needle = invent.single(fact)
            others = _DISTRACTORS if (number + place) % 2 else 0
            wanted = [(invent.single(fact), None) for _each in range(others)]
            text = hide(prose, [*wanted, (needle, depth)], draw).text
            places = tuple(sentences(text))
            start = text.index(needle.sentence)
            gold = next(n for n, (begin, end) in enumerate(places) if begin <= start < end)
            yield Probe(text, places, needle.question, gold)


def look(engine: AttentionProbe, probe: Probe) -> Looked:
    """What each head looks at in one probe."""
    # A first line that is no sentence of the probe: it takes the attention sink.
    head = "Text\n\n"
    text, places = head + probe.text, [(s + len(head), e + len(head)) for s, e in probe.places]
    found = engine.attention_by_head(text, prompt(engine, "attention", question=probe.question))
    nothing = engine.attention_by_head(text, prompt(engine, "attention", question=NULL_QUERY))
    where = token_places(found.spans, places)
    return Looked(
        _best(found.weights - nothing.weights, where, len(places)),
        _best(found.weights, where, len(places)),
        probe.gold,
    )


def ranked(looked: Sequence[Looked], layers: int | None = None) -> list[tuple[int, int]]:
    """The heads of the lowest `layers` (None: of all), best first: by how far the gold
    sentence stands above the best other one."""
    gaps = np.mean([gap(each.extra, each.gold) for each in looked], axis=0)[:layers]
    width = gaps.shape[1]
    order = np.argsort(-gaps.ravel(), kind="stable")
    return [(int(place) // width, int(place) % width) for place in order]


def depth(looked: Sequence[Looked], layers: int) -> int:
    """The fewest of the lowest layers whose best heads are nearly as sharp as any choice."""
    tried = {lowest: sharpness(looked, lowest) for lowest in range(1, layers + 1)}
    enough = _AS_SHARP * max(tried.values())
    return min(lowest for lowest, found in tried.items() if found >= enough)


def sharpness(looked: Sequence[Looked], layers: int) -> float:
    """How many times more the best heads of the lowest `layers` look at the gold sentence than
    at any other: the median over probes, by heads that were chosen on the other half."""
    times = []
    for chosen_by, tried in halves(looked):
        heads = ranked(chosen_by, layers)[:HEADS]
        for each in tried:
            total = _together(each.extra, heads)
            others = max(_LEAST, float(np.delete(total, each.gold).max()))
            times.append(float(total[each.gold]) / others)
    return float(np.median(times))


def shallow_layers(layers: int) -> int:
    """A third of the layers: reading with them costs about a third."""
    return max(1, layers // 3)


def compared(looked: Sequence[Looked], layers: int) -> Iterator[Row]:
    """The ways to read attention; calibrated heads on the half that they were not chosen by."""
    named = ("calibrated heads", "shallow heads", "without null query", "best single head")
    outcomes: dict[str, list[int]] = {name: [] for name in named}
    for chosen_by, tried in halves(looked):
        heads = ranked(chosen_by, depth(chosen_by, layers))[:HEADS]
        shallow = ranked(chosen_by, shallow_layers(layers))[:HEADS]
        for each in tried:
            found = (
                _rank(each.extra, heads, each.gold),
                _rank(each.extra, shallow, each.gold),
                _rank(each.bare, heads, each.gold),
                _rank(each.extra, heads[:1], each.gold),
            )
            for name, rank in zip(named, found, strict=True):
                outcomes[name].append(rank)
    width = looked[0].extra.shape[1]
    middle = [(layer, head) for layer, _all in middle_layers(layers) for head in range(width)]
    last = [(layers - 1, head) for head in range(width)]
    outcomes["middle layers"] = [_rank(each.extra, middle, each.gold) for each in looked]
    outcomes["last layer"] = [_rank(each.bare, last, each.gold) for each in looked]
    for name, ranks in outcomes.items():
        places = np.array(ranks)
        yield Row(name, float((places == 0).mean()), float((places < 3).mean()))


def _best(weights: Floats, where: NDArray[np.int64], count: int) -> Floats:
    """(layers, heads, sentences): the best phrase of each sentence."""
    layers, heads, _tokens = weights.shape
    best = np.zeros((layers, heads, count), dtype=np.float32)
    for layer in range(layers):
        for head in range(heads):
            smooth = phrases(weights[layer, head], PHRASE)
            np.maximum.at(best[layer, head], where[where >= 0], smooth[where >= 0])
    return best


def gap(best: Floats, gold: int) -> Floats:
    """(layers, heads): how far the gold sentence stands above the best other one."""
    others: Floats = np.delete(best, gold, axis=2).max(axis=2)
    return best[:, :, gold] - others


def _rank(best: Floats, heads: Sequence[tuple[int, int]], gold: int) -> int:
    """Other sentences that these heads together look at no less than at the gold one."""
    total = _together(best, heads)
    return int((total >= total[gold]).sum()) - 1


def _together(best: Floats, heads: Sequence[tuple[int, int]]) -> Floats:
    """How much these heads together look at each sentence."""
    total: Floats = np.sum([best[place] for place in heads], axis=0)
    return total


def _classics() -> list[dict[str, str]]:
    passages: list[dict[str, str]] = tomllib.loads(_FILE.read_text("utf-8"))["passage"]
    return passages
