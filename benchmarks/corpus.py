"""Load every PDF of a folder, each in a process of its own, and say what became of it.

    python benchmarks/corpus.py FOLDER [--limit 60] [--passwords FOLDER/passwords.json] [--list]

Prints a Markdown table: read, with warnings, refused by reason, slowest, crashed and hung
(the last two must be 0). `--list` prints one line a file as well.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from longread.documents import load
from longread.errors import LongreadError


@dataclass(frozen=True)
class Outcome:
    file: str
    state: str
    detail: str
    seconds: float


def read_one(path: str, password: str | None) -> tuple[str, str]:
    """The state (read, warned, refused, traceback) of one file, and the words for it."""
    try:
        document = load(path, password=password, use_cache=False)
    except LongreadError as error:
        return "refused", f"{error.message} hint: {error.hint}"
    except Exception:
        return "traceback", traceback.format_exc()
    for page in document.pages:
        assert 0 <= page.start <= page.end <= len(document.text), page
    for before, after in zip(document.pages, document.pages[1:], strict=False):
        assert before.end <= after.start, (before, after)
    return ("warned", "; ".join(document.warnings)) if document.warnings else ("read", "")


def _worker(pipe: Connection) -> None:
    while True:
        path, password = pipe.recv()
        pipe.send(read_one(path, password))


class Reader:
    """A child process that reads files; a new one is started where it died or hung."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_worker, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def read(self, path: Path, password: str | None) -> Outcome:
        started = time.perf_counter()
        self.pipe.send((str(path), password))
        try:
            state, detail = self.pipe.recv() if self.pipe.poll(self.limit) else ("hung", "")
        except EOFError:
            self.process.join()
            state, detail = "crashed", f"exit code {self.process.exitcode}"
        seconds = time.perf_counter() - started
        if state in ("hung", "crashed"):
            self.process.kill()
            self._start()
        return Outcome(str(path), state, detail, seconds)


def passwords_of(folder: Path, named: Path | None) -> dict[str, str | None]:
    """Passwords by the file's name, from a JSON object {path: password or null}."""
    source = named or folder / "passwords.json"
    if not source.is_file():
        return {}
    return {
        Path(path).name: password
        for path, password in json.loads(source.read_text("utf-8")).items()
    }


def table(outcomes: list[Outcome]) -> str:
    states = Counter(outcome.state for outcome in outcomes)
    reasons = Counter(
        re.sub(
            r"\d+", "N", outcome.detail.replace(Path(outcome.file).name, "…").partition(" hint:")[0]
        )
        for outcome in outcomes
        if outcome.state == "refused"
    )
    lines = ["| outcome | files |", "|---|---:|", f"| all | {len(outcomes)} |"]
    lines += [f"| {state} | {states[state]} |" for state in ("read", "warned", "refused")]
    lines += [f"| refused: {reason} | {count} |" for reason, count in reasons.most_common()]
    lines += [f"| {state} | {states[state]} |" for state in ("traceback", "crashed", "hung")]
    lines += ["", "| slowest | seconds |", "|---|---:|"]
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:5]
    lines += [f"| {Path(outcome.file).name} | {outcome.seconds:.2f} |" for outcome in slowest]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a file may take")
    parser.add_argument("--passwords", type=Path)
    parser.add_argument(
        "--list", action="store_true", help="one line a file that was not simply read"
    )
    options = parser.parse_args()
    passwords = passwords_of(options.folder, options.passwords)
    reader = Reader(options.limit)
    files = sorted(options.folder.rglob("*.pdf"))
    outcomes = [reader.read(path, passwords.get(path.name)) for path in files]
    if options.list:
        for outcome in outcomes:
            if outcome.state != "read":
                name = Path(outcome.file).name
                print(f"{outcome.seconds:6.2f} {outcome.state:9} {name}: {outcome.detail}")
    print(table(outcomes))
    if any(outcome.state in ("traceback", "crashed", "hung") for outcome in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
