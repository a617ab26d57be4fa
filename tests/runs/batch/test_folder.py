"""A batch's folder in one process: a fast start, a full disk, what is counted."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from longread.display.batch import closing_lines, status_lines, status_object
from longread.display.json_answer import document_objects
from longread.errors import ExitCode, LongreadError
from longread.models.lock import locked
from longread.models.store import ResolvedModel
from longread.reading.options import ReadingOptions
from longread.runs import opening
from longread.runs.batch import Batch, Outcome, Settings, Unit, read_units, run, status
from longread.runs.batch.folder import BatchFolder
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.questions import Asked
from tests.reading.conftest import QUESTION
from tests.scripted import ScriptedEngine

SIZES = ReadingOptions(
    chunk_tokens=80, passage_tokens=40, memory_tokens=120, gate="likelihood", blocks=False
)


class Counting:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.done = 0
        self.added: list[Any] = []
        self.said: list[str] = []

    def begin(self, done: int) -> None:
        self.done = done

    def progress(self, path: str, share: float) -> None:
        """Not looked at."""

    def add(self, records: Sequence[Any]) -> None:
        self.added.append(records)

    def message(self, line: str) -> None:
        self.said.append(line)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    engine = ScriptedEngine(scores=lambda _prompt: -3.0)
    monkeypatch.setattr(opening, "open_engine", lambda *_: engine)
    monkeypatch.setattr(opening, "open_reader", lambda *_: None)
    monkeypatch.setattr(run, "file_digest", lambda _path: "0" * 64)
    resolved = ResolvedModel(Path("scripted.gguf"), "scripted", "named")
    asked = (Asked(QUESTION),)
    return Settings(asked, SIZES, DocumentOptions(), ModelOptions(), resolved, document_objects)


def test_ten_thousand_documents_that_are_done_cost_two_seconds(
    settings: Settings, tmp_path: Path
) -> None:
    """By the processor's clock: the machine may have other things to do."""
    texts, out = tmp_path / "texts", tmp_path / "out"
    texts.mkdir()
    for number in range(10_000):
        (texts / f"{number}.txt").write_text(f"Text {number}.", "utf-8")
    units, _left_out = read_units([str(texts)])
    first = Batch(out, units[:1], settings, Counting())
    assert first.run().done == 1
    # What the others would leave behind.
    folder, _about = BatchFolder.existing(out)
    keys = {unit.path: folder.key(unit) for unit in units}
    (done,) = (out / "parts").iterdir()
    for unit in units[1:]:
        (out / "parts" / f"{keys[unit.path]}.jsonl").write_bytes(done.read_bytes())

    begun, watcher = time.process_time(), Counting()
    units, _left_out = read_units([str(texts)])
    found = Batch(out, units, settings, watcher).run()
    spent = time.process_time() - begun
    assert (found.done, watcher.done, watcher.added) == (10_000, 10_000, [])
    assert spent <= 2.0


def test_a_full_disk_stops_it_and_keeps_what_is_done(
    settings: Settings, texts: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units, _left_out = read_units([str(texts)])
    batch, room, real = Batch(out, units, settings, Counting()), [0, 1, 2], os.fsync

    def full(number: int) -> None:
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room.pop()
        real(number)

    # A step of a journal and a part each.
    monkeypatch.setattr("longread.runs.batch.folder.os.fsync", full)
    with pytest.raises(LongreadError, match="no space left on device") as raised:
        batch.run()
    assert "the same command goes on" in raised.value.hint
    kept = list((out / "parts").iterdir())
    assert all(Outcome.of(part.read_bytes()) for part in kept)
    room += range(1000)
    assert Batch(out, units, settings, Counting()).run().done == 12
    assert len(list((out / "parts").iterdir())) == 12


def test_a_torn_part_is_done_again(settings: Settings, texts: Path, out: Path) -> None:
    units, _left_out = read_units([str(texts)])
    Batch(out, units, settings, Counting()).run()
    torn, empty, *_ = sorted((out / "parts").iterdir())
    torn.write_bytes(torn.read_bytes()[:-9])
    empty.write_bytes(b"")
    folder, _about = BatchFolder.existing(out)
    assert len(list(folder.merged())) == status(out).done == 10
    watcher = Counting()
    assert Batch(out, units, settings, watcher).run().done == 12
    assert watcher.done == 10
    assert len(watcher.added) == 2
    assert Outcome.of(torn.read_bytes()) == Outcome(not_found=1, code=ExitCode.NOT_FOUND)


def test_files_of_the_same_bytes_are_one_document(
    settings: Settings, texts: Path, out: Path
) -> None:
    (texts / "copy.txt").write_bytes((texts / "03.txt").read_bytes())
    units, _left_out = read_units([str(texts)])
    assert Batch(out, units, settings, Counting()).run().done == 13
    assert len(list((out / "parts").iterdir())) == 12
    found = status(out)
    assert (found.documents, found.done) == (12, 12)
    folder, _about = BatchFolder.existing(out)
    assert len(list(folder.merged())) == 12


def test_an_id_that_is_given_later_is_the_documents(
    settings: Settings, texts: Path, out: Path
) -> None:
    """A manifest that is put right reads nothing anew, and its ids are those that come back."""
    path = str(texts / "01.txt")
    for name in (None, "frist", "first", "second", "first", None):
        watcher = Counting()
        Batch(out, [Unit(path, name)], settings, watcher).run()
        folder, _about = BatchFolder.existing(out)
        (line,) = (record for lines in folder.merged() for record in folder.records(lines))
        assert line.get("document_id") == name
    assert watcher.added == []


def test_status_before_the_end_and_in_words(settings: Settings, texts: Path, out: Path) -> None:
    units = [*read_units([str(texts)])[0], Unit(str(texts / "none.txt"))]
    Batch(out, units[-3:], settings, Counting(), total=units).run()
    found = status(out)
    assert (found.documents, found.done, found.failed, found.not_found) == (13, 3, 1, 2)
    lines = {line.rsplit(maxsplit=1)[0]: line.rsplit(maxsplit=1)[1] for line in status_lines(found)}
    assert (lines["left"], lines["could not be asked"]) == ("10", "1")
    assert status_object(found)["exit_code"] == 3
    assert closing_lines(found) == [
        "3 documents: 0 questions answered, 2 not found; 1 document could not be asked",
        "the same command with --retry-errors tries them again",
    ]


def test_words_of_a_document_are_not_taken_for_its_status() -> None:
    line = b'{"status": "answered", "answer": "\\"status\\": \\"error\\", \\"exit_code\\": 4"}\n'
    assert Outcome.of(line) == Outcome(answered=1)


def test_without_locks_work_goes_on(
    settings: Settings, texts: Path, out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A network's file system may have none: that is not the same as a lock that is held."""

    def refuse(_file: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("longread.models.lock._acquire", refuse)
    with pytest.raises(OSError, match="No locks"), locked(tmp_path / "lock"):
        pass
    units, _left_out = read_units([str(texts)])
    assert Batch(out, units, settings, Counting()).run().done == 12
