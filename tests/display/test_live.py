from __future__ import annotations

import io
import re
import runpy
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from longread.display.frame import frame
from longread.display.live import LiveView
from longread.display.progress import Activity, Progress, changed_notes
from longread.reading.step import Exit, Gate, Retrieval, Retrieved, RunInfo, Step
from tests.display.conftest import Terminal
from tests.display.script import answer, document, quote, reading, run_info, step

SCREENSHOT = Path(__file__).resolve().parents[2] / "docs" / "make_screenshot.py"
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
ESCAPES = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]")


def picture(progress: Progress, columns: int = 80, rows: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, height=rows, force_terminal=True)
    lines = frame(progress, console, 61.0, rows - 1)
    assert len(lines) <= rows - 1
    assert all(line.cell_len < columns for line in lines)
    return [line.plain for line in lines]


def seen(info: RunInfo, steps: list[Step]) -> Progress:
    progress = Progress(started=0.0)
    progress.begin(info)
    for made in steps:
        progress.step(made)
    return progress


def test_the_whole_picture() -> None:
    info = run_info()
    progress = seen(info, list(reading(info, 41)))
    progress.activity = Activity("gating passages", "2 of 4", 0.5)
    lines = picture(progress, 100, 30)
    assert lines[0].startswith("How much did 3M spend")
    assert lines[1] == "3M_2022_10K.pdf  252 pages, 153,021 tokens"
    assert lines[2] == "Qwen3-1.7B-Q8_0 on CPU, 8 threads  gated, likelihood gate"
    assert lines[4].startswith("reading    41 of 150 chunks  p. 67–69 ")
    assert lines[4].endswith(" tok/s  1 min 01 s  ≤ 2 min 35 s left")
    text = "\n".join(lines)
    assert "now        gating passages  2 of 4  ━━━━━━━━━━──────────  50 %" in text
    assert re.search(
        r"update     ━{10}│━{8}─  0.94 open     likelihood ≥ 0.50  passages ...█?", text
    )
    assert "exit       ━━━━━━━━━━━━━━│━━━━─  0.95 enough   choice ≥ 0.70, 1 in a row" in text
    assert re.search(r"went back  p\. [\d, ]+  for capital expenditures", text)
    assert 'quotes     5  p. 67  "Costs for water treatment' in text
    assert "notes      changed at step 41\n" in text
    assert "           + - Environmental control equipment" in text
    assert "             - 3M reports in millions" in text


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize("rows", [15, 24, 40])
@pytest.mark.parametrize("chunks", [1, 2000])
def test_it_fits_every_terminal_at_every_stage(columns: int, rows: int, chunks: int) -> None:
    documents = tuple(document(f"folder/報告書 {number} تقرير.pdf") for number in range(3))
    info = replace(run_info(chunks, documents), question="売上高は? ما هو الدخل؟ " * 20)
    progress = Progress(started=0.0)
    picture(progress, columns, rows)
    progress.begin(info)
    picture(progress, columns, rows)
    for made in reading(info, min(chunks, 43)):
        progress.step(replace(made, memory_after=made.memory_after + "\n" + "長い記憶" * 90))
    text = "\n".join(picture(progress, columns, rows))
    assert "長い記憶" in text
    assert "chunk" in text
    progress.answer = "設備投資は" * 200
    assert "設備投資は" in "\n".join(picture(progress, columns, rows))


def test_pages_may_be_missing() -> None:
    info = run_info(4, (document(pages=0),))
    chunk = replace(step(info, 1).chunk, section="Chapter 2")
    passages = (Retrieved(0, 0, None, None, 3.0, 0),)
    progress = seen(info, [step(info, 1, chunk=chunk, retrieval=Retrieval("q", passages))])
    text = "\n".join(picture(progress))
    assert "1 of 4 chunks  § Chapter 2" in text
    assert "went back  1 passage  for q" in text


def test_only_what_the_last_change_brought_is_marked() -> None:
    info = run_info(3)
    before, after = "- one\n- two", "- two\n- three\n- four"
    notes = changed_notes(step(info, 2, memory_before=before, memory_after=after))
    assert notes.lines == ("- two", "- three", "- four")
    assert notes.new == (False, True, True)
    assert notes.dropped == 1


def test_the_last_remark_stays() -> None:
    info = run_info(3)
    steps = [step(info, 1, remark="write rejected: cut off at 1024 tokens"), step(info, 2)]
    assert "remark     step 1: write rejected: cut off at 1024 tokens" in picture(seen(info, steps))


def test_long_notes_show_the_newest() -> None:
    info = run_info(3)
    old = [f"- old {number}" for number in range(60)]
    after = "\n".join(["- brand new", *old])
    made = step(info, 1, memory_before="\n".join(old), memory_after=after)
    lines = picture(seen(info, [made]))
    assert any(line.endswith("+ - brand new") for line in lines)
    at_end = step(info, 1, memory_before="\n".join(old), memory_after="\n".join([*old, "- last"]))
    lines = picture(seen(info, [at_end]))
    assert lines[-1].endswith("+ - last")
    assert any("lines above" in line for line in lines)


def test_time_left_counts_this_runs_own_steps() -> None:
    info = replace(run_info(10), resumed=5)
    progress = seen(info, [step(info, 6, seconds={"update_gate": 2.0})])
    assert progress.read == 6
    assert progress.seconds_left == pytest.approx(8.0)
    assert progress.tokens_per_second == pytest.approx(602.0)


def test_a_document_cannot_reach_the_terminal(terminal: Callable[..., Terminal]) -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\x9b31m[blink]x[/blink][link=http://e]y[/link]\u202e"
    info = replace(run_info(2, (document(f"{hostile}.pdf"),)), question=hostile)
    made = step(
        info, 1,
        update=Gate(0.9, 0.5, hostile), exit=Gate(0.9, 0.5, hostile),
        memory_after=hostile, remark=hostile,
        retrieval=Retrieval(hostile, (Retrieved(0, 0, 1, None, 1.0, 0),)),
    )  # fmt: skip
    made = replace(made, added=(quote(info, made, hostile),))
    screen = terminal()
    with LiveView(screen) as view:
        view.activity(hostile, hostile)
        view.begin([info])
        view.step(0, made)
        view.text(hostile)
        view.message(hostile)
        view.redraw()
        view.end(0, answer(info, [made], answer=hostile))
        view.finish()
    written = screen.getvalue()
    for forbidden in ("\x1b]", "\x07", "\x9b", "\x1b[2J", "\u202e", "\x1b[5m"):
        assert forbidden not in written
    assert "[blink]x[/blink]" in written


def test_an_exception_gives_the_cursor_back(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    view = LiveView(screen)

    def interrupted_run() -> None:
        with view:
            view.begin([run_info()])
            view.redraw()
            assert screen.getvalue().rfind(HIDE_CURSOR) > screen.getvalue().rfind(SHOW_CURSOR)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_run()
    assert screen.getvalue().rfind(SHOW_CURSOR) > screen.getvalue().rfind(HIDE_CURSOR)
    before = screen.getvalue()
    view.close()
    view.activity("after", "the end")
    assert screen.getvalue() == before


def test_a_view_that_never_began_writes_nothing(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    with LiveView(screen):
        pass
    assert screen.getvalue() == ""


def test_streaming_does_not_draw_for_each_piece(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    with LiveView(screen) as view:
        view.begin([run_info()])
        start = time.monotonic()
        while time.monotonic() - start < 0.5:
            view.text("x")
            view.activity("writing notes", "", 0.5)
            time.sleep(0.001)
        drawings = screen.getvalue().count("How much did 3M")
    assert 2 <= drawings <= 8


def test_nothing_new_is_not_drawn_again(terminal: Callable[..., Terminal]) -> None:
    screen = terminal()
    view = LiveView(screen)
    view.progress.started = time.monotonic() + 100.5
    view.redraw()
    before = screen.getvalue()
    view.redraw()
    assert screen.getvalue() == before
    view.activity("opening model")
    view.redraw()
    assert screen.getvalue() != before
    view.close()


def closing_text(terminal: Terminal, *, listed: bool = True, **changes: object) -> str:
    info = run_info()
    steps = list(reading(info, 41))
    with LiveView(terminal, citations=listed) as view:
        view.begin([info])
        for made in steps:
            view.step(0, made)
        view.end(0, answer(info, steps, **changes))
        view.finish()
    after = terminal.getvalue().rsplit(SHOW_CURSOR, 1)[1]
    return ESCAPES.sub("", after)


def test_the_summary_takes_the_pictures_place(terminal: Callable[..., Terminal]) -> None:
    text = closing_text(terminal(100, 30))
    assert "Answered with confidence 0.93. 41 of 150 chunks read (27 %).\n" in text
    assert "- skipped" in text
    assert "stopped    at step 41 of 150: knew enough\n" in text
    assert "time       58 s; a full pass would have taken about 3 min 34 s\n" in text
    assert '[1] 3M_2022_10K.pdf, p. 6: "We are a diversified' in text
    assert "to read" not in text


def test_citations_are_not_shown_twice(terminal: Callable[..., Terminal]) -> None:
    assert "[1]" not in closing_text(terminal(), listed=False)


def test_not_found_is_said_on_stderr(terminal: Callable[..., Terminal]) -> None:
    text = closing_text(
        terminal(),
        status="not_found",
        answer=None,
        confidence=0.1,
        citations=(),
        exit=Exit(41, "budget"),
    )
    assert "3M_2022_10K.pdf does not say. 41 of 150 chunks read (27 %)." in text
    assert "at step 41 of 150: the budget was spent" in text


def test_verbose_leaves_a_line_for_each_step(terminal: Callable[..., Terminal]) -> None:
    screen = terminal(120, 30)
    info = run_info()
    with LiveView(screen, verbose=True) as view:
        view.begin([info])
        for made in reading(info, 5):
            view.step(0, made)
    text = ESCAPES.sub("", screen.getvalue())
    assert [line for line in range(1, 6) if f"step {line}/150  p. " in text] == [1, 2, 3, 4, 5]


def test_no_color_keeps_the_picture_and_drops_the_colours(
    terminal: Callable[..., Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    info = run_info()
    with LiveView(screen) as view:
        view.begin([info])
        for made in reading(info, 12):
            view.step(0, made)
        view.redraw()
    colours = re.findall(
        r"\x1b\[[0-9;]*\b(?:3[0-7]|38|4[0-7]|48|9[0-7])(?:;[0-9;]*)?m", screen.getvalue()
    )
    assert colours == []
    assert "▇" in screen.getvalue()


def test_a_screenshot_is_an_svg_without_markup_of_the_document(tmp_path: Path) -> None:
    info = replace(run_info(), question="<script>alert(1)</script>")
    path = tmp_path / "live.svg"
    export_svg = runpy.run_path(str(SCREENSHOT))["export_svg"]
    export_svg(seen(info, list(reading(info, 12))), path, now=20.0)
    svg = path.read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert "<script>" not in svg
