"""Try one change on many questions: answers, refusals and seconds, paired with the try before.

    python benchmarks/loop.py examples/questions.jsonl --tag before --strategies gated,rag
    python benchmarks/loop.py examples/questions.jsonl --tag shorter-prompt --against before

A tag names a state of the code. Results are kept a line a question and strategy under it, so
that a try that was stopped goes on, with more questions as well (`--limit 20`, then 40), and
any two tags can be compared. States of passages stay on disk from try to try (`--cold`: not),
so a changed question costs its own tokens; the seconds are then those of a second question.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from longread import paths
from longread.bench import metrics, tables
from longread.bench.records import Question, Result, read_questions
from longread.bench.results import read_results
from longread.bench.runner import Bench, run_bench, sample
from longread.bench.statistics import RESAMPLES, mean_interval, paired_difference
from longread.cli.bench.measure import engines, strategies_of
from longread.cli.options import TABLE
from longread.cli.process import keep_logs_quiet
from longread.display.bench import Lines
from longread.display.tables import write_tables
from longread.errors import LongreadError
from longread.reading.options import ReadingOptions
from longread.runs.options import ModelOptions

SHOWN = (
    metrics.CONTAINED,
    metrics.F1,
    metrics.CORRECT_REFUSALS,
    metrics.FALSE_REFUSALS,
    metrics.CITED_RIGHT,
    metrics.RECALL_AT_5,
)
SURE = 0.8


def main() -> None:
    given = _arguments()
    questions = read_questions(given.questions)
    if given.kind:
        questions = [each for each in questions if str(each.tags.get("kind")) in given.kind]
    asked = sample(questions, given.limit, given.seed)
    file = place(given.questions, given.model, given.tag)
    results = _run(asked, given, file)
    write_tables([summary(results), *_by_kind(results)], sys.stdout)
    for other in given.against:
        _first, before = read_results(place(given.questions, given.model, other))
        show_change(other, before, given.tag, results)
    if given.wrong:
        show_wrong(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("questions", type=Path, help="a JSONL file of questions, as bench qa takes")
    parser.add_argument("--tag", required=True, help="the state of the code that is tried")
    parser.add_argument("--against", action="append", default=[], metavar="TAG")
    parser.add_argument("--strategies", default="gated", help="gated,rag,gated:exit=no, ...")
    parser.add_argument("--model", help="a model's name or a .gguf file; none: the usual one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--reader", default="bundled", help="who reads for the model")
    parser.add_argument("--limit", type=int, help="questions drawn by --seed; more keep those")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", help="only questions of this kind")
    parser.add_argument("--cold", action="store_true", help="no states of passages from the disk")
    parser.add_argument("--wrong", action="store_true", help="list what is wrong, surest first")
    return parser.parse_args()


def place(questions: Path, model: str | None, tag: str) -> Path:
    """The result file of a tag: one for each question file and model."""
    asked = questions.resolve()
    named = f"{asked.parent.name}-{asked.stem}-{Path(model).stem if model else 'usual'}-{tag}"
    return paths.state_folder() / "loop" / f"{named}.jsonl"


def _run(questions: Sequence[Question], given: argparse.Namespace, file: Path) -> list[Result]:
    keep_logs_quiet()
    usual = TABLE.build(ReadingOptions)
    strategies = {
        name: replace(options, blocks=not given.cold)
        for name, options in strategies_of(given.strategies, usual).items()
    }
    told = {"model": given.model, "threads": given.threads, "reader": given.reader}
    watcher = Lines(sys.stderr)
    with engines(TABLE.build(ModelOptions, told), watcher.message) as (engine, reader):
        title = f"{given.questions.stem}, {given.tag}"
        bench = Bench(engine, strategies, {}, title, reader=reader)
        return run_bench(questions, bench, file, watcher=watcher)


def summary(results: Sequence[Result]) -> tables.Table:
    """Scores by strategy, how often a sure answer is right, and the median of the seconds."""
    groups = tables.by_strategy(results)
    rows = [("questions", *(f"{len(group)}" for group in groups.values()))]
    for metric in SHOWN:
        cells = [tables.interval_cell(tables.interval(each, metric), metric)
                 for each in groups.values()]  # fmt: skip
        rows.append((metric.title, *cells))
    rows.append((f"right of those {SURE} sure", *map(_sure, groups.values())))
    rows.append(("median seconds", *map(_median_seconds, groups.values())))
    return tables.Table("Results", ("", *groups), tuple(rows))


def _sure(group: Sequence[Result]) -> str:
    right = [
        metrics.CONTAINED.value(each) or 0.0
        for each in group
        if each.status == "answered" and each.confidence >= SURE
    ]
    found = mean_interval(right)
    cell = tables.interval_cell(found, metrics.CONTAINED)
    return f"{cell} of {len(right)}" if right else cell


def _median_seconds(group: Sequence[Result]) -> str:
    seconds = np.array([each.seconds for each in group if not each.error])
    if not len(seconds):
        return tables.NOTHING
    draws = np.random.default_rng(0).integers(0, len(seconds), (RESAMPLES, len(seconds)))
    low, high = np.percentile(np.median(seconds[draws], axis=1), (2.5, 97.5))
    return f"{np.median(seconds):.1f} [{low:.1f}–{high:.1f}]"


def _by_kind(results: Sequence[Result]) -> list[tables.Table]:
    found = [tables.by_tag(results, tag, metrics.CONTAINED) for tag in tables.tags_of(results)]
    return [table for table in found if table is not None]


def show_change(before: str, first: Sequence[Result], after: str, second: Sequence[Result]) -> None:
    """Differences of the strategies that both tags have, and the questions that changed."""
    print()
    write_tables([tables.compared(before, first, after, second)], sys.stdout)
    old, new = tables.by_strategy(first), tables.by_strategy(second)
    for name in (name for name in new if name in old):
        was, now = ({each.id: each for each in group} for group in (old[name], new[name]))
        for key in (key for key in now if key in was):
            change = _right(now[key]) - _right(was[key])
            if change:
                mark = "+" if change > 0 else "-"
                print(f"{mark} {name}  {key}: {was[key].answer!r} → {now[key].answer!r}")
        both = paired_difference(_scores(was.values()), _scores(now.values()))
        if both:
            mean = both.change
            print(
                f"{name}: right (gold contained, or rightly refused) {mean.mean:+.3f} "
                f"[{mean.low:+.3f} to {mean.high:+.3f}] of {mean.n}"
            )


def _right(result: Result) -> float:
    """Gold contained in the answer, or a refusal where the documents do not say."""
    metric = metrics.CONTAINED if result.answers else metrics.CORRECT_REFUSALS
    return metric.value(result) or 0.0


def _scores(results: Iterable[Result]) -> dict[str, float]:
    return {each.id: _right(each) for each in results}


def show_wrong(results: Sequence[Result]) -> None:
    """What is not right, the surest first: question, gold, answer, where it was cited."""
    for each in sorted(results, key=lambda each: -each.confidence):
        if _right(each) < 1.0:
            gold = " / ".join(each.answers) or "the documents do not say"
            cited = ", ".join(f"p. {place.page}" for place in each.citations)
            wanted = ", ".join(f"p. {one.page}" for one in each.evidence)
            print(f"\n{each.strategy}  {each.id}: {each.question}")
            print(f"  gold ({wanted}): {gold}")
            print(f"  {each.confidence:.2f} ({cited}): {each.answer!r} {each.error}")


if __name__ == "__main__":
    try:
        main()
    except LongreadError as error:
        sys.exit(f"{error.message} {error.hint}")
