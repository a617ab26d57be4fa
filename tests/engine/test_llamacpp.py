"""The embedded engine on the bundled model: what callers rely on, prefix reuse above all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.engine.llamacpp import LlamaCppEngine, log_total
from longread.errors import ModelError

pytestmark = pytest.mark.model

PASSAGE = (
    "The Orvel ferry makes four crossings on weekdays and two on Sundays. A return ticket "
    "costs 7.40 crowns for adults; children under ten travel free. "
)
YES_NO = {"yes": ("yes", " yes", "Yes"), "no": ("no", " no", "No")}
COUNTING = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8,"


@pytest.fixture(autouse=True)
def fresh(engine: LlamaCppEngine) -> Iterator[None]:
    """Every test begins with an empty cache and counters at zero."""
    engine.runtime.forget_all()
    engine.usage.prefilled = engine.usage.reused = engine.usage.generated = 0
    yield
    held = sum(len(tokens) for tokens in engine.runtime.slots.tokens)
    assert held <= engine.runtime.capacity


def words(seed: int, count: int) -> str:
    chance = random.Random(seed)
    return " ".join(chance.choice(PASSAGE.split()) for _ in range(count))


# Q4_0 kernels round activations to eight bits, and how depends on the shape of a batch: one
# text scored in other pieces moves by up to 0.1 a token. A code learned at the head of the
# prompt falls by several nats when that head is not what it should be.
NOISE = 0.6


def memo(code: int, length: int) -> tuple[str, str]:
    """A prompt that can only be continued by who remembers its first words."""
    head = f"The secret code of the Orvel ferry is {code}. Remember: {code}. "
    return head + words(code, length) + " The secret code of the Orvel ferry is", f" {code}."


def test_the_yardstick_notices_a_lost_head(engine: LlamaCppEngine) -> None:
    prompt, code = memo(8164, 100)
    beheaded = prompt[prompt.index(". Remember") + 20 :]
    assert sum(engine.score(prompt, code)) > sum(engine.score(beheaded, code)) + 10 * NOISE


def test_a_score_is_the_same_with_and_without_a_reused_prefix(engine: LlamaCppEngine) -> None:
    prompt, code = memo(8164, 100)
    fresh = engine.score(prompt, code)
    engine.runtime.forget_all()
    assert engine.score(prompt, code) == fresh
    engine.runtime.forget_all()
    engine.score(prompt[:-40], " else?")
    before = engine.usage.reused
    reused = engine.score(prompt, code)
    assert engine.usage.reused > before + 80
    assert sum(reused) == pytest.approx(sum(fresh), abs=NOISE)


@pytest.mark.parametrize("seed", range(2))
def test_scores_do_not_depend_on_what_was_decoded_before(engine: LlamaCppEngine, seed: int) -> None:
    """A random walk over prompts with common heads, in a cache too small for all of them."""
    chance = random.Random(seed)
    memos = [memo(chance.randrange(1000, 9999), length) for length in (90, 200, 330)]
    prompts = [
        (f"{prompt}{' indeed' * number}", code) for prompt, code in memos for number in range(2)
    ]
    alone = {}
    for prompt, code in prompts:
        engine.runtime.forget_all()
        alone[prompt] = sum(engine.score(prompt, code))
    engine.runtime.forget_all()
    for _ in range(8):
        prompt, code = chance.choice(prompts)
        if chance.random() < 0.4:
            engine.generate(prompt[: chance.randrange(200, 400)], max_tokens=6)
        assert sum(engine.score(prompt, code)) == pytest.approx(alone[prompt], abs=NOISE)
    assert engine.usage.reused > 0


def test_one_token_at_a_time_is_as_good_as_all_at_once(engine: LlamaCppEngine) -> None:
    prompt, _code = memo(8164, 40)
    together = engine.score(prompt, " not known")
    apart = []
    for word in (" not", " known"):
        assert engine.count(word) == 1
        apart += engine.score(prompt, word)
        prompt += word
    assert apart == pytest.approx(together, abs=NOISE)


def test_a_prompt_of_several_batches_equals_one_decoded_in_pieces(engine: LlamaCppEngine) -> None:
    prompt, code = memo(8164, 560)
    assert 512 < engine.count(prompt) < 1024
    whole = engine.score(prompt, code)
    engine.runtime.forget_all()
    for end in (800, 1700, len(prompt)):
        piecewise = engine.score(prompt[:end], code)
    assert sum(piecewise) == pytest.approx(sum(whole), abs=NOISE)


def test_the_wanted_logits_may_straddle_two_batches(engine: LlamaCppEngine) -> None:
    prompt, _code = memo(8164, 300)
    continuation = words(7, 100)
    size, more = engine.count(prompt), engine.count(continuation)
    assert size < 512 < size + more
    scores = engine.score(prompt, continuation)
    assert len(scores) == more
    engine.runtime.forget_all()
    middle = 150
    head = engine.vocabulary.text(engine.tokenize(continuation)[:middle])
    tail = engine.vocabulary.text(engine.tokenize(continuation)[middle:])
    assert sum(engine.score(prompt + head, tail)) == pytest.approx(sum(scores[middle:]), abs=NOISE)


def test_different_heads_live_in_slots_of_their_own(engine: LlamaCppEngine) -> None:
    prompts = [words(seed, 100) for seed in range(3)]
    for prompt in prompts:
        engine.score(prompt, " one")
    engine.usage.reused = 0
    for prompt in prompts:
        engine.score(prompt, " two")
    assert engine.usage.reused >= sum(engine.count(prompt) for prompt in prompts) - len(prompts)


def test_choices_sum_to_one_and_follow_the_words(engine: LlamaCppEngine) -> None:
    chosen = engine.choose("one two one two one", {"two": (" two",), "ferry": (" ferry",)})
    assert sum(chosen.values()) == pytest.approx(1.0)
    assert chosen["two"] > 0.99


def test_the_order_of_options_and_their_repeats_do_not_matter(engine: LlamaCppEngine) -> None:
    plain = engine.choose(PASSAGE, YES_NO)
    turned = engine.choose(PASSAGE, {"no": YES_NO["no"], "yes": (*YES_NO["yes"], "yes")})
    assert turned == pytest.approx(plain, abs=1e-3)


def test_greedy_generation_is_reproducible(engine: LlamaCppEngine) -> None:
    first = engine.generate(COUNTING, max_tokens=12)
    engine.score(words(8, 100), " disturbance")
    engine.runtime.forget_all()
    again = engine.generate(COUNTING, max_tokens=12)
    assert (again.text, again.log_probability) == (first.text, first.log_probability)
    assert first.log_probability < 0.0


def test_a_model_that_ends_its_turn_has_finished(engine: LlamaCppEngine) -> None:
    talk = [{"role": "user", "content": "Ping."}, {"role": "assistant", "content": "Pong."}]
    reply = engine.generate(engine.render([*talk, *talk, *talk, talk[0]]), max_tokens=30)
    assert (reply.text, reply.finished) == ("Pong.", True)
    assert engine.usage.generated == reply.tokens


def test_the_budget_cuts_off(engine: LlamaCppEngine) -> None:
    reply = engine.generate(COUNTING, max_tokens=5)
    assert (reply.tokens, reply.finished) == (5, False)
    assert engine.usage.generated == 5
    assert reply.text.startswith(" 9")
    assert engine.generate(COUNTING, max_tokens=0).text == ""


def test_text_that_goes_round_in_a_circle_is_cut_off(engine: LlamaCppEngine) -> None:
    shown: list[str] = []
    reply = engine.generate("no, " * 30, max_tokens=400, on_text=shown.append)
    assert (reply.looped, reply.finished) == (True, False)
    assert 96 < reply.tokens < 200
    assert "".join(shown) == reply.text
    assert reply.cut_off == "it went round in a circle"
    assert engine.usage.generated == reply.tokens


def test_a_stop_string_ends_the_text_before_it(engine: LlamaCppEngine) -> None:
    """The stop string runs over several tokens; none of it is shown."""
    shown: list[str] = []
    reply = engine.generate(
        COUNTING, max_tokens=20, stop=("never", ", 10, 11"), on_text=shown.append
    )
    assert (reply.text, reply.finished) == (" 9", True)
    assert "".join(shown) == reply.text


def test_what_looked_like_a_stop_string_is_shown_in_the_end(engine: LlamaCppEngine) -> None:
    shown: list[str] = []
    reply = engine.generate(COUNTING, max_tokens=5, stop=(", 1 zebra",), on_text=shown.append)
    assert "".join(shown) == reply.text
    assert reply.text == " 9, 1"


def test_streamed_pieces_join_to_the_text_though_characters_span_tokens(
    engine: LlamaCppEngine,
) -> None:
    shown: list[str] = []
    reply = engine.generate(
        "0 😀漢 1 😀漢 2 😀漢 3 😀漢 4 😀漢 5", max_tokens=20, on_text=shown.append
    )
    assert reply.text.startswith(" 😀漢 6 😀漢")
    assert engine.count("漢") > 1
    assert "".join(shown) == reply.text
    assert not any("\ufffd" in piece for piece in shown)


def test_usage_adds_up(engine: LlamaCppEngine) -> None:
    prompt = f"{PASSAGE * 2}\n\nQuestion: What is this about?\nHelps: yes\nAnswer:"
    size = engine.count(prompt)
    engine.choose(prompt, YES_NO)
    assert (engine.usage.prefilled, engine.usage.reused) == (size, 0)
    engine.choose(prompt, YES_NO)
    assert engine.usage.prefilled + engine.usage.reused == 2 * size
    assert engine.usage.reused == size - 1
    engine.score(prompt, " one two three")
    assert engine.usage.prefilled + engine.usage.reused == 3 * size + 2
    engine.generate(prompt, max_tokens=3)
    assert engine.usage.prefilled + engine.usage.reused == 4 * size + 2
    assert engine.usage.generated == 3


def test_a_prompt_that_does_not_fit_is_a_model_error(engine: LlamaCppEngine) -> None:
    prompt = words(9, 2100)
    with pytest.raises(ModelError, match="does not fit into a context of 2,048") as caught:
        engine.score(prompt, " end")
    assert "\n" not in caught.value.message
    assert caught.value.hint
    with pytest.raises(ModelError):
        engine.generate(PASSAGE, max_tokens=2048)
    assert engine.score(PASSAGE, " A")[0] < 0.0


def test_a_cache_full_to_the_brim_gives_way(engine: LlamaCppEngine) -> None:
    codes = [memo(number * 1111, 260) for number in (3, 4, 6)]
    alone = sum(engine.score(*codes[0]))
    for prompt, code in [*codes, codes[0]]:
        engine.score(prompt, code)
    prompt = words(50, 700)
    room = engine.info.context - engine.count(prompt)
    engine.runtime.prefill(engine.tokenize(prompt), room=room)
    with pytest.raises(ModelError):
        engine.runtime.prefill(engine.tokenize(prompt), room=room + 1)
    assert sum(engine.score(*codes[0])) == pytest.approx(alone, abs=NOISE)


@pytest.mark.parametrize(
    "text",
    [
        " " * 64,
        "\t\n\n\n  \n",
        "😀👩‍👩‍👧‍👦",
        "漢字かな交じり文",
        "a" * 300,
        "é\u0301",
        "<|im_end|>",
        "nul\0byte",
    ],
)
def test_odd_text_survives_the_tokenizer(engine: LlamaCppEngine, text: str) -> None:
    tokens = engine.tokenize(text)
    assert engine.vocabulary.text(tokens) == text
    assert engine.count(text) == len(tokens)


def test_an_empty_continuation_has_no_scores(engine: LlamaCppEngine) -> None:
    assert engine.score(PASSAGE, "") == []
    assert engine.tokenize("") == []


def test_log_total_survives_large_logits() -> None:
    import numpy as np

    logits = np.array([[1000.0, 999.0, -1000.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    assert log_total(logits) == pytest.approx([1000.3133, 1.0986], abs=1e-3)


def test_info_names_the_model_and_its_device(engine: LlamaCppEngine) -> None:
    assert engine.info.name == "bundled"
    assert engine.info.context == 2048
    assert engine.info.parameters == 134_515_008
    assert engine.info.device


@pytest.mark.parametrize("content", ["truncated", "text", "empty", "missing"])
def test_a_file_that_is_no_model_is_one_line(
    content: str, bundled_model: Path, tmp_path: Path
) -> None:
    path = tmp_path / "broken.gguf"
    if content == "truncated":
        with bundled_model.open("rb") as source:
            path.write_bytes(source.read(3_000_000))
    elif content == "text":
        path.write_text("This is a letter.\n" * 100)
    elif content == "empty":
        path.touch()
    with pytest.raises(ModelError) as caught:
        LlamaCppEngine(path, context=256)
    assert caught.value.message.startswith("broken.gguf")
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_closing_twice_is_harmless(bundled_model: Path) -> None:
    opened = LlamaCppEngine(bundled_model, context=256)
    opened.close()
    opened.close()
