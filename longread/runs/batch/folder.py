"""A batch's folder: what is done, what is being done, and what is known of the documents.

    parts/KEY.jsonl    a document's answers, a line a question; there is none until it is done
    locks/KEY.lock     held by the process that reads the document
    digests/*.jsonl    documents by path, size and time, so that a start need not read them
    lists/*.jsonl      the documents that calls have named
    batch.json         the questions, model and settings of the last call

KEY is made of the document's digest and that of questions, model, settings and version.
Everything but appending to `digests` is by rename. A file system that many machines share
will do: there a document may be read twice, but none is lost.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from longread import paths
from longread.errors import ExitCode, LongreadError, UsageError, reason_of
from longread.models.lock import locked
from longread.runs.batch.units import ABOUT, FOLDERS, Unit

# Quotes within a text are escaped: only a key of the record looks like this.
_STATUS = re.compile(rb'"status": "(answered|not_found|error)"')
_EXIT_CODE = re.compile(rb'"exit_code": (\d)')

# What tells a part from the one that takes its place.
Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a document: how many of its questions have which status."""

    answered: int = 0
    not_found: int = 0
    error: int = 0
    code: ExitCode = ExitCode.ANSWERED

    @classmethod
    def of(cls, data: bytes) -> Outcome | None:
        """That of a part's bytes; None where there is no whole line."""
        found = Counter(match.decode() for match in _STATUS.findall(data))
        if not found or not data.endswith(b"\n"):
            return None
        code = ExitCode.NOT_FOUND if found["not_found"] else ExitCode.ANSWERED
        if found["error"]:
            code = max(ExitCode(int(match)) for match in _EXIT_CODE.findall(data))
        return cls(found["answered"], found["not_found"], found["error"], code)


class BatchFolder:
    """The folder of a batch, with questions, model and settings whose digest is `asked`."""

    def __init__(self, root: Path, asked: str) -> None:
        self.root = root
        self._parts = f"{root / 'parts'}{os.sep}"
        self.asked = asked
        self._known: dict[str, list[Any]] = {}
        self._digests: set[str] = set()
        self._torn: dict[str, list[Path]] = {}
        self._own: Path | None = None

    @classmethod
    def existing(cls, root: Path) -> tuple[BatchFolder, dict[str, Any]]:
        """The folder as the last call left it, and what that call asked. Raises UsageError."""
        try:
            about = json.loads((root / ABOUT).read_text("utf-8"))
            folder = cls(root, str(about["asked"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"{root} is no batch.", "longread batch DOC... --questions FILE --out DIR"
            ) from error
        folder.read_digests()
        return folder, about

    def begin(self, units: Sequence[Unit], about: Mapping[str, Any]) -> None:
        """Make the folder, and write down what is asked of which documents."""
        try:
            for name in FOLDERS:
                (self.root / name).mkdir(parents=True, exist_ok=True)
            lines = _lines({"document": unit.path, "id": unit.id} for unit in units)
            place = self.root / "lists" / f"{hashlib.sha256(lines).hexdigest()[:24]}.jsonl"
            if place.exists():
                place.touch()
            else:
                _write(place, lines)
            _write(self.root / ABOUT, json.dumps({**about, "asked": self.asked}).encode())
            for left in (self.root / "parts").glob(f"*{paths.PART}"):
                self._torn.setdefault(left.name.partition(".")[0], []).append(left)
        except OSError as error:
            raise _unwritten(self.root, error) from error
        self.read_digests()

    def read_digests(self) -> None:
        """Take in what earlier calls knew of the documents; a torn line is nothing."""
        with suppress(OSError):
            files = list((self.root / "digests").glob("*.jsonl"))
            files.sort(key=lambda file: file.stat().st_mtime_ns)
            for line in chain.from_iterable(file.read_bytes().splitlines() for file in files):
                with suppress(ValueError, KeyError, TypeError):
                    record = json.loads(line)
                    self._know(record["path"], record["mark"], record["sha256"])

    def units(self) -> list[Unit]:
        """The documents that calls have named, each once, with the id of the last call."""
        found: dict[str, Unit] = {}
        lists = (self.root / "lists").glob("*.jsonl")
        for file in sorted(lists, key=lambda each: (-each.stat().st_mtime_ns, each.name)):
            for line in file.read_bytes().splitlines():
                record = json.loads(line)
                found.setdefault(record["document"], Unit(record["document"], record["id"]))
        return list(found.values())

    def known_key(self, unit: Unit) -> str | None:
        """The key of a document that has not changed since it was read; else None."""
        known = self._known.get(unit.path)
        if known is None or known[0] != _mark(unit.path):
            return None
        return self._key(known[1])

    def last_key(self, unit: Unit) -> str | None:
        """The key of a document as it was when it was last looked at; None before that."""
        known = self._known.get(unit.path)
        return None if known is None else self._key(known[1])

    def key(self, unit: Unit) -> str:
        """The key of a document, which is read where that is needed."""
        found = self.known_key(unit)
        if found is not None:
            return found
        mark = _mark(unit.path)
        try:
            with open(unit.path, "rb") as file:  # noqa: PTH123 (file_digest wants it open)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            # What is not there has a name at least.
            name = unit.path.encode("utf-8", "surrogateescape")
            digest = f"unread:{hashlib.sha256(name).hexdigest()}"
        self._remember(unit.path, mark, digest)
        return self._key(digest)

    def parts(self) -> set[str]:
        """The keys of all that is done with these questions, model and settings."""
        with suppress(FileNotFoundError), os.scandir(self.root / "parts") as entries:
            names = [entry.name for entry in entries]
            return {name.removesuffix(".jsonl") for name in names if name.endswith(self._ending)}
        return set()

    def others(self) -> int:
        """How many parts there are of other questions, models or settings."""
        files = (self.root / "parts").glob("*.jsonl")
        return sum(not file.name.endswith(self._ending) for file in files)

    def read(self, key: str) -> bytes:
        """A part's lines; empty where there are none."""
        # No Path: ten thousand of them are half of a start.
        with suppress(OSError), open(f"{self._parts}{key}.jsonl", "rb") as file:  # noqa: PTH123
            return file.read()
        return b""

    @staticmethod
    def records(data: bytes) -> list[dict[str, Any]]:
        """The records of a part's lines."""
        return [json.loads(line) for line in data.splitlines()]

    def mark(self, key: str) -> Mark | None:
        """Which file a part is; None where there is none."""
        with suppress(OSError):
            found = self._part(key).stat()
            return found.st_mtime_ns, found.st_ino
        return None

    def write(self, key: str, records: Iterable[Mapping[str, Any]]) -> None:
        """The unit is done: its lines are on disk, all or none. Raises LongreadError."""
        try:
            # Of a process that was killed: the lock is ours.
            for left in self._torn.pop(key, ()):
                left.unlink(missing_ok=True)
            _write(self._part(key), _lines(records))
        except OSError as error:
            raise _unwritten(self.root, error) from error

    @contextmanager
    def held(self, key: str) -> Iterator[bool]:
        """Lock a unit for the length of the block: False where another process reads it.

        The lock's file goes when the unit is done. Whoever locks the old one then finds a part
        that was not there when it looked.
        """
        place = self.root / "locks" / f"{key}.lock"
        before = self.mark(key)
        with ExitStack() as stack:
            try:
                mine = stack.enter_context(locked(place))
            except OSError:
                # No locks here: a unit may be done twice, as on several machines.
                mine = True
            yield mine
            if mine and self.mark(key) != before:
                with suppress(OSError):
                    place.unlink(missing_ok=True)

    def current(self) -> set[str]:
        """`parts`, without those of documents that have changed since."""
        now = {digest for _mark, digest in self._known.values()}
        return self.parts() - {self._key(digest) for digest in self._digests - now}

    def merged(self) -> Iterator[bytes]:
        """All lines of these questions, model and settings: in the documents' order, each once."""
        left = self.current()
        units: dict[str, Unit] = {}
        for unit in self.units():
            if (key := self.last_key(unit)) in left:
                units.setdefault(str(key), unit)
        for key in (*units, *sorted(left.difference(units))):
            # A part that is torn is done again by the next call.
            if Outcome.of(data := self.read(key)) is not None:
                yield self._named(data, units[key].id) if key in units else data

    def _named(self, data: bytes, name: str | None) -> bytes:
        """A part's lines with the id that its document has by now."""
        if name is None and b'"document_id": ' not in data:
            return data
        for record in (records := self.records(data)):
            record.pop("document_id", None)
            record.update({} if name is None else {"document_id": name})
        return _lines(records)

    @property
    def _ending(self) -> str:
        return f"-{self.asked}.jsonl"

    def _key(self, digest: str) -> str:
        return f"{hashlib.sha256(digest.encode()).hexdigest()[:24]}-{self.asked}"

    def _part(self, key: str) -> Path:
        return self.root / "parts" / f"{key}.jsonl"

    def _know(self, path: str, mark: list[int] | None, digest: str) -> None:
        self._known[path] = [mark, digest]
        self._digests.add(digest)

    def _remember(self, path: str, mark: list[int] | None, digest: str) -> None:
        """Each process writes a file of its own: nothing is torn by two of them."""
        self._know(path, mark, digest)
        if self._own is None:
            name = f"{socket.gethostname()}-{os.getpid()}-{os.urandom(4).hex()}.jsonl"
            self._own = self.root / "digests" / name
        with suppress(OSError), self._own.open("ab") as file:
            file.write(_lines([{"path": path, "mark": mark, "sha256": digest}]))


def _mark(path: str) -> list[int] | None:
    """Size and time of a document; None where it cannot be looked at."""
    try:
        found = os.stat(path)  # noqa: PTH116 (ten thousand of them)
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    # ASCII: a file name that is no UTF-8 is in the record, too.
    return b"".join(json.dumps(record, allow_nan=False).encode() + b"\n" for record in records)


def _write(place: Path, data: bytes) -> None:
    with paths.write_atomically(place) as part, part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _unwritten(root: Path, error: OSError) -> LongreadError:
    return LongreadError(
        f"{root} cannot be written to: {reason_of(error)}.",
        "what is done is kept: make room, and the same command goes on",
    )
