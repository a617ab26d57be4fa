"""Held prefixes: what is put back is what was taken, and the bookkeeping says what is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import llama_cpp.llama_cpp as llama
import pytest

from longread.engine.llamacpp import LlamaCppEngine
from longread.engine.llamacpp.runtime import Runtime
from longread.engine.llamacpp.slots import Slots
from longread.engine.llamacpp.states import runs

PASSAGE = (
    "Harbour notes | page 3\nThe Orvel ferry makes four crossings on weekdays and two on "
    "Sundays. A return ticket costs 7.40 crowns for adults; children under ten travel free. "
    "The ferry was built in Oxholm in 1931 and carries ninety passengers."
)
PREFIX = f"{PASSAGE}\n\nQuestion:"
YES_NO = {"yes": (" yes",), "part": (" part",), "no": (" no",)}
QUESTIONS = ("What does a return ticket cost?", "Who built the lighthouse at Gannet Point?")


class Memory:
    """A keeper in memory; `every` n-th token stays when states are pruned."""

    def __init__(self, every: int = 1) -> None:
        self.prunes = every > 1
        self.crowded = False
        self.every = every
        self.states: dict[tuple[tuple[int, ...], str, bool], bytearray] = {}
        self.loads = 0
        self.remarks: list[str] = []

    def remark(self, line: str) -> None:
        self.remarks.append(line)

    def load(self, tokens: Sequence[int], source: str, *, whole: bool) -> memoryview | None:
        state = self.states.get((tuple(tokens), source, whole))
        self.loads += state is not None
        return memoryview(state) if state is not None else None

    def save(self, tokens: Sequence[int], source: str, state: memoryview, *, whole: bool) -> None:
        self.states[tuple(tokens), source, whole] = bytearray(state)

    def rate(self, tokens: Sequence[int], source: str, worth: float, *, whole: bool) -> None:
        raise AssertionError("no test rates a state")

    def dropped(self, prefix: str, tokens: Sequence[int]) -> Sequence[int]:
        assert prefix == PREFIX
        return [place for place in range(len(tokens) - 4) if place % self.every]


@pytest.fixture(autouse=True, params=["in two contexts", "in one"])
def fresh(
    engine: LlamaCppEngine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Passages asked where a CPU does, and where a GPU and a model of another kind do."""
    engine.forget()
    if request.param == "in one":
        monkeypatch.setattr(engine._states, "_query_context", None)
    engine.usage.prefilled = engine.usage.reused = engine.usage.generated = 0
    yield
    engine.keeper = None
    engine.forget()


def home(engine: LlamaCppEngine) -> Runtime:
    """Where the prefix is held and its questions are decoded."""
    return engine._states.home([engine.vocabulary.tokenize_prompt(PREFIX)])


def ask(engine: LlamaCppEngine, question: str) -> dict[str, float]:
    engine.pin_prefix(PREFIX, source="a book")
    return engine.choose(f"{PREFIX} {question}\n\nHelps:", YES_NO)


def test_runs() -> None:
    assert runs([]) == []
    assert runs([3, 4, 5, 9, 11, 12]) == [(3, 6), (9, 10), (11, 13)]


@pytest.mark.model
def test_gates_are_the_same_with_a_state_put_back(engine: LlamaCppEngine) -> None:
    without = [ask(engine, question) for question in QUESTIONS]
    engine.forget()
    engine.keeper = keeper = Memory()
    first = [ask(engine, question) for question in QUESTIONS]
    assert keeper.loads == 0
    assert len(keeper.states) == 1
    before = engine.usage.prefilled
    for number, question in enumerate(QUESTIONS):
        engine.forget()
        again = ask(engine, question)
        assert again == first[number] == without[number]
    assert keeper.loads == 2
    assert engine.usage.prefilled - before < 2 * 24


@pytest.mark.model
def test_a_state_put_back_serves_what_is_generated_and_scored(engine: LlamaCppEngine) -> None:
    prompt = f"{PREFIX} {QUESTIONS[0]}\n\nHelps: yes\nAnswer:"
    engine.keeper = Memory()
    engine.pin_prefix(PREFIX)
    first = engine.generate(prompt, max_tokens=8), engine.score(PREFIX, f" {QUESTIONS[1]}")
    engine.forget()
    engine.pin_prefix(PREFIX)
    second = engine.generate(prompt, max_tokens=8), engine.score(PREFIX, f" {QUESTIONS[1]}")
    assert first == second
    assert "7.40" in first[0].text


@pytest.mark.model
def test_a_held_prefix_stands_alone_and_is_not_decoded_again(engine: LlamaCppEngine) -> None:
    engine.choose("A prompt of quite another kind, that came before.", YES_NO)
    ask(engine, QUESTIONS[0])
    slots = home(engine).slots
    assert sum(map(bool, slots.tokens)) == 1
    before = engine.usage.prefilled
    engine.pin_prefix(PREFIX)
    assert engine.usage.prefilled == before
    assert slots.tokens[0] == engine.vocabulary.tokenize_prompt(PREFIX)


@pytest.mark.model
@pytest.mark.parametrize("damage", ["cut", "empty", "other"])
def test_a_state_that_does_not_fit_is_decoded_anew(engine: LlamaCppEngine, damage: str) -> None:
    engine.keeper = keeper = Memory()
    first = ask(engine, QUESTIONS[0])
    ((key, state),) = keeper.states.items()
    if damage == "cut":
        keeper.states[key] = state[: len(state) // 2]
    elif damage == "empty":
        keeper.states[key] = bytearray()
    else:
        engine.forget()
        other = f"{PASSAGE} And more."
        engine.pin_prefix(other, source="another book")
        (keeper.states[key],) = (kept for names, kept in keeper.states.items() if names != key)
    engine.forget()
    assert ask(engine, QUESTIONS[0]) == first
    assert keeper.states[key] == state


@pytest.mark.model
def test_a_thinned_prefix_has_fewer_cells_and_the_same_positions(engine: LlamaCppEngine) -> None:
    whole = ask(engine, QUESTIONS[0])
    engine.pin_prefix(PREFIX)
    size = len(home(engine).state(0))
    engine.forget()
    engine.keeper = keeper = Memory(every=3)
    first = ask(engine, QUESTIONS[0])
    (state,) = keeper.states.values()
    assert size / 3 <= len(state) < size / 2
    engine.forget()
    assert ask(engine, QUESTIONS[0]) == first
    assert first["yes"] != whole["yes"]
    held = home(engine)
    assert llama.llama_memory_seq_pos_max(held.memory, 0) + 1 == len(held.slots.tokens[0])


@pytest.mark.model
def test_a_thinned_prefix_serves_only_prompts_that_go_on_after_it(engine: LlamaCppEngine) -> None:
    whole = engine.score(PASSAGE[:120], PASSAGE[120:160])
    engine.forget()
    engine.keeper = Memory(every=3)
    ask(engine, QUESTIONS[0])
    assert engine.score(PASSAGE[:120], PASSAGE[120:160]) == whole
    engine.pin_prefix(PREFIX, whole=True)
    assert not any(home(engine).slots.pruned)


@pytest.mark.model
def test_nothing_is_held_after_an_interruption(
    engine: LlamaCppEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(engine, QUESTIONS[0])
    held = home(engine)
    engine.forget()
    engine.keeper = keeper = Memory()

    def interrupted(*_arguments: object, **_options: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keeper, "save", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(engine, QUESTIONS[0])
    assert ask(engine, QUESTIONS[0]) == whole
    engine.forget()
    engine.keeper = keeper = Memory()
    ask(engine, QUESTIONS[0])
    engine.forget()
    with monkeypatch.context() as patch:
        patch.setattr(llama, "llama_memory_seq_pos_max", interrupted)
        with pytest.raises(KeyboardInterrupt):
            ask(engine, QUESTIONS[0])
    assert not any(held.slots.tokens)
    assert llama.llama_memory_seq_pos_max(held.memory, 0) == -1
    assert ask(engine, QUESTIONS[0]) == whole


@pytest.mark.model
def test_a_prefix_that_does_not_fit_is_left_to_the_prompt(engine: LlamaCppEngine) -> None:
    engine.pin_prefix("word " * 3000)
    assert engine.usage.prefilled == 0


def test_a_thinned_slot_is_shared_whole_or_not_at_all() -> None:
    slots = Slots(3, 100)
    slots.commit(0, [1, 2, 3, 4, 5, 6], pruned=5)
    assert slots.place([1, 2, 3, 4, 5, 6, 7]).shared == 6
    assert slots.place([1, 2, 3, 4, 5, 9]).shared == 5
    assert slots.place([1, 2, 3, 4, 9]).shared == 0
    assert slots.place([1, 2, 3, 4, 5]).shared == 0
    slots.clear(0)
    slots.commit(0, [1, 2])
    assert slots.place([1, 2, 3]).shared == 2
