"""A fixed sample of odd, old, broken and locked PDFs: read, or refused in one line."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from longread.documents import load
from longread.errors import LongreadError

# Every 15th file of the corpus by name: 40 files, always the same.
SAMPLE_STEP = 15
SECONDS_A_FILE = 20.0


def test_sample_of_the_corpus(shared_data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = shared_data / "pdf_corpus"
    files = sorted(folder.rglob("*.pdf"))[::SAMPLE_STEP]
    passwords = json.loads((folder / "passwords.json").read_text("utf-8"))
    read = 0
    refusals = []
    for path in files:
        started = time.perf_counter()
        password = passwords.get(path.relative_to(shared_data).as_posix())
        try:
            document = load(str(path), password=password, use_cache=False)
        except LongreadError as error:
            refusals.append(error.message)
        else:
            read += 1
            ends = [page.end for page in document.pages]
            starts = [page.start for page in document.pages]
            assert starts == sorted(starts), path
            assert ends[-1] == len(document.text), path
            assert all(a <= b for a, b in zip(starts, ends, strict=True)), path
        assert time.perf_counter() - started < SECONDS_A_FILE, path
    assert len(files) == 40
    assert all(message and "\n" not in message for message in refusals)
    assert read > 20
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", ""), "MuPDF printed something"
    assert "pymupdf" in sys.modules


def test_every_password_opens_its_file(shared_data: Path) -> None:
    passwords = json.loads((shared_data / "pdf_corpus" / "passwords.json").read_text("utf-8"))
    locked = []
    for name, password in passwords.items():
        if not (shared_data / name).is_file():
            continue
        try:
            load(str(shared_data / name), password=password, use_cache=False)
        except LongreadError as error:
            if "needs a password" in error.message or "does not open" in error.message:
                locked.append(Path(name).name)
    # One file's empty password is not accepted by MuPDF.
    assert locked == ["test__pdfs__print_protection.pdf"]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        (
            "3M_2018_10K",
            "Purchases of property, plant and equipment (PP&E) | (1,577) | (1,373) | (1,420)",
        ),
        ("AMCOR_2023Q2_10Q", "Net income | $461 | $229 | $695 | $432"),
        ("MICROSOFT_2016_10K", "Total revenue | 85,320 | 93,580 | 86,833"),
    ],
)
def test_rows_of_filings_are_lines(shared_data: Path, name: str, row: str) -> None:
    document = load(str(shared_data / "financebench" / "pdfs" / f"{name}.pdf"))
    assert row in document.text.splitlines()
