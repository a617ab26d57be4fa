"""Fit what makes a cell of a table the answer: its words, and what it shares with the question.

    python fit_cells.py MODEL.gguf

On the invented tables of benchmarks/records.py, kinds of the set `fit`: each question with the
cells of the passages that hold its row. One of a passage's cells is the answer, so they
compete (McFadden's conditional logit, with a ridge). Prints the table [reader.cell] for
longread/reading/relevance/calibration.toml, and how many are right with each kind left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from records import make

from longread.bench.records import Question
from longread.documents import load
from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.corpus import Corpus
from longread.reading.judges.trained import TrainedJudge
from longread.reading.relevance.calibration import CellWeights
from longread.reading.relevance.cells import candidates, closest, matches

CELLS, RIDGE, STEPS = 10, 0.3, 25
NAMES = [field.name for field in fields(CellWeights)]


@dataclass
class Sample:
    """The cells of one passage for one question: features in rows, and the right cell's place."""

    kind: str
    features: np.ndarray
    right: int


def samples(judge: TrainedJudge, questions: list[Question], folder: Path) -> Iterator[Sample]:
    """The questions whose row a passage holds that is asked for a cell."""
    corpora: dict[str, Corpus] = {}
    for question in questions:
        name = question.documents[0]
        if name not in corpora:
            document = load(str(folder / name))
            corpora[name] = Corpus(
                [document], chunk_tokens=1024, passage_tokens=256, count=judge.engine.count
            )
        found = sample(judge, corpora[name], question)
        if found is not None:
            yield Sample(question.id.rpartition("-")[0], *found)


def sample(
    judge: TrainedJudge, corpus: Corpus, question: Question
) -> tuple[np.ndarray, int] | None:
    """What speaks for each cell of the passage that holds the right one, and its place."""
    asked, row = question.question, question.evidence[0].text or ""
    start = corpus.documents[0].text.index(row)
    passage = next(each for each in corpus.passages if each.start <= start < each.end)
    rows, best = corpus.rows_asked(passage, asked)
    cells = candidates(asked, rows) if best else []
    right = [
        place
        for place, cell in enumerate(cells)
        if cell.row.start == start and cell.text in question.answers
    ]
    if len(right) != 1:
        return None
    shared = matches(asked, cells, [each for _table, each in rows])
    read = closest(cells, shared)
    if not any(right[0] in places for places in read):
        return None
    features = []
    for places in read:
        first = cells[places[0]]
        record = corpus.record(passage, first.table, first.row)
        said = judge.words(record, asked, [cells[place].text for place in places])
        features += [(*astuple(shared[place]), w) for w, place in zip(said, places, strict=True)]
    order = [place for places in read for place in places]
    return np.array(features), order.index(right[0])


def fitted(found: list[Sample]) -> np.ndarray:
    """The weights under which the right cells are likeliest, by Newton's method."""
    weights = np.zeros(len(NAMES))
    for _step in range(STEPS):
        slope, curve = -RIDGE * weights, RIDGE * np.eye(len(weights))
        for each in found:
            chance = chances(each, weights)
            mean = chance @ each.features
            slope += each.features[each.right] - mean
            curve += (each.features.T * chance) @ each.features - np.outer(mean, mean)
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def chances(each: Sample, weights: np.ndarray) -> np.ndarray:
    """P(the cell is the answer) of every cell."""
    scores = each.features @ weights
    shares = np.exp(scores - scores.max())
    return shares / shares.sum()


def right(found: list[Sample], weights: np.ndarray) -> int:
    """How many passages give their right cell."""
    return sum(int(np.argmax(chances(each, weights)) == each.right) for each in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        LlamaCppEngine(given.model, threads=given.threads) as engine,
    ):
        folder = Path(name)
        asked = [q for q in make(folder, "fit", CELLS, 0) if q.tags["kind"] != "like"]
        found = list(samples(TrainedJudge(engine), asked, folder))
    weights = fitted(found)
    print(f"# {len(found)} of {len(asked)} questions, {right(found, weights)} right")
    apart = 0
    for kind in sorted({each.kind for each in found}):
        held = [each for each in found if each.kind == kind]
        some = right(held, fitted([each for each in found if each.kind != kind]))
        apart += some
        print(f"# {kind} left out: {some} of {len(held)}")
    print(f"# each kind left out in turn: {apart} of {len(found)}\n[reader.cell]")
    for one, value in zip(NAMES, weights, strict=True):
        print(f"{one} = {value:.3f}")


if __name__ == "__main__":
    main()
