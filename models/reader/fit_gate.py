"""Fit the reader's gate: its log-odds and BM25's match → P(the passage holds the answer).

    python fit_gate.py MODEL.gguf ../../../shared/data/squad/train_44_articles.json

As benchmarks/calibrate.py does for the likelihood signal, but on questions of the two
articles that were kept out of training (data.HELD_OUT), each joined with articles that
were not; on documents without them, where the same questions have no answer; and on
registers of our own (generated.py, with a seed of their own), which say like things of
several companies or towns, so that names decide. Prints the [reader.answer] table for
longread/reading/relevance/calibration.toml.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from data import HELD_OUT
from generated import families, in_prose

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from calibrate import fit, joined, shares, show, write

from longread.documents.model import Document, Section
from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.corpus import Corpus
from longread.reading.judges.trained import WORDS, TrainedJudge
from longread.reading.relevance.calibration import logit
from longread.retrieval import names, terms
from longread.retrieval.terms import folded

OTHERS, ASKED = 6, 32
# A register: so many families of invented documents, so many entries of each.
FAMILIES, ENTRIES = 5, 6
REGISTER_SEED = 770_001


class Sample:
    """One question on one document: features a passage, and which passages hold the answer."""

    def __init__(self, features: np.ndarray, holds: np.ndarray) -> None:
        self.features, self.holds = features, holds


def samples(engine: LlamaCppEngine, data: list[dict], documents: int) -> Iterator[Sample]:
    """Three documents of four hold the answers, the fourth does not."""
    rng = random.Random(3)
    kept = [article for article in data if article["title"] in HELD_OUT]
    others = [article for article in data if article["title"] not in HELD_OUT]
    judge = TrainedJudge(engine)
    for number in range(documents):
        answered = number % 4 != 3
        articles = rng.sample(others, OTHERS) + (kept if answered else [])
        rng.shuffle(articles)
        document, inside = joined(articles, rng)
        corpus = Corpus([document], chunk_tokens=1024, passage_tokens=256, count=engine.count)
        if answered:
            wanted = {q["question"] for a in kept for p in a["paragraphs"] for q in p["qas"]}
            asked = [each for each in inside if each[0] in wanted]
        else:
            asked = [(q["question"], -1) for a in kept for p in a["paragraphs"] for q in p["qas"]]
        asked = rng.sample(asked, min(ASKED, len(asked)))
        yield from gated(judge, engine, corpus, asked)


def registers(engine: LlamaCppEngine, documents: int) -> Iterator[Sample]:
    """Registers, asked for what an entry says and for what another does not say."""
    judge = TrainedJudge(engine)
    for number in range(documents):
        document, asked = register(random.Random(REGISTER_SEED + number))
        corpus = Corpus([document], chunk_tokens=1024, passage_tokens=256, count=engine.count)
        yield from gated(judge, engine, corpus, asked)


def register(rng: random.Random) -> tuple[Document, list[tuple[str, int]]]:
    """Entries of some families, each under its title, and (question, offset of its answer).

    -1 stands where the entry that is asked about leaves the question open. Only questions
    with a name that no other entry has are asked: others may be answered elsewhere.
    """
    text, sections, inside, outside = "", [], [], []
    chosen = rng.sample([family for family in families() if family.entity], FAMILIES)
    for family in rng.sample(chosen * ENTRIES, FAMILIES * ENTRIES):
        draft = in_prose(rng, family)
        sections.append(Section(draft.title, len(text)))
        text += f"{draft.title}\n\n"
        body = draft.joiner.join(draft.blocks)
        for each in draft.answerable:
            inside.append((each.question, len(text) + body.index(each.sentence)))
        outside += [(question, -1) for question in draft.unanswerable]
        text += f"{body}\n\n"
    inside, outside = ([each for each in some if names(each[0])] for some in (inside, outside))
    asked = rng.sample(inside, 3 * ASKED // 4) + rng.sample(outside, ASKED // 4)
    entries = [
        (begin, end, {folded(term) for term in terms(text[begin:end])})
        for begin, end in pairwise([*(section.start for section in sections), len(text)])
    ]
    document = Document("register", "", "Register", "markdown", text, (), tuple(sections))
    return document, [each for each in asked if is_decided(entries, *each)]


def is_decided(entries: list[tuple[int, int, set[str]]], question: str, start: int) -> bool:
    """Whether a name of the question stands in one entry only: for an answer in its own.

    An entry is its span in the text and its terms.
    """
    for name in names(question):
        holding = [(begin, end) for begin, end, held in entries if name in held]
        if len(holding) == 1 and (start < 0 or holding[0][0] <= start < holding[0][1]):
            return True
    return False


def gated(
    judge: TrainedJudge, engine: LlamaCppEngine, corpus: Corpus, asked: list[tuple[str, int]]
) -> Iterator[Sample]:
    """What the reader and BM25 say of every passage, for each of (question, offset or -1)."""
    passages = corpus.passages
    said = gates(judge, engine, corpus, [question for question, _start in asked])
    for column, (question, start) in enumerate(asked):
        holds = np.array([passage.start <= start < passage.end for passage in passages])
        yield Sample(np.column_stack([said[:, column], shares(corpus, question)]), holds)


def gates(
    judge: TrainedJudge, engine: LlamaCppEngine, corpus: Corpus, questions: list[str]
) -> np.ndarray:
    """The reader's log-odds of every passage for every question, (passages, questions)."""
    found = np.zeros((len(corpus.passages), len(questions)))
    for row, passage in enumerate(corpus.passages):
        prompts = [judge.ask(corpus.headed(passage), question).prompt for question in questions]
        for column, said in enumerate(engine.choose_all(prompts, WORDS)):
            found[row, column] = logit(said["yes"] + said["part"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--documents", type=int, default=4)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    data = json.loads(given.squad.read_text("utf-8"))["data"]
    with LlamaCppEngine(given.model, threads=given.threads) as engine:
        sources = {
            "SQuAD": list(samples(engine, data, given.documents)),
            "registers": list(registers(engine, given.documents)),
        }
    found = [sample for some in sources.values() for sample in some]
    first = [sample for some in sources.values() for sample in some[0::2]]
    half = fit(
        np.concatenate([s.features for s in first]), np.concatenate([s.holds for s in first])
    )
    for threshold in (0.5, 0.3, 0.2, 0.1):
        for name, some in sources.items():
            show(f"fitted on one half, {name}", some[0::2], half, threshold)
            show(f"the other half, {name}", some[1::2], half, threshold)
    features = np.concatenate([sample.features for sample in found])
    labels = np.concatenate([sample.holds for sample in found])
    read, unread = fit(features, labels), fit(features[:, 1:], labels)
    print(f"# {len(found)} questions, {len(labels)} passages\n[reader.answer]")
    write(read, unread)
    print(f"unanswerable = {1 - sum(sample.holds.any() for sample in found) / len(found):.3f}")


if __name__ == "__main__":
    main()
