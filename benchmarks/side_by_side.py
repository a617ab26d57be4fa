"""The second question's gates: passages asked one by one against side by side.

    python benchmarks/side_by_side.py ../shared/data/books/*.txt --passages 40

A model that prefills a passage faster than it answers a short question loses its time in calls.
Every passage has its block before the clock starts; then one question is asked of all of them,
one by one (`pin_prefix`, `choose`) and in batches (`choose_many`), in turn, several times. The
ratio is of medians. Last column: how far a gate may differ, and whether the order of passages
by their gate is the same.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from machine import machine, table

from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.optional import PinnedPrompt
from longread.models import store
from longread.models.digest import file_digest
from longread.models.optimise import optimised
from longread.prefix_cache import BlockStore, PrefixCache

OPTIONS = {"yes": (" yes",), "part": (" part",), "no": (" no",)}
QUESTION = "Who arrived that night?"


def passages(engine: LlamaCppEngine, text: str, count: int, tokens: int) -> list[str]:
    """The first `count` runs of words of about so many tokens."""
    words, run = text.split(), 3 * tokens // 4
    runs = (" ".join(words[begin : begin + run]) for begin in range(0, count * run, run))
    return [engine.escape_special_tokens(each) for each in runs]


def timed(call: Callable[[], list[float]]) -> tuple[float, float, list[float]]:
    """Seconds on the clock, seconds of CPU, gates."""
    clock, cpu = time.perf_counter(), time.process_time()
    gates = call()
    return time.perf_counter() - clock, time.process_time() - cpu, gates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("text", type=Path)
    parser.add_argument("--model", type=Path, help="a GGUF file; the bundled model without")
    parser.add_argument("--passages", type=int, default=40)
    parser.add_argument("--tokens", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    bundled = store.bundled_path()
    model = arguments.model or (optimised(bundled)[0] if bundled else None)
    if model is None:
        parser.error("the bundled model is not installed")
    with (
        tempfile.TemporaryDirectory() as folder,
        LlamaCppEngine(model, threads=arguments.threads) as engine,
    ):
        text = arguments.text.read_text("utf-8", "replace")
        found = passages(engine, text, arguments.passages, arguments.tokens)
        asked = [
            PinnedPrompt(f"{each}\nQuestion:", f"{each}\nQuestion: {QUESTION}\nHelps:", "a book")
            for each in found
        ]
        engine.keeper = PrefixCache(engine, BlockStore(Path(folder)), model=file_digest(model))

        def one_by_one() -> list[float]:
            gates = []
            for each in asked:
                engine.pin_prefix(each.prefix, source=each.source)
                gates.append(engine.choose(each.prompt, OPTIONS)["yes"])
            return gates

        def side_by_side() -> list[float]:
            return [each["yes"] for each in engine.choose_many(asked, OPTIONS)]

        one_by_one()
        runs: dict[str, list[tuple[float, float, list[float]]]] = {"alone": [], "beside": []}
        for _round in range(arguments.rounds):
            for name, call in (("alone", one_by_one), ("beside", side_by_side)):
                engine.forget()
                runs[name].append(timed(call))
        report(len(asked), runs)


def report(count: int, runs: dict[str, list[tuple[float, float, list[float]]]]) -> None:
    """Milliseconds a passage, ratios, and how the gates differ."""
    middle = {
        name: [statistics.median(run[place] for run in each) / count * 1000 for place in (0, 1)]
        for name, each in runs.items()
    }
    alone, beside = runs["alone"][0][2], runs["beside"][0][2]
    order = [sorted(range(count), key=gates.__getitem__) for gates in (alone, beside)]
    print(f"{machine()}\n")
    print(table([
        {"asked": name, "ms a passage": f"{clock:.1f}", "CPU ms": f"{cpu:.1f}"}
        for name, (clock, cpu) in middle.items()
    ]))  # fmt: skip
    print(
        f"\n{count} passages, ratio {middle['alone'][0] / middle['beside'][0]:.2f}, "
        f"CPU {middle['alone'][1] / middle['beside'][1]:.2f}; gates differ by at most "
        f"{max(abs(a - b) for a, b in zip(alone, beside, strict=True)):.4f}, "
        f"order {'the same' if order[0] == order[1] else 'not the same'}"
    )


if __name__ == "__main__":
    main()
