"""`lychee`: a gate over all blocks with the working memory, in rounds while that changes."""

from __future__ import annotations

from tests.reading.conftest import Start
from tests.scripted import ScriptedEngine, page, paged

FIRST = "The Orvel ferry was built by Anna Quist."
SECOND = "Anna Quist was born in Oxholm."
QUESTION = "Where was the builder of the Orvel ferry born?"
# The fact that only means something once the other is known stands before it.
BOOK = paged(*(page(n, *([SECOND] if n == 2 else [FIRST] if n == 5 else [])) for n in range(1, 7)))


def helps(prompt: str) -> dict[str, float]:
    passage, _question, notes = prompt.partition("\nQuestion:")
    if SECOND in passage:
        return {"yes": 0.95, "part": 0.0} if FIRST in notes else {"yes": 0.0, "part": 0.01}
    if FIRST in passage and SECOND not in passage:
        return {"yes": 0.05, "part": 0.9}
    return {"yes": 0.0, "part": 0.01}


def reply(prompt: str) -> str:
    if prompt.endswith("Quote:"):
        return FIRST
    if prompt.endswith("Look for:"):
        return "Anna Quist"
    return "Oxholm" if SECOND in prompt else "Anna Quist"


def reader() -> ScriptedEngine:
    return ScriptedEngine(choices=helps, replies=reply, protocol="reader/1")


def test_a_block_rejected_in_one_round_is_read_in_the_next(start: Start) -> None:
    engine = reader()
    run = start(engine, QUESTION, (BOOK,), strategy="lychee")
    steps = list(run.steps())
    answer = run.answer()
    assert (answer.status, answer.answer) == ("answered", "Oxholm")
    once = len(steps) // 3
    found = {step.index: [quote.text for quote in step.added] for step in steps if step.added}
    assert [FIRST] in found.values()
    (later,) = (index for index, quotes in found.items() if SECOND in quotes)
    assert later > once, "its block comes first in the document, so it takes a second round"
    assert answer.exit.reason == "end_of_document"


def test_a_round_that_changes_nothing_is_the_last_and_asks_nothing_twice(start: Start) -> None:
    engine = ScriptedEngine(choices=lambda _p: {"yes": 0.0, "part": 0.01}, protocol="reader/1")
    run = start(engine, QUESTION, (BOOK,), strategy="lychee")
    steps = list(run.steps())
    assert [step.index for step in steps] == list(range(1, len(run.corpus.chunks) + 1))
    asked = engine.asked("reader")
    assert len(asked) == len(set(asked)) == len(run.corpus.passages)
    assert run.answer().status == "not_found"


def test_the_gate_is_asked_with_the_memory_and_quoted_blocks_are_left_alone(start: Start) -> None:
    engine = reader()
    run = start(engine, QUESTION, (BOOK,), strategy="lychee")
    steps = list(run.steps())
    gates = [prompt for call, prompt in engine.prompts if call == "choose" and FIRST in prompt]
    assert any(FIRST in prompt.partition("\nQuestion:")[2] for prompt in gates)
    tile_of_first = [p for p in gates if FIRST in p.partition("\nQuestion:")[0]]
    assert len(tile_of_first) == len(set(tile_of_first)) <= 2
    assert len(steps) % len(run.corpus.chunks) == 0
