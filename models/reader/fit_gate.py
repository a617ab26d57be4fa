"""Fit the reader's gate: its log-odds and BM25's match → P(the tile holds the answer).

    python fit_gate.py MODEL.gguf ../../../shared/data/squad/train_44_articles.json

As benchmarks/calibrate.py does for the likelihood signal, but on questions of the two
articles that were kept out of training (data.HELD_OUT), each joined with articles that
were not; and on documents without them, where the same questions have no answer. Prints
the [reader] table for longread/reading/calibration.toml.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from data import HELD_OUT

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from calibrate import fit, joined, show

from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.corpus import Corpus
from longread.reading.protocol import WORDS, Help, Protocol
from longread.reading.signals import lexical_match, logit

OTHERS, ASKED = 6, 20


class Sample:
    """One question on one document: a row of features a tile, and which tiles hold the answer."""

    def __init__(self, features: np.ndarray, holds: np.ndarray) -> None:
        self.features, self.holds = features, holds


def samples(engine: LlamaCppEngine, data: list[dict], documents: int) -> Iterator[Sample]:
    """Three documents of four hold the answers, the fourth does not."""
    rng = random.Random(3)
    kept = [article for article in data if article["title"] in HELD_OUT]
    others = [article for article in data if article["title"] not in HELD_OUT]
    protocol = Protocol(engine)
    for number in range(documents):
        answered = number % 4 != 3
        articles = rng.sample(others, OTHERS) + (kept if answered else [])
        rng.shuffle(articles)
        document, inside = joined(articles, rng)
        corpus = Corpus([document], chunk_tokens=1024, unit_tokens=256, count=engine.count)
        if answered:
            wanted = {q["question"] for a in kept for p in a["paragraphs"] for q in p["qas"]}
            asked = [each for each in inside if each[0] in wanted]
        else:
            asked = [(q["question"], -1) for a in kept for p in a["paragraphs"] for q in p["qas"]]
        asked = rng.sample(asked, min(ASKED, len(asked)))
        tiles = corpus.all_tiles
        gates = np.zeros((len(tiles), len(asked)))
        for row, tile in enumerate(tiles):
            prompts = [protocol.gate(corpus.headed(tile), question) for question, _start in asked]
            for column, shares in enumerate(engine.choose_all(prompts, WORDS)):
                gates[row, column] = logit(Help.of(shares).any)
        for column, (question, start) in enumerate(asked):
            matches = lexical_match(corpus.index, question)
            best = [max(matches[unit] for unit in corpus.units_over(tile)) for tile in tiles]
            shares = np.array([(match.relative, match.absolute) for match in best])
            holds = np.array([tile.start <= start < tile.end for tile in tiles])
            yield Sample(np.column_stack([gates[:, column], shares]), holds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--documents", type=int, default=4)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    data = json.loads(given.squad.read_text("utf-8"))["data"]
    with LlamaCppEngine(given.model, threads=given.threads) as engine:
        found = list(samples(engine, data, given.documents))
    first, second = found[0::2], found[1::2]
    half = fit(
        np.concatenate([s.features for s in first]), np.concatenate([s.holds for s in first])
    )
    for threshold in (0.5, 0.3, 0.2, 0.1):
        show("fitted on one half", first, half, threshold)
        show("the other half", second, half, threshold)
    features = np.concatenate([sample.features for sample in found])
    labels = np.concatenate([sample.holds for sample in found])
    read, unread = fit(features, labels), fit(features[:, 1:], labels)
    print(f"# {len(found)} questions, {len(labels)} tiles\n[reader]")
    for name, value in zip(("standing", "match", "coverage", "read_bias"), read, strict=True):
        print(f"{name} = {value:.3f}")
    names = ("unread_match", "unread_coverage", "unread_bias")
    for name, value in zip(names, unread, strict=True):
        print(f"{name} = {value:.3f}")
    print(f"unanswerable = {1 - sum(sample.holds.any() for sample in found) / len(found):.3f}")


if __name__ == "__main__":
    main()
