"""The example report: what is in the repository is what its script makes, and reads as intended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest

from longread.documents import load

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORT = EXAMPLES / "harbour-report.pdf"


def page_texts(path: Path) -> list[str]:
    with pymupdf.open(path) as document:
        return [page.get_text() for page in document]


@pytest.fixture
def typesetter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the typesetter importable as its script imports it."""
    monkeypatch.syspath_prepend(EXAMPLES)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as its script makes it now."""
    output = tmp_path_factory.mktemp("report") / "made.pdf"
    command = [sys.executable, str(EXAMPLES / "make_report.py"), str(output)]
    subprocess.run(command, check=True, capture_output=True)
    return output


def test_the_script_still_makes_the_report_in_the_repository(made: Path) -> None:
    # Texts and not bytes: another version of MuPDF may compress or subset otherwise.
    assert page_texts(made) == page_texts(REPORT)


def test_the_report_can_be_made_twice_alike(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pdf"
    command = [sys.executable, str(EXAMPLES / "make_report.py"), str(again)]
    subprocess.run(command, check=True, capture_output=True)
    assert again.read_bytes() == made.read_bytes()


def test_the_report_is_long_and_none_of_it_is_in_doubt() -> None:
    document = load(str(REPORT))
    assert len(document.pages) >= 36
    assert document.warnings == ()
    assert document.title == "Aldmere Harbour Authority: Annual Report and Accounts 2024"


def test_front_matter_is_numbered_in_roman_and_the_rest_from_one() -> None:
    labels = [page.label for page in load(str(REPORT)).pages]
    front = labels.index("1")
    assert labels[:front] == ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii"][:front]
    assert labels[front:] == [str(number) for number in range(1, len(labels) - front + 1)]


def test_the_outline_names_every_chapter_on_the_page_where_it_starts() -> None:
    with pymupdf.open(REPORT) as document:
        outline = document.get_toc()
        chapters = [entry for entry in outline if entry[0] == 1 and entry[1][0].isdigit()]
        assert len(chapters) >= 15
        for _, title, page in chapters:
            number, name = title.split(maxsplit=1)
            text = " ".join(document[page - 1].get_text().split()).replace("ﬁ", "fi")
            assert f"Chapter {number} {name}" in text


@pytest.mark.usefixtures("typesetter")
def test_the_typesetter_refuses_a_word_wider_than_its_column() -> None:
    from report.lines import Setting, break_lines
    from report.markup import words

    with pytest.raises(ValueError, match="wider than its column"):
        break_lines(words("a 01632960417016329604170163296041"), Setting(60, 9.9, 13.4))


@pytest.mark.usefixtures("typesetter")
def test_the_figures_refuse_a_total_that_does_not_agree(tmp_path: Path) -> None:
    from report.figures import load as load_figures

    changed = (EXAMPLES / "report" / "figures.toml").read_text("utf-8")
    changed = changed.replace('["cash", "Cash and deposits", 9127,', '["cash", "Cash", 9128,')
    path = tmp_path / "figures.toml"
    path.write_text(changed, "utf-8")
    with pytest.raises(ValueError, match=r"cash\.closing\.2024 is 9127, but balance\.cash\.2024"):
        load_figures(path)
