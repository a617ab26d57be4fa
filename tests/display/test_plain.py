from __future__ import annotations

import io
from dataclasses import replace

from longread.display.plain import PlainView, detail_lines, step_line
from longread.reading.step import Answer, Exit, Gate, Judged, RunInfo, Tokens
from tests.display.script import answer, document, quote, reading, run_info, step


def test_a_closed_step_is_one_greppable_line() -> None:
    info = run_info()
    assert step_line(step(info, 12), ["3M.pdf"]) == (
        "step 12/150  p. 19–21  gate 0.04 closed  1,204 tok  0.9 s"
    )


def test_an_open_step_says_what_it_brought() -> None:
    info = run_info()
    made = list(reading(info, 11))[-1]
    made = replace(made, remark="write rejected:\x1b cut off", seconds={"write": 5.2})
    assert step_line(made, ["3M.pdf"]) == (
        "step 11/150  p. 17–19  gate 0.70 open  retrieved 3 passages p. 7, 9, 12"
        "  +1 quote p. 17  exit 0.35 closed  1,598 tok  5.2 s  (write rejected: cut off)"
    )


def test_smaller_questions_stand_beside_what_the_model_says() -> None:
    info = run_info()
    whole = Judged(9, 0, 17, 0.5, 0.8, 0.8, "12.5% ((90 - 80) / 80)", beside=(4,))
    one = Judged(4, 0, 12, 0.4, 0.9, 0.8, "80", 0.9, alone=0.7, asked="How many in 1930?")
    made = replace(step(info, 11), judged=(one, whole))
    line = step_line(made, ["3M.pdf"])
    assert 'model says p. 17 with 1 others 0.80  asked "How many in 1930?"' in line
    details = detail_lines(made)
    assert any('judged "How many in 1930?" p. 12: reader 0.40' in each for each in details)


def test_steps_name_their_document_where_there_are_several() -> None:
    info = run_info(4, (document("a.pdf"), document("b.txt", pages=0)))
    assert step_line(step(info, 4), ["a.pdf", "b.txt"]).startswith("step 4/4  b.txt  gate")


def run(info_steps: int, *, verbose: bool = False) -> str:
    stderr = io.StringIO()
    info = run_info()
    steps = list(reading(info, info_steps))
    with PlainView(stderr, verbose=verbose) as view:
        view.activity("reading", "a.pdf", 0.1)
        view.activity("reading", "a.pdf", 0.2)
        view.activity("reading", "a.pdf", 0.6)
        view.message("page 7 is a\nscan")
        view.begin([info])
        for made in steps:
            view.activity("gating passages", "1 of 4", 0.25)
            view.step(0, made)
        view.text("3M spent")
        view.end(0, answer(info, steps))
        view.finish()
    return stderr.getvalue()


def test_a_whole_run() -> None:
    lines = run(41).splitlines()
    assert lines[:3] == ["reading a.pdf 0 %", "reading a.pdf 50 %", "page 7 is a scan"]
    assert lines[3].startswith("question: How much did 3M")
    assert lines[4] == "document: reports/3M_2022_10K.pdf, 252 pages, 153,021 tokens"
    assert lines[5] == "model: Qwen3-1.7B-Q8_0 on CPU, 8 threads, context 8,192"
    assert sum(line.startswith("step ") for line in lines) == 41
    assert lines[-5:] == [
        "Answered with confidence 0.93. 41 of 150 chunks read (27 %).",
        "stopped: at step 41 of 150: knew enough",
        "memory: 5 updates, 5 retrievals, 3 citations",
        "tokens: 50,854 prefilled, 17,180 reused, 480 generated",
        "time: 58 s; a full pass would have taken about 3 min 34 s",
    ]
    assert not any("gating" in line or "spent" in line[:9] for line in lines)


def test_verbose_adds_notes_retrievals_and_passage_gates() -> None:
    lines = run(4, verbose=True).splitlines()
    assert '    looked for "capital expenditures property plant equipment 2022"' in lines
    assert "    found p. 1 score 9.5" in lines
    assert (
        "    notes - 3M reports in millions of US dollars; fiscal year ends 31 December." in lines
    )
    assert any(line.startswith("    passage gates 0.") for line in lines)
    assert not any(line.startswith("    ") for line in run(4).splitlines())


def test_many_documents_are_counted_and_named_with_verbose() -> None:
    six = tuple(document(f"{name}.pdf", pages=name) for name in range(6))
    six = (*six[:5], replace(six[5], warnings=("page 2 is a scan",)))
    lines = {}
    for verbose in (False, True):
        stderr = io.StringIO()
        view = PlainView(stderr, verbose=verbose)
        for share, each in enumerate(six):
            view.activity("reading", each.path, share / 6)
            view.activity("reading ahead", f"{each.path} p. 1", share / 6)
        view.begin([run_info(4, six)])
        lines[verbose] = stderr.getvalue().splitlines()
    tokens = sum(each.tokens for each in six)
    assert [line for line in lines[False] if line.startswith("document")] == [
        f"documents: 6, 15 pages, {tokens:,} tokens"
    ]
    assert "1 warning: -v shows them" in lines[False]
    assert sum(line.startswith("reading ") for line in lines[False]) == 8
    assert [line.partition(",")[0] for line in lines[True] if line.startswith("document:")] == [
        f"document: {number}.pdf" for number in range(6)
    ]
    assert "warning: page 2 is a scan" in lines[True]
    assert sum(line.startswith("reading ") for line in lines[True]) == 12


def closing(info: RunInfo, made: Answer) -> list[str]:
    """The lines that stand at a run's end."""
    stderr = io.StringIO()
    view = PlainView(stderr)
    view.begin([info])
    begun = len(stderr.getvalue())
    view.end(0, made)
    view.finish()
    return stderr.getvalue()[begun:].splitlines()


def test_not_found_and_interrupted_say_so() -> None:
    info = run_info()
    steps = list(reading(info, 150))
    whole = answer(
        info, steps, status="not_found", answer=None, confidence=0.1, seconds_saved_by_exit=0.0,
        exit=Exit(150, "end_of_document"),
    )  # fmt: skip
    lines = closing(info, whole)
    assert lines[0] == "3M_2022_10K.pdf does not say. 150 of 150 chunks read (100 %)."
    assert lines[1] == "stopped: read to the end"
    assert "full pass" not in lines[-1]

    part = answer(info, steps[:3], status="interrupted", answer=None, exit=Exit(3, "interrupted"))
    assert closing(info, part)[0].startswith("Interrupted. 3 of 150 chunks read (2 %).")


def test_a_hostile_document_cannot_write_to_the_log() -> None:
    info = replace(run_info(), question="q\x1b[2J\nstep 1/1")
    hostile = "a\x1b]0;x\x07\nstep 9/9 forged"
    made = replace(
        step(info, 1),
        update=Gate(0.9, 0.5, "choice"),
        memory_after=hostile,
        tokens=Tokens(),
        remark=hostile,
    )
    made = replace(made, added=(quote(info, made, hostile),))
    stderr = io.StringIO()
    view = PlainView(stderr, verbose=True)
    view.begin([info])
    view.step(0, made)
    written = stderr.getvalue()
    assert "\x1b" not in written
    assert "\x07" not in written
    assert [line for line in written.splitlines() if line.startswith("step ")] == [
        step_line(made, ["3M_2022_10K.pdf"])
    ]
