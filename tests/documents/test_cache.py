"""The cache of parsed documents: found again, never trusted blindly, never in the way."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from longread.documents import cache, load

FIXTURES = Path(__file__).parents[1] / "fixtures"
VOYAGE = str(FIXTURES / "voyage.pdf")


def entries(home: Path) -> list[Path]:
    return sorted((home / "cache" / "documents").glob("*"))


def test_the_second_time_the_entry_is_used(
    longread_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(VOYAGE)
    assert len(entries(longread_home)) == 1
    monkeypatch.setattr("longread.documents.loader.parse", None)
    monkeypatch.setattr("longread.documents.loader.parse_apart", None)
    assert load(VOYAGE) == first


def test_another_version_of_the_library_reads_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    names: set[Path] = set()
    for number in ("1.0", "2.0"):
        monkeypatch.setattr(cache, "version", lambda _, number=number: number)
        names.update(cache.entry("0" * 64, kind, False) for kind in ("pdf", "epub", "text"))
    assert len(names) == 5


def test_other_code_that_parses_reads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = tmp_path / "documents"
    shutil.copytree(Path(cache.__file__).parent, code, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "files", lambda _package: code)
    names = []
    for change in (None, "ebook.py", None, "new.py"):
        if change:
            with (code / change).open("a") as file:
                file.write("# changed\n")
        cache._parser.cache_clear()
        names.append(cache.entry("0" * 64, "text", False))
    cache._parser.cache_clear()
    assert names[0] != names[1] == names[2] != names[3] != names[0]


def test_one_content_under_names_of_two_kinds(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n"
    for name in ("a.srt", "a.log"):
        (tmp_path / name).write_text(text)
    assert load(str(tmp_path / "a.srt")).text.strip() == "Hello."
    assert load(str(tmp_path / "a.log")).text == text


def test_an_entry_fits_every_copy_of_the_file(tmp_path: Path) -> None:
    load(VOYAGE)
    copy = tmp_path / "copy.pdf"
    shutil.copy(VOYAGE, copy)
    assert load(str(copy)).path == str(copy)


def test_a_title_taken_from_the_name_is_the_copy_s_own(tmp_path: Path) -> None:
    for name in ("first", "second"):
        path = tmp_path / f"{name}.txt"
        path.write_text("The same words.")
        assert load(str(path)).title == name


@pytest.mark.parametrize("damage", [b"", b"not packed", b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_entry_is_rebuilt(longread_home: Path, damage: bytes) -> None:
    first = load(VOYAGE)
    (entry,) = entries(longread_home)
    whole = entry.read_bytes()
    entry.write_bytes(damage)
    assert load(VOYAGE) == first
    assert entry.read_bytes() == whole


def test_an_entry_with_a_missing_part_is_no_entry(longread_home: Path) -> None:
    document = load(VOYAGE)
    path = longread_home / "entry"
    cache.store(path, replace(document))
    assert cache.load(path) == document
    path.write_bytes(path.read_bytes()[:-20])
    assert cache.load(path) is None


@pytest.mark.usefixtures("parsed_here")
def test_a_full_disk_is_a_warning(longread_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    document = load(VOYAGE)
    assert document.warnings == ("the parsed text could not be cached: no space left on device",)
    assert "Captain Ingrid Halvorsen" in document.text
    assert entries(longread_home) == []


def test_a_cache_folder_that_cannot_be_made_is_a_warning(longread_home: Path) -> None:
    longread_home.write_text("a file where the folder should be")
    (warning,) = load(VOYAGE).warnings
    assert warning.startswith("the parsed text could not be cached: ")


def test_the_cache_can_be_left_alone(longread_home: Path) -> None:
    load(VOYAGE, use_cache=False)
    assert entries(longread_home) == []


def test_chosen_pages_come_from_the_whole_document_s_entry(longread_home: Path) -> None:
    assert len(load(VOYAGE, pages="2").pages) == 1
    assert len(load(VOYAGE).pages) == 5
    assert len(entries(longread_home)) == 1
