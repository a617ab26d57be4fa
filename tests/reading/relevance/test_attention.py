"""Attention as a signal: which tokens count, and which sentences they bring in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from longread.documents.model import Document
from longread.engine.optional import Attention
from longread.models import calibration
from longread.models.calibration import Calibration
from longread.reading.options import ReadingOptions
from longread.reading.parts.infiniretri import Laid, Sentence, choose, retained
from longread.reading.relevance.attention import (
    Attended,
    AttentionReader,
    AttentionSettings,
    attention_settings,
    middle_layers,
    phrases,
    token_places,
)
from tests.reading.conftest import FACT, QUESTION, Start
from tests.scripted import ScriptedEngine, looking_at, page, paged

PLACES = ((0, 10), (12, 20), (21, 30))
SPANS = ((0, 0), (0, 4), (4, 10), (10, 13), (13, 20), (20, 24), (24, 30), (30, 35))


def laid() -> Laid:
    return Laid(
        "x" * 35, (Sentence(0, 0, 10, held=True), Sentence(0, 12, 20), Sentence(0, 21, 30)), PLACES
    )


def found(*scores: float) -> Attended:
    return Attended(np.array(scores, dtype=np.float32), SPANS)


def test_tokens_belong_to_the_sentence_that_holds_their_last_character() -> None:
    assert list(token_places(SPANS, PLACES)) == [-1, 0, 0, 1, 1, 2, 2, -1]
    assert list(token_places(SPANS, ())) == [-1] * len(SPANS)


def test_the_best_tokens_bring_their_whole_sentences_in_order() -> None:
    relevance = found(9.0, 0.1, 0.0, 0.0, 0.4, 0.0, 0.6, 9.0)
    assert [span.start for span in choose(laid(), relevance, 2)] == [12, 21]
    assert [span.start for span in choose(laid(), relevance, 3)] == [0, 12, 21]
    assert choose(laid(), relevance, 3)[0].held
    assert choose(laid(), relevance, 2)[1].score == pytest.approx(0.6)


def test_what_gets_no_more_than_a_null_query_is_never_chosen() -> None:
    assert choose(laid(), found(0, -0.1, 0, -0.2, 0, 0, -0.1, 0), 300) == []


def test_phrases_add_neighbours_and_leave_the_sink_out() -> None:
    smooth = phrases(np.array([9, 0, 0, 1, 0, 0, 0], dtype=np.float32), 3)
    assert list(smooth) == [0, 0, 1, 1, 1, 0, 0]
    assert len(phrases(np.ones(3, dtype=np.float32), 15)) == 3


def test_heads_are_the_calibrated_ones_or_the_middle_layers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = ScriptedEngine()
    heads = attention_settings(engine, ReadingOptions()).heads
    assert heads == middle_layers(6) == ((2, None), (3, None))
    assert attention_settings(engine, ReadingOptions(heads="shallow")).heads == heads
    known = Calibration("scripted", ((3, 1),), 0.2, shallow=((1, 0),))
    monkeypatch.setattr(calibration, "of", lambda _file: known)
    assert attention_settings(engine, ReadingOptions()).heads == ((3, 1),)
    assert attention_settings(engine, ReadingOptions(heads="shallow")).heads == ((1, 0),)
    old = Calibration("scripted", ((3, 1),), 0.2)
    monkeypatch.setattr(calibration, "of", lambda _file: old)
    assert attention_settings(engine, ReadingOptions(heads="shallow")).heads == ((3, 1),)
    monkeypatch.setattr(calibration, "of", lambda _file: known)
    paper = attention_settings(engine, ReadingOptions(heads="last-layer", phrase_tokens=15))
    assert paper == AttentionSettings(None, 15, 300)


class Rows(ScriptedEngine):
    """Attention of two rows over a prompt of three tokens and themselves."""

    def attention(self, prompt: str, query: str, *, heads: object = None) -> Attention:
        weights = np.array([[0.1, 0.2, 0.5, 0.2, 0.0], [0.0, 0.0, 0.0, 0.5, 0.5]], dtype=np.float32)
        return Attention(weights, 3, ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5)))


def test_the_paper_weighs_rows_by_their_look_at_the_question_squared() -> None:
    looker = AttentionReader(Rows(), AttentionSettings(None, phrase=1))
    assert not looker.prepared()
    scores = looker.relevance("abc", "?").scores
    assert looker.prepared()
    weight = 0.2**2 / (0.2**2 + 1.0)
    assert list(scores) == pytest.approx([0.0, 0.2 * weight, 0.5 * weight])


def test_the_signal_prefers_the_passage_that_is_looked_at() -> None:
    engine = ScriptedEngine(looks=looking_at("Orvel ferry sank"))
    attention = AttentionReader(engine, AttentionSettings(((2, 0),)))
    right, wrong = (
        attention.relevance(text, QUESTION).scores.max() for text in (page(1, FACT), page(2))
    )
    assert right > wrong + 0.1


# infiniretri

BOOK = paged(page(1), page(2, FACT), page(3), page(4))


def attentive(**changes: Any) -> ScriptedEngine:
    values: dict[str, Any] = {
        "looks": looking_at(FACT),
        "scores": lambda prompt: -1.0 if FACT in prompt else -3.0,
        "choices": lambda prompt: 0.9 if FACT in prompt else 0.1,
        **changes,
    }
    return ScriptedEngine(**values)


def test_a_kept_sentence_stands_before_the_next_chunk_and_in_the_notes(start: Start) -> None:
    engine = attentive()
    run = start(engine, documents=(BOOK,), strategy="infiniretri")
    steps = list(run.steps())
    opened = next(step for step in steps if any(FACT in quote.text for quote in step.added))
    assert opened.update.signal == "attention"
    assert opened.update.open
    later = [prompt for call, prompt in engine.prompts if call == "attention"][-2]
    assert FACT in later
    assert FACT in steps[-1].memory_after
    quote = next(quote for quote in retained(run.reader.memory) if FACT in quote.text)
    assert (quote.page, quote.verified) == (2, True)


def test_the_reader_answers_between_the_neighbours_of_what_was_kept(start: Start) -> None:
    engine = attentive(
        protocol="reader/1",
        choices=lambda prompt: {"yes": 0.9} if FACT in prompt else {"yes": 0.1},
        replies=lambda _prompt: "1931",
    )
    run = start(engine, documents=(BOOK,), strategy="infiniretri", gate="auto")
    list(run.steps())
    answer = run.answer()
    assert (answer.status, answer.answer) == ("answered", "1931")
    assert FACT in answer.citations[0].text
    assert max(map(len, (prompt for prompt in engine.asked("reader")))) < len(page(2, FACT))


@pytest.mark.parametrize("gate", ["likelihood", "choice"])
def test_without_the_fact_the_document_does_not_say(start: Start, gate: str) -> None:
    silent = paged(*(page(number) for number in range(1, 5)))
    run = start(attentive(), documents=(silent,), strategy="infiniretri", gate=gate)
    list(run.steps())
    assert run.answer().status == "not_found"


def test_notes_stay_within_their_budget_and_keep_what_was_looked_at_most(start: Start) -> None:
    many: Document = paged(
        *(page(number, FACT.replace("1931", str(number))) for number in range(9))
    )
    engine = attentive(looks=looking_at("Orvel ferry sank"))
    run = start(engine, documents=(many,), strategy="infiniretri", memory_tokens=60)
    for step in run.steps():
        assert engine.count(step.memory_after) <= 60
        assert not step.remark


def test_an_engine_without_attention_is_refused_in_one_line(start: Start) -> None:
    from longread.errors import ModelError

    engine = attentive(capabilities=frozenset({"generate", "choose", "score"}))
    with pytest.raises(ModelError, match="does not show its attention"):
        start(engine, documents=(BOOK,), strategy="infiniretri")
