"""Supervised fine-tuning of the reader's adapter on lessons (data.py), on a CPU.

    python train.py --data build/train-1.jsonl build/train-2.jsonl --total-tokens 2200000

Files are read in order; a checkpoint every few minutes holds adapter, optimiser and
place, so a run that was stopped goes on with the same command, and files may be added
between runs. `build/curve.jsonl` gets a line a step, with held-out numbers now and then.
`--start ADAPTER.gguf` begins a new run from an adapter that was exported earlier.
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

import gguf
import model as modelling
import torch
from batch import batches, layout, targets
from model import Layout, Reader, bundled_file
from protocol import Asked, Lesson, Tree, tree
from torch.nn import functional

from longread.reading.relevance.calibration import auc

# Heads a key-value head in SmolLM2-135M: 9 / 3.
WARM_UP_STEPS = 30
MERGE_EVERY = 2
SAVE_EVERY_SECONDS = 180
# Lessons of the runs before: where `--anchor` holds on to what the adapter says already.
LEARNED = frozenset({"squad", "hop", "notes", "generated"})


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


def loss_of(reader: Reader, trees: Sequence[Tree], anchor: Anchor | None = None) -> torch.Tensor:
    """Weighted mean negative log-likelihood of the reply tokens, in nats."""
    group = reader.shape.heads // reader.shape.kv_heads
    sources, wanted, weights = targets(trees)
    placed = layout(trees, group, reader.compute)
    logits = reader.logits(reader.hidden(placed)[sources])
    losses = functional.cross_entropy(logits, wanted, reduction="none")
    if anchor is not None:
        losses = anchor.mixed(losses, logits, trees, placed, sources)
    return (losses * weights).sum() / weights.sum()


class Anchor:
    """The adapter a run began from, as a teacher on lessons of the kinds it has learned already.

    There a `share` of the wanted distribution is the teacher's, so that new lessons do not
    unlearn old ones ("Learning without Forgetting", Li and Hoiem, arXiv 1606.09282).
    """

    def __init__(self, teacher: Reader, share: float) -> None:
        self._teacher, self._share = teacher, share

    @torch.no_grad()
    def _wanted(self, placed: Layout, sources: torch.Tensor) -> torch.Tensor:
        hidden = self._teacher.hidden(placed)
        return torch.softmax(self._teacher.logits(hidden[sources]), -1)

    def mixed(
        self,
        losses: torch.Tensor,
        logits: torch.Tensor,
        trees: Sequence[Tree],
        placed: Layout,
        sources: torch.Tensor,
    ) -> torch.Tensor:
        """`losses` with the cross-entropy to the teacher's distribution mixed in."""
        known = torch.cat(
            [torch.full((tree.size,), float(tree.source in LEARNED)) for tree in trees]
        )[sources]
        if not known.any():
            return losses
        soft = -(self._wanted(placed, sources) * torch.log_softmax(logits, -1)).sum(-1)
        share = self._share * known
        return (1 - share) * losses + share * soft


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
    return {
        "gate_auc": auc(scores[True], scores[False]) or 0.0,
        "answer_loss": answer[0] / max(1.0, answer[1]),
    }


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
    training = Training(arguments)
    dev = read_trees(arguments.dev)[: arguments.dev_trees] if arguments.dev else []
    done = training.done
    with (arguments.out / "curve.jsonl").open("a", encoding="utf-8") as curve:
        for number in range(done["file"], len(arguments.data)):
            trees = read_trees(arguments.data[number])
            plan = list(batches(trees, random.Random(number)))
            for batch in plan[done["batch"] :]:
                if done["tokens"] >= arguments.total_tokens:
                    break
                line = training.step(batch)
                if dev and done["step"] % arguments.dev_every == 0:
                    line |= held_out(training.reader, dev, random.Random(0))
                curve.write(json.dumps(line) + "\n")
                curve.flush()
                if time.time() - training.saved > SAVE_EVERY_SECONDS:
                    training.save()
            done["file"], done["batch"] = number + 1, 0
            training.save()
    print(f"done: {done}", flush=True)


class Training:
    """Adapter, optimiser and place of a run; taken over from its checkpoint where there is one."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.reader = untrained(arguments)
        self.parameters = [value for value in self.reader.parameters() if value.requires_grad]
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        self._arguments = arguments
        self._checkpoint = arguments.out / "checkpoint.pt"
        self._anchor = None
        if arguments.start:
            self.reader.take(exported(arguments.start))
            if arguments.anchor:
                self._anchor = Anchor(frozen(arguments), arguments.anchor)
        self.done = resumed(self._checkpoint, self.reader, self.optimiser)
        self.saved = time.time()
        self._merge()

    def step(self, batch: Sequence[Tree]) -> dict[str, float]:
        """One optimiser step; the curve's line."""
        begun, done, wanted = time.time(), self.done, self._arguments
        rate = wanted.rate * schedule(done["step"], done["tokens"] / wanted.total_tokens)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        loss = loss_of(self.reader, batch, self._anchor)
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self.parameters, 1.0))
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        size = sum(each.size for each in batch)
        done["step"] += 1
        done["batch"] += 1
        done["tokens"] += size
        if done["step"] % MERGE_EVERY == 0:
            self._merge()
        line = {**done, "loss": round(loss.item(), 4), "norm": round(norm, 3), "rate": rate}
        return line | {"tokens_a_second": round(size / (time.time() - begun))}

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {
            "adapter": self.reader.adapter(),
            "optimiser": self.optimiser.state_dict(),
            "done": self.done,
        }
        torch.save(state, self._checkpoint.with_suffix(".part"))
        self._checkpoint.with_suffix(".part").replace(self._checkpoint)
        self.saved = time.time()

    def _merge(self) -> None:
        self.reader.merge(not self._arguments.no_rounding)


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


def exported(adapter: Path) -> dict[str, torch.Tensor]:
    """The matrices of an adapter file that export.py wrote (Q8_0), as `Reader.take` wants them."""
    return {
        tensor.name: torch.from_numpy(
            gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype("float32")
        )
        for tensor in gguf.GGUFReader(adapter).tensors
    }


def untrained(arguments: argparse.Namespace) -> Reader:
    """The bundled model with an adapter that says nothing yet."""
    kind = torch.float32 if arguments.f32 else torch.bfloat16
    return Reader(bundled_file(), arguments.rank, 2.0 * arguments.rank, kind)


def frozen(arguments: argparse.Namespace) -> Reader:
    """The reader as the run began, merged and rounded as the trained one is."""
    reader = untrained(arguments)
    reader.take(exported(arguments.start))
    reader.merge(not arguments.no_rounding)
    return reader.requires_grad_(False)


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
    parser.add_argument("--start", type=Path, help="an exported adapter to begin from")
    parser.add_argument(
        "--anchor", type=float, default=0.0, help="with --start: the share of its own distribution"
    )
    parser.add_argument("--f32", action="store_true", help="for CPUs without bf16 products")
    parser.add_argument("--no-rounding", action="store_true", help="train on unrounded weights")
    return parser.parse_args()


if __name__ == "__main__":
    main()
