"""`gated` against `memagent` on a 100,000-token document with the answer in its first fifth.

    python benchmarks/early_exit.py ../shared/data/books/Dickens_Bleak_1853.txt

One document, one question, three runs: gated, gated without exit, memagent, all with the
bundled model. memagent takes long; `--memagent-chunks N` reads N chunks of it and scales
the mean (said in the table), without it the whole document is read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from machine import machine, table

from longread.documents import load
from longread.documents.model import Document
from longread.models import store
from longread.reading.options import ReadingOptions
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions
from longread.runs.session import Session

FACT = "The lighthouse at Gannet Point was built by Josiah Thackeray in the year 1794."
QUESTION = "Who built the lighthouse at Gannet Point?"


def planted(path: Path, tokens: int, depth: float, count: Callable[[str], int]) -> Document:
    """The first `tokens` tokens of a book with the fact at `depth` of them."""
    book = load(str(path))
    text = book.text[: int(len(book.text) * min(1.0, tokens / count(book.text)))]
    place = text.index(". ", int(len(text) * depth)) + 1
    return replace(book, text=f"{text[:place]} {FACT}{text[place:]}", sections=(), blocks=())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--tokens", type=int, default=100_000)
    parser.add_argument("--depth", type=float, default=0.18)
    parser.add_argument("--memagent-chunks", type=int)
    arguments = parser.parse_args()
    engine = open_engine(store.resolve("bundled"), ModelOptions())
    document = planted(arguments.book, arguments.tokens, arguments.depth, engine.count)
    session = Session([document], engine)
    runs = {
        "gated": ReadingOptions(blocks=False),
        "gated --no-exit": ReadingOptions(exit=False, blocks=False),
        "memagent": ReadingOptions(strategy="memagent", max_chunks=arguments.memagent_chunks),
    }
    seconds, rows = {}, []
    for name, options in runs.items():
        begun = time.perf_counter()
        run = session.run(QUESTION, options)
        for _step in run.steps():
            pass
        answer = run.answer()
        seconds[name] = time.perf_counter() - begun
        scaled = ""
        if answer.exit.reason == "budget":
            scaled = f" (scaled from {answer.chunks_read} chunks)"
            seconds[name] *= answer.info.chunks / answer.chunks_read
        rows.append(
            {
                "strategy": name,
                "chunks read": f"{answer.chunks_read} of {answer.info.chunks}",
                "exit": answer.exit.reason,
                "seconds": f"{seconds[name]:.0f}{scaled}",
                "generated": f"{answer.tokens.generated:,}",
                "right": "yes" if "Thackeray" in (answer.answer or "") else "no",
            }
        )
    print(f"{machine()}\n\n{table(rows)}\n")
    for name in ("gated", "gated --no-exit"):
        print(f"memagent / {name}: {seconds['memagent'] / seconds[name]:.1f} times")


if __name__ == "__main__":
    main()
