"""How fast a document is read with all gates closed, against llama.cpp's own prefill.

    python benchmarks/reading_rate.py ../shared/data/books/Dickens_Bleak_1853.txt

Both sides in one run, chunk by chunk in turn, on the same tokens: raw prefill decodes a
chunk's text with nothing added, reading takes the same chunk through the gate (header and
question included). The rate counts document tokens only, so what the gate adds is its cost.
The gate's threshold is set above 1, so that no gate opens.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from machine import machine, table

from longread.documents import load
from longread.models import store
from longread.reading.corpus import Corpus
from longread.reading.gates import LikelihoodGate
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.situation import Situation
from longread.runs.session import ModelOptions, open_engine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("document", type=Path)
    parser.add_argument("--question", default="Who inherits the estate after the trial is over?")
    parser.add_argument("--chunks", type=int, default=24, help="chunks measured per size")
    parser.add_argument("--sizes", default="256,512,1024,2048")
    arguments = parser.parse_args()
    engine = open_engine(store.resolve("bundled"), ModelOptions())
    document = load(str(arguments.document))
    rows = []
    for size in map(int, arguments.sizes.split(",")):
        corpus = Corpus(
            [document], chunk_tokens=size, unit_tokens=min(256, size), count=engine.count
        )
        options = ReadingOptions()
        memory = Memory(1024, engine.count)
        chunks = corpus.chunks[5 : 5 + arguments.chunks]
        situation = Situation(engine, corpus, arguments.question, memory, options, chunks[0])
        gate = LikelihoodGate(engine, 1.1)
        gate.read(situation)  # the question's own likelihood and the index, once a run
        ratios, raw_rates, read_rates = [], [], []
        for chunk in chunks:
            tokens = engine.tokenize(corpus.text(chunk))
            engine.runtime.forget_all()
            begun = time.perf_counter()
            engine.runtime.prefill(tokens)
            raw = time.perf_counter() - begun
            engine.runtime.forget_all()
            situation.chunk = chunk
            begun = time.perf_counter()
            gate.read(situation)
            read = time.perf_counter() - begun
            ratios.append(raw / read)
            raw_rates.append(len(tokens) / raw)
            read_rates.append(len(tokens) / read)
        rows.append(
            {
                "chunk tokens": size,
                "raw prefill tok/s": f"{statistics.median(raw_rates):.0f}",
                "reading tok/s": f"{statistics.median(read_rates):.0f}",
                "reading / raw (median of pairs)": f"{statistics.median(ratios):.2f}",
                "pairs": len(ratios),
            }
        )
    print(f"{machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
