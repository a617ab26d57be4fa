"""`longread inspect` and `longread search`: no model is needed for them."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from longread.cli import app
from tests.cli.conftest import FIXTURES, TALE

VOYAGE = str(FIXTURES / "voyage.pdf")


def look(*arguments: object, stdin: bytes | None = None) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def test_inspect_shows_what_was_read() -> None:
    lines = look("inspect", VOYAGE).stdout.splitlines()
    assert lines[0] == VOYAGE
    facts = dict(line.split(maxsplit=1) for line in lines[1:])
    assert facts["title"] == "The Voyage of the Aurora"
    assert facts["format"] == "pdf"
    assert facts["pages"] == "5, printed i to 4"
    assert len(facts["sha256"]) == 64


def test_inspect_text_is_the_text_and_nothing_else() -> None:
    result = look("inspect", "--text", TALE)
    assert result.stdout.startswith("THE AURORA")
    assert result.stdout.rstrip().endswith("All nineteen came home.")


def test_inspect_lists_chunks_and_units() -> None:
    lines = look("inspect", VOYAGE, "--chunks", "--units", "--unit-tokens", "80").stdout
    assert "  chunk    0 " in lines
    assert lines.count("  unit ") >= 5


def test_inspect_as_json() -> None:
    (record,) = json.loads(look("inspect", VOYAGE, "--json").stdout)
    assert record["format"] == "pdf"
    assert [page["label"] for page in record["pages"]] == ["i", "1", "2", "3", "4"]
    assert record["chunks"][0]["start"] == 0
    assert record["units"][-1]["end"] <= record["characters"]


def test_inspect_reads_standard_input() -> None:
    result = look("inspect", "-", "--text", stdin=b"All is well.\n")
    assert "All is well." in result.stdout


def test_warnings_of_a_document_are_shown() -> None:
    assert "warning" in look("inspect", FIXTURES / "partly_scanned.pdf").stdout


def test_search_finds_the_page() -> None:
    result = look("search", VOYAGE, "ship's boy diary")
    assert result.exit_code == 0
    first, quote, *_ = result.stdout.splitlines()
    assert first.startswith(" 1. voyage.pdf, p. ")
    assert "Anders" in quote


def test_search_as_json() -> None:
    result = look("search", VOYAGE, "wireless", "--json", "-n", 1)
    record = json.loads(result.stdout)
    assert record["query"] == "wireless"
    (hit,) = record["hits"]
    assert (hit["rank"], hit["document"], hit["page"]) == (1, VOYAGE, 1)
    assert "wireless" in hit["text"]


def test_search_without_a_hit_is_exit_code_1() -> None:
    result = look("search", TALE, "zeppelin")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "nothing matches\n"


def test_search_without_a_query() -> None:
    for arguments in ([TALE], [TALE, " "]):
        result = look("search", *arguments)
        assert result.exit_code == 2
        assert "longread search book.pdf" in result.stderr


def test_trouble_is_one_line_and_a_hint() -> None:
    result = look("inspect", "no.pdf")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "longread: no.pdf does not exist.",
        "hint: check the name; a name with spaces needs quotes",
    ]
