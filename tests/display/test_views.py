from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable

import pytest

from longread.display import View, open_view
from longread.display.live import LiveView
from longread.display.plain import PlainView
from tests.display.conftest import Terminal
from tests.display.script import answer, reading, run_info


def test_a_terminal_gets_the_live_view(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    view: View = open_view(quiet=False, verbose=False, stderr=screen, stdout=screen)
    assert isinstance(view, LiveView)


@pytest.mark.parametrize("name", ["dumb", "unknown"])
def test_a_dumb_terminal_gets_plain_lines(
    terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    screen = terminal()
    monkeypatch.setenv("TERM", name)
    assert isinstance(open_view(quiet=False, verbose=False, stderr=screen), PlainView)


def test_a_terminal_without_unicode_gets_plain_lines(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    screen.encoding = "iso8859-1"
    assert isinstance(open_view(quiet=False, verbose=False, stderr=screen), PlainView)


def test_a_pipe_gets_plain_lines() -> None:
    assert isinstance(open_view(quiet=False, verbose=False, stderr=io.StringIO()), PlainView)


def test_quiet_says_nothing_at_all(
    terminal: Callable[..., Terminal], capfd: pytest.CaptureFixture[str]
) -> None:
    screen = terminal()
    info = run_info()
    steps = list(reading(info, 12))
    with open_view(quiet=True, verbose=True, stderr=screen) as view:
        assert type(view) is View
        view.activity("reading", "a.pdf", 0.5)
        view.message("page 7 is a scan")
        view.begin([info])
        view.step(0, steps[0])
        view.text("x")
        view.end(0, answer(info, steps))
        view.finish()
    assert screen.getvalue() == ""
    assert capfd.readouterr() == ("", "")


def test_the_summary_lists_citations_only_where_stdout_does_not(
    terminal: Callable[..., Terminal],
) -> None:
    info = run_info()
    steps = list(reading(info, 12))
    for stdout, shown in ((io.StringIO(), True), (terminal(), False)):
        screen = terminal()
        with open_view(quiet=False, verbose=False, stderr=screen, stdout=stdout) as view:
            view.begin([info])
            view.end(0, answer(info, steps))
            view.finish()
        assert ("[1]" in screen.getvalue()) is shown


def test_plain_output_does_not_load_rich() -> None:
    code = (
        "import io, sys; from longread.display import open_view;"
        "open_view(quiet=False, verbose=False, stderr=io.StringIO());"
        "open_view(quiet=True, verbose=False);"
        "import longread.display.answer, longread.display.json_answer, longread.display.events;"
        "sys.exit(any(name.split('.')[0] == 'rich' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
