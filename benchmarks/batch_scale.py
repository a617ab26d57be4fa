"""`longread batch` at scale: its start over done units, and its memory over a folder of PDFs.

    python benchmarks/batch_scale.py start --units 10000
    python benchmarks/batch_scale.py memory ../shared/data/financebench/pdfs/*.pdf --files 200

`start`: texts whose answers are there already, all of them copies of one that was really given,
written by the batch's own code; then the command, which finds nothing to do. `memory`: the PDFs'
pages parted evenly into as many files, one question, the first chunk of each; the memory of all
its processes together (PSS, five times a second).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import machine

QUESTION = "What was the net revenue?"
# A step of little work: what is measured is memory.
SMALL = ("--chunk-tokens", "128", "--passage-tokens", "64", "--memory-tokens", "128")
MODEL = ("--model", "bundled", "--threads", "1", "--no-blocks", "--quiet")


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "longread", *map(str, arguments)]


def start(place: Path, units: int) -> str:
    """Seconds of a call that has nothing to do."""
    from longread.runs.batch import BatchFolder, read_units

    texts, out = place / "texts", place / "answers"
    texts.mkdir()
    for number in range(units):
        (texts / f"{number:06}.txt").write_text(f"Net revenue was {number} million.\n", "utf-8")
    call = command("batch", texts, "-q", QUESTION, "--out", out, *MODEL)
    one = command("batch", texts / "000000.txt", "-q", QUESTION, "--out", out, *MODEL)
    subprocess.run(one, check=False)
    folder, about = BatchFolder.existing(out)
    (lines,) = folder.merged()
    known, _left_out = read_units([str(texts)])
    folder.begin(known, {key: about[key] for key in about if key != "asked"})
    for unit in known:
        folder.write(folder.key(unit), folder.records(lines))
    rounds = []
    for _round in range(3):
        begun = time.perf_counter()
        done = subprocess.run(call, check=False)
        rounds.append(time.perf_counter() - begun)
        if done.returncode not in (0, 1):
            raise SystemExit(f"exit code {done.returncode}")
    parts = len(list((out / "parts").glob("*.jsonl")))
    if parts != units:
        raise SystemExit(f"{parts} parts of {units} units: the call did read")
    return f"start over {units:,} done units: {' / '.join(f'{each:.2f}' for each in rounds)} s"


def split(pdfs: list[str], count: int, folder: Path) -> int:
    """Part the PDFs' pages into `count` files; how many pages that are."""
    import pymupdf

    lengths = {name: len(pymupdf.open(name)) for name in pdfs}
    pages = [(name, number) for name, length in lengths.items() for number in range(length)]
    for part in range(count):
        chosen = pages[part * len(pages) // count : (part + 1) * len(pages) // count]
        with pymupdf.open() as made:
            for name in dict.fromkeys(name for name, _number in chosen):
                numbers = [number for each, number in chosen if each == name]
                with pymupdf.open(name) as source:
                    made.insert_pdf(source, from_page=numbers[0], to_page=numbers[-1])
            made.save(folder / f"{part:03}.pdf", garbage=3, deflate=True)
    return len(pages)


def processes(root: int) -> list[int]:
    """A process and all below it."""
    found = [root]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def pss(number: int) -> int:
    """A process's memory in kB, pages that several share counted in parts."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def peak(call: list[str], limit: float) -> tuple[float, float, int]:
    """Peak memory in MB of a command, its seconds and lines; it is ended after `limit` seconds."""
    begun, most = time.perf_counter(), 0
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(call, stdout=out) as process:
            while process.poll() is None:
                most = max(most, sum(map(pss, processes(process.pid))))
                if time.perf_counter() - begun > limit:
                    process.terminate()
                time.sleep(0.2)
        seconds = time.perf_counter() - begun
        out.seek(0)
        return most / 1024, seconds, len(out.readlines())


def memory(place: Path, pdfs: list[str], count: int, limit: float) -> str:
    """Peak memory of `ask` and of `ask --each` over the folder, in homes of their own."""
    folder = place / "pdfs"
    folder.mkdir()
    print(f"{count} PDFs of {split(pdfs, count, folder)} pages", flush=True)
    lines = []
    for name, more in {"ask": (), "ask --each": ("--each", "--json")}.items():
        os.environ["LONGREAD_HOME"] = str(place / name)
        subprocess.run(command("doctor", "--model", "bundled"), capture_output=True, check=False)
        call = command("ask", folder, *more, QUESTION, "--max-chunks", "1", *SMALL, *MODEL)
        most, seconds, told = peak(call, limit)
        done = f", {told} documents" if more else ""
        lines.append(f"{name}: peak {most:.0f} MB, {seconds:.0f} s{done}")
        print(lines[-1], flush=True)
    return "; ".join(lines)


def main() -> None:
    """Print what was measured, and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("start", "memory"))
    parser.add_argument("pdfs", nargs="*")
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds for each command")
    own = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["LONGREAD_HOME"] = str(Path(place, "home"))
        told = (
            start(Path(place), own.units)
            if own.what == "start"
            else memory(Path(place), own.pdfs, own.files, own.limit)
        )
    print(f"{told}\n{machine()}")


if __name__ == "__main__":
    main()
