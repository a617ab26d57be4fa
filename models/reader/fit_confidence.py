"""Fit how sure an answer is: its sentence read alone, its words, and that its place was found.

    python fit_confidence.py MODEL.gguf ../../../shared/data

Questions of four kinds of document: SQuAD's two articles that the reader was not trained on, among
others; scientific articles (half of Covid-QA's); invented registers; invented tables and like
records (benchmarks/records.py, the set `fit`). Of the first three some questions lose their
sentence or paragraph, so that the document does not say. An answer is right that holds a gold
answer's words or stands within them. Prints the table [reader.answered] for
longread/reading/relevance/calibration.toml, and how sure and how right answers are with each kind
left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from records import make

from longread.bench import metrics
from longread.bench.records import Question
from longread.documents import discover, sentences
from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.calibrate.gate import Contest, fitted
from longread.reading.calibrate.register import register
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import AnswerFromPlaces
from longread.reading.parts.backing import LIKELIER_THAN_NOT
from longread.reading.relevance.calibration import PlaceWeights, auc, sigmoid
from longread.runs.opening import read_documents
from longread.runs.options import DocumentOptions
from longread.runs.session import Session

HELD_OUT = ("Plymouth", "Lighting")
# Answerable questions of an article of SQuAD, unanswerable ones, and paragraphs of other articles.
ANSWERABLE, UNANSWERABLE, FILLING = 30, 15, 40
ARTICLES, LONGEST, FEWEST, ASKED, TAKEN = 10, 32_000, 7, 6, 2
REGISTERS, OF_REGISTER = 4, 14
CELLS, RECORDS = 6, 3
# A reply that shares so much with a gold answer is right, however it is cut.
ALIKE = 0.6
LEVELS = (0.15, 0.5, 0.8)
NO_WEIGHTS = PlaceWeights(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NONE = np.array(NO_WEIGHTS.weights)


@dataclass(frozen=True)
class Sample:
    """What speaks for an answer, and whether it is right."""

    kind: str
    row: tuple[float, ...]
    right: bool


def questions(shared: Path, folder: Path) -> Iterator[Question]:
    """Questions of all kinds; their documents are written into `folder`."""
    draw = random.Random(7)
    yield from of_squad(shared, folder, draw)
    yield from of_articles(shared, folder, draw)
    novel = next(iter(sorted((shared / "books").glob("*.txt")))).read_text("utf-8")
    for number in range(REGISTERS):
        document, asked = register(novel[200_000:500_000], number)
        file = folder / f"register{number}.txt"
        file.write_text(document.text, "utf-8")
        for each in asked[:OF_REGISTER]:
            yield question(file, each.question, each.answers, "register")
    for each in make(folder, "fit", CELLS, RECORDS):
        yield question(folder / each.documents[0], each.question, each.answers, "invented")


def question(file: Path, asked: str, answers: tuple[str, ...], kind: str) -> Question:
    return Question(f"{file.stem}-{asked}", (str(file),), asked, answers, tags={"kind": kind})


def of_squad(shared: Path, folder: Path, draw: random.Random) -> Iterator[Question]:
    """Articles among paragraphs of others; a fifth of their own paragraphs is taken out."""
    data = json.loads((shared / "squad" / "train_44_articles.json").read_text("utf-8"))["data"]
    by_title = {each["title"]: each["paragraphs"] for each in data}
    others = [p for title, own in by_title.items() if title not in HELD_OUT for p in own]
    for title in HELD_OUT:
        own = by_title[title]
        gone = set(draw.sample(range(len(own)), len(own) // 5))
        kept = [each for place, each in enumerate(own) if place not in gone]
        texts = [each["context"] for each in kept + draw.sample(others, FILLING)]
        draw.shuffle(texts)
        file = folder / f"{title}.txt"
        file.write_text("\n\n".join(texts), "utf-8")
        asked = draw.sample([qa for each in kept for qa in each["qas"]], ANSWERABLE)
        for qa in asked:
            yield question(file, qa["question"], golds(qa), "squad")
        for qa in draw.sample([qa for place in gone for qa in own[place]["qas"]], UNANSWERABLE):
            yield question(file, qa["question"], (), "squad")


def of_articles(shared: Path, folder: Path, draw: random.Random) -> Iterator[Question]:
    """Scientific articles; the sentences of two of their answers are taken out of each."""
    data = json.loads((shared / "covid_qa" / "dev.json").read_text("utf-8"))["data"]
    found = [paragraph for each in data for paragraph in each["paragraphs"]]
    fit = [p for p in found if len(p["qas"]) >= FEWEST and len(p["context"]) < LONGEST]
    for number, paragraph in enumerate(fit[: 2 * ARTICLES : 2]):
        text = paragraph["context"]
        asked = draw.sample(paragraph["qas"], min(ASKED, len(paragraph["qas"])))
        spans = list(sentences(text))
        lost = [golds(qa)[0] for qa in asked[:TAKEN]]
        told = [text[a:b] for a, b in spans if not any(each in text[a:b] for each in lost)]
        file = folder / f"article{number}.txt"
        file.write_text(" ".join(told), "utf-8")
        for place, qa in enumerate(asked):
            said = place >= TAKEN and any(golds(qa)[0] in each for each in told)
            if said or place < TAKEN:
                answers = golds(qa) if said else ()
                yield question(file, qa["question"].strip(), answers, "article")


def golds(qa: dict[str, list[dict[str, str]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each["text"].strip() for each in qa["answers"]))


def samples(engine: LlamaCppEngine, asked: list[Question]) -> Iterator[Sample]:
    """Each answer whose place is likelier than not, as the default strategy gives it."""
    sessions: dict[tuple[str, ...], Session] = {}
    for each in asked:
        if each.documents not in sessions:
            files = discover(list(each.documents))
            read = read_documents(files, DocumentOptions(), report=lambda _line: None)
            sessions = {each.documents: Session(read, engine)}
        options = ReadingOptions()
        together = sessions[each.documents].run_all(
            [each.question], options, journal=False, resume=False, report=lambda _line: None
        )
        for _step in together.steps():
            pass
        reader = together.runs[0].reader
        answerer, state = reader.parts.answerer, reader.state
        assert isinstance(answerer, AnswerFromPlaces)
        ledger = state.ledger()
        found = next(answerer.outcomes(state, ledger), None)
        if found is None or found.confidence < LIKELIER_THAN_NOT or state.everything:
            continue
        if found.citations and found.citations[0].answer:
            row = NO_WEIGHTS.features(*answerer.evidence(state, ledger, found), unsaid=False)
            yield Sample(str(each.tags["kind"]), row, is_right(found.text or "", each.answers))


def is_right(said: str, answers: tuple[str, ...]) -> bool:
    return any(
        max(metrics.contains(said, gold), metrics.contains(gold, said)) > 0
        or metrics.token_f1(said, gold) >= ALIKE
        for gold in answers
    )


def weights_of(found: list[Sample]) -> np.ndarray:
    """Logistic regression with a ridge."""
    return fitted([Contest.of([(each.row, each.right)]) for each in found], NONE)


def report(name: str, chances: list[float], right: list[bool]) -> None:
    area = auc([c for c, r in zip(chances, right, strict=True) if r],
               [c for c, r in zip(chances, right, strict=True) if not r])  # fmt: skip
    print(f"# {name}: AUC {area or 0:.3f}", end="")
    for level in LEVELS:
        kept = [r for c, r in zip(chances, right, strict=True) if c >= level]
        print(f"; from {level} on {sum(kept)} of {len(kept)} right", end="")
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--threads", type=int)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        LlamaCppEngine(given.model, threads=given.threads) as engine,
    ):
        asked = list(questions(given.shared, Path(name)))
        found = list(samples(engine, asked))
    right = [each.right for each in found]
    print(f"# {len(asked)} questions, {len(found)} answers, {sum(right)} right")
    chances = []
    for each in found:
        others = weights_of([other for other in found if other.kind != each.kind])
        chances.append(sigmoid(float(others @ np.array(each.row))))
    report("each kind left out in turn", chances, right)
    print("[reader.answered]")
    for field, value in zip(fields(PlaceWeights), weights_of(found), strict=False):
        print(f"{field.name} = {value:.3f}")


if __name__ == "__main__":
    main()
