"""Many questions in one view: live on a terminal, plain lines elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace

from rich.console import Console

from longread.display import View, open_view
from longread.display.answer import write_answers
from longread.display.live import LiveView
from longread.display.plain import PlainView
from longread.reading.step import Gate, RunInfo, Step
from tests.display.conftest import Terminal
from tests.display.script import answer, reading, run_info

QUESTIONS = ["How much did 3M spend in 2022?", "Who is the auditor?", "Where is Zwijndrecht?"]
OPENED = ((4, 11), (30,), ())


def infos(count: int = 3) -> list[RunInfo]:
    asked = [QUESTIONS[number % 3] for number in range(count)]
    return [run_info(question=f"{question} ({n})") for n, question in enumerate(asked)]


def turns(about: list[RunInfo], last: int) -> Iterator[tuple[int, Step]]:
    runs = [list(reading(info, last, OPENED[number % 3])) for number, info in enumerate(about)]
    for index in range(last):
        for number, steps in enumerate(runs):
            yield number, steps[index]


def play(view: View, about: list[RunInfo], last: int = 12) -> None:
    view.begin(about)
    for number, step in turns(about, last):
        view.step(number, step)


def plain(**options: bool) -> tuple[View, io.StringIO]:
    stderr = io.StringIO()
    view = open_view(quiet=False, verbose=options.get("verbose", False), stderr=stderr)
    assert isinstance(view, PlainView)
    return view, stderr


def test_plain_lines_say_what_concerns_a_question_and_each_chunk_once() -> None:
    view, stderr = plain()
    about = infos()
    play(view, about)
    steps = list(reading(about[0], 12, OPENED[0]))
    view.end(0, answer(about[0], steps))
    view.end(1, answer(about[1], steps, status="not_found", answer=None, citations=()))
    view.finish()
    lines = stderr.getvalue().splitlines()
    assert lines[:3] == [f"question {n}: {info.question}" for n, info in enumerate(about, 1)]
    assert sum(line.startswith("document: ") for line in lines) == 1
    chunks = [line for line in lines if line.startswith("step ")]
    assert len(chunks) == 12
    assert all("3 questions" in line for line in chunks)
    assert [line.split()[0] for line in lines if " open  " in line] == ["[1]", "[1]"]
    assert "[1] Answered with confidence 0.93. 12 of 150 chunks read (8 %)." in lines
    assert "questions: 1 reading, 1 answered, 1 not found" in lines


def test_the_live_picture_has_the_pass_above_and_a_line_a_question(
    terminal: Callable[[int, int], Terminal],
) -> None:
    screen = terminal(100, 24)
    view = open_view(quiet=False, verbose=False, stderr=screen, stdout=io.StringIO())
    assert isinstance(view, LiveView)
    about = infos()
    with view:
        play(view, about, 30)
        view.end(0, answer(about[0], list(reading(about[0], 30, OPENED[0]))))
        lines = picture(view, 100, 24)
    text = "\n".join(lines)
    assert lines[0] == "3 questions"
    assert "30 of 150 chunks" in text
    assert "questions  1 reading, 1 found, 1 answered" in text
    rows = lines[-3:]
    assert rows[0].startswith(
        "  1  answered   0.93  How much did 3M spend in 2022? (0)  3M spent $1"
    )
    assert rows[1].startswith("  2  found      0.62  Who is the auditor?")
    assert rows[2].startswith("  3  reading    0.")


def test_of_too_many_questions_the_open_ones_stay(
    terminal: Callable[[int, int], Terminal],
) -> None:
    view = open_view(quiet=False, verbose=False, stderr=terminal(80, 24))
    assert isinstance(view, LiveView)
    about = infos(40)
    with view:
        play(view, about, 2)
        for number in range(35):
            view.end(number, answer(about[number], list(reading(about[number], 2))))
        lines = picture(view, 80, 24)
    assert len(lines) <= 23
    shown = {int(line.split()[0]) for line in lines if line[:3].strip().isdigit()}
    assert set(range(36, 41)) <= shown
    assert "more" in lines[-1]


def test_the_end_shows_every_question(terminal: Callable[[int, int], Terminal]) -> None:
    screen = terminal(80, 24)
    view = open_view(quiet=False, verbose=False, stderr=screen, stdout=io.StringIO())
    about = infos(30)
    with view:
        play(view, about, 2)
        for number, info in enumerate(about):
            view.end(number, answer(info, list(reading(info, 2))))
        view.finish()
    end = screen.getvalue().rpartition("\x1b[?25h")[2]
    assert sum("answered" in line for line in end.splitlines()) >= 30
    assert "30 answered" in end


def test_quiet_says_nothing() -> None:
    stderr = io.StringIO()
    view = open_view(quiet=True, verbose=False, stderr=stderr)
    assert type(view) is View
    play(view, infos())
    view.finish()
    assert stderr.getvalue() == ""


def test_answers_stand_under_their_questions() -> None:
    stdout = io.StringIO()
    info = run_info()
    steps = list(reading(info, 12))
    found = answer(info, steps)
    missing = replace(found, status="not_found", answer=None, citations=())
    write_answers([found, missing], stdout)
    blocks = stdout.getvalue().split("\n2. ")
    assert blocks[0].startswith(f"1. {info.question}\n3M spent $1,749 million")
    assert '[1] 3M_2022_10K.pdf, p. 6: "' in blocks[0]
    assert blocks[1] == f"{info.question}\n(not found)\n"


def picture(view: LiveView, columns: int, rows: int) -> list[str]:
    view.console = Console(file=io.StringIO(), width=columns, height=rows, force_terminal=True)
    lines = view.picture(61.0, rows - 1)
    assert all(line.cell_len < columns for line in lines)
    return [line.plain for line in lines]


def test_gates_are_the_highest_so_far() -> None:
    view, stderr = plain(verbose=True)
    about = infos(2)
    view.begin(about)
    low, high = (
        replace(step, update=Gate(value, 0.5, "reader"))
        for step, value in zip(reading(about[0], 2), (0.1, 0.7), strict=True)
    )
    view.step(0, low)
    view.step(1, replace(high, index=1))
    view.finish()
    assert "highest gate 0.70" in stderr.getvalue()
    assert "[1] step 1/150" in stderr.getvalue()
