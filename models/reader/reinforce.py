"""GRPO of the reader's adapter on whole reading runs, from the SFT checkpoint, on a CPU.

    python reinforce.py train --start build/checkpoint.pt --out build/rl --minutes 60
    python reinforce.py evaluate build/rl/start.gguf --json build/rl/before.jsonl
    python reinforce.py compare build/rl/before.jsonl build/rl/after.jsonl
    python reinforce.py plot build/rl

Rewards and advantages are GRU-Mem's (arXiv 2602.10560; tasks.py). Eight rollouts a task
are sampled with llama.cpp from the merged Q4_0 file, the one that users run. A collection
of tasks gives two optimiser steps, so the second is one step off its policy; both use
PPO's clipped ratio against the sampler's own log-probabilities (upper bound wider, as
in DAPO, arXiv 2503.14476), which also covers what llama.cpp's arithmetic differs by. The
file is merged anew for each collection. No KL term: the run is short, and the distance
from the start is in the curve (`kl`, of the steps against the sampler).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from batch import batches
from model import Reader, bundled_file
from objective import Judged, judged, objective
from rollouts import Sampler
from tasks import Rewards, Run, Task, advantages, held_out_tasks, rewards, training_tasks
from train import exported

GROUP = 8
TASKS = 6
STEPS = 2
WARM_UP_STEPS = 4
PARTS = ("reward", "outcome", "gate", "exit", "format")


def collect(
    sampler: Sampler, tasks: Sequence[Task], group: int
) -> tuple[list[list[Judged]], list[int], dict[str, Any]]:
    """Sample the tasks: trees and number of chosen tokens a task, and the line for the curve."""
    trees, counts, seen, runs_seen = [], [], [], []
    for task in tasks:
        runs = sampler.runs(task, [1.0] * group)
        scored = [rewards(task, run) for run in runs]
        places = [[turn.place for turn in run.turns] for run in runs]
        trees.append(judged(runs, advantages(scored, places)))
        counts.append(
            sum(old is not None for run in runs for turn in run.turns for old in turn.chosen)
        )
        seen += scored
        runs_seen += [(task, run) for run in runs]
    line = means(seen) | about(runs_seen)
    line["silent_groups"] = sum(not each for each in trees) / len(trees)
    return trees, counts, line


def means(scored: Sequence[Rewards]) -> dict[str, float]:
    """The mean of every part of the reward."""
    rows = [row(each) for each in scored]
    return {name: round(sum(each[name] for each in rows) / len(rows), 4) for name in PARTS}


def row(scored: Rewards) -> dict[str, float]:
    """One run's reward parts by name; `gate` is the mean over its turns."""
    return {
        "reward": scored.trajectory,
        "outcome": scored.outcome,
        "gate": sum(scored.gates) / len(scored.gates),
        "exit": scored.exit,
        "format": scored.format,
    }


def about(runs: Sequence[tuple[Task, Run]]) -> dict[str, float | None]:
    """What rewards don't show: lengths, refusals, and how far exits lie from the evidence."""
    said = [turn for _task, run in runs for turn in run.turns if turn.gate != "no"]
    distances = [
        run.exit_place - max(task.evidence)
        for task, run in runs
        if run.exit_place is not None and task.answer is not None
    ]

    def share(answerable: bool) -> float | None:
        own = [run.answer is None for task, run in runs if (task.answer is not None) == answerable]
        return round(sum(own) / len(own), 4) if own else None

    return {
        "passages_read": round(sum(len(run.turns) for _task, run in runs) / len(runs), 3),
        "reply_tokens": round(sum(len(turn.reply) for turn in said) / max(1, len(said)), 2),
        "exit_distance": round(sum(distances) / len(distances), 3) if distances else None,
        "exit_at_evidence": (
            round(sum(each == 0 for each in distances) / len(distances), 4) if distances else None
        ),
        "false_refusals": share(True),
        "right_refusals": share(False),
    }


def merged(reader_file: Path, target: Path) -> None:
    """Merge a checkpoint's adapter into the bundled model, as longread does it."""
    from export import export

    from longread.models.merge import merge

    adapter = target.with_suffix(".adapter.gguf")
    export(reader_file, adapter)
    merge(bundled_file(), adapter, target)
    adapter.unlink()


def update(
    reader: Reader,
    optimiser: torch.optim.Optimizer,
    trees: Sequence[Judged],
    count: int,
    words: Sequence[int],
) -> dict[str, float]:
    """One optimiser step on the trees; `count` chosen tokens of all rollouts divide the sum."""
    seen: dict[str, float] = {}
    for batch in batches(trees, random.Random(0)):
        value, part = objective(reader, batch, words)
        (-value / count).backward()
        seen = {name: seen.get(name, 0.0) + number for name, number in part.items()}
    parameters = [value for value in reader.parameters() if value.requires_grad]
    norm = float(torch.nn.utils.clip_grad_norm_(parameters, 1.0))
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    reader.merge(fake_quantise=True)
    tokens = max(1.0, seen.get("tokens", 0.0))
    made = {name: round(seen.get(name, 0.0) / tokens, 5) for name in ("clipped", "drift", "kl")}
    return {"norm": round(norm, 4), **made}


class Learner:
    """The policy in PyTorch, its optimiser, and the checkpoint that both are kept in.

    `start` is a checkpoint or an exported adapter; `compute` what the products are made in.
    """

    def __init__(self, start: Path, out: Path, rate: float, compute: torch.dtype) -> None:
        self.file, self.rate = out / "checkpoint.pt", rate
        resumed = self.file.exists()
        if resumed or start.suffix != ".gguf":
            state = torch.load(self.file if resumed else start, weights_only=True)
        else:
            state = {"adapter": exported(start)}
        rank = min(next(iter(state["adapter"].values())).shape)
        self.reader = Reader(bundled_file(), rank, 2.0 * rank, compute)
        self.reader.take(state["adapter"])
        self.reader.merge(fake_quantise=True)
        parameters = [value for value in self.reader.parameters() if value.requires_grad]
        self.optimiser = torch.optim.AdamW(parameters, lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.done = {"collections": 0, "steps": 0}
        if resumed:
            self.optimiser.load_state_dict(state["optimiser"])
            self.done = state["done"]
            print(f"going on at {self.done}", flush=True)
        else:
            self.save()

    def save(self) -> None:
        """Write the checkpoint; a run that is stopped goes on from it."""
        kept = {
            "adapter": self.reader.adapter(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
        }
        part = self.file.with_suffix(".part")
        torch.save(kept, part)
        part.replace(self.file)

    def learn(
        self, trees: Sequence[Sequence[Judged]], counts: Sequence[int], words: Sequence[int]
    ) -> dict[str, dict[str, float]]:
        """The optimiser steps of one collection; `trees` and `counts` are one a task."""
        seen = {}
        for step, part in enumerate(np.array_split(range(len(trees)), STEPS)):
            chosen = [tree for number in part for tree in trees[number]]
            if not chosen:
                continue
            rate = self.rate * min(1.0, (self.done["steps"] + 1) / WARM_UP_STEPS)
            self.optimiser.param_groups[0]["lr"] = rate
            count = sum(counts[number] for number in part)
            seen[f"step_{step}"] = update(self.reader, self.optimiser, chosen, count, words)
            self.done["steps"] += 1
        self.done["collections"] += 1
        return seen


def train(given: argparse.Namespace) -> None:
    """Collect, update, save; stops after `--minutes` or `--collections`."""
    from longread.engine.llamacpp import LlamaCppEngine

    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    given.out.mkdir(parents=True, exist_ok=True)
    compute = torch.float32 if given.f32 else torch.bfloat16
    learner = Learner(given.start, given.out, given.rate, compute)
    done = learner.done
    begun = time.time()
    # The tasks are cut by a tokenizer that stays: each policy's engine is closed again.
    tokenizer = LlamaCppEngine(bundled_file(), threads=given.threads, context=512)
    stream = training_tasks(given.shared, tokenizer.count, given.seed)
    for _ in range(done["collections"] * TASKS):
        next(stream)
    curve = (given.out / "curve.jsonl").open("a", encoding="utf-8")
    while done["collections"] < given.collections and time.time() - begun < 60 * given.minutes:
        started = time.time()
        policy = given.out / "policy.gguf"
        merged(learner.file, policy)
        with LlamaCppEngine(policy, threads=given.threads, context=4096) as engine:
            sampler = Sampler(engine, seed=given.seed + done["collections"])
            tasks = [next(stream) for _ in range(TASKS)]
            trees, counts, line = collect(sampler, tasks, GROUP)
        sampled = time.time()
        line |= learner.learn(trees, counts, sampler.words)
        learner.save()
        line = {**done, **line, "sampling_s": round(sampled - started, 1)}
        line["update_s"] = round(time.time() - sampled, 1)
        curve.write(json.dumps(line) + "\n")
        curve.flush()
    tokenizer.close()
    print(f"done: {done}", flush=True)


def evaluate(given: argparse.Namespace) -> None:
    """Held-out runs of one file: the likeliest run of each task, and some sampled ones."""
    from longread.engine.llamacpp import LlamaCppEngine

    rows = []
    with LlamaCppEngine(given.model, threads=given.threads, context=4096) as engine:
        sampler = Sampler(engine, seed=1)
        for number, task in enumerate(held_out_tasks(given.shared, engine.count, given.limit)):
            runs = sampler.runs(task, [0.0] + [1.0] * given.sampled)
            parts = [row(rewards(task, run)) for run in runs]
            likeliest, drawn = runs[0], parts[1:]
            one: dict[str, Any] = {
                "id": str(number),
                "source": task.source,
                "question": task.question,
                "gold": task.answer,
                "answer": likeliest.answer,
                "exit": likeliest.exit_place,
                "evidence": sorted(task.evidence),
                "gates": [turn.gate for turn in likeliest.turns],
                "parts": parts[0],
            }
            if drawn:
                one["sampled"] = {
                    name: sum(each[name] for each in drawn) / len(drawn) for name in PARTS
                }
            rows.append(one)
    given.json.write_text("".join(json.dumps(one) + "\n" for one in rows), "utf-8")
    print(
        json.dumps(
            {name: round(float(np.mean([r["parts"][name] for r in rows])), 4) for name in PARTS}
        )
    )


def compare(given: argparse.Namespace) -> None:
    """Reward parts before and after with bootstrap intervals, paired by task."""
    from longread.bench.statistics import mean_interval, paired_difference

    def read(file: Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    before, after = read(given.before), read(given.after)
    for kind, keep in (("all", None), ("squad", "squad"), ("bridge", "bridge")):
        for field_name in ("parts", "sampled"):
            first, second = (
                [r for r in rows if (keep is None or r["source"] == keep) and field_name in r]
                for rows in (before, after)
            )
            if not first:
                continue
            title = "likeliest run" if field_name == "parts" else "sampled runs"
            print(f"\n{kind}, {title}, n = {len(first)}")
            for name in PARTS:
                sides = [{r["id"]: r[field_name][name] for r in rows} for rows in (first, second)]
                change = paired_difference(*sides)
                shown = [mean_interval(list(side.values())) for side in sides]
                if change is None or None in shown:
                    continue
                print(
                    f"{name:8}"
                    + "".join(f"  {i.mean:.3f} [{i.low:.3f}, {i.high:.3f}]" for i in shown if i)
                    + f"  {change.change.mean:+.3f} [{change.change.low:+.3f}, "
                    f"{change.change.high:+.3f}]  +{change.wins} -{change.losses}"
                )


def plot(given: argparse.Namespace) -> None:
    """curve.png and a text table from curve.jsonl."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    lines = [
        json.loads(line) for line in (given.out / "curve.jsonl").read_text("utf-8").splitlines()
    ]
    names = (*PARTS, "exit_distance", "false_refusals", "right_refusals", "reply_tokens")
    figure, axes = pyplot.subplots(3, 3, figsize=(11, 8), sharex=True)
    for axis, name in zip(axes.flat, names, strict=True):
        points = [(each["steps"], each[name]) for each in lines if each[name] is not None]
        axis.plot(*zip(*points, strict=True), ".", color="0.6")
        smooth = smoothed([value for _step, value in points])
        axis.plot([step for step, _value in points], smooth, color="C0")
        axis.set_title(name.replace("_", " "), fontsize=10)
        axis.grid(alpha=0.3)
    for axis in axes[-1]:
        axis.set_xlabel("optimiser steps")
    figure.tight_layout()
    figure.savefig(given.out / "curve.png", dpi=110)
    print("steps     " + "".join(f"{name:>16}" for name in names))
    for begin, end in pairwise(np.linspace(0, len(lines), min(6, len(lines)) + 1).astype(int)):
        part = lines[begin:end]
        values = [[each[name] for each in part if each[name] is not None] for name in names]
        cells = [f"{np.mean(own):16.3f}" if own else f"{'–':>16}" for own in values]
        print(f"{part[0]['steps']:4}–{part[-1]['steps']:<4} " + "".join(cells))


def smoothed(values: Sequence[float], width: int = 7) -> list[float]:
    """Mean over a window around each value, narrower at the ends."""
    half = width // 2
    return [
        float(np.mean(values[max(0, place - half) : place + half + 1]))
        for place in range(len(values))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--shared", type=Path, default=Path("../../../shared/data"))
    parser.add_argument("--threads", type=int, default=2)
    kinds = parser.add_subparsers(required=True)
    one = kinds.add_parser("train")
    one.add_argument("--start", type=Path, required=True, help="a checkpoint or an adapter")
    one.add_argument("--f32", action="store_true", help="for CPUs without bf16 products")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--minutes", type=float, default=60.0)
    one.add_argument("--collections", type=int, default=10**6)
    one.add_argument("--rate", type=float, default=5e-5)
    one.add_argument("--seed", type=int, default=7)
    one.set_defaults(run=train)
    one = kinds.add_parser("evaluate")
    one.add_argument("model", type=Path)
    one.add_argument("--json", type=Path, required=True)
    one.add_argument("--limit", type=int, default=60)
    one.add_argument("--sampled", type=int, default=0)
    one.set_defaults(run=evaluate)
    one = kinds.add_parser("merge")
    one.add_argument("checkpoint", type=Path)
    one.add_argument("target", type=Path)
    one.set_defaults(run=lambda given: merged(given.checkpoint, given.target))
    one = kinds.add_parser("compare")
    one.add_argument("before", type=Path)
    one.add_argument("after", type=Path)
    one.set_defaults(run=compare)
    one = kinds.add_parser("plot")
    one.add_argument("out", type=Path)
    one.set_defaults(run=plot)
    given = parser.parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
