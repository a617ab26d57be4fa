"""README.md and docs/: what they name exists, and their counts are right."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from docs.make_counts import PAGE, ROOT, ROW, TOTAL, lines_of, with_counts
from longread.cli import application
from longread.errors import ExitCode
from longread.reading.names import strategies

README = (ROOT / "README.md").read_text("utf-8")
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
    own = set(re.findall(r"\]\(#([\w-]+)\)", README))
    assert missing == sorted(own - anchors(ROOT / "README.md")) == []


def test_counts_are_written_where_they_stand() -> None:
    file = Path("longread/version.py")
    page = f"| `{file}` | 999 | The version. |\n| **9 files** | **999** | |\n"
    count = lines_of(str(file))
    assert with_counts(page) == (
        f"| `{file}` | {count} | The version. |\n| **1 files** | **{count}** | |\n"
    )


# A call in a block of commands, or between backticks; comments and pipes end it.
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?:^|[\s(/])(longread (?:[a-z]|-).*)")
_INLINE = re.compile(r"`(longread [a-z-][^`]*)`")


def calls() -> list[str]:
    """Every call of longread that README.md and docs/ show."""
    found: list[str] = []
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))):
        text = page.read_text("utf-8")
        lines = [
            line
            for language, block in _BLOCK.findall(text)
            if language in ("", "sh")
            for line in joined(block)
        ]
        shown = [match[1] for line in lines if (match := _CALL.search(line))]
        found += shown + _INLINE.findall(_BLOCK.sub("", text))
    return sorted(set(found))


def joined(block: str) -> list[str]:
    """The lines of a block, those that end in a backslash with the next."""
    return block.replace("\\\n", " ").splitlines()


def words(call: str) -> list[str]:
    """The words of a call, up to a comment, a pipe or what follows it."""
    parts = shlex.shlex(call, posix=True, punctuation_chars="|&;>)")
    parts.whitespace_split = True
    found: list[str] = []
    for part in parts:
        if set(part) <= set("|&;>)"):
            break
        found.append(part)
    return found[1:]


@pytest.mark.parametrize("call", calls())
def test_calls_that_are_shown_have_commands_and_options_that_exist(call: str) -> None:
    command: Any = typer.main.get_command(application())
    rest = words(call)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            assert command.name == "batch", f"there is no command {rest[0]}"
            rest = ["run", *rest]
        command = command.commands[rest.pop(0)]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    known |= {"--help", "--ray"}
    options = [word.partition("=")[0] for word in rest if re.match(r"-{1,2}[a-zA-Z]", word)]
    assert [option for option in options if option not in known] == []


def test_calls_are_found_in_blocks_and_in_sentences() -> None:
    assert len(calls()) > 50
    assert words('longread ask - "What | is?" --json | jq .  # a comment') == [
        *("ask", "-", "What | is?", "--json")
    ]


def test_the_readme_has_every_exit_code_and_strategy() -> None:
    numbers = {int(number) for number in re.findall(r"^\| (\d+) \| ", README, re.MULTILINE)}
    assert numbers == set(map(int, ExitCode))
    named = re.findall(r"^\| `([a-z-]+)`(?: \(default\))? \| ", README, re.MULTILINE)
    assert sorted(set(strategies()) - set(named)) == []


def test_the_readme_has_every_variable_of_the_environment_that_is_no_option() -> None:
    read = re.compile(r"environ(?:\.get\(|\[)[\s(]*\"((?:LONGREAD|HF)_[A-Z_]+)\"")
    files = (ROOT / "longread").glob("**/*.py")
    found = {name for file in files for name in read.findall(file.read_text("utf-8"))}
    assert len(found) > 4
    assert sorted(name for name in found if f"`{name}`" not in README) == []
