"""Ctrl-C anywhere, then the same command again: the run ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from longread.documents.model import Document
from longread.reading.step import Answer, Exit, Step, Tokens
from longread.runs.journal import Journal, key_of
from longread.runs.run import Run
from tests.reading.conftest import FACT, Start
from tests.scripted import ScriptedEngine, by_role, interrupting, looking_at

NOTE = "- The Orvel ferry sank in 1931."


def turn(prompt: str) -> str:
    if FACT in prompt:
        return f"<check>yes</check><update>{NOTE}</update><next>continue</next>"
    ends = "end" if NOTE in prompt else "continue"
    return f"<check>no</check><next>{ends}</next>"


REPLY = by_role(
    short_answer="in 1931",
    step=FACT,
    look_for="clerk ledger",
    turn=turn,
    think=lambda prompt: "STOP" if NOTE in prompt else "SEARCH: Orvel ferry",
    overwrite=lambda prompt: NOTE if FACT in prompt or NOTE in prompt else "Nothing.",
    answer="It sank in 1931.",
)


def choice(prompt: str) -> float:
    return 0.8 if FACT in prompt or NOTE in prompt else 0.1


def score(prompt: str) -> float:
    return -1.0 if FACT in prompt else -3.0 - len(prompt) % 7 / 50


looks = looking_at(FACT)


OPTIONS: dict[str, dict[str, Any]] = {
    "likelihood": {"gate": "likelihood", "exit_threshold": 0.95, "patience": 3},
    "relevance": {"gate": "likelihood", "order": "relevance", "exit": False},
    "choice": {"gate": "choice", "exit_threshold": 0.7, "patience": 4},
    "gru-mem": {"strategy": "gru-mem", "patience": 3},
    "infiniretri": {"strategy": "infiniretri", "gate": "likelihood"},
    "paper": {"strategy": "infiniretri", "heads": "last-layer", "gate": "choice"},
    "infmem": {"strategy": "infmem"},
    "memagent": {"strategy": "memagent"},
    "rag": {"strategy": "rag"},
    "truncate": {"strategy": "truncate"},
}


def engine(script: Callable[[Callable[[str], Any]], Callable[[str], Any]]) -> ScriptedEngine:
    """An engine all of whose calls go through one script, told apart by their prompts."""
    return ScriptedEngine(
        replies=script(REPLY),
        choices=script(choice),
        scores=script(score),
        looks=script(looks),
    )


def interrupted_at(call: int) -> ScriptedEngine:
    made = ScriptedEngine()

    def by_kind(prompt: str) -> Any:
        kind = made.prompts[-1][0]
        scripts = {"generate": REPLY, "choose": choice, "score": score, "attention": looks}
        return scripts[kind](prompt)

    counted = interrupting(by_kind, call)
    made.replies = made.choices = made.scores = made.looks = counted
    return made


def outcome(run: Run, answer: Answer, steps: list[Step]) -> dict[str, Any]:
    """Everything about a run that must not depend on interruptions."""
    return {
        "ledger": run.reader.memory.ledger,
        "steps": [replace(step, tokens=Tokens(), seconds={}) for step in steps],
        **{
            name: value
            for name, value in asdict(answer).items()
            if name not in ("seconds", "seconds_saved_by_exit", "tokens", "info")
        },
    }


@pytest.mark.parametrize("name", OPTIONS)
def test_a_resumed_run_ends_like_one_that_was_not_interrupted(start: Start, name: str) -> None:
    whole = engine(lambda script: script)
    run = start(whole, **OPTIONS[name])
    # What the model is asked of the question itself comes before the run.
    first = len(whole.prompts) + 1
    steps = list(run.steps())
    wanted = outcome(run, run.answer(), steps)
    calls = len(whole.prompts)
    assert wanted["status"] == "answered"
    places = {first, first + 1, calls // 4, calls // 2, calls - 3, calls - 1, calls}
    for place in sorted(places & set(range(first, calls + 1))):
        broken = start(interrupted_at(place), journal=True, **OPTIONS[name])
        done = list(broken.steps())
        partial = broken.answer()
        assert (partial.status, partial.answer) == ("interrupted", None)
        assert partial.exit == Exit(len(done), "interrupted")
        again = start(engine(lambda script: script), journal=True, **OPTIONS[name])
        assert again.info.resumed == len(done)
        rest = list(again.steps())
        assert outcome(again, again.answer(), done + rest) == wanted
        again.close()


def test_an_answered_run_leaves_no_journal(start: Start) -> None:
    run = start(engine(lambda script: script), journal=True)
    list(run.steps())
    run.answer()
    journal = Journal(key_of(run), print)
    assert journal.path.exists()
    run.close()
    assert not journal.path.exists()


def test_fresh_does_not_look_at_the_journal(start: Start) -> None:
    broken = start(interrupted_at(30), journal=True)
    assert list(broken.steps())
    fresh = broken.session.run(broken.question, broken.options, journal=True, resume=False)
    assert fresh.info.resumed == 0


@pytest.mark.parametrize(
    "change", [{"gate_threshold": 0.4}, {"patience": 2}, {"memory_tokens": 99}]
)
def test_another_setting_is_another_run(start: Start, change: dict[str, Any]) -> None:
    broken = start(interrupted_at(30), journal=True)
    assert list(broken.steps())
    assert start(ScriptedEngine(scores=score), journal=True, **change).info.resumed == 0


def test_a_larger_limit_goes_on_where_a_smaller_one_stopped(start: Start) -> None:
    first = start(engine(lambda script: script), journal=True, max_chunks=3, exit=False)
    assert len(list(first.steps())) == 3
    more = start(engine(lambda script: script), journal=True, max_chunks=5, exit=False)
    assert len(list(more.steps())) == 2
    assert more.answer().exit == Exit(5, "budget")


def test_the_cost_of_both_parts_is_added_up(start: Start) -> None:
    broken = start(interrupted_at(40), journal=True, exit=False)
    done = list(broken.steps())
    again = start(engine(lambda script: script), journal=True, exit=False)
    rest = list(again.steps())
    total = sum((step.tokens for step in done + rest), Tokens())
    assert again.answer().tokens == total
    assert again.answer().seconds >= sum(sum(step.seconds.values()) for step in done)


def kept_files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]


def test_nothing_of_a_document_behind_a_password_is_kept(
    start: Start, book: Document, longread_home: Path
) -> None:
    secret, way = (replace(book, secret=True),), OPTIONS["memagent"]
    whole = engine(lambda script: script)
    list(start(whole, documents=secret, **way).steps())
    place = len(whole.prompts) - 2
    broken = start(interrupted_at(place), documents=secret, journal=True, **way)
    assert list(broken.steps())
    assert broken.answer().status == "interrupted"
    assert kept_files(longread_home) == []
    assert not broken.resumable
    # With a document that anybody may read beside it, too.
    documents = (book, *secret)
    both = start(interrupted_at(place), documents=documents, journal=True, **way)
    assert list(both.steps())
    assert kept_files(longread_home) == []
    assert start(interrupted_at(30), journal=True).resumable


def test_steps_that_read_another_chunk_are_not_taken_over(start: Start) -> None:
    broken = start(interrupted_at(40), journal=True, exit=False)
    steps = list(broken.steps())
    assert len(steps) > 3
    journal = Journal(key_of(broken), print)
    for damage in (
        [*steps[:2], *steps[3:]],
        [*steps[:2], replace(steps[2], chunk=replace(steps[2].chunk, tokens=1))],
        [*steps[:2], replace(steps[2], chunk=steps[0].chunk)],
    ):
        journal.start(damage)
        again = start(engine(lambda script: script), journal=True, exit=False)
        assert again.info.resumed == 2
        assert [step.index for step in again.steps()][:2] == [3, 4]


def test_a_second_run_of_the_same_question_leaves_the_first_ones_journal_alone(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(engine(lambda script: script), journal=True, exit=False)
    reading = first.steps()
    next(reading)
    said: list[str] = []
    second = start(engine(lambda script: script), journal=True, exit=False)
    monkeypatch.setattr(second, "_report", said.append)
    assert second.info.resumed == 1
    assert len(list(second.steps())) == 9
    second.close()
    assert said == ["another longread reads for this question: this run keeps no journal"]
    assert len(Journal(key_of(first), print).read()) == 1
    rest = list(reading)
    assert len(Journal(key_of(first), print).read()) == 1 + len(rest) == 10
