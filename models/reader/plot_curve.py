"""Draw a training curve: loss a step with its running mean, and the held-out numbers.

python plot_curve.py curve.jsonl curve.png
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

# Steps that the running mean covers.
_WINDOW = 25


def main(source: Path, target: Path) -> None:
    lines = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    tokens = [line["tokens"] / 1e6 for line in lines]
    losses = [line["loss"] for line in lines]
    smooth = [
        sum(losses[max(0, place - _WINDOW) : place + 1])
        / len(losses[max(0, place - _WINDOW) : place + 1])
        for place in range(len(losses))
    ]
    held = [line for line in lines if "gate_auc" in line]
    figure, (first, second) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    first.plot(tokens, losses, color="0.8", linewidth=0.7, label="a step")
    first.plot(tokens, smooth, color="C0", label=f"mean of {_WINDOW}")
    first.set(xlabel="million tokens", ylabel="loss, nats", ylim=(0, 2.5), title="training")
    first.legend()
    where = [line["tokens"] / 1e6 for line in held]
    second.plot(
        where, [line["answer_loss"] for line in held], "o-", label="answer loss, nats a token"
    )
    second.plot(where, [line["gate_auc"] for line in held], "s-", label="gate AUC")
    second.set(
        xlabel="million tokens", ylim=(0, 1.05), title="held-out articles: 28 passages, then 16"
    )
    second.legend()
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
