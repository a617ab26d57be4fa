"""A bench as a Markdown page with plots beside it, made from the result file alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from longread.bench import metrics, plots, tables
from longread.bench.records import Cited, Result
from longread.bench.results import Header
from longread.bench.tables import Table
from longread.reading.options import ReadingOptions
from longread.reading.relevance.calibration import auc

# Examples shown of each way to be wrong.
_EXAMPLES = 3
_LONGEST = 300


def write_report(file: Path, header: Header, results: Sequence[Result], *, drawn: bool) -> None:
    """Write the page, and with `drawn` its plots as PNG beside it, where matplotlib is there.

    Raises OSError where nothing can be written.
    """
    drawn = drawn and plots.can_plot()
    pictures = plots.write_plots(results, file.parent, file.stem) if drawn else []
    file.write_text(markdown(header, results, pictures), "utf-8")


def markdown(
    header: Header, results: Sequence[Result], pictures: Sequence[tuple[str, Path]] = ()
) -> str:
    """The page's text; `pictures` are (what it shows, file)."""
    parts = [f"# {header.title or 'Bench'}", _conditions(header, results)]
    parts += [_section(table) for table in all_tables(results)]
    parts += [f"![{title}]({path.name})" for title, path in pictures]
    parts += [_confidence(results), *_worst(results)]
    return "\n\n".join(part for part in parts if part) + "\n"


def all_tables(results: Sequence[Result]) -> list[Table]:
    """Summary, paired differences, and F1 by every tag that groups the results."""
    found = [tables.summary(results), tables.paired(results)]
    found += [tables.by_tag(results, tag) for tag in tables.tags_of(results)]
    return [table for table in found if table is not None]


def _conditions(header: Header, results: Sequence[Result]) -> str:
    model = header.model
    lines = [
        ("Model", f"{model.get('name')} (`{model.get('file')}`), on {model.get('device')}, "
                  f"context {model.get('context', 0):,}"),
        ("Machine", header.machine),
        ("Begun", f"{header.started}, longread {header.longread}"),
        ("Questions", f"{len({result.id for result in results}):,}"),
        *((name.replace("_", " ").capitalize(), value) for name, value in header.facts.items()),
        *((f"`{name}`", _options(options)) for name, options in header.options.items()),
    ]  # fmt: skip
    return "\n".join(f"- {name}: {_inline(str(value))}" for name, value in lines)


def _options(options: dict[str, object]) -> str:
    """What differs from how `longread ask` reads when nothing is said."""
    usual = ReadingOptions()
    changed = [
        f"{name} {value}"
        for name, value in options.items()
        # Blocks are off unless a row's own name says otherwise.
        if name not in ("strategy", "blocks") and value != getattr(usual, name, None)
    ]
    return ", ".join(changed) or "as it comes"


def _section(table: Table) -> str:
    head = [_cell(cell) for cell in table.head]
    lines = [_row(head), "| --- |" + " ---: |" * (len(head) - 1)]
    lines += [_row([_cell(cell) for cell in row]) for row in table.rows if row]
    note = [f"\n{_inline(table.note.capitalize())}."] if table.note else []
    return "\n".join([f"## {table.title}\n", *lines, *note])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return _inline(text.strip()).replace("|", "\\|")


def _inline(text: str) -> str:
    """Text of documents and models as one line that Markdown shows as it is."""
    line = " ".join(text.split())
    return line.replace("<", "&lt;").replace("*", "\\*")


def _confidence(results: Sequence[Result]) -> str:
    """How well the confidence tells right answers (F1 of 0.5 or more) from wrong ones."""
    lines = []
    for name, group in tables.by_strategy(results).items():
        given = [result for result in group if result.status == "answered"]
        right = [result.confidence for result in given if (metrics.F1.value(result) or 0) >= 0.5]
        wrong = [result.confidence for result in given if (metrics.F1.value(result) or 0) < 0.5]
        area = auc(right, wrong)
        if area is not None:
            lines.append(f"- `{name}`: AUC {area:.2f} ({len(right):,} right, {len(wrong):,} wrong)")
    if not lines:
        return ""
    head = "## Does the confidence tell right answers (F1 at least 0.5) from wrong ones?\n"
    return "\n".join([head, *lines])


def _worst(results: Sequence[Result]) -> list[str]:
    """For every strategy its surest wrong answers, its false refusals and its failures."""
    sections = []
    for name, group in tables.by_strategy(results).items():
        shown = [
            f"**{title}** ({len(found):,})\n\n" + "\n".join(map(_example, found[:_EXAMPLES]))
            for title, found in _ways_to_be_wrong(group)
            if found
        ]
        if shown:
            sections.append("\n\n".join([f"## Worst of `{name}`", *shown]))
    return sections


def _ways_to_be_wrong(group: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    answered = sorted(
        (result for result in group if result.answer is not None),
        key=lambda result: -result.confidence,
    )
    wrong = [result for result in answered if metrics.F1.value(result) == 0.0]
    invented = [result for result in answered if not result.answers]
    refused = [result for result in group if metrics.FALSE_REFUSALS.value(result)]
    return [
        ("Wrong, and sure of it", wrong),
        ("Answered what the documents do not say", invented),
        ("Refused, though the documents answer it", refused),
        ("Failed", [result for result in group if result.error]),
    ]


def _example(result: Result) -> str:
    gold = " / ".join(result.answers) or "not in the documents"
    lines = [f"- {_short(result.question)} (`{result.id}`)", f"  - gold: {_short(gold)}"]
    if result.error:
        lines.append(f"  - error: {_short(result.error)}")
    elif result.answer is not None:
        lines.append(f"  - answer: {_short(result.answer)} (confidence {result.confidence:.2f})")
    lines += [f"  - cited: {_place(place)}" for place in result.citations[:1]]
    return "\n".join(lines)


def _place(place: Cited) -> str:
    page = f", p. {place.page}" if place.page is not None else ""
    return f"{Path(place.document).name}{page}: {_short(place.text)}"


def _short(text: str) -> str:
    line = _inline(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
