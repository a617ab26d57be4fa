"""Short documents go before a model that follows instructions as they are."""

from __future__ import annotations

from typing import Any

import pytest

from longread.documents.model import Document
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.trained import PROTOCOL
from longread.reading.options import ReadingOptions
from longread.runs.run import Run
from longread.runs.session import Session
from tests.reading.conftest import FACT, QUESTION, telling
from tests.scripted import ScriptedEngine, by_role


def model(context: int = 8000) -> ScriptedEngine:
    engine = ScriptedEngine(
        replies=by_role(short_answer="in 1931"),
        choices=lambda prompt: 0.95 if FACT in prompt else 0.02,
    )
    engine.info = type(engine.info)("larger", "larger.gguf", "CPU", context, 1_500_000_000)
    return engine


def begin(engine: ScriptedEngine, *documents: Document, **options: Any) -> tuple[Run, list[str]]:
    session = Session(documents, engine)
    session._judges["auto"] = PromptedJudge(engine)
    said: list[str] = []
    given: dict[str, Any] = {"memory_tokens": 200, **options}
    return session.run(QUESTION, ReadingOptions(**given), report=said.append), said


def test_a_short_document_is_one_prompt_and_the_run_says_so() -> None:
    engine = model()
    run, said = begin(engine, telling({7: FACT}))
    (step,) = run.steps()
    answer = run.answer()
    assert said[0] == "short enough for one prompt: read whole"
    assert (answer.answer, answer.citations[0].page) == ("in 1931", 7)
    assert (step.total, len(step.passage_gates)) == (1, 1)
    assert {"Clerk c1x0" in prompt and FACT in prompt for prompt in engine.asked("relevance")} == {
        True
    }


def test_each_of_several_short_documents_is_a_prompt_of_its_own() -> None:
    run, said = begin(model(), telling({3: "Nothing of it."}), telling({7: FACT}))
    (step,) = run.steps()
    assert step.total == 2
    assert run.answer().citations[0].document == 1
    assert "read whole" in said[0]


@pytest.mark.parametrize(
    "options", [{"chunk_tokens": 80}, {"gate": "choice"}, {"strategy": "pi-mem"}]
)
def test_who_chooses_sizes_gates_or_another_strategy_gets_them(options: dict[str, Any]) -> None:
    run, said = begin(model(), telling({7: FACT}), **options)
    assert not any("read whole" in line for line in said)
    assert len(run.reader.corpus.passages) > 1


def test_what_takes_too_long_or_too_much_room_is_read_by_passages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, _said = begin(model(context=1100), telling({7: FACT}))
    assert len(run.reader.corpus.passages) > 1
    slow = Session((telling({7: FACT}),), model())
    slow._judges["auto"] = PromptedJudge(slow.engine)
    monkeypatch.setattr(slow.prefill_rate, "wants_everything", lambda *_asked, **_how: False)
    slow.prefill_rate.tokens_a_second = 10.0
    assert len(slow.run(QUESTION, ReadingOptions(memory_tokens=200)).reader.corpus.passages) > 1


def cascade(seconds: list[float], monkeypatch: pytest.MonkeyPatch) -> tuple[Run, list[str]]:
    """A run of a reader and a model whose prompts take so many seconds, the last one as long as
    all after it."""
    clock = {"now": 0.0}
    monkeypatch.setattr("longread.runs.fitting.time.perf_counter", lambda: clock["now"])

    def choose(prompt: str) -> float:
        clock["now"] += seconds.pop(0) if len(seconds) > 1 else seconds[0]
        # Not so sure that the other places of the look would be left out.
        return 0.5 if FACT in prompt else 0.02

    engine = model()
    engine.choices, engine.replies = choose, by_role(plan="ferry", short_answer="in 1931")
    reader = ScriptedEngine(choices=lambda _prompt: 0.05, protocol=PROTOCOL)
    session = Session((telling({7: FACT}),), engine, reader=reader)
    session._judges["auto"] = PromptedJudge(engine)
    said: list[str] = []
    options = ReadingOptions(chunk_tokens=80, passage_tokens=40, memory_tokens=120)
    return session.run(QUESTION, options, report=said.append), said


@pytest.mark.parametrize(("seconds", "places"), [(0.1, 4), (6.0, 2), (100.0, 1)])
def test_a_slow_model_judges_fewer_places_in_a_look_and_the_run_says_so(
    seconds: float, places: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, said = cascade([seconds], monkeypatch)
    first = next(iter(run.steps()))
    assert len(first.judged) == places
    told = [line for line in said if f"judges {places} of the best places" in line]
    assert len(told) == (places < 4)


def test_a_first_prompt_that_waits_for_the_file_says_nothing_of_the_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, said = cascade([100.0, 0.1], monkeypatch)
    assert len(next(iter(run.steps())).judged) == 4
    assert not any("of the best places" in line for line in said)
