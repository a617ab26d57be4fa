"""`longread ask --each` against a shell loop of `longread ask`, and `longread batch --jobs`.

    python benchmarks/each_document.py ../shared/data/financebench/pdfs/*.pdf

The same documents and questions, each way in a home of its own where nothing was read before:
every way makes its own blocks. What a way answered is compared with the loop's answers. On a busy
machine the CPU's seconds are what to look at.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine, table

QUESTIONS = (
    "What was the net revenue?",
    "Who is the auditor?",
    "How many employees are there?",
    "What was the net income?",
    "In which state is the company incorporated?",
)


def longread(home: Path, *arguments: object) -> str:
    """What one call prints; a document without an answer is no failure."""
    done = subprocess.run(
        [sys.executable, "-m", "longread", *map(str, arguments)],
        env={**os.environ, "LONGREAD_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.stderr)
    return done.stdout


def loop(home: Path, documents: list[str], more: list[str]) -> str:
    """A command for each document and question, as a shell would do it."""
    return "".join(
        longread(home, "ask", document, "-q", question, "--json", "--quiet", *more)
        for document in documents
        for question in QUESTIONS
    )


def each(home: Path, documents: list[str], more: list[str]) -> str:
    """All documents and questions in one command."""
    asked = [word for question in QUESTIONS for word in ("-q", question)]
    return longread(home, "ask", *documents, "--each", *asked, "--json", "--quiet", *more)


def batch(home: Path, documents: list[str], more: list[str], jobs: int) -> str:
    """The same by so many processes."""
    asked = [word for question in QUESTIONS for word in ("-q", question)]
    out = home / "answers"
    longread(home, "batch", *documents, *asked, "--out", out, "--jobs", jobs, "--quiet", *more)
    return longread(home, "batch", "merge", out)


def cpu_seconds() -> float:
    """What all processes that have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def answers(text: str) -> dict[tuple[str, str], str | None]:
    """Answers by document and question."""
    records = [json.loads(line) for line in text.splitlines()]
    return {
        (record["documents"][0]["path"], record["question"]): record["answer"]
        for record in records
        if record["documents"]
    }


def main() -> None:
    """Measure all ways, one after the other, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("documents", nargs="+")
    parser.add_argument("--jobs", type=int, default=2, help="0 leaves the batch out")
    own, more = parser.parse_known_args()
    rows = []
    first: dict[tuple[str, str], str | None] = {}
    ways = {
        "a loop of `ask`": loop,
        "`ask --each`": each,
    }
    if own.jobs:
        ways[f"`batch --jobs {own.jobs}`"] = lambda *way: batch(*way, own.jobs)
    for name, way in ways.items():
        with tempfile.TemporaryDirectory() as home:
            # The model's optimised copy is made outside the clock.
            longread(Path(home), "doctor")
            begun, before = time.perf_counter(), cpu_seconds()
            found = answers(way(Path(home), own.documents, more))
            seconds, cpu = time.perf_counter() - begun, cpu_seconds() - before
        first = first or found
        rows.append(
            {
                "way": name,
                "seconds": f"{seconds:.0f}",
                "times faster": f"{float(rows[0]['seconds']) / seconds:.1f}" if rows else "1.0",
                "CPU seconds": f"{cpu:.0f}",
                "CPU ratio": f"{float(rows[0]['CPU seconds']) / cpu:.1f}" if rows else "1.0",
                "answers": sum(answer is not None for answer in found.values()),
                "as the loop's": sum(first[key] == found.get(key) for key in first),
                "peak MB so far": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
            }
        )
    print(f"{len(own.documents)} documents, {len(QUESTIONS)} questions; {machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
