from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from longread.display import hyperlinks
from longread.display.answer import answer_text, write_answer
from longread.reading.step import Exit, Quote
from tests.display.conftest import Terminal
from tests.display.script import answer, document, reading, run_info

INFO = run_info()
STEPS = list(reading(INFO, 41))


def test_answer_then_citations() -> None:
    made = answer(INFO, STEPS)
    first = replace(made.citations[0], page=12, label="xii", text="We are\na  company.")
    made = replace(made, citations=(first, replace(made.citations[1], verified=False)))
    assert answer_text(made) == (
        "3M spent $1,749 million in 2022, up from $1,603 million.\n"
        "\n"
        '  [1] 3M_2022_10K.pdf, p. 12 (xii): "We are a company."\n'
        '  [2] 3M_2022_10K.pdf, p. 17: "Purchases of property, plant and equipment (PP&E) '
        'were $1,749 million in 2022." (not verified)\n'
    )


def test_no_answer_writes_nothing(terminal: Callable[..., Terminal]) -> None:
    made = answer(INFO, STEPS, status="not_found", answer=None, exit=Exit(41, "end_of_document"))
    assert answer_text(made) == ""
    screen = terminal()
    write_answer(made, screen)
    assert screen.getvalue() == ""


def test_a_pipe_gets_the_plain_text() -> None:
    made = answer(INFO, STEPS, answer="\x1b[31m[red]3M[/red]\x1b[0m\nsecond line")
    pipe = io.StringIO()
    write_answer(made, pipe)
    assert pipe.getvalue() == answer_text(made)
    assert pipe.getvalue().startswith("[31m[red]3M[/red][0m\nsecond line\n\n  [1] ")


def test_a_terminal_gets_it_wrapped_with_a_hanging_indent(
    terminal: Callable[..., Terminal],
) -> None:
    screen = terminal(60)
    write_answer(answer(INFO, STEPS, answer="[red]yes[/red] \x1b[2J"), screen)
    written = screen.getvalue()
    assert "[red]yes[/red]" in written
    assert "\x1b[2J" not in written
    plain = written.replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert max(map(len, plain.splitlines())) <= 60
    assert all(line.startswith("  ") for line in plain.splitlines()[2:])


def test_quotes_without_pages_say_where_they_stand() -> None:
    info = run_info(2, (document("a.txt", pages=0), document("b.epub", pages=0)))
    quotes = (
        Quote(0, "a.txt", 0, 3, "one", line=120, verified=True),
        Quote(1, "b.epub", 0, 3, "two", section="Chapter 2", verified=True),
        Quote(1, "b.epub", 0, 3, "x" * 400, verified=True),
    )
    lines = answer_text(replace(answer(INFO, STEPS), info=info, citations=quotes)).splitlines()
    assert lines[2] == '  [1] a.txt, line 120: "one"'
    assert lines[3] == '  [2] b.epub, § Chapter 2: "two"'
    assert lines[4].startswith('  [3] b.epub: "xxx')
    assert lines[4].endswith('x…"')


def test_an_answer_without_quotes_stands_alone() -> None:
    assert answer_text(answer(INFO, STEPS, answer=" 42 ", citations=())) == "42\n"


_LINK = "\x1b]8;"


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing in the environment tells which terminal it is."""
    for name in (*hyperlinks._SET, "FORCE_HYPERLINK", "SSH_CONNECTION", "SSH_TTY", "VTE_VERSION",
                 "TERM_PROGRAM", "TERM_PROGRAM_VERSION"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({}, False),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "4602"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "linux"}, False),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4a"}, True),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a", "VTE_VERSION": "7600"}, False),
        ({"VTE_VERSION": "7600", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
        ({"FORCE_HYPERLINK": "0", "VTE_VERSION": "7600"}, False),
    ],
)
def test_citations_are_links_where_the_terminal_knows_them(
    terminal: Callable[..., Terminal],
    no_terminal: pytest.MonkeyPatch,
    said: dict[str, str],
    known: bool,
) -> None:
    screen = terminal(200)
    for name, value in said.items():
        no_terminal.setenv(name, value)
    made = answer(INFO, STEPS)
    quote = replace(made.citations[0], path="my reports/a#1.pdf", page=12)
    piped = replace(made.citations[1], path="-")
    write_answer(replace(made, citations=(quote, piped)), screen)
    written = screen.getvalue()
    target = f"{Path.cwd().as_uri()}/my%20reports/a%231.pdf#page=12"
    assert (f";{target}\x1b\\3M_2022_10K.pdf, p. 12{_LINK};\x1b\\" in written) is known
    assert written.count(_LINK) == (2 if known else 0)


def test_a_pipe_gets_no_links(no_terminal: pytest.MonkeyPatch) -> None:
    no_terminal.setenv("FORCE_HYPERLINK", "1")
    pipe = io.StringIO()
    write_answer(answer(INFO, STEPS), pipe)
    assert _LINK not in pipe.getvalue()
