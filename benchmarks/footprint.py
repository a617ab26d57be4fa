"""Peak memory of a whole `ask` on a long novel, and the time of `longread --help`.

    python benchmarks/footprint.py ../shared/data/books/Lytton_Novel_1853.txt

Each as a process of its own, measured by the operating system (maximum resident set).
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from machine import machine, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--max-chunks", type=int, default=40)
    arguments = parser.parse_args()
    longread = [sys.executable, "-m", "longread"]
    helps = []
    for _ in range(11):
        begun = time.perf_counter()
        subprocess.run([*longread, "--help"], stdout=subprocess.DEVNULL, check=True)
        helps.append(time.perf_counter() - begun)
    question = "What is the name of the clown's dog?"
    limit = ["--max-chunks", str(arguments.max_chunks)] if arguments.max_chunks else []
    command = [*longread, "ask", str(arguments.book), question, "--no-exit", "--fresh", *limit]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{machine()}\n")
    print(
        table(
            [
                {
                    "what": "`longread --help`, median (least) of 11, seconds",
                    "measured": f"{statistics.median(helps):.3f} ({min(helps):.3f})",
                },
                {
                    "what": f"peak memory of ask on {arguments.book.stat().st_size:,} bytes, MB",
                    "measured": f"{peak:.0f}",
                },
            ]
        )
    )
    print(f"\nexit code {finished.returncode}\n{finished.stderr[-600:]}", file=sys.stderr)


if __name__ == "__main__":
    main()
