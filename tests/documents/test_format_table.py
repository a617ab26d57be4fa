"""One table of formats: readers, README, docs and errors say what it says."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

import pytest

from docs.make_formats import PAGE, README, page, readme
from longread.documents.discover import discover
from longread.documents.formats import BY_KIND, BY_SUFFIX, FORMATS, Format, listed
from longread.errors import DocumentError


def test_readme_and_page_hold_the_table() -> None:
    for path, made in ((README, readme), (PAGE, page)):
        text = path.read_text("utf-8")
        assert made(text) == text, f"{path.name} is stale: python docs/make_formats.py"
        assert all(each.short in text for each in FORMATS)


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.kind)
def test_every_format_has_a_reader_and_its_libraries(each: Format) -> None:
    if each.reader:
        module, _, function = each.reader.partition(":")
        assert callable(getattr(import_module(f"longread.documents.{module}"), function))
    assert all(version(library) for library in each.libraries)
    assert each.place
    assert each.suffixes


def test_a_kind_and_an_ending_stand_once() -> None:
    assert len(BY_KIND) == len(FORMATS)
    assert len(BY_SUFFIX) == sum(len(each.suffixes) for each in FORMATS)


def test_an_error_says_what_is_read(tmp_path: object) -> None:
    with pytest.raises(DocumentError) as caught:
        discover([str(tmp_path)])
    assert listed() in (caught.value.hint or "")
