"""The journal: what is written comes back, whatever happened to the file."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from longread.reading.step import ChunkRef, Gate, Quote, Retrieval, Retrieved, Step, Tokens
from longread.runs.journal import Journal, run_key

ODD = '漢字 \u2028 \x85 \x0c é\u0301 😀 \udcff "quoted"\n'


def step(index: int, words: str = "notes") -> Step:
    chunk = ChunkRef(index - 1, 0, f"{words}.pdf", 3, 4, "iii", words, 99)
    quote = Quote(0, f"{words}.pdf", 5, 9, words, 3, "iii", None, None, 0.123456789, True)
    return Step(
        index=index,
        total=9,
        chunk=chunk,
        update=Gate(0.7, 0.5, "likelihood"),
        passage_gates=(0.1, 0.7000000000000001),
        exit=Gate(0.2, 0.9, "likelihood") if index % 2 else None,
        exits_in_a_row=index,
        retrieval=Retrieval(words, (Retrieved(3, 0, None, None, 1.5, 2),)) if index % 2 else None,
        memory_before=words,
        memory_after=words * 2,
        added=(quote, quote),
        tokens=Tokens(1, 2, 3),
        seconds={"write": 0.1},
        remark=words,
    )


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def journal(lines: list[str]) -> Journal:
    return Journal("key", lines.append)


@pytest.mark.parametrize("index", [1, 2])
@pytest.mark.parametrize("words", ["notes", ODD])
def test_a_step_survives_its_record(index: int, words: str) -> None:
    made = step(index, words)
    assert Step.from_record(made.record()) == made
    assert Step.from_record(json.loads(json.dumps(made.record()))) == made


def test_steps_come_back_as_they_were(journal: Journal, lines: list[str]) -> None:
    steps = [step(1), step(2, ODD), step(3)]
    journal.start(steps[:1])
    for each in steps[1:]:
        journal.add(each)
        assert Journal("key", lines.append).read()[-1] == each, "on disk at once"
    assert journal.read() == steps
    assert Journal("another", lines.append).read() == []
    assert lines == []


@pytest.mark.parametrize("torn", range(1, 12))
def test_a_torn_last_line_costs_only_that_step(journal: Journal, torn: int) -> None:
    journal.start([step(1), step(2, ODD)])
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[: -torn * 7])
    assert journal.read() == [step(1)]


@pytest.mark.parametrize(
    "damage", [b"\xff\xfe\x00", b"{}\n", b"null\n", b'{"index": 1}\n', b"[]\n", b"\n\n", b"3\n"]
)
def test_a_damaged_file_gives_what_stands_before_the_damage(
    journal: Journal, damage: bytes
) -> None:
    journal.start([step(1)])
    with journal.path.open("ab") as file:
        file.write(damage)
    journal.add(step(2))
    assert journal.read() == [step(1)]


def test_a_new_start_forgets_the_old_steps(journal: Journal) -> None:
    journal.start([step(1), step(2)])
    journal.start([])
    assert journal.read() == []


def test_removing_leaves_nothing_and_may_be_done_twice(journal: Journal) -> None:
    journal.start([step(1)])
    journal.remove()
    journal.remove()
    assert not journal.path.exists()
    assert journal.read() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_told_once_and_ends_nothing(journal: Journal, lines: list[str]) -> None:
    journal.start([step(1)])
    journal.path.unlink()
    journal.path.symlink_to("/dev/full")
    journal.add(step(2))
    journal.add(step(3))
    assert lines == ["this run cannot be resumed if it stops: no space left on device"]
    journal.remove()


def test_a_start_that_does_not_reach_the_disk_leaves_the_old_steps(
    journal: Journal, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.start([step(1), step(2)])

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    journal.start([])
    journal.add(step(3))
    assert lines == ["this run cannot be resumed if it stops: no space left on device"]
    assert journal.read() == [step(1), step(2)]
    assert [path.name for path in journal.path.parent.iterdir()] == ["key.jsonl"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_it_holds_of_the_document_is_for_its_owner(journal: Journal) -> None:
    journal.start([step(1)])
    journal.add(step(2))
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_one_at_a_time_holds_a_run(journal: Journal, lines: list[str]) -> None:
    other, another = Journal("key", lines.append), Journal("another", lines.append)
    with journal.held([]) as mine, other.held([]) as theirs, another.held([]) as apart:
        assert (mine, theirs, apart) == (True, False, True)
    with other.held([]) as now:
        assert now
    journal.remove()
    another.remove()
    assert list(journal.path.parent.iterdir()) == []
    assert lines == []


def test_a_folder_that_cannot_be_made_is_told_once(
    lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path / "file"))
    journal = Journal("key", lines.append)
    journal.start([])
    journal.add(step(1))
    assert len(lines) == 1


def test_a_key_depends_on_everything_and_on_nothing_else() -> None:
    key = run_key(["question", [("ab", 3)], {"patience": 1}])
    assert key == run_key(["question", [("ab", 3)], {"patience": 1}])
    assert key != run_key(["question", [("ab", 4)], {"patience": 1}])
    assert key != run_key(["question", [("ab", 3)], {"patience": 2}])
    assert run_key([ODD]) != run_key(["odd"])
