"""Atomic writes: the old file or the new one whole, whoever is interrupted or writes as well."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from longread.paths import write_atomically


def test_the_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "notes.txt"
    with write_atomically(file) as part:
        part.write_text("half")
        assert not file.exists()
        part.write_text("whole")
    assert file.read_text() == "whole"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("fault", [OSError("disk full"), KeyboardInterrupt()])
def test_what_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, fault: BaseException
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("old")
    with pytest.raises(type(fault)), write_atomically(file) as part:  # noqa: PT012
        part.write_text("half")
        raise fault
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_two_writers_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    both = threading.Barrier(2)

    def write(word: str) -> None:
        with write_atomically(file) as part, part.open("w") as out:
            out.write(word * 1000)
            both.wait(10)
            out.write(word * 1000)

    writers = [threading.Thread(target=write, args=(word,)) for word in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert file.read_text() in ("a" * 2000, "b" * 2000)
    assert list(tmp_path.iterdir()) == [file]
