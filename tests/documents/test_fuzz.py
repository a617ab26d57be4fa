"""Documents nobody thought of: text comes out, or one line that says why not."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longread.documents import Document, load
from longread.documents.compiler import Compiler
from longread.documents.encodings import decode
from longread.documents.markup import parse
from longread.documents.sentences import sentences
from longread.documents.superscripts import Superscripts
from longread.errors import LongreadError

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
SUFFIXES = (
    ".txt", ".md", ".html", ".fb2", ".epub", ".csv", ".srt", ".eml", ".mbox", ".ipynb", ".tex",
    ".rst", ".adoc", ".org", ".json", ".xml", ".rtf", "",
)  # fmt: skip
shortly = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def consistent(document: Document) -> None:
    """What every reader of a Document relies on."""
    text = document.text
    assert text.strip()
    for start in document.blocks:
        assert start < len(text)
    for page in document.pages:
        assert 0 <= page.start <= page.end <= len(text)
    for table in document.tables:
        for row in table.rows:
            assert len(row.cells) == len(table.heads)
            assert row.start < row.end <= len(text)
    kept = "".join(text[start:end] for start, end in sentences(text, by_line=document.by_line))
    assert "".join(kept.split()) == "".join(text.split())


def read(path: Path) -> str:
    """Read a file; the message where it could not be, which a reader foresaw."""
    message = ""
    try:
        consistent(load(str(path), use_cache=False))
    except LongreadError as error:
        message = error.message
    assert "\n" not in message
    return message


@shortly
@given(data=st.binary(min_size=1, max_size=400), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    assert "cannot be read as" not in read(path)


@shortly
@given(text=st.text(min_size=1, max_size=400), suffix=st.sampled_from(SUFFIXES[:3] + SUFFIXES[5:8]))
def test_any_text(tmp_path: Path, text: str, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(text.encode("utf-8", "replace"))
    assert "cannot be read as" not in read(path)


TAGS = "p div table tr td th b sup a li ul h1 pre br span thead caption svg math msup mi".split()  # noqa: SIM905
TOKENS = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS]),
    st.sampled_from([f"</{tag}>" for tag in TAGS]),
    st.sampled_from(["<td rowspan=2>", "<td colspan=3>", "<tr hidden>", '<a href="#n">', "<!--"]),
    st.sampled_from(['<p style="display:none">', "<![CDATA[", "<![if x]>", "&lt;", "&#x110000;"]),
    st.sampled_from(['<span role="doc-pagebreak" title="7"/>', "12", " ", "word", "$", ")", "\n"]),
)


@shortly
@given(tokens=st.lists(TOKENS, max_size=60))
def test_any_markup(tokens: list[str]) -> None:
    compiler = Compiler()
    offsets = compiler.add(parse("".join(tokens)))
    read = compiler.read("", tuple(compiler.sections), [])
    assert offsets == sorted(offsets)
    if read.text.strip():
        consistent(
            Document(
                "a", "", "", "html", read.text, read.pages, read.sections, read.blocks, read.tables
            )
        )


@shortly
@given(text=st.text(min_size=2), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_says_its_encoding_comes_back_whole(text: str, encoding: str) -> None:
    text = text.encode("utf-8", "replace").decode().removeprefix("\ufeff")
    if "\0" not in text and "\x1b" not in text and text.isprintable():
        assert decode(text.encode(encoding), "a.txt")[0] == text


@shortly
@given(
    before=st.text(alphabet="0123456789.,x ×m", max_size=8).map(lambda text: f"{text}5"),
    mark=st.text(alphabet="0123456789,-−*a[]", min_size=1, max_size=5),
    linked=st.booleans(),
)
def test_a_superscript_never_joins_the_figure_before_it(
    before: str, mark: str, linked: bool
) -> None:
    written = Superscripts().read(before, mark, linked=linked)
    assert not re.match(r"[\d.,']", written)


CELL = st.text(
    alphabet=st.characters(categories=["L", "N", "P"], exclude_characters='"|'), min_size=1
)


@shortly
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=6))
def test_the_cells_of_a_csv_come_back(tmp_path: Path, rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    path = tmp_path / "a.csv"
    path.write_text(file.getvalue(), "utf-8", newline="")
    document = load(str(path), use_cache=False)
    consistent(document)
    for number, line in enumerate(document.text.split("\n"), start=1):
        assert document.locate(document.text.index(line)).line is not None
        assert number <= len(rows)


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "benchmarks" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", range(60))
def test_damaged_fixtures(tmp_path: Path, fuzz: ModuleType, seed: int) -> None:
    file, data = fuzz.example(fuzz.sources([FIXTURES]), seed)
    path = tmp_path / file.name
    path.write_bytes(data)
    assert "cannot be read as" not in read(path)
