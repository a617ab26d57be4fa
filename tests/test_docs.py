"""docs/: what the glossary and the architecture page name exists, and their counts are right."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from docs.make_counts import PAGE, ROOT, ROW, TOTAL, lines_of, with_counts

GLOSSARY = ROOT / "docs" / "glossary.md"
TERM = re.compile(r"^\| (?P<term>[^|`]+) \| [^|]+ \| `(?P<type>[\w.]+)` \| `(?P<file>\S+)` \|$")


def terms() -> list[tuple[str, str, str]]:
    rows = [TERM.match(line) for line in GLOSSARY.read_text("utf-8").splitlines()]
    return [(row["term"], row["type"], row["file"]) for row in rows if row]


def names(body: list[ast.stmt]) -> dict[str, list[ast.stmt]]:
    """What a module or class defines: names, with the body of each class."""
    found: dict[str, list[ast.stmt]] = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = node.body
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = []
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = []
        elif isinstance(node, ast.Assign):
            found |= {each.id: [] for each in node.targets if isinstance(each, ast.Name)}
    return found


@pytest.mark.parametrize(("term", "named", "file"), terms())
def test_what_the_glossary_names_is_defined_there(term: str, named: str, file: str) -> None:
    body = ast.parse((ROOT / file).read_text("utf-8")).body
    for part in named.split("."):
        assert part in names(body), f"{term}: {file} does not define {named}"
        body = names(body)[part]


def test_every_row_of_the_glossary_is_read() -> None:
    rows = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    heads = [line for line in rows if line.startswith(("| term", "| ---"))]
    assert len(terms()) == len(rows) - len(heads) > 40
    assert len({term for term, _, _ in terms()}) == len(terms())


def test_the_files_of_the_architecture_page_exist() -> None:
    named = set(re.findall(r"`((?:longread|docs|tests)/[\w./]+\.\w+)`", PAGE.read_text("utf-8")))
    assert named
    assert [file for file in sorted(named) if not (ROOT / file).is_file()] == []


def test_the_counts_of_the_architecture_page_are_right() -> None:
    text = PAGE.read_text("utf-8")
    rows = [(row["file"], int(row["lines"].replace(",", ""))) for row in ROW.finditer(text)]
    wrong = [
        f"{file}: {said} said, {lines_of(file)} counted"
        for file, said in rows
        if abs(said - lines_of(file)) > 0.1 * lines_of(file)
    ]
    assert rows
    assert not wrong, "run python docs/make_counts.py"
    totals = [TOTAL.match(line) for line in text.splitlines()]
    tables = [row for row in totals if row]
    assert sum(int(row["files"]) for row in tables) == len(rows)
    assert sum(int(row["lines"].replace(",", "")) for row in tables) == sum(n for _, n in rows)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}


def test_what_is_cited_by_anchor_is_there() -> None:
    cited = re.compile(r"((?:benchmarks|models|docs)/[\w/]+\.md)#([\w-]+)")
    files = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("models/reader/*.md")]
    files += ROOT.glob("longread/**/*.py")
    found = [(file, *each) for file in files for each in cited.findall(file.read_text("utf-8"))]
    assert len(found) > 10
    missing = [
        f"{file.relative_to(ROOT)}: {page}#{anchor}"
        for file, page, anchor in found
        if anchor not in anchors(ROOT / page)
    ]
    assert missing == []


def test_counts_are_written_where_they_stand() -> None:
    file = Path("longread/version.py")
    page = f"| `{file}` | 999 | The version. |\n| **9 files** | **999** | |\n"
    count = lines_of(str(file))
    assert with_counts(page) == (
        f"| `{file}` | {count} | The version. |\n| **1 files** | **{count}** | |\n"
    )
