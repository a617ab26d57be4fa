"""Supervised fine-tuning of the reader's adapter on lessons (data.py), on a CPU.

    python train.py --data build/train-1.jsonl build/train-2.jsonl --total-tokens 2200000

Files are read in order; a checkpoint every few minutes holds adapter, optimiser and
place, so a run that was stopped goes on with the same command, and files may be added
between runs. `build/curve.jsonl` gets a line a step, with held-out numbers now and then.
Loss on reply words only; weights merged and rounded to Q4_0 before every second step, so
the adapter learns on the very weights that will run.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Sequence
from pathlib import Path

import model as modelling
import torch
from batch import batches, layout, targets
from model import Reader, bundled_file
from protocol import Asked, Lesson, Tree, tree
from torch.nn import functional

# Heads a key-value head in SmolLM2-135M: 9 / 3.
WARM_UP_STEPS = 30
MERGE_EVERY = 2
SAVE_EVERY_SECONDS = 180


def read_trees(file: Path) -> list[Tree]:
    """The lessons of a file in tokens of the bundled model."""
    from longread.engine.llamacpp import LlamaCppEngine

    made = []
    with LlamaCppEngine(bundled_file(), threads=1, context=512) as engine:
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            record["asked"] = tuple(Asked(**asked) for asked in record["asked"])
            made.append(tree(Lesson(**record), engine.tokenize))
    return made


def loss_of(reader: Reader, trees: Sequence[Tree]) -> torch.Tensor:
    """Weighted mean negative log-likelihood of the reply tokens, in nats."""
    group = reader.shape.heads // reader.shape.kv_heads
    sources, wanted, weights = targets(trees)
    hidden = reader.hidden(layout(trees, group, reader.compute))
    losses = functional.cross_entropy(reader.logits(hidden[sources]), wanted, reduction="none")
    return (losses * weights).sum() / weights.sum()


@torch.no_grad()
def held_out(reader: Reader, trees: Sequence[Tree], rng: random.Random) -> dict[str, float]:
    """Gate AUC and answer loss (nats a token) on trees that are not trained on."""
    group = reader.shape.heads // reader.shape.kv_heads
    scores: dict[bool, list[float]] = {True: [], False: []}
    answer = [0.0, 0.0]
    for batch in batches(trees, rng):
        sources, wanted, weights = targets(batch)
        hidden = reader.hidden(layout(batch, group, reader.compute))
        chosen = torch.log_softmax(reader.logits(hidden[sources]), -1)
        own = chosen.gather(1, wanted[:, None])[:, 0]
        words = {name: WORDS[name] for name in ("yes", "no")}
        for place in (weights == 2.0).nonzero().flatten().tolist():
            margin = float(chosen[place, words["yes"]] - chosen[place, words["no"]])
            scores[int(wanted[place]) == words["yes"]].append(margin)
        replies = weights == 1.0
        answer[0] -= float(own[replies].sum())
        answer[1] += float(replies.sum())
    wins = sum((y > n) + 0.5 * (y == n) for y in scores[True] for n in scores[False])
    pairs = max(1, len(scores[True]) * len(scores[False]))
    return {"gate_auc": wins / pairs, "answer_loss": answer[0] / max(1.0, answer[1])}


WORDS: dict[str, int] = {}


def main() -> None:
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    for name in ("norm", "gated", "rotate"):
        setattr(modelling, name, torch.compile(getattr(modelling, name), dynamic=True))
    from longread.engine.llamacpp import LlamaCppEngine

    with LlamaCppEngine(bundled_file(), threads=1, context=512) as engine:
        WORDS.update({word: engine.tokenize(f" {word}")[0] for word in ("yes", "no", "part")})
    reader = Reader(bundled_file(), rank=arguments.rank, alpha=2.0 * arguments.rank)
    parameters = [value for value in reader.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(
        parameters, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.0
    )
    checkpoint = arguments.out / "checkpoint.pt"
    done = resumed(checkpoint, reader, optimiser)
    reader.merge(not arguments.no_rounding)
    dev = read_trees(arguments.dev)[: arguments.dev_trees] if arguments.dev else []
    curve = (arguments.out / "curve.jsonl").open("a", encoding="utf-8")
    saved = time.time()

    def save() -> None:
        state = {"adapter": reader.adapter(), "optimiser": optimiser.state_dict(), "done": done}
        torch.save(state, checkpoint.with_suffix(".part"))
        checkpoint.with_suffix(".part").replace(checkpoint)

    for number in range(done["file"], len(arguments.data)):
        trees = read_trees(arguments.data[number])
        plan = list(batches(trees, random.Random(number)))
        for batch in plan[done["batch"] :]:
            if done["tokens"] >= arguments.total_tokens:
                break
            begun = time.time()
            rate = arguments.rate * schedule(done["step"], done["tokens"] / arguments.total_tokens)
            for group in optimiser.param_groups:
                group["lr"] = rate
            loss = loss_of(reader, batch)
            loss.backward()
            norm = float(torch.nn.utils.clip_grad_norm_(parameters, 1.0))
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            done["step"] += 1
            done["batch"] += 1
            size = sum(each.size for each in batch)
            done["tokens"] += size
            if done["step"] % MERGE_EVERY == 0:
                reader.merge(not arguments.no_rounding)
            line = {**done, "loss": round(float(loss), 4), "norm": round(norm, 3), "rate": rate}
            line["tokens_a_second"] = round(size / (time.time() - begun))
            if dev and done["step"] % arguments.dev_every == 0:
                line |= held_out(reader, dev, random.Random(0))
            curve.write(json.dumps(line) + "\n")
            curve.flush()
            if time.time() - saved > SAVE_EVERY_SECONDS:
                save()
                saved = time.time()
        done["file"], done["batch"] = number + 1, 0
        save()
    print(f"done: {done}", flush=True)


def resumed(checkpoint: Path, reader: Reader, optimiser: torch.optim.Optimizer) -> dict[str, int]:
    """What an earlier run had done, its adapter and optimiser taken over; zeros where none was."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    if not checkpoint.exists():
        return {"file": 0, "batch": 0, "tokens": 0, "step": 0}
    state = torch.load(checkpoint, weights_only=True)
    reader.take(state["adapter"])
    optimiser.load_state_dict(state["optimiser"])
    print(f"going on at {state['done']}", flush=True)
    done: dict[str, int] = state["done"]
    return done


def schedule(step: int, progress: float) -> float:
    """Share of the full learning rate: a short warm-up, then half a cosine down to 3 %."""
    warm = min(1.0, (step + 1) / WARM_UP_STEPS)
    return warm * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress))))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--dev", type=Path)
    parser.add_argument("--dev-trees", type=int, default=32)
    parser.add_argument("--dev-every", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--total-tokens", type=int, required=True)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-rounding", action="store_true", help="train on unrounded weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
