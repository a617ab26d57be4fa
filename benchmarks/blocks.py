"""Read once, ask many: the second question against the first, and compression against recall.

    python benchmarks/blocks.py ../shared/data/books/Dickens_Bleak_1853.txt --tokens 100000
    python benchmarks/blocks.py --xquad xquad.en.json --fill train_44_articles.json

The first form asks two questions of one document with all gates closed to the exit, each in
an engine that holds nothing; with --check the second is asked once more without blocks, and
the gates compared. The second form keeps paragraphs, a document each, compressed by each of
--factors, and reads all of them to the end for all questions, in one pass as `ask --questions`
does: how often the right one's gate is the highest, and among the highest three and five.
--fill adds paragraphs that nothing is asked about, up to --tokens.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from machine import machine, table

from longread.documents import Document, load
from longread.engine import Engine
from longread.models import store
from longread.prefix_cache import BlockStore
from longread.reading.options import ReadingOptions
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions
from longread.runs.session import Session

QUESTIONS = (
    "Who is the narrator's guardian?",
    "What does the lamplighter carry home on the evening of the storm?",
)


def two_questions(arguments: argparse.Namespace, engine: Engine) -> None:
    """Time the first and the second question on one document."""
    book = load(str(arguments.book))
    share = min(1.0, arguments.tokens / engine.count(book.text))
    document = replace(
        book, text=book.text[: int(len(book.text) * share)], sections=(), blocks=(), pages=()
    )
    runs = [("first", QUESTIONS[0], True), ("second", QUESTIONS[1], True)]
    if arguments.check:
        runs.append(("second, without blocks", QUESTIONS[1], False))
    rows, gates, seconds = [], {}, {}
    for name, question, blocks in runs:
        engine.forget()
        used = replace(engine.usage)
        begun, busy = time.perf_counter(), time.process_time()
        options = ReadingOptions(exit=False, blocks=blocks, compress=arguments.compress)
        session = Session([document], engine)
        run = session.run(question, options, report=print)
        gates[name] = [gate for step in run.steps() for gate in step.passage_gates]
        seconds[name] = (time.perf_counter() - begun, time.process_time() - busy)
        rows.append(
            {
                "question": name,
                "passages": len(gates[name]),
                "decoded": f"{engine.usage.prefilled - used.prefilled:,}",
                "seconds": f"{seconds[name][0]:.1f}",
                "CPU seconds": f"{seconds[name][1]:.1f}",
            }
        )
    kept = BlockStore().holdings()
    tokens = sum(chunk.tokens for chunk in session.corpus((1024, 256, False, engine)).chunks)
    print(f"\n{tokens:,} tokens, compression {arguments.compress}\n\n{table(rows)}\n")
    print(
        f"blocks: {kept.blocks:,}, {kept.size / 1e6:,.0f} MB, "
        f"{kept.size / tokens:,.0f} bytes a token"
    )
    ratios = [one / two for one, two in zip(seconds["first"], seconds["second"], strict=True)]
    print(f"first / second: {ratios[0]:.1f} times (CPU time {ratios[1]:.1f})")
    if arguments.check:
        pairs = zip(gates["second"], gates["second, without blocks"], strict=True)
        print(f"largest difference of a gate: {max(abs(one - two) for one, two in pairs):.6f}")


def compression(arguments: argparse.Namespace, engine: Engine) -> None:
    """Rank paragraphs by the gate over their blocks, for each compression."""
    chance = random.Random(arguments.seed)
    found = paragraphs(arguments.xquad)
    chance.shuffle(found)
    found = found[: arguments.paragraphs]
    asked = {
        question["question"].strip(): place
        for place, paragraph in enumerate(found)
        for question in chance.sample(paragraph["qas"], min(arguments.each, len(paragraph["qas"])))
    }
    if arguments.questions:
        asked = dict(chance.sample(sorted(asked.items()), arguments.questions))
    passages = [flat(paragraph) for paragraph in found]
    if arguments.fill:
        passages += filling(arguments, engine, passages, chance)
    documents, rows = in_files(passages), []
    for factor in arguments.factors:
        kept = BlockStore(Path(tempfile.mkdtemp(dir=os.environ["LONGREAD_HOME"])))
        session = Session(documents, engine, blocks=kept.place)
        options = ReadingOptions(exit=False, compress=factor)
        _gates, made = gates_of(session, QUESTIONS[:1], options)
        tokens = sum(chunk.tokens for chunk in session.corpus((1024, 256, False, engine)).chunks)
        size = kept.holdings().size
        gates, spent = gates_of(session, list(asked), options)
        ranks = [
            sum(other > row[right] for other in row)
            for row, right in zip(gates, asked.values(), strict=True)
        ]
        rows.append(
            {
                "compression": factor,
                **{f"recall@{best}": f"{share(ranks, best):.3f}" for best in (1, 3, 5)},
                "bytes a token": f"{size / tokens:,.0f}",
                "CPU s a paragraph, made": f"{made / len(passages):.2f}",
                "CPU s a question": f"{spent / len(asked):.1f}",
            }
        )
        print(rows[-1], flush=True)
    print(f"\n{len(passages)} paragraphs, {tokens:,} tokens, {len(asked)} questions\n")
    print(table(rows))


def paragraphs(file: Path) -> list[dict[str, Any]]:
    """The paragraphs of a file in SQuAD's format, in order."""
    articles = json.loads(file.read_text("utf-8"))["data"]
    return [paragraph for article in articles for paragraph in article["paragraphs"]]


def flat(paragraph: dict[str, Any]) -> str:
    return " ".join(paragraph["context"].split())


def filling(
    arguments: argparse.Namespace, engine: Engine, passages: list[str], chance: random.Random
) -> list[str]:
    """Paragraphs of `--fill` that bring `passages` to `--tokens`."""
    spare = [flat(paragraph) for paragraph in paragraphs(arguments.fill)]
    chance.shuffle(spare)
    missing = arguments.tokens - sum(map(engine.count, passages))
    taken: list[str] = []
    while missing > 0 and spare:
        taken.append(spare.pop())
        missing -= engine.count(taken[-1])
    return taken


def in_files(passages: list[str]) -> list[Document]:
    """A document a passage, of one chunk each."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["LONGREAD_HOME"]))
    documents = []
    for number, passage in enumerate(passages, 1):
        file = folder / f"passage-{number}.txt"
        file.write_text(passage, encoding="utf-8")
        documents.append(load(str(file)))
    return documents


def gates_of(
    session: Session, questions: Sequence[str], options: ReadingOptions
) -> tuple[list[list[float]], float]:
    """For each question the gate of every document, and seconds of CPU for all; no state is
    left from before."""
    session.engine.forget()
    begun = time.process_time()
    gates: list[dict[int, float]] = [{} for _question in questions]
    for number, step in session.run_all(questions, options, report=print).steps():
        if step is not None:
            gates[number][step.chunk.document] = step.update.probability
    spent = time.process_time() - begun
    places = range(len(session.documents))
    return [[found[place] for place in places] for found in gates], spent


def share(ranks: list[int], best: float) -> float:
    """The share of ranks (from 0) that are among the `best`."""
    return sum(rank < best for rank in ranks) / len(ranks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("book", type=Path, nargs="?")
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--compress", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--xquad", type=Path)
    parser.add_argument("--paragraphs", type=int, default=240)
    parser.add_argument("--each", type=int, default=2, help="questions a paragraph")
    parser.add_argument("--questions", type=int, help="so many of them in all")
    parser.add_argument("--fill", type=Path, help="a SQuAD file of paragraphs to add")
    parser.add_argument("--factors", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    engine = open_engine(store.resolve("bundled"), ModelOptions(threads=arguments.threads))
    print(machine())
    with tempfile.TemporaryDirectory() as home:
        # Blocks of this run alone; the optimised model is open already.
        os.environ["LONGREAD_HOME"] = home
        if arguments.book:
            two_questions(arguments, engine)
        if arguments.xquad:
            compression(arguments, engine)
    engine.close()


if __name__ == "__main__":
    main()
