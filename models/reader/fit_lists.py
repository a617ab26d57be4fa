"""Fit the gate and the answers of questions that want everything.

    python fit_lists.py MODEL.gguf ../../../shared/data/squad/train_44_articles.json

The places of a list do not compete, so the gate has numbers of its own for them: on invented
lists (lists.py) in paragraphs that the reader was not trained on, and on the answers of
`labelled.jsonl`. Those are what `gated` took from 14 real books, reports and filings, asked
for lists, looked through by hand: a company is named on every page of its filing, and one
place in four that the gate opened for was right. Where the gate opens, the passage is answered
from as `gated` does, and whether the answer belongs on the list is seen from its sentence read
alone. Prints the tables [reader.list] and [reader.entry] of calibration.toml.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from data import HELD_OUT
from drafts import HERE
from fit_gate import fit, gates
from lists import Listed, listing

from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.corpus import Corpus
from longread.reading.judges import relevance_of
from longread.reading.judges.candidates import best_length
from longread.reading.judges.trained import TrainedJudge
from longread.reading.parts.backing import LIKELIER_THAN_NOT, place_of
from longread.reading.relevance.calibration import calibration, logit
from longread.reading.relevance.match import Match, lexical_match

LISTS, PARAGRAPHS, SEED = 6, 70, 880_001


@dataclass
class Rows:
    """Features in rows, whether each is right, and how many were wanted in all."""

    features: np.ndarray
    right: np.ndarray
    wanted: int


def gate_row(helps: float, match: Match) -> tuple[float, float, float, float]:
    """What a passage is weighed by; `helps` in log-odds."""
    return helps, match.relative, match.named, math.log(match.alike)


def entry_row(alone: float, gate: float) -> tuple[float, float]:
    """What an answer is weighed by: P("yes") of its sentence, and what its passage's gate gave."""
    return logit(alone), logit(gate)


def labelled() -> tuple[Rows, list[float]]:
    """The passages of the real answers, and P("yes") of the answers' sentences."""
    found = [json.loads(line) for line in (HERE / "labelled.jsonl").open(encoding="utf-8")]
    matches = [Match(each["relative"], 0.0, each["named"], each["alike"]) for each in found]
    passages = [gate_row(logit(each["helps"]), m) for each, m in zip(found, matches, strict=True)]
    right = np.array([each["right"] for each in found])
    return Rows(np.array(passages), right, 0), [each["alone"] for each in found]


def invented(data: list[dict], count: Callable[[str], int]) -> list[tuple[Corpus, list[Listed]]]:
    """Documents of lists.py, and what is asked of each."""
    kept = [article for article in data if article["title"] in HELD_OUT]
    paragraphs = [each["context"] for article in kept for each in article["paragraphs"]]
    found = []
    for number in range(LISTS):
        rng = Random(SEED + number)
        document, asked = listing(rng, rng.sample(paragraphs, min(PARAGRAPHS, len(paragraphs))))
        corpus = Corpus([document], chunk_tokens=1024, passage_tokens=256, count=count)
        found.append((corpus, asked))
    return found


def passages_at(corpus: Corpus, each: Listed, said: np.ndarray) -> Rows:
    """Every passage of the document, as the gate sees it."""
    matches = lexical_match(corpus.index, each.question)
    features = [gate_row(helps, match) for helps, match in zip(said, matches, strict=True)]
    right = [any(t.start <= place < t.end for place in each.places) for t in corpus.passages]
    return Rows(np.array(features), np.array(right), len(each.places))


def answers_of(judge: TrainedJudge, corpus: Corpus, each: Listed, gate: np.ndarray) -> Rows:
    """The answers that `gated` takes from the passages that the gate opens for."""
    question = each.question
    features, right = [], []
    for passage, chance in zip(corpus.passages, gate, strict=True):
        if chance < calibration("reader").threshold:
            continue
        said = judge.answer(corpus.headed(passage), question).text
        span = place_of(corpus, passage, said, question)
        if span is not None:
            sentence = corpus.documents[0].text[span[0] : span[1]]
            alone = relevance_of(judge, corpus.under_header(passage, sentence), question).answers
            features.append(entry_row(alone, chance))
            right.append(any(span[0] <= wanted < span[1] for wanted in each.places))
    return Rows(np.array(features).reshape(-1, 2), np.array(right, bool), len(each.places))


def fitted(found: Sequence[Rows], real: Rows) -> np.ndarray:
    """The weights that explain best which of these rows are right, the bias last."""
    features = np.concatenate([*(each.features for each in found), real.features])
    return fit(features, np.concatenate([*(each.right for each in found), real.right]))


def chances(rows: Rows, weights: np.ndarray) -> np.ndarray:
    """P(right) of every row."""
    return 1 / (1 + np.exp(-(rows.features @ weights[:-1] + weights[-1])))


def show(name: str, found: Sequence[Rows], weights: np.ndarray) -> None:
    """The lists that these weights make: F1, what is found, what is right, right refusals."""
    scores, refused = [], []
    for each in found:
        chance = chances(each, weights)
        ranked = np.argsort(-chance)
        kept = ranked[: best_length(chance[ranked])] if len(chance) else ranked
        if not len(kept) or chance[kept[0]] < LIKELIER_THAN_NOT:
            kept = ranked[:0]
        if not each.wanted:
            refused.append(not len(kept))
            continue
        right = each.right[kept].sum()
        scores.append(
            (2 * right / (len(kept) + each.wanted), right / each.wanted, right, len(kept))
        )
    values = np.array(scores)
    print(
        f"# {name}: F1 {values[:, 0].mean():.3f}, found {values[:, 1].mean():.3f}, "
        f"right of those given {values[:, 2].sum() / max(1, values[:, 3].sum()):.3f} "
        f"(n = {len(values)}), refused {sum(refused)} of {len(refused)} unanswerable"
    )


def halves(name: str, found: Sequence[Rows], real: Rows) -> np.ndarray:
    """Shows what a fit on one half does on the other, and gives the fit on all."""
    for first, second in ((0, 1), (1, 0)):
        show(f"{name}, the other half", found[second::2], fitted(found[first::2], real))
    weights = fitted(found, real)
    chance = chances(real, weights)
    for least in (calibration("reader").threshold, LIKELIER_THAN_NOT):
        above = chance >= least
        print(
            f"# {name}, labelled: {real.right[above].sum()} of {above.sum()} are right above "
            f"{least}, {real.right[~above].sum()} of {(~above).sum()} below"
        )
    return weights


def table(name: str, names: Sequence[str], weights: np.ndarray) -> None:
    """Print the weights as calibration.toml has them."""
    print(f"[{name}]")
    for one, value in zip(names, weights, strict=True):
        print(f"{one} = {value:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    data = json.loads(given.squad.read_text("utf-8"))["data"]
    real_tiles, alone = labelled()
    with LlamaCppEngine(given.model, threads=given.threads) as engine:
        judge = TrainedJudge(engine)
        asked = invented(data, engine.count)
        passages = []
        for corpus, some in asked:
            said = gates(judge, engine, corpus, [each.question for each in some])
            passages += [passages_at(corpus, each, said[:, n]) for n, each in enumerate(some)]
        gate = halves("gate", passages, real_tiles)
        every = [(corpus, each) for corpus, some in asked for each in some]
        answers = [
            answers_of(judge, corpus, each, chances(rows, gate))
            for (corpus, each), rows in zip(every, passages, strict=True)
        ]
        real = [entry_row(*each) for each in zip(alone, chances(real_tiles, gate), strict=True)]
        entry = halves("answers", answers, Rows(np.array(real), real_tiles.right, 0))
    table("reader.list", ("evidence", "match", "named", "alike", "read_bias"), gate)
    table("reader.entry", ("alone", "gate", "bias"), entry)


if __name__ == "__main__":
    main()
