"""Files that would end the process, or never end: each is one line, and the others are read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.documents import load, load_all, loader, parse, workers
from longread.documents.model import Document
from longread.documents.workers import Limits, OutOfMemory, OutOfTime, WorkerError, Workers
from longread.errors import DocumentError
from longread.runs.opening import read_documents
from longread.runs.options import DocumentOptions
from tests.documents.test_hostile import CONTENT, PAGE, pdf

ROOMY = Limits(60, 4 << 30)
needs_address_limit = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux keeps to RLIMIT_AS"
)


@pytest.fixture
def pool() -> Iterator[Workers]:
    with Workers() as opened:
        yield opened


def double(number: int) -> int:
    return 2 * number


def fail(message: str) -> None:
    raise DocumentError(message, "a hint")


def spin(seconds: float = 600.0) -> None:
    """Keep a core busy for so much CPU time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def hoard() -> int:
    return len(bytearray(6 << 30))


def talk() -> str:
    print("on stdout")
    os.write(1, b"by a native library\n")
    return "heard"


def process() -> int:
    return os.getpid()


def test_a_call_returns_or_raises_what_the_function_does(pool: Workers) -> None:
    assert pool.call(ROOMY, double, 21) == 42
    with pytest.raises(DocumentError, match="locked") as caught:
        pool.call(ROOMY, fail, "locked")
    assert caught.value.hint == "a hint"
    assert pool.call(ROOMY, talk) == "heard"


def test_a_worker_is_used_again_and_one_that_crashed_is_replaced(pool: Workers) -> None:
    first = pool.call(ROOMY, process)
    assert first not in (pool.call(Limits(60, 5 << 30), double, 1), os.getpid())
    assert pool.call(ROOMY, process) == first
    with pytest.raises(WorkerError, match="SIGABRT" if os.name == "posix" else "crashed"):
        pool.call(ROOMY, os.abort)
    assert pool.call(ROOMY, process) != first


def test_a_hang_ends_at_the_time_limit(pool: Workers) -> None:
    pool.call(ROOMY, double, 1)
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        pool.call(Limits(0.5, 4 << 30), time.sleep, 600)
    assert time.monotonic() - began < 30


@pytest.mark.skipif(os.name != "posix", reason="CPU limits are of Unix")
def test_a_loop_ends_with_its_cpu_time_and_waiting_costs_none(pool: Workers) -> None:
    """A good file on a busy machine waits for its turn, and is not to be refused for it."""
    a_second = Limits(60, 4 << 30, cpu=1)
    pool.call(a_second, time.sleep, 3)
    with pytest.raises(OutOfTime):
        pool.call(a_second, spin)
    # The next call of a worker has its own second.
    assert [pool.call(a_second, spin, 0.4) for _ in range(4)] == [None] * 4


@needs_address_limit
def test_memory_ends_at_its_limit(pool: Workers) -> None:
    with pytest.raises(OutOfMemory):
        pool.call(ROOMY, hoard)


@pytest.mark.skipif(os.name != "posix", reason="signals are of Unix")
def test_the_system_that_kills_for_memory_is_understood(pool: Workers) -> None:
    with pytest.raises(OutOfMemory):
        pool.call(ROOMY, os.kill, pool.call(ROOMY, process), signal.SIGKILL)


def test_a_script_without_a_guard_may_load(tmp_path: Path) -> None:
    """multiprocessing would run the script again in each worker, and refuse."""
    (tmp_path / "a.html").write_text("<p>The mast is 19 m.</p>")
    script = tmp_path / "script.py"
    script.write_text("from longread.documents import load\nprint(load('a.html').text)\n")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("The mast is 19 m.\n", "")


GLYPHS = b"BT /F 12 Tf 20 100 Td " + b"(The mast is 19 metres high, said the log. ) Tj " * 20_000


def text_bomb(path: Path, repeats: int) -> Path:
    """A PDF of some hundred KB whose one page shows `repeats` times 860,000 characters."""
    packer = zlib.compressobj(9)
    packed = b"".join([*(packer.compress(GLYPHS) for _ in range(repeats)), packer.flush()])
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    path.write_bytes(pdf(b"<< /Type /Catalog /Pages 2 0 R >>", tree, PAGE, stream))
    return path


@needs_address_limit
def test_a_page_that_unpacks_to_more_than_memory_holds(tmp_path: Path) -> None:
    bomb = text_bomb(tmp_path / "bomb.pdf", 40)
    assert bomb.stat().st_size < 1_000_000
    with pytest.raises(DocumentError, match=r"bomb\.pdf needs more than 0\.6 GB of memory"):
        load(str(bomb), use_cache=False, file_memory=0.6)


def test_a_page_that_takes_too_long(tmp_path: Path) -> None:
    bomb = text_bomb(tmp_path / "bomb.pdf", 40)
    with pytest.raises(DocumentError, match=r"bomb\.pdf takes more than 0\.5 s") as caught:
        load(str(bomb), use_cache=False, file_seconds=0.5)
    assert "--file-seconds" in caught.value.hint


@needs_address_limit
def test_an_ebook_that_unpacks_without_end(tmp_path: Path) -> None:
    book = tmp_path / "bomb.epub"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/container.xml", " " * 400_000_000)
    assert book.stat().st_size < 500_000
    with pytest.raises(DocumentError, match=r"bomb\.epub"):
        load(str(book), use_cache=False, file_memory=0.4)


def crash_where_it_says_so(file: parse.Unparsed) -> Document:
    """A reader of a kind that breaks down on some files, as a native one would."""
    if b"crash" in file.data:
        os.abort()
    while b"hang" in file.data:
        time.sleep(1)
    return Document(file.name, file.digest, "", file.kind, file.data.decode())


def test_bad_files_among_twenty_good_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "_parse_and_store", crash_where_it_says_so)
    for number in range(20):
        (tmp_path / f"{number:02}.html").write_text(f"<p>The mast of ship {number} is 19 m.</p>")
    (tmp_path / "03 crash.html").write_text("<p>crash</p>")
    (tmp_path / "07 hang.html").write_text("<p>hang</p>")
    said: list[str] = []
    documents = read_documents([str(tmp_path)], DocumentOptions(file_seconds=8), report=said.append)
    assert len(documents) == 20
    assert [line.removeprefix("left out: ") for line in said] == [
        "03 crash.html cannot be read as HTML: its reader crashed (SIGABRT).",
        "07 hang.html takes more than 8 s to read as HTML.",
    ]


@needs_address_limit
def test_a_real_bomb_among_twenty_good_ones(tmp_path: Path) -> None:
    for number in range(20):
        content = CONTENT.replace(b"mast", b"mast of ship %02d" % number)
        (tmp_path / f"{number:02}.pdf").write_bytes(whole(content))
    text_bomb(tmp_path / "07 bomb.pdf", 40)
    said: list[str] = []
    documents = read_documents(
        [str(tmp_path)], DocumentOptions(file_memory=0.6), report=said.append
    )
    assert [document.text for document in documents] == [
        f"The mast of ship {number:02} is 19 m." for number in range(20)
    ]
    assert said == ["left out: 07 bomb.pdf needs more than 0.6 GB of memory to be read as PDF."]


def whole(content: bytes) -> bytes:
    tree = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    length = content.index(b"endstream") - content.index(b"stream\n") - 8
    content = content.replace(b"44", b"%d" % length)
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", tree, PAGE, content)


def test_a_file_larger_than_memory_is_not_opened(tmp_path: Path) -> None:
    huge = tmp_path / "huge.log"
    with huge.open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(DocumentError, match=r"huge\.log is 3 GB; a file may take 2 GB"):
        load(str(huge), file_memory=2)


def test_the_same_bytes_are_parsed_once_and_each_name_has_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "<p>The mast is 19 m.</p>"
    for name, text in {"a.html": page, "b.html": page, "c.pdf": "%PDF-", "d.pdf": "%PDF-"}.items():
        (tmp_path / name).write_text(text)
    parsed: list[str] = []

    def counted(file: parse.Unparsed, pool: Workers) -> Document:
        parsed.append(file.name)
        return parse.parse_apart(file, pool)

    monkeypatch.setattr(loader, "parse_apart", counted)
    told: list[float] = []
    first, second, *failed = load_all(
        [str(tmp_path / name) for name in ("a.html", "b.html", "c.pdf", "d.pdf")],
        progress=lambda _source, share: told.append(share),
    )
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.path, second.path) == (str(tmp_path / "a.html"), str(tmp_path / "b.html"))
    assert first.text == second.text == "The mast is 19 m."
    assert sorted(parsed) == ["a.html", "c.pdf"]
    assert [str(each).split()[0] for each in failed] == ["c.pdf", "d.pdf"]
    assert told == sorted(told)
    assert all(0 <= share <= 1 for share in told)


def test_no_worker_outlives_a_load_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[workers._Worker] = []

    class Watched(workers._Worker):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(workers, "_Worker", Watched)
    (tmp_path / "a.html").write_text("<p>The mast is 19 m.</p>")
    load_all([str(tmp_path / "a.html")])
    assert [each._process.poll() is not None for each in started] == [True]
