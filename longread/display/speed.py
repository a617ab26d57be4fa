"""What `longread bench throughput` prints: a table on a terminal, aligned columns elsewhere."""

from __future__ import annotations

from statistics import median
from typing import TextIO

from longread.bench.tables import Table
from longread.bench.throughput import Figure, SizeReport, SpeedReport
from longread.display.phrasing import clean, count, counted
from longread.display.tables import write_tables

# Rows of the table, by the names of their figures. None is an empty line.
_ROWS: tuple[tuple[str, str] | None, ...] = (
    ("prefill_chunk", "raw prefill, a chunk at a time"),
    ("prefill_passage", "raw prefill, a passage at a time"),
    ("reading", "reading, all gates closed"),
    ("reading_of_prefill_chunk", "reading / raw prefill of chunks"),
    ("reading_of_prefill_passage", "reading / raw prefill of passages"),
    ("generation", "generation behind a chunk"),
    None,
    ("passage_first_seconds", "a passage, first question"),
    ("passage_first_prefilled", "  tokens prefilled"),
    ("passage_next_seconds", "a passage, one question more"),
    ("passage_next_prefilled", "  tokens prefilled"),
    ("passage_next_reused", "  tokens reused"),
    ("passage_next_share", "  share of the first"),
    None,
    ("document_first_seconds", "the document, first question"),
    ("document_first_prefilled", "  tokens prefilled"),
    ("document_first_reused", "  tokens reused"),
    ("document_second_seconds", "the document, second question"),
    ("document_second_prefilled", "  tokens prefilled"),
    ("document_second_reused", "  tokens reused"),
    ("document_second_share", "  share of the first"),
)


def write_speed(report: SpeedReport, stream: TextIO) -> None:
    """The report as people read it: what it was measured on, then a column a chunk size."""
    facts = _facts(report)
    width = max(len(name) for name, _value in facts)
    stream.write("".join(f"{name:<{width}}  {clean(value)}\n" for name, value in facts) + "\n")
    write_tables([speed_table(report)], stream)


def _facts(report: SpeedReport) -> list[tuple[str, str]]:
    model = report.model
    opened = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in report.opened.items())
    load = "" if report.load is None else f", load average {report.load:.1f} at the start"
    gates = ", ".join(dict.fromkeys(size.gate for size in report.sizes))
    return [
        ("machine", f"{report.host.line}{load}"),
        ("model", f"{model.name}, {model.file}"),
        (
            "runs on",
            f"{model.device}, {counted(report.threads, 'thread')}, context {count(model.context)}",
        ),
        ("document", f"{report.document}, {counted(report.tokens, 'token')}; gate {gates}"),
        ("opened", f"once for all questions: {opened}"),
    ]


def speed_table(report: SpeedReport) -> Table:
    """The figures, a column a chunk size; those that no size has are left out."""
    rows: list[tuple[str, ...]] = []
    for row in _ROWS:
        if row is None:
            rows.append(())
            continue
        name, label = row
        figures = [size.figures.get(name) for size in report.sizes]
        known = next((figure for figure in figures if figure is not None), None)
        if known is not None:
            unit = f", {known.unit}" if known.unit in ("tok/s", "s") else ""
            rows.append((f"{label}{unit}", *map(_cell, figures)))
    return Table(
        title="Speed",
        head=("", *map(_heading, report.sizes)),
        rows=tuple(rows),
        note=f"median (least to most) of {counted(report.repeats, 'repeat')}, after a warm-up",
    )


def _heading(size: SizeReport) -> str:
    return f"chunks of {count(size.chunk_tokens)}, passages of {count(size.passage_tokens)}"


def _cell(figure: Figure | None) -> str:
    """`836 (810 to 850)`, or `836` where all repeats agree."""
    if figure is None:
        return "not measured"
    middle, least, most = (
        _number(value, figure.unit)
        for value in (median(figure.values), min(figure.values), max(figure.values))
    )
    return middle if least == most else f"{middle} ({least} to {most})"


def _number(value: float, unit: str) -> str:
    """Seconds and ratios with three digits or two places, rates and tokens as whole numbers."""
    if unit == "s":
        return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
    if unit == "ratio":
        return f"{value:.2f}"
    return f"{value:,.1f}" if unit == "tok/s" and value < 100 else f"{value:,.0f}"
