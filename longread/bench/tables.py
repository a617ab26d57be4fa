"""Tables of a bench, as plain values: what is in a cell, never how it is drawn.

Metrics go down, strategies across: three to six strategies fit a terminal, twenty metrics
do not. The terminal, the Markdown report and the tests read the same tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from longread.bench import metrics
from longread.bench.lengths import length_label
from longread.bench.metrics import Metric
from longread.bench.records import Result, Tag
from longread.bench.statistics import Difference, Interval, mean_interval, paired_difference
from longread.errors import UsageError

NOTHING = "–"
# More groups than this say nothing in a table, nor do groups of fewer questions on average.
_MOST_GROUPS, _FEWEST_QUESTIONS = 12, 3
# From so many questions on, tenths of the depth hold enough of them.
_MANY = 100
# Tags in this order come first; what else can group results follows by name.
_TAGS = ("data", "length", "depth", "kind", "hops")

ByStrategy = Mapping[str, Sequence[Result]]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text. The first column names the row; an empty row parts two blocks."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def by_strategy(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results by strategy, in the order in which these first stand."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result.strategy, []).append(result)
    return groups


def values(results: Sequence[Result], metric: Metric) -> dict[str, float]:
    """The metric of every question that it has something to say about, by question id."""
    found = ((result.id, metric.value(result)) for result in results)
    return {key: value for key, value in found if value is not None}


def interval(results: Sequence[Result], metric: Metric) -> Interval | None:
    """The metric's mean over the results that it has something to say about."""
    found = list(values(results, metric).values())
    return mean_interval(found, score=metric.kind == "score")


def summary(results: Sequence[Result]) -> Table:
    """Every metric of every strategy, with intervals."""
    groups = by_strategy(results)
    counts: list[tuple[str, Callable[[Result], bool]]] = [
        ("questions", lambda _result: True),
        ("  answerable", lambda result: bool(result.answers)),
        ("  failed", lambda result: bool(result.error)),
    ]
    rows = [
        (name, *(f"{sum(map(holds, group)):,}" for group in groups.values()))
        for name, holds in counts
        if name != "  failed" or any(result.error for result in results)
    ]
    for block in (
        metrics.ANSWER_METRICS,
        metrics.EVIDENCE_METRICS,
        metrics.READING_METRICS,
        metrics.COST_METRICS,
    ):
        lines = [_metric_row(metric, groups) for metric in block]
        lines = [line for line in lines if any(cell != NOTHING for cell in line[1:])]
        rows += [(), *lines] if lines else []
    return Table(
        "Results",
        ("", *groups),
        tuple(rows),
        "mean [95 % interval by bootstrap over questions]; a failed question counts as unanswered",
    )


def _metric_row(metric: Metric, groups: ByStrategy) -> tuple[str, ...]:
    cells = [interval_cell(interval(group, metric), metric) for group in groups.values()]
    return (metric.title, *cells)


def paired(results: Sequence[Result]) -> Table | None:
    """Every other strategy against the first, on the questions of both; None for one strategy."""
    groups = by_strategy(results)
    if len(groups) < 2:
        return None
    (base, first), *others = groups.items()
    return differences(
        f"Against {base}, question by question",
        [(name, first, group) for name, group in others],
    )


def differences(
    title: str, pairs: Sequence[tuple[str, Sequence[Result], Sequence[Result]]]
) -> Table:
    """For each (name, before, after): after minus before, metric by metric."""
    shared = [len(_ids(first) & _ids(second)) for _name, first, second in pairs]
    rows: list[tuple[str, ...]] = [("questions of both", *(f"{each:,}" for each in shared))]
    for metric in metrics.METRICS:
        cells = [
            difference_cell(
                paired_difference(values(first, metric), values(second, metric)), metric
            )
            for _name, first, second in pairs
        ]
        if any(cell != NOTHING for cell in cells):
            rows.append((metric.title, *cells))
    return Table(
        title,
        ("", *(name for name, _first, _second in pairs)),
        tuple(rows),
        "difference [95 % interval] better:worse; costs as a multiple; * the interval leaves out "
        "no difference",
    )


def compared(before: str, first: Sequence[Result], after: str, second: Sequence[Result]) -> Table:
    """The strategies that two result files have in common, the second against the first.

    Where each has one strategy only, these are compared, whatever they are called. Raises
    UsageError where nothing is common.
    """
    old, new = by_strategy(first), by_strategy(second)
    pairs = [(name, old[name], new[name]) for name in old if name in new]
    if not pairs and len(old) == len(new) == 1:
        (old_name, old_group), (new_name, new_group) = *old.items(), *new.items()
        pairs = [(f"{old_name} → {new_name}", old_group, new_group)]
    if not any(_ids(old_group) & _ids(new_group) for _name, old_group, new_group in pairs):
        raise UsageError(
            f"{before} and {after} have no question of the same strategy in common.",
            "compare results of the same question file",
        )
    return differences(f"{after} against {before}", pairs)


def _ids(results: Sequence[Result]) -> set[str]:
    return {result.id for result in results}


def by_tag(results: Sequence[Result], tag: str, metric: Metric = metrics.F1) -> Table | None:
    """One metric by the values of a tag; None where the tag does not group the results."""
    groups = grouped(results, tag)
    if len(groups) < 2:
        return None
    strategies = list(by_strategy(results))
    rows = []
    for label, group in groups.items():
        own = by_strategy(group)
        cells = [interval_cell(interval(own.get(name, []), metric), metric) for name in strategies]
        size = max(len(values(own.get(name, []), metric)) for name in strategies)
        if size:
            rows.append((label, f"{size:,}", *cells))
    if len(rows) < 2:
        return None
    return Table(f"{metric.title} by {tag}", (tag, "n", *strategies), tuple(rows))


def tags_of(results: Sequence[Result]) -> list[str]:
    """The tags that group these results, the usual ones first."""
    names = {name for result in results for name in result.tags} | {"depth"}
    ordered = [*(tag for tag in _TAGS if tag in names), *sorted(names - set(_TAGS))]
    most = min(_MOST_GROUPS, len(_ids(results)) // _FEWEST_QUESTIONS)
    return [tag for tag in ordered if 2 <= len(grouped(results, tag)) <= most]


def grouped(results: Sequence[Result], tag: str) -> dict[str, list[Result]]:
    """Results by a tag's value, in order: depths in tenths (fifths where there are few
    questions), lengths in powers of two."""
    found: dict[tuple[float, str], list[Result]] = {}
    tenths = 1 if len(_ids(results)) >= _MANY else 2
    for result in results:
        label = _label(result, tag, tenths)
        if label is not None:
            found.setdefault(label, []).append(result)
    return {label[1]: found[label] for label in sorted(found)}


def _label(result: Result, tag: str, tenths: int) -> tuple[float, str] | None:
    """A place to sort by, and the words; depths in steps of so many tenths."""
    if tag == "depth":
        depth = depth_of(result)
        if depth is None:
            return None
        first = min(9, int(depth * 10)) // tenths * tenths
        return first, f"{first * 10} to {(first + tenths) * 10} %"
    value = result.tags.get(tag)
    if value is None:
        return None
    if tag == "length" and isinstance(value, int | float) and value > 0:
        length = 2 ** round(math.log2(value))
        return length, length_label(length)
    return (float(value), str(value)) if isinstance(value, int | float) else (0.0, str(value))


def depth_of(result: Result) -> float | None:
    """Where the last piece of evidence begins, as a share of the document: the tag, in percent,
    or what the evidence says."""
    tagged: Tag = result.tags.get("depth")
    if isinstance(tagged, int | float):
        return min(1.0, tagged / 100)
    depths = [one.depth for one in result.evidence if one.depth is not None]
    return max(depths, default=None)


def interval_cell(found: Interval | None, metric: Metric) -> str:
    """`0.594 [0.520–0.661]`; only the mean where nothing differs."""
    if found is None:
        return NOTHING
    mean, low, high = (
        number(each, metric, found.mean) for each in (found.mean, found.low, found.high)
    )
    if found.low == found.high:
        return mean
    return f"{mean} [{low}–{high}]"


def difference_cell(difference: Difference | None, metric: Metric) -> str:
    """`+0.150 [+0.051 to +0.249] 12:3 *`; costs as `×0.25 [0.21–0.30]`."""
    if difference is None:
        return NOTHING
    if metric in metrics.COST_METRICS:
        return _ratio_cell(difference.ratio)
    change = difference.change
    better, worse = difference.wins, difference.losses
    if metric.better == "lower":
        better, worse = worse, better
    places = 1 if metric.kind == "number" else 3
    if not better and not worse:
        return f"{0:.{places}f}"
    mean, low, high = (f"{each:+.{places}f}" for each in (change.mean, change.low, change.high))
    star = " *" if difference.clear else ""
    return mean if change.n == 1 else f"{mean} [{low} to {high}] {better}:{worse}{star}"


def _ratio_cell(ratio: Interval | None) -> str:
    if ratio is None:
        return NOTHING
    star = "" if ratio.low <= 1.0 <= ratio.high else " *"
    bounds = f" [{ratio.low:.2f}–{ratio.high:.2f}]{star}" if ratio.n > 1 else ""
    return f"×{ratio.mean:.2f}{bounds}"


def number(value: float, metric: Metric, size: float) -> str:
    """A share with three digits; of others as many places as suit a number of this `size`."""
    if metric.kind != "number":
        return f"{value:.3f}"
    places = 2 if abs(size) < 10 else 1 if metric is metrics.SECONDS else 0
    return f"{value:,.{places}f}"
