"""The index on disk: found again while a file is the same, never trusted blindly or in the way."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from longread.documents import Document, cache
from longread.documents.kept import KeptDocument
from longread.errors import DocumentError
from longread.reading.corpus import Corpus
from longread.reading.options import ReadingOptions
from longread.retrieval.store import IndexStore, index_file
from longread.runs import lookup
from longread.runs.options import DocumentOptions

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
LONG_AGO = 1_700_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Texts and a PDF, none of them just changed."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, town in enumerate(("Ardal", "Borgund", "Dale")):
        write(folder / f"{number}.txt", f"The mayor of {town} was paid {number}00 crowns.\n" * 40)
    (folder / "voyage.pdf").write_bytes((FIXTURES / "voyage.pdf").read_bytes())
    (folder / "page.html").write_bytes((FIXTURES / "page.html").read_bytes())
    for file in folder.iterdir():
        os.utime(file, (LONG_AGO, LONG_AGO))
    return folder


def write(path: Path, text: str, changed: int = LONG_AGO) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, (changed, changed))


def looked(*sources: Path, **how: str) -> Corpus:
    """The corpus as `longread search` has it."""
    names = [str(source) for source in sources]
    return lookup.look(names, DocumentOptions(**how), ReadingOptions(), lambda _line: None)  # type: ignore[arg-type]


def found(corpus: Corpus, query: str) -> list[tuple[object, ...]]:
    return [
        (hit.score, Path(hit.document).name, hit.page, hit.line, hit.text)
        for hit in lookup.search(corpus, query, 5)
    ]


def whole(documents: Sequence[Document]) -> list[int]:
    """The numbers of documents whose text was loaded."""
    return [number for number, each in enumerate(documents) if "text" in each.__dict__]


QUERIES = ("mayor of Dale", "flour biscuit 1912", "Bergen nineteen", "coal", "xylophone")


def test_what_is_kept_finds_what_reading_anew_finds(
    folder: Path, longread_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = looked(folder)
    again = looked(folder)
    monkeypatch.setenv("LONGREAD_HOME", str(longread_home / "other"))
    anew = lookup.cut_up([load_of(each) for each in first.documents], ReadingOptions())
    for query in QUERIES:
        assert found(first, query) == found(again, query) == found(anew, query)
    assert again.chunks == anew.chunks
    assert again.passages == anew.passages
    for query in QUERIES:
        assert again.index.missing(query.split()) == anew.index.missing(query.split())
        assert again.beginnings.scores(query) == anew.beginnings.scores(query)
    assert again.document_references() == anew.document_references()


def load_of(document: Document) -> Document:
    from longread.documents import load

    return load(document.path)


def test_only_what_is_shown_is_loaded_again(folder: Path) -> None:
    looked(folder)
    again = looked(folder)
    assert all(isinstance(each, KeptDocument) for each in again.documents)
    assert found(again, "Dale")[0][1] == "2.txt"
    assert whole(again.documents) == [2]


def test_a_file_that_changed_is_read_anew_and_only_it(folder: Path) -> None:
    looked(folder)
    write(folder / "1.txt", "The mayor of Jondal was paid 700 crowns.\n" * 40, LONG_AGO + 5)
    write(folder / "new.txt", "The harbour of Farsund froze.\n" * 9)
    (folder / "0.txt").unlink()
    store = IndexStore()
    known = store.facts([str(file) for file in folder.iterdir()])
    assert {Path(file).name for file in known} == {"2.txt", "voyage.pdf", "page.html"}
    again = looked(folder)
    assert found(again, "Jondal")[0][1] == "1.txt"
    assert found(again, "Farsund froze")[0][1] == "new.txt"
    assert found(again, "Borgund") == found(again, "Ardal") == []


def test_a_file_that_changed_just_now_is_not_believed_to_stay_so(folder: Path) -> None:
    (folder / "0.txt").write_text("The mayor of Ardal was paid.\n")
    looked(folder)
    assert str(folder / "0.txt") not in IndexStore().facts([str(f) for f in folder.iterdir()])


def test_a_copy_under_another_name_is_named_and_read_once(folder: Path) -> None:
    write(folder / "copy.txt", (folder / "0.txt").read_text())
    for _ in range(2):
        lines: list[str] = []
        corpus = lookup.look([str(folder)], DocumentOptions(), ReadingOptions(), lines.append)
        assert len(corpus.documents) == 5
        (line,) = lines
        assert line.endswith(f"copy.txt is the same as {folder / '0.txt'}")


def test_other_ways_of_reading_and_cutting_are_not_mixed_up(folder: Path) -> None:
    looked(folder)
    with_pages = looked(folder / "voyage.pdf", pages="1")
    assert len(with_pages.documents[0].pages) == 1
    assert not isinstance(with_pages.documents[0], KeptDocument)
    small = lookup.look(
        [str(folder)], DocumentOptions(), ReadingOptions(chunk_tokens=64), lambda _line: None
    )
    assert max(chunk.tokens for chunk in small.chunks) <= 64


def test_what_needed_a_password_is_not_kept(tmp_path: Path) -> None:
    locked = tmp_path / "locked.pdf"
    locked.write_bytes((FIXTURES / "locked.pdf").read_bytes())
    os.utime(locked, (LONG_AGO, LONG_AGO))
    write(tmp_path / "other.txt", "Nothing of note.\n")
    corpus = looked(tmp_path, password="bergen")
    assert found(corpus, "flour")
    assert IndexStore().facts([str(locked)]) == {}
    with sqlite3.connect(index_file()) as base:
        assert base.execute("select count(*) from cuts").fetchone() == (1,)
    base.close()


def test_without_the_parsed_text_the_file_is_read_again(folder: Path) -> None:
    looked(folder)
    cache.clear()
    again = looked(folder)
    assert found(again, "mayor of Dale")[0][1] == "2.txt"
    # Its size and time say that nothing changed, its bytes do not.
    cache.clear()
    text = (folder / "2.txt").read_text()
    write(folder / "2.txt", text.replace("Dale", "Daxe"))
    with pytest.raises(DocumentError, match="changed while it was read"):
        found(looked(folder), "mayor of Dale")


def test_a_damaged_index_is_made_anew(folder: Path) -> None:
    looked(folder)
    file = index_file()
    data = bytearray(file.read_bytes())
    for damage in (
        b"no database at all" * 99,
        bytes(data[:5000]),
        bytes(data[:100] + b"\xff" * 9000),
    ):
        file.write_bytes(damage)
        assert found(looked(folder), "mayor of Dale")[0][1] == "2.txt"
        assert found(looked(folder), "mayor of Dale")[0][1] == "2.txt"
    with sqlite3.connect(file) as base:
        base.execute("update cuts set postings = ?", [b"x" * 64])
        base.execute("update files set facts = '{}'")
    base.close()
    assert found(looked(folder), "mayor of Dale")[0][1] == "2.txt"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_where_nothing_can_be_written_it_is_done_without(folder: Path, longread_home: Path) -> None:
    longread_home.mkdir()
    longread_home.chmod(0o500)
    assert found(looked(folder), "mayor of Dale")[0][1] == "2.txt"


def test_while_another_process_writes_it_is_done_without(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.retrieval.store._SECONDS", 0.05)
    looked(folder)
    base = sqlite3.connect(index_file())
    base.execute("begin exclusive")
    assert found(looked(folder), "mayor of Dale")[0][1] == "2.txt"
    base.rollback()
    base.close()
    assert IndexStore().facts([str(folder / "2.txt")])


def test_what_nobody_asked_for_is_forgotten(folder: Path) -> None:
    looked(folder)
    with sqlite3.connect(index_file()) as base:
        base.execute("update cuts set used = used - 100")
        base.execute("update files set used = used - 100")
    base.close()
    assert found(looked(folder / "2.txt"), "Dale")
    write(folder / "2.txt", "Something else.\n", LONG_AGO + 7)
    looked(folder / "2.txt")
    with sqlite3.connect(index_file()) as base:
        assert base.execute("select count(*) from cuts").fetchone() == (2,)
    base.close()
