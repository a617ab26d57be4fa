from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

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
