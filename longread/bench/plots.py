"""Plots of a bench as PNG. matplotlib comes with `pip install 'longread[bench]'`.

One colour a strategy in all plots, from a palette that colour-blind readers can tell apart
(Okabe and Ito 2008); bars start at 0; every mean carries its interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from longread.bench import metrics, tables
from longread.bench.records import Result
from longread.bench.statistics import Interval
from longread.errors import UsageError

INSTALL = "pip install 'longread[bench]'"
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
_MARKERS = "osD^vPX*"
_BARS = (
    metrics.F1,
    metrics.EXACT,
    metrics.CONTAINED,
    metrics.CORRECT_REFUSALS,
    metrics.FALSE_REFUSALS,
    metrics.RECALL_AT_5,
    metrics.CITED_RIGHT,
)


def can_plot() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


def require_matplotlib() -> None:
    """Raises UsageError where pictures cannot be drawn: better before a bench than after it."""
    if not can_plot():
        raise UsageError("plots need matplotlib, which is not installed.", INSTALL)


def write_plots(results: Sequence[Result], folder: Path, stem: str) -> list[tuple[str, Path]]:
    """Draw what the results have data for; (what it shows, file) of each PNG.

    Raises UsageError where matplotlib is missing.
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    drawings = (
        ("Metrics by strategy", "metrics", _draw_metrics),
        ("F1 by depth of the evidence", "depth", partial(_draw_by_tag, tag="depth")),
        ("F1 by length of the document", "length", partial(_draw_by_tag, tag="length")),
        ("Where reading ended, against where the evidence stands", "exit", _draw_exits),
        ("Speed against F1", "speed", _draw_speed),
    )
    written = []
    for title, name, draw in drawings:
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.subplots()
        if draw(axes, tables.by_strategy(results)):
            axes.set_title(title, loc="left", fontsize=11)
            axes.spines[["top", "right"]].set_visible(False)
            path = folder / f"{stem}-{name}.png"
            figure.savefig(path, dpi=150)
            written.append((title, path))
    return written


def _error(interval: Interval) -> tuple[float, float]:
    return max(0.0, interval.mean - interval.low), max(0.0, interval.high - interval.mean)


def _draw_metrics(axes: Any, groups: Mapping[str, Sequence[Result]]) -> bool:
    known = [
        metric
        for metric in _BARS
        if any(tables.interval(group, metric) is not None for group in groups.values())
    ]
    width = 0.8 / max(1, len(groups))
    for place, (name, group) in enumerate(groups.items()):
        found = [(at, tables.interval(group, metric)) for at, metric in enumerate(known)]
        bars = [(at, interval) for at, interval in found if interval is not None]
        axes.bar(
            [at + (place - (len(groups) - 1) / 2) * width for at, _interval in bars],
            [interval.mean for _at, interval in bars],
            0.92 * width,
            yerr=list(zip(*(_error(interval) for _at, interval in bars), strict=True)) or None,
            label=name,
            color=PALETTE[place % len(PALETTE)],
            error_kw={"elinewidth": 1, "capsize": 2, "ecolor": "0.35"},
        )
    axes.set_xticks(range(len(known)), [metric.title.replace(" ", "\n", 1) for metric in known])
    axes.set_ylim(0, 1.02)
    axes.set_ylabel("mean, 95 % interval")
    _legend(axes, groups)
    return bool(known)


def _draw_by_tag(axes: Any, groups: Mapping[str, Sequence[Result]], tag: str) -> bool:
    answerable = [each for group in groups.values() for each in group if each.answers]
    labels = list(tables.grouped(answerable, tag))
    if len(labels) < 2:
        return False
    for place, (name, group) in enumerate(groups.items()):
        own = tables.grouped(group, tag)
        found = [
            (at, tables.interval(own.get(label, ()), metrics.F1)) for at, label in enumerate(labels)
        ]
        points = [(at, interval) for at, interval in found if interval is not None]
        shift = (place - (len(groups) - 1) / 2) * 0.08
        axes.errorbar(
            [at + shift for at, _interval in points],
            [interval.mean for _at, interval in points],
            yerr=list(zip(*(_error(interval) for _at, interval in points), strict=True)) or None,
            marker=_MARKERS[place % len(_MARKERS)],
            color=PALETTE[place % len(PALETTE)],
            capsize=2,
            linewidth=1.5,
            elinewidth=1,
            label=name,
        )
    strategies = max(1, len(groups))
    sizes = [len(group) // strategies for group in tables.grouped(answerable, tag).values()]
    axes.set_xticks(
        range(len(labels)),
        [f"{label}\nn = {size}" for label, size in zip(labels, sizes, strict=True)],
        fontsize=8,
    )
    axes.set_xlabel("depth of the last evidence" if tag == "depth" else "tokens")
    axes.set_ylabel("F1, 95 % interval")
    axes.set_ylim(0, 1.02)
    _legend(axes, groups)
    return True


def _draw_exits(axes: Any, groups: Mapping[str, Sequence[Result]]) -> bool:
    longest, drawn = 0, 0
    for place, group in enumerate(groups.values()):
        known = [
            (each.evidence_step, each.exit_step)
            for each in group
            if each.evidence_step is not None and metrics.has_exit(each)
        ]
        if not known:
            continue
        drawn += 1
        longest = max(longest, *(max(pair) for pair in known))
        axes.scatter(
            [evidence for evidence, _exit in known],
            [exit_step for _evidence, exit_step in known],
            s=28,
            alpha=0.6,
            marker=_MARKERS[place % len(_MARKERS)],
            color=PALETTE[place % len(PALETTE)],
            label=list(groups)[place],
            linewidths=0,
        )
    if longest < 2:
        return False
    axes.plot([1, longest], [1, longest], color="0.6", linewidth=1, linestyle="--", zorder=0)
    axes.set_xlabel("step that read the last evidence (dashed: reading ends with it)")
    axes.set_ylabel("step that reading ended with")
    axes.set_xlim(0, longest * 1.05)
    axes.set_ylim(0, None)
    _legend(axes, groups)
    return bool(drawn)


def _draw_speed(axes: Any, groups: Mapping[str, Sequence[Result]]) -> bool:
    highest = 0.0
    for place, (name, group) in enumerate(groups.items()):
        score = tables.interval(group, metrics.F1)
        seconds = tables.interval(group, metrics.SECONDS)
        if score is None or seconds is None or seconds.mean <= 0:
            continue
        highest = max(highest, score.high)
        axes.errorbar(
            seconds.mean,
            score.mean,
            xerr=[[each] for each in _error(seconds)],
            yerr=[[each] for each in _error(score)],
            marker=_MARKERS[place % len(_MARKERS)],
            color=PALETTE[place % len(PALETTE)],
            markersize=8,
            elinewidth=1,
            capsize=2,
            linestyle="none",
            label=name,
        )
    axes.set_xscale("log", subs=(2, 5))
    for axis in (axes.xaxis.set_major_formatter, axes.xaxis.set_minor_formatter):
        axis(lambda value, _place: f"{value:g}")
    axes.set_xlabel("seconds a question (mean, log scale): left is faster")
    axes.set_ylabel("F1, 95 % interval")
    axes.set_ylim(0, min(1.02, 1.15 * highest) or 1.02)
    _legend(axes, groups)
    return highest > 0.0


def _legend(axes: Any, groups: Mapping[str, Sequence[Result]]) -> None:
    """Below the plot, where it hides nothing; one strategy alone is named by the title."""
    if len(groups) > 1:
        axes.figure.legend(
            frameon=False, ncols=min(4, len(groups)), loc="outside lower center", fontsize=9
        )
