"""`longread inspect` and `longread search`: no model is needed for them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from longread.cli import application
from tests.cli.conftest import FIXTURES, TALE, run
from tests.fixtures.pages import Paper

VOYAGE = str(FIXTURES / "voyage.pdf")


def look(*arguments: object, stdin: bytes | None = None) -> Any:
    return CliRunner().invoke(application(), [str(argument) for argument in arguments], input=stdin)


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


def test_inspect_lists_chunks_and_passages() -> None:
    lines = look("inspect", VOYAGE, "--chunks", "--passages", "--passage-tokens", "80").stdout
    assert "  chunk    0 " in lines
    assert lines.count("  passage ") >= 5


def test_names_of_before_are_understood_with_a_line_each() -> None:
    now = look("inspect", VOYAGE, "--passages", "--passage-tokens", "80")
    before = look("inspect", VOYAGE, "--units", "--unit-tokens", "80")
    assert before.stdout == now.stdout
    said = ["--unit-tokens is now called --passage-tokens", "--units is now called --passages"]
    assert sorted(before.stderr.splitlines()) == sorted([*said, *now.stderr.splitlines()])
    assert "--unit" not in look("inspect", "--help").stdout


def test_inspect_as_json() -> None:
    (record,) = json.loads(look("inspect", VOYAGE, "--json").stdout)
    assert record["format"] == "pdf"
    assert [page["label"] for page in record["pages"]] == ["i", "1", "2", "3", "4"]
    assert record["chunks"][0]["start"] == 0
    assert record["passages"][-1]["end"] <= record["characters"]


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


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for year in ("2023", "2024"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "report.txt").write_text(f"The auditor of {year} was Ines Falk.\n")
    (tmp_path / "notes.txt").write_text("Nobody.\n")
    lines = look("search", tmp_path, "auditor 2024").stdout.splitlines()
    assert lines[0].startswith(f" 1. {tmp_path / '2024' / 'report.txt'}, line 1")
    assert lines[2].startswith(f" 2. {tmp_path / '2023' / 'report.txt'}, line 1")


def test_warnings_and_what_was_left_out_in_search(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "a.txt").write_bytes("Die Fähre fährt täglich für zwölf Kronen.\n".encode("cp1252"))
    (shelf / "b.png").write_bytes(b"\x89PNG")
    result = look("search", shelf, "Fähre")
    assert result.exit_code == 0
    said = result.stderr
    assert "warning: a.txt: the text is not valid UTF-8 and was read as Windows-1252" in said
    assert f"left out: {shelf / 'b.png'} is a picture (PNG)" in said
    record = json.loads(look("search", shelf, "Fähre", "--json").stdout)
    (document,) = record["documents"]
    assert "Windows-1252" in document["warnings"][0]
    assert len(record["left_out"]) == 1
    assert "warning: a.txt" in look("inspect", shelf, "--text").stderr


def test_the_encoding_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Árvíztűrő tükörfúrógép".encode("cp1250"))
    result = look("inspect", path, "--text", "--encoding", "CP-1250")
    assert (result.stdout, result.stderr) == ("Árvíztűrő tükörfúrógép\n", "")
    refused = run("search", path, "x", "--encoding", "klingon")
    assert refused.code == 2
    assert refused.trouble()[0] == "--encoding (klingon) is no encoding that is known."


def test_names_that_begin_with_a_dash_or_are_no_utf_8(tmp_path: Path) -> None:
    (tmp_path / "-draft.txt").write_text("The mast is 19 metres high.\n")
    found = run("search", "--", "-draft.txt", "mast", cwd=tmp_path)
    assert found.stdout.startswith(" 1. -draft.txt, line 1")
    if sys.platform != "linux":
        return
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xe4r.txt")).write_text("It is 2 metres high.\n")
    for way in ([], ["--json"]):
        found = run("search", ".", "high", *way, cwd=tmp_path)
        assert found.code == 0
        assert "2 metres" in found.stdout


def test_inspect_prints_tables_as_markdown_csv_and_json() -> None:
    markdown = look("inspect", VOYAGE, "--tables").stdout
    assert "| Flour and ship's biscuit | 2,140 | 1,310 | (85) |" in markdown.splitlines()
    comma = look("inspect", VOYAGE, "--tables", "--format", "csv").stdout
    assert 'Flour and ship\'s biscuit,"2,140","1,310",(85)' in comma.splitlines()
    (found,) = json.loads(look("inspect", VOYAGE, "--tables", "--format", "json").stdout)
    rows = [row for table in found["tables"] for row in table["rows"]]
    flour = next(row for row in rows if row["label"] == "Flour and ship's biscuit")
    assert flour["page"] == 3
    assert flour["record"].endswith("1911 2,140; 1912 1,310; 1913 (85)")


def test_a_format_without_tables_is_a_usage_error() -> None:
    result = look("inspect", VOYAGE, "--format", "csv")
    assert result.exit_code != 0


def test_search_shows_the_page_of_its_snippet(tmp_path: Path) -> None:
    paper = Paper()
    labels = [{"startpage": 0, "style": "r"}, {"startpage": 3, "style": "D", "prefix": "A-"}]
    for number in range(1, 7):
        page = paper.page()
        page.insert_text((72, 100), f"The password of lock {number} is tern{number}.")
    paper.file.set_page_labels(labels)
    path = paper.save(tmp_path)
    assert "6, printed i to A-3" in look("inspect", path).stdout
    (hit, *_) = json.loads(look("search", path, "password of lock 5", "--json").stdout)["hits"]
    assert hit["text"] == "The password of lock 5 is tern5."
    assert (hit["page"], hit["last_page"]) == (5, 5)
    assert "p. 5 (A-2)" in look("search", path, "password of lock 5").stdout.splitlines()[0]


def test_inspect_lists_what_was_left_out(tmp_path: Path) -> None:
    lines = look("inspect", VOYAGE, "--removed").stdout.splitlines()
    removed = [line.split(maxsplit=4)[2:] for line in lines if line.startswith("  removed")]
    assert ["2", "repeated", "The Voyage of the Aurora"] in removed
    (record,) = json.loads(look("inspect", VOYAGE, "--json").stdout)
    assert {"page": 2, "text": "1", "why": "repeated"} in record["removed"]


def test_the_snippet_of_search_is_the_sentence_with_most_of_the_query(tmp_path: Path) -> None:
    locks = tmp_path / "locks.txt"
    locks.write_text(
        "\n\n".join(f"Sheet {n}. The password of lock {n} is tern{n}." for n in range(9))
    )
    said = look("search", locks, "password of lock 5").stdout.splitlines()
    assert said[1].strip() == "The password of lock 5 is tern5."
