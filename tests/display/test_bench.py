"""How a bench shows itself: lines in a log, a bar and drawn tables on a terminal."""

from __future__ import annotations

import io
import re

import pytest

from longread.bench.records import Question, Result
from longread.bench.runner import Watcher
from longread.bench.tables import Table
from longread.display.bench import Bar, Lines, open_bench_view
from longread.display.tables import plain, write_tables
from tests.bench.test_metrics import result

TABLE = Table(
    "Results",
    ("", "gated", "rag"),
    (("questions", "3", "3"), (), ("F1", "0.594 [0.520–0.661]", "–"), ("  of \x1b[31m", "1", "2")),
    "a note",
)
QUESTION = Question("q1", ("a.pdf",), "When did\x1b[2J it sink?")


class Terminal(io.StringIO):
    """A terminal that can be drawn on."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    """A log that nobody reads any more."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


def without_styles(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def failed() -> Result:
    return result(id="q2", status="error", answer=None, error="out of\nmemory", chunks=0)


def test_a_table_without_a_terminal_is_aligned_text() -> None:
    assert plain(TABLE) == [
        "Results",
        "           gated                rag",
        "questions  3                    3",
        "",
        "F1         0.594 [0.520–0.661]  –",
        "  of [31m  1                    2",
        "(a note)",
    ]
    stream = io.StringIO()
    write_tables([TABLE, TABLE], stream)
    assert stream.getvalue().count("\n\nResults\n") == 1


def test_a_table_on_a_terminal_loses_no_number() -> None:
    stream = Terminal()
    write_tables([TABLE], stream)
    text = without_styles(stream.getvalue())
    assert "0.594 [0.520–0.661]" in text
    assert "\x1b[31m" not in stream.getvalue()
    assert "a note" in text


def test_a_log_has_a_line_a_result() -> None:
    stream = io.StringIO()
    with open_bench_view(stream) as view:
        view.begin(1, 3)
        view.run(QUESTION, "gated", 0.5)
        view.result(result(chunks_read=2, seconds=3.21))
        view.result(failed())
        view.message("a\x1b[2J line")
    assert stream.getvalue().splitlines() == [
        "1 of 3 results are there already",
        '2/3  gated  1  F1 0.67  2 of 4 chunks  3.2 s  "in 1931"',
        "3/3  gated  q2  failed: out of memory",
        "a[2J line",
    ]


def test_a_log_that_is_gone_does_not_stop_the_bench() -> None:
    Lines(Broken()).message("lost")


def test_quiet_says_nothing() -> None:
    stream = Terminal()
    with open_bench_view(stream, quiet=True) as view:
        view.begin(0, 2)
        view.result(failed())
    assert type(view) is Watcher
    assert stream.getvalue() == ""


def test_the_bar_shows_what_is_read_and_how_well_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    # A dumb terminal gets no bar, and the suite may run in one.
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    times = iter(range(0, 1000, 10))
    with Bar(stream, clock=lambda: float(next(times))) as view:
        view.begin(0, 4)
        view.run(QUESTION, "gated", 0.5)
        view.result(result())
        view.run(QUESTION, "rag", 1.0)
        view.result(failed())
        view.message("a note")
    text = without_styles(stream.getvalue())
    assert "2/4 20 s left  F1 gated 0.33" in text
    assert "rag 100%" in text
    assert "failed: out of memory" in text
    assert "a note" in text
    assert "\x1b[2J" not in stream.getvalue()
