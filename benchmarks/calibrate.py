"""Fit the likelihood gate's calibration (longread/reading/relevance/calibration.toml).

    python benchmarks/calibrate.py ../shared/data/squad/train_44_articles.json

Joins SQuAD training articles into documents, asks questions that the document answers and
questions about articles that are not in it, scores every passage for every question as the
gate does, and fits two logistic models: for passages that were read (likelihood gain, BM25)
and for passages that were not (BM25 alone). Prints the table for the TOML file and what the
fitted gate does on documents that were held out of the fit.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.documents.model import Document, Section
from longread.models import store
from longread.reading.corpus import Corpus
from longread.reading.judges import relevance_of
from longread.reading.judges.likelihood import LikelihoodJudge
from longread.reading.relevance.calibration import Background, calibration, logit
from longread.reading.relevance.match import evenly, lexical_match
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions

ARTICLES, PARAGRAPHS, ANSWERABLE, UNANSWERABLE = 8, 10, 16, 8


@dataclass
class Sample:
    """One question on one document: features a passage, and which passages hold the answer."""

    gains: NDArray[np.float64]  # (passages,): likelihood gain, nats a token
    shares: NDArray[np.float64]  # (passages, 3): BM25's match
    holds: NDArray[np.bool_]  # (passages,)

    @property
    def features(self) -> NDArray[np.float64]:
        """(passages, 4): z_score against the background as the gate measures it, and the shares."""
        even = evenly(len(self.gains), calibration("likelihood").background)
        ranked = np.argsort(-self.shares[:, 0], kind="stable")[: calibration("likelihood").lookups]
        best = [place for place in ranked if place not in even]
        background = Background.of(list(self.gains[even]), list(self.gains[best]))
        z_score = [background.z_score(gain) for gain in self.gains]
        return np.column_stack([z_score, self.shares])


def joined(articles: list[dict[str, Any]], rng: random.Random) -> tuple[Document, list[Any]]:
    """Some paragraphs of each article under its title, and their (question, answer, offset)."""
    text, sections, questions = "", [], []
    for article in articles:
        title = article.get("title") or article["paragraphs"][0]["context"].split(".")[0][:40]
        sections.append(Section(title.replace("_", " "), len(text)))
        text += title.replace("_", " ") + "\n\n"
        chosen = rng.sample(article["paragraphs"], min(PARAGRAPHS, len(article["paragraphs"])))
        for paragraph in chosen:
            for question in paragraph["qas"]:
                start = len(text) + question["answers"][0]["answer_start"]
                questions.append((question["question"], start))
            text += paragraph["context"] + "\n\n"
    return Document("joined", "", "Encyclopaedia", "markdown", text, (), tuple(sections)), questions


def samples(
    engine: Any,
    data: list[dict[str, Any]],
    documents: int,
    seed: int,
    kept: list[NDArray[np.float64]] | None,
) -> Iterator[Sample]:
    """Samples of `documents` joined documents; gains are scored, or taken from `kept`."""
    rng = random.Random(seed)
    for _ in range(documents):
        articles = rng.sample(data, ARTICLES + 4)
        document, inside = joined(articles[:ARTICLES], rng)
        _other, outside = joined(articles[ARTICLES:], rng)
        corpus = Corpus([document], chunk_tokens=1024, passage_tokens=256, count=engine.count)
        passages = corpus.passages
        asked = rng.sample(inside, ANSWERABLE)
        asked += [(q, -1) for q, _start in rng.sample(outside, UNANSWERABLE)]
        judge = LikelihoodJudge(engine)
        gains = np.zeros((len(passages), len(asked)))
        if kept:
            gains = np.column_stack([kept.pop(0) for _question in asked])
        else:
            for row, passage in enumerate(passages):
                for column, (question, _start) in enumerate(asked):
                    gains[row, column] = logit(
                        relevance_of(judge, corpus.headed(passage), question).answers
                    )
        for column, (question, start) in enumerate(asked):
            holds = np.array([passage.start <= start < passage.end for passage in passages])
            yield Sample(gains[:, column], shares(corpus, question), holds)


def shares(corpus: Corpus, question: str) -> NDArray[np.float64]:
    """BM25's match of every passage with the question, (passages, 3): relative, absolute, named."""
    matches = lexical_match(corpus.index, question)
    return np.array([(each.relative, each.absolute, each.named) for each in matches])


def fit(features: NDArray[np.float64], labels: NDArray[np.bool_], ridge: float = 0.1) -> Any:
    """Logistic regression by Newton's method; the last weight is the bias."""
    design = np.column_stack([features, np.ones(len(features))])
    weights = np.zeros(design.shape[1])
    penalty = np.diag([ridge] * features.shape[1] + [0.0])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (probability - labels) + penalty @ weights
        hessian = design.T @ (design * (probability * (1 - probability))[:, None]) + penalty
        step = np.linalg.solve(hessian + 1e-9 * np.eye(len(weights)), gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def show(name: str, found: list[Sample], weights: Any, threshold: float) -> None:
    """Opened gold passages, false openings a question, refusals of unanswerable questions."""
    opened, false, refused, best = [], [], [], []
    cut = np.log(threshold / (1 - threshold))
    for sample in found:
        logits = sample.features @ weights[:-1] + weights[-1]
        gate = logits >= cut
        false.append((gate & ~sample.holds).sum())
        if sample.holds.any():
            opened.append(gate[sample.holds].any())
            best.append(sample.holds[logits.argmax()])
        else:
            refused.append(not gate.any())
    print(
        f"# {name}, threshold {threshold}: gold opened {np.mean(opened):.3f}, "
        f"gold is best {np.mean(best):.3f} (n = {len(opened)}), "
        f"false openings a question {np.mean(false):.2f}, "
        f"unanswerable with all gates closed {np.mean(refused):.3f} (n = {len(refused)})"
    )


def write(read: Any, unread: Any) -> None:
    """Print the weights as calibration.toml has them."""
    names = (
        *("evidence", "match", "coverage", "named", "read_bias"),
        *("unread_match", "unread_coverage", "unread_named", "unread_bias"),
    )
    for name, value in zip(names, (*read, *unread), strict=True):
        print(f"{name} = {value:.3f}")


def scored(arguments: argparse.Namespace) -> tuple[list[Sample], list[Sample]]:
    """Samples to fit on and samples held out, from different articles."""
    data = json.loads(arguments.squad.read_text("utf-8"))["data"]
    half = len(data) // 2
    options = ModelOptions(threads=arguments.threads)
    engine = open_engine(store.resolve(arguments.model), options)
    train_kept, held_out_kept = (None, None) if not arguments.load else loaded(arguments.load)
    begun = time.perf_counter()
    documents = arguments.documents
    train = list(samples(engine, data[:half], documents, 1, train_kept))
    held_out = list(samples(engine, data[half:], max(1, documents // 2), 2, held_out_kept))
    print(f"# {engine.info.name}, {time.perf_counter() - begun:.0f} s")
    return train, held_out


def keep(path: Path, train: list[Sample], held_out: list[Sample]) -> None:
    """Save the gains, one array a question."""
    arrays = {f"train {n:04}": sample.gains for n, sample in enumerate(train)}
    arrays |= {f"held out {n:04}": sample.gains for n, sample in enumerate(held_out)}
    np.savez(path, allow_pickle=False, **arrays)


def loaded(path: Path) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """The gains that `keep` saved."""
    kept = np.load(path)
    names = sorted(kept.files)
    train = [kept[name] for name in names if name.startswith("train")]
    return train, [kept[name] for name in names if name.startswith("held")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("squad", type=Path)
    parser.add_argument("--documents", type=int, default=4)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--save", type=Path, help="keep the gains (.npz)")
    parser.add_argument("--load", type=Path, help="take gains kept earlier, score nothing")
    arguments = parser.parse_args()
    train, held_out = scored(arguments)
    if arguments.save:
        keep(arguments.save, train, held_out)
    features = np.concatenate([sample.features for sample in train])
    labels = np.concatenate([sample.holds for sample in train])
    read, unread = fit(features, labels), fit(features[:, 1:], labels)
    print(f"# {len(train)} questions, {len(labels)} passages")
    for threshold in (0.5, 0.3, 0.2, 0.1):
        show("fitted on", train, read, threshold)
        show("held out", held_out, read, threshold)
    print("[likelihood.answer]")
    write(read, unread)


if __name__ == "__main__":
    main()
