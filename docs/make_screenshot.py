"""Make docs/live.svg: the live view of a real run, as it stands after some steps.

python docs/make_screenshot.py examples/harbour-report.pdf "What did the new gates cost?"
"""

from __future__ import annotations

import argparse
import io
import time
from pathlib import Path

from rich.console import Console

from longread.display.frame import frame
from longread.display.progress import Progress
from longread.models import store
from longread.reading.options import ReadingOptions
from longread.runs.opening import open_engine, read_documents
from longread.runs.options import ModelOptions
from longread.runs.session import Session


def main() -> None:
    """Read until the memory has changed and a few steps more, then export."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("document")
    parser.add_argument("question")
    parser.add_argument("--after", type=int, default=2, help="steps after the first change")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "live.svg")
    arguments = parser.parse_args()
    documents = read_documents([arguments.document])
    resolved = store.resolve("bundled")
    session = Session(documents, open_engine(resolved, ModelOptions()))
    run = session.run(arguments.question, ReadingOptions(exit=False))
    progress = Progress()
    progress.begin(run.info)
    left = arguments.after
    for step in run.steps():
        progress.step(step)
        left -= bool(step.memory_after)
        if left < 0:
            break
    export_svg(progress, arguments.output, now=time.monotonic(), columns=110, rows=30)


def export_svg(
    progress: Progress, path: Path, *, now: float, columns: int = 100, rows: int = 30
) -> None:
    """Write what a terminal of `columns` by `rows` would show at `now` (monotonic seconds)."""
    console = Console(
        file=io.StringIO(),
        record=True,
        force_terminal=True,
        color_system="truecolor",
        width=columns,
        height=rows,
        highlight=False,
    )
    for line in frame(progress, console, now, rows - 1):
        console.print(line)
    console.save_svg(str(path), title="longread")


if __name__ == "__main__":
    main()
