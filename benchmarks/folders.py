"""How long a search of a folder takes the first time and again, and its memory.

    python benchmarks/folders.py BOOK.txt [BOOK.txt …] [--megabytes 200] [--small 5000] [--repeat 3]
    python benchmarks/folders.py --pdfs REPORT.pdf [REPORT.pdf …]

Of the paragraphs of the books two folders are made: texts of 2 MB, and small files of one to five
paragraphs. Each is searched by `longread search` as a process of its own, with a cache that is
empty at first; then one file of it is changed. Prints a Markdown table: seconds by the clock, of
the repeats the median, CPU seconds of the process and its workers, and the largest process's peak
memory. The user's own cache is not touched.

PDFs are cut into 200 of twelve pages, and a question is asked of them with the bundled model, which
was made ready before: seconds until the first passage is gated, before the run or in it, until all
is parsed and indexed and the run begins, and until its first step has ended; passages gated before
the run; CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

# Files that were changed lately are not believed to stay as they are.
LONG_AGO = 1_700_000_000
LARGE = 2_000_000
# As users have it: compiled code is kept, also where this machine says that it is not.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def paragraphs(books: list[Path]) -> list[str]:
    texts = [book.read_text("utf-8") for book in books]
    return [part for text in texts for part in text.split("\n\n") if part.strip()]


def write(path: Path, text: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path.stat().st_size


def make_texts(folder: Path, parts: list[str], size: int) -> None:
    """Texts of 2 MB, `size` bytes in all; a line of its own before one in twenty paragraphs.

    No paragraph comes twice: each begins with its number.
    """
    chance, made, number, paragraph = random.Random(1), 0, 0, 0
    while made < size:
        text = ""
        while len(text) < LARGE:
            if chance.random() < 0.05:
                text += (
                    f"Lot Q{chance.randrange(10**5)} was sold for {chance.randrange(10**7):,}.\n\n"
                )
            paragraph += 1
            text += f"{paragraph} {chance.choice(parts)}\n\n"
        made += write(folder / f"part{number:04}.txt", text)
        number += 1


def make_small(folder: Path, parts: list[str], count: int) -> None:
    chance = random.Random(2)
    for number in range(count):
        text = "\n\n".join(chance.choices(parts, k=chance.randint(1, 5)))
        path = folder / f"{number % 50:02}" / f"note{number:05}.txt"
        write(path, f"Note {number}\n\n{text}\n")


def search(folder: Path, query: str, home: Path) -> tuple[float, float, float]:
    """Seconds by the clock, CPU seconds, and MB of the largest process."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "longread", "search", str(folder), query, "-n", "3"],
        env={**ENVIRONMENT, "LONGREAD_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "nothing found"
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def rows(name: str, folder: Path, query: str, home: Path, repeat: int) -> list[str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    lines = []

    def row(what: str, runs: list[tuple[float, float, float]]) -> None:
        seconds, cpu, memory = (statistics.median(each) for each in zip(*runs, strict=True))
        lines.append(
            f"| {name}, {len(files):,} files, {size:.0f} MB | {what} | {len(runs)} | {seconds:.2f} "
            f"| {cpu:.2f} | {memory:.0f} |"
        )

    row("first", [search(folder, query, home)])
    row("again", [search(folder, query, home) for _ in range(repeat)])
    write(files[0], files[0].read_text("utf-8") + "\nIt was sold once more.\n")
    row("one file changed", [search(folder, query, home)])
    return lines


def split(pdfs: list[Path], folder: Path) -> int:
    """200 PDFs of twelve pages or the last of a file; their pages in all."""
    import pymupdf

    made = pages = 0
    folder.mkdir()
    for source in pdfs:
        with pymupdf.open(source) as whole:
            for first in range(0, len(whole), 12):
                if made == 200:
                    return pages
                with pymupdf.open() as part:
                    part.insert_pdf(whole, from_page=first, to_page=min(first + 12, len(whole)) - 1)
                    part.save(path := folder / f"{source.stem}-{first:03}.pdf", deflate=True)
                    pages += len(part)
                os.utime(path, (LONG_AGO, LONG_AGO))
                made += 1
    return pages


def ask(folder: Path, home: Path) -> list[float]:
    """Seconds until a passage is gated, until the run begins, until its first step has ended;
    how many passages were gated ahead; CPU seconds."""
    question = "What was the total amount of improper payments?"
    events = home.with_suffix(".events")
    events.unlink(missing_ok=True)
    started = time.time()
    words = ["ask", str(folder), question, "--max-chunks", "1", "--events", str(events)]
    process = subprocess.Popen(
        [sys.executable, "-m", "longread", *words],
        env={**ENVIRONMENT, "LONGREAD_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), "no answer"
    told = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    seconds: dict[str, float] = {}
    for each in told:
        at = datetime.fromisoformat(each["time"]).timestamp() - started
        seconds.setdefault(each["event"], at)
    ahead = sum(each["event"] == "ahead" for each in told)
    first = min(at for event, at in seconds.items() if event in ("ahead", "gated", "step"))
    return [first, seconds["begin"], seconds["step"], ahead, usage.ru_utime + usage.ru_stime]


def pdf_rows(pdfs: list[Path], place: Path) -> None:
    pages = split(pdfs, place / "pdfs")
    write(place / "ready.txt", "Nothing of note.\n")
    ask(place / "ready.txt", place / "home")
    print(f"{pages:,} pages; load average before: {os.getloadavg()[0]:.1f}\n")
    print("| 200 PDFs, ask | first passage, s | run begins, s | first step, s | ahead | CPU s |")
    print("|---|---:|---:|---:|---:|---:|")
    for what in ("first", "again"):
        first, begin, step, ahead, cpu = ask(place / "pdfs", place / "home")
        line = f"| {what} | {first:.1f} | {begin:.1f} | {step:.1f} | {ahead:.0f} | {cpu:.1f} |"
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("books", nargs="*", type=Path)
    parser.add_argument("--pdfs", nargs="+", type=Path, default=())
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--small", type=int, default=5000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if options.pdfs:
        with tempfile.TemporaryDirectory() as place:
            pdf_rows(options.pdfs, Path(place))
    if not options.books:
        return
    parts = paragraphs(options.books)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_texts(folder / "texts", parts, options.megabytes * 1_000_000)
        make_small(folder / "small", parts, options.small)
        print(f"load average before: {os.getloadavg()[0]:.1f}\n")
        print("| folder | search | runs | s | CPU s | MB |")
        print("|---|---|---:|---:|---:|---:|")
        for name, query in (("small", "Note 1234"), ("texts", "Who sold lot Q123?")):
            for line in rows(name, folder / name, query, folder / "home", options.repeat):
                print(line, flush=True)


if __name__ == "__main__":
    main()
