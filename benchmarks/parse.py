"""How long parsing takes, cold and from the cache.

    python benchmarks/parse.py FILE.pdf [FILE.pdf …] [--repeat 3]

Prints a Markdown table: milliseconds a page cold (best of the repeats), seconds in all, and
seconds from the cache, hashing included; of several files also how long all take one after another
and on all cores. The user's own cache is not touched.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from longread.documents import Document, load, load_all


def timed(path: Path, *, use_cache: bool) -> tuple[Document, float]:
    started = time.perf_counter()
    document = load(str(path), use_cache=use_cache)
    return document, time.perf_counter() - started


def row(path: Path, repeat: int) -> str:
    """One line of the table."""
    runs = [timed(path, use_cache=False) for _ in range(repeat)]
    document, cold = min(runs, key=lambda run: run[1])
    timed(path, use_cache=True)
    cached = min(timed(path, use_cache=True)[1] for _ in range(repeat))
    pages = len(document.pages)
    each = f"{1000 * cold / pages:.1f}" if pages else "–"
    return f"| {path.name} | {pages} | {len(document.text)} | {each} | {cold:.2f} | {cached:.3f} |"


def all_at_once(paths: list[Path]) -> str:
    """All files cold: one after another in one worker, and on all cores."""
    names = [str(path) for path in paths]
    started = time.perf_counter()
    for name in names:
        load(name, use_cache=False)
    one = time.perf_counter() - started
    started = time.perf_counter()
    load_all(names, use_cache=False)
    many = time.perf_counter() - started
    return (
        f"{len(names)} files: {one:.2f} s one after another, {many:.2f} s on all cores "
        f"({one / many:.2f} times as fast), starting the workers included"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["LONGREAD_HOME"] = home
        # The first document pays for importing PyMuPDF; that is not parsing.
        timed(options.files[0], use_cache=False)
        print("| file | pages | characters | ms a page, cold | s, cold | s, cached |")
        print("|---|---:|---:|---:|---:|---:|")
        for path in options.files:
            print(row(path, options.repeat), flush=True)
        if len(options.files) > 1:
            print(f"\n{all_at_once(options.files)}")


if __name__ == "__main__":
    main()
