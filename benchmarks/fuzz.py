"""Fuzzing of the document readers: damaged files end in text or in a DocumentError.

    python benchmarks/fuzz.py [--mutations 2000] [--seed 0] [--seconds 30] [FOLDER...]

Every mutation of a file from the folders (`../shared/data/pdf_corpus` and `epub`, and the tests'
own fixtures) is read in a worker process: bits flipped, parts cut out, doubled, moved or taken
from another file, numbers made huge, the end cut off; of an EPUB also inside its chapters. A
worker that takes longer than --seconds is a hang, one that dies a crash; any exception that is
not longread's own would be exit code 4. What is found is kept in `fuzz-found/`, with its seed.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import random
import re
import resource
import signal
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from longread.documents import load
from longread.errors import LongreadError

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
FOLDERS = (DATA / "pdf_corpus", DATA / "epub", HERE.parent / "tests" / "fixtures")
# Larger files only take longer.
LARGEST = 2_000_000
# A worker that waits, and does not work, is given up after so many times its CPU time.
_WAITS = 20
MEMORY = 6 * 1024**3


def flip(data: bytearray, chance: random.Random, _other: bytes) -> None:
    for _ in range(chance.choice((1, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def cut(data: bytearray, chance: random.Random, _other: bytes) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 16, 512, 8192))]


def double(data: bytearray, chance: random.Random, _other: bytes) -> None:
    start = chance.randrange(len(data))
    part = data[start : start + chance.choice((16, 512, 8192))]
    data[start:start] = part * chance.choice((1, 2, 40))


def move(data: bytearray, chance: random.Random, _other: bytes) -> None:
    start, length = chance.randrange(len(data)), chance.choice((16, 512, 8192))
    part = bytes(data[start : start + length])
    del data[start : start + length]
    where = chance.randrange(len(data) + 1)
    data[where:where] = part


def splice(data: bytearray, chance: random.Random, other: bytes) -> None:
    start, where = chance.randrange(len(other)), chance.randrange(len(data))
    data[where:where] = other[start : start + chance.choice((64, 1024, 16384))]


def number(data: bytearray, chance: random.Random, _other: bytes) -> None:
    found = list(re.finditer(rb"\d+", bytes(data[:LARGEST])))
    if found:
        digits = chance.choice(found)
        value = chance.choice((b"0", b"-1", b"65536", b"2147483648", b"99999999999", b"1e9"))
        data[digits.start() : digits.end()] = value


def truncate(data: bytearray, chance: random.Random, _other: bytes) -> None:
    del data[chance.randrange(len(data)) :]


MUTATIONS: tuple[Callable[[bytearray, random.Random, bytes], None], ...] = (
    flip, cut, double, move, splice, number, truncate,
)  # fmt: skip


def mutated(data: bytes, chance: random.Random, other: bytes) -> bytes:
    """The bytes after one to three mutations; an archive's half of the time inside its files."""
    if data.startswith(b"PK") and chance.random() < 0.6:
        return _inside_archive(data, chance, other)
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        if changed:
            chance.choice(MUTATIONS)(changed, chance, other)
    return bytes(changed)


def _inside_archive(data: bytes, chance: random.Random, other: bytes) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    names = [
        name for name in source.namelist() if re.search(r"\.(?:x?html?|xml|opf|ncx|fb2)$", name)
    ]
    chosen = set(chance.sample(names, min(len(names), chance.randint(1, 3))))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name in chosen and content:
                content = mutated(content, chance, other)
            archive.writestr(name, content)
    return target.getvalue()


def sources(folders: list[Path]) -> list[Path]:
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    return [file for file in files if 0 < file.stat().st_size <= LARGEST]


def example(files: list[Path], seed: int) -> tuple[Path, bytes]:
    """The file that a seed mutates, and what it becomes."""
    chance = random.Random(seed)
    file, other = chance.choice(files), chance.choice(files)
    return file, mutated(file.read_bytes(), chance, other.read_bytes())


def work(pipe: Connection, files: list[Path], seconds: float) -> None:
    """Read the examples whose seeds come through the pipe; send back how each ended."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with TemporaryDirectory() as folder:
        while True:
            seed = pipe.recv()
            file, data = example(files, seed)
            path = Path(folder, f"fuzz{file.suffix}")
            path.write_bytes(data)
            # Of its own CPU time, so that a busy machine makes no hang.
            signal.setitimer(signal.ITIMER_PROF, seconds)
            try:
                document = load(str(path), use_cache=False)
                length = len(document.text)
                bounds = [0, *document.blocks, length, *(page.end for page in document.pages)]
                ended = "read" if max(bounds) <= length else "OFFSETS beyond the text"
            except LongreadError as error:
                ended = "cause" if "cannot be read as" in error.message else "refused"
                ended = f"unforeseen: {error.message}" if ended == "cause" else ended
            except Exception as error:
                ended = f"EXCEPTION {type(error).__name__}: {error}"
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(ended)


class Worker:
    """A process that reads examples, and is replaced when it hangs or dies."""

    def __init__(self, files: list[Path], seconds: float) -> None:
        self.files, self.seconds = files, seconds
        self.start()

    def start(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=work, args=(theirs, self.files, self.seconds), daemon=True
        )
        self.process.start()
        theirs.close()

    def run(self, seed: int) -> str:
        """How the example of this seed ended."""
        self.pipe.send(seed)
        try:
            if self.pipe.poll(_WAITS * self.seconds):
                return str(self.pipe.recv())
        except EOFError:
            self.process.join()
            code = self.process.exitcode or 0
            self.start()
            if code == -signal.SIGPROF:
                return f"HANG longer than {self.seconds:g} s"
            return f"CRASH {signal.Signals(-code).name if code < 0 else code}"
        self.process.kill()
        self.process.join()
        self.start()
        return f"HANG longer than {_WAITS * self.seconds:g} s of waiting"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0, help="of the first mutation")
    parser.add_argument("--seconds", type=float, default=30.0, help="of CPU time a file may take")
    options: Any = parser.parse_args()
    files = sources(options.folders or [folder for folder in FOLDERS if folder.is_dir()])
    if not files:
        parser.error("no files to mutate")
    multiprocessing.set_start_method("spawn")
    worker, counts, bad = Worker(files, options.seconds), Counter[str](), 0
    began = time.monotonic()
    for seed in range(options.seed, options.seed + options.mutations):
        ended = worker.run(seed)
        counts[re.split(r"[: ]", ended)[0]] += 1
        if ended[:1].isupper() or ended.startswith("unforeseen"):
            file, data = example(files, seed)
            print(f"{seed} {file.name}: {ended}", flush=True)
            bad += ended[:1].isupper()
            kept = Path("fuzz-found", f"{seed}-{file.name}")
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(data)
    said = ", ".join(f"{count:,} {what}" for what, count in counts.most_common())
    print(f"{options.mutations:,} mutations of {len(files):,} files: {said}; ", end="")
    print(f"{time.monotonic() - began:,.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
