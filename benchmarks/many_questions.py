"""Ten questions in one pass against one question: the same document, read to the end.

    python benchmarks/many_questions.py ../shared/data/reports/2015-annual-performance-report.pdf

The bundled model, no exit, no blocks unless `--blocks`: every passage is read for every
question. `--alone N` reads for N of the questions alone, one after the other, and takes
their mean; what opens differs from question to question, and what opened is written down,
which no pass shares. So the seconds are split: gates, which are shared, and the rest.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from machine import machine, table

from longread.engine import Engine
from longread.models import store
from longread.prefix_cache import BlockStore
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.runs.opening import open_engine, read_documents
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.questions import read_questions
from longread.runs.run import Pass
from longread.runs.session import Session

QUESTIONS = (
    "How many employees does the agency have?",
    "What was the total budget in the fiscal year?",
    "Which goal was not met?",
    "Who is the head of the agency?",
    "How many customers were served?",
    "What share of claims was decided within 30 days?",
    "When was the strategic plan published?",
    "Which office is responsible for information security?",
    "How many visitors came to the website?",
    "What did the Inspector General recommend?",
)


def measure(together: Pass) -> tuple[float, float, list[Step], list[Answer]]:
    """Seconds on the clock, seconds of CPU, steps and answers."""
    begun, begun_cpu = time.perf_counter(), time.process_time()
    steps = [step for _number, step in together.steps() if step is not None]
    answers = [run.answer() for run in together.runs]
    return time.perf_counter() - begun, time.process_time() - begun_cpu, steps, answers


def start(engine: Engine, blocks: bool) -> None:
    """As on the first day: nothing in the cache, no block on disk."""
    engine.forget()
    if blocks:
        BlockStore().clear()


def row(
    name: str, seconds: float, cpu: float, steps: list[Step], answers: list[Answer], over: int = 1
) -> dict[str, object]:
    """One line of the table; everything divided by `over`, the number of runs in it."""
    gates = sum(step.seconds["think"] + step.seconds["update_gate"] for step in steps)
    prefilled = sum(answer.tokens.prefilled for answer in answers)
    return {
        "questions": name,
        "seconds": f"{seconds / over:.1f}",
        "CPU seconds": f"{cpu / over:.1f}",
        "of which gates": f"{gates / over:.1f}",
        "tokens prefilled": f"{prefilled / over:,.0f}",
        "tokens generated": f"{sum(a.tokens.generated for a in answers) / over:,.0f}",
        "passages opened": f"{sum(opened(step) for step in steps) / over:.1f}",
    }


def opened(step: Step) -> int:
    return sum(gate >= step.update.threshold for gate in step.passage_gates)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("documents", nargs="+")
    parser.add_argument("--questions", type=Path, help="as for longread ask")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--alone", type=int, default=1)
    parser.add_argument("--max-chunks", type=int, help="read only the first chunks")
    parser.add_argument("--threads", type=int, help="1 where the machine has other work")
    kept = "keep blocks, as longread does by default; empties their cache"
    parser.add_argument("--blocks", action="store_true", help=kept)
    parser.add_argument("--pages", help="read only these pages")
    arguments = parser.parse_args()
    asked = read_questions([] if arguments.questions else QUESTIONS, arguments.questions)
    questions = [each.text for each in asked][: arguments.count]
    options = ReadingOptions(exit=False, blocks=arguments.blocks, max_chunks=arguments.max_chunks)
    engine = open_engine(store.resolve("bundled"), ModelOptions(threads=arguments.threads))
    documents = read_documents(arguments.documents, DocumentOptions(arguments.pages))
    with Session(documents, engine) as session:
        session.run_all(questions[:1], options).runs[0].corpus.index  # noqa: B018 (cut beforehand)
        engine.choose("The first prompt of a process is slow.", {"yes": ("yes",)})
        alone: tuple[float, float, list[Step], list[Answer]] = (0.0, 0.0, [], [])
        for question in questions[: arguments.alone]:
            start(engine, arguments.blocks)
            one = measure(session.run_all([question], options))
            alone = (alone[0] + one[0], alone[1] + one[1], alone[2] + one[2], alone[3] + one[3])
        start(engine, arguments.blocks)
        many = measure(session.run_all(questions, options))
        info = many[3][0].info
        read = max(answer.chunks_read for answer in many[3])
        print(f"{machine()}\n")
        print(f"{info.model.name}, gate {info.gate}, {read} of {info.chunks} chunks, "
              f"{sum(document.tokens for document in info.documents):,} tokens\n")  # fmt: skip
        print(table([
            row(f"1 (mean of {arguments.alone})", *alone, over=arguments.alone),
            row(str(len(questions)), *many),
        ]))  # fmt: skip
        gates = [sum(s.seconds["think"] + s.seconds["update_gate"] for s in run[2])
                 for run in (alone, many)]  # fmt: skip
        print(f"\nratio {many[0] / (alone[0] / arguments.alone):.2f}, "
              f"CPU {many[1] / (alone[1] / arguments.alone):.2f}, "
              f"gates alone {gates[1] / (gates[0] / arguments.alone):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
