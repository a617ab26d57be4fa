"""`gated` with a model that speaks the reader's protocol, scripted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longread.documents import Document
from longread.errors import UsageError
from longread.reading.corpus import Corpus
from longread.reading.judges import Judges
from longread.reading.judges.batch import ask_all
from longread.reading.judges.trained import PROTOCOL, TrainedJudge
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.answering import AnswerFromPlaces
from longread.reading.parts.gates import PassageGate
from longread.reading.relevance.calibration import calibration
from longread.reading.state import Outcome, ReadingState
from longread.reading.step import Answer, Step
from longread.runs.run import Run
from tests.reading.conftest import FACT, QUESTION, Start, telling
from tests.scripted import Choice, ScriptedEngine

FIRST = "Captain Ilse Brandt sailed the Orvel for nine years."
SECOND = "Brandt was born at Kestrel Bay."
BRIDGE = "Where was the captain of the Orvel born?"


def finish(run: Run) -> tuple[list[Step], Answer]:
    return list(run.steps()), run.answer()


def reader(answer: str = "1931", fact: str = FACT) -> ScriptedEngine:
    """Says yes to what holds `fact`, no to all else."""
    return ScriptedEngine(
        replies=lambda _prompt: answer,
        choices=lambda prompt: 0.98 if fact in prompt else 0.01,
        protocol=PROTOCOL,
    )


def test_a_model_that_says_so_in_its_file_gates_as_a_reader(start: Start) -> None:
    run = start(reader())
    assert run.info.gate == "reader"


def test_a_model_that_does_not_is_refused_as_a_reader(start: Start) -> None:
    with pytest.raises(UsageError, match="was not trained to gate as a reader"):
        start(ScriptedEngine(), gate="reader")


def test_the_answer_is_short_and_the_sentence_that_holds_it_is_cited(start: Start) -> None:
    steps, answer = finish(start(reader()))
    assert answer.answer == "1931"
    assert [quote.text for quote in answer.citations] == [FACT]
    assert answer.citations[0].page == 7
    assert answer.citations[0].score > 0.9
    # Place, words and the sentence read alone all speak for it.
    assert 0.9 < answer.confidence < 1
    # The look-ups found the place: the first step reads it, and the exit gate opens.
    assert len(steps) == 1
    assert answer.exit.reason == "exit_gate"


def test_an_answer_that_its_sentence_alone_does_not_bear_out_is_refused(start: Start) -> None:
    def says(prompt: str) -> float:
        passage = prompt.partition("\n\nQuestion:")[0]
        return 0.7 if FACT in passage and not passage.endswith(f"\n{FACT}") else 0.01

    engine = ScriptedEngine(replies=lambda _prompt: "1931", choices=says, protocol=PROTOCOL)
    _steps, answer = finish(start(engine))
    assert (answer.status, answer.answer) == ("not_found", None)
    assert answer.confidence < 0.15
    assert answer.closest is not None
    assert answer.closest.text == FACT
    # Only what was read to its end says nothing.
    assert answer.exit.reason == "end_of_document"


def test_where_the_likeliest_answer_is_refused_the_next_is_given(start: Start) -> None:
    other = "The log of the Orvel ferry says that she sank in 1932."

    def says(prompt: str) -> float:
        passage = prompt.partition("\n\nQuestion:")[0]
        alone = passage.endswith(f"\n{FACT}")
        return 0.8 if FACT in passage and not alone else 0.7 if other in passage else 0.01

    engine = ScriptedEngine(
        replies=lambda prompt: "1931" if FACT in prompt else "1932", choices=says, protocol=PROTOCOL
    )
    _steps, answer = finish(start(engine, documents=(telling({3: FACT, 10: other}),)))
    assert answer.answer == "1932"
    assert [quote.text for quote in answer.citations] == [other]


ERRATUM = "Erratum. On page 7, for 1931 read 1934."


def test_what_the_document_corrects_is_given_as_corrected(start: Start) -> None:
    engine, without = reader(), reader()
    steps, answer = finish(start(engine, documents=(telling({7: FACT, 11: ERRATUM}),)))
    finish(start(without, documents=(telling({7: FACT, 11: "Nobody was on deck then."}),)))
    assert answer.answer == "1934"
    assert [quote.page for quote in answer.citations] == [11, 7]
    assert all(quote.verified for quote in answer.citations)
    assert answer.remark == "the document corrects itself: 1934 (p. 11), not 1931 (p. 7)"
    # Where a correction says what holds, nothing is asked, and nothing else is read for it.
    assert len(steps) == 1
    assert len(engine.prompts) == len(without.prompts)


def test_what_is_said_of_another_identifier_is_no_second_best(start: Start) -> None:
    asked, other = "The rent of berth B-35 is 40 crowns.", "The rent of berth B-37 is 60 crowns."

    def says(prompt: str) -> float:
        passage = prompt.partition("\n\nQuestion:")[0]
        alone = passage.endswith(f"\n{asked}")
        return 0.7 if asked in passage and not alone else 0.98 if other in passage else 0.01

    engine = ScriptedEngine(
        replies=lambda prompt: "40 crowns" if asked in prompt else "60 crowns",
        choices=says,
        protocol=PROTOCOL,
    )
    run = start(
        engine,
        question="What is the rent of berth B-35?",
        documents=(telling({3: asked, 10: other}),),
    )
    _steps, answer = finish(run)
    assert answer.status == "not_found"


def test_words_that_the_passage_lacks_are_replaced_by_its_sentence(start: Start) -> None:
    _steps, answer = finish(start(reader(answer="in 1847, at Vienna")))
    assert answer.answer == FACT


def test_where_every_gate_stays_closed_the_document_does_not_say(start: Start) -> None:
    engine = reader(fact="nowhere at all")
    steps, answer = finish(start(engine))
    assert answer.status == "not_found"
    assert answer.closest is None
    assert len(steps) == steps[0].total
    # Nothing is generated for a closed gate.
    assert answer.tokens.generated == 0


def test_a_tile_is_gated_once(start: Start) -> None:
    engine = reader(fact="nowhere at all")
    run = start(engine)
    finish(run)
    asked = engine.asked("reader")
    assert len(asked) == len(set(asked)) == len(run.corpus.passages)


def test_what_was_gated_before_reading_began_stands_in_the_first_step(start: Start) -> None:
    engine = reader(fact="nowhere at all")
    run = start(engine)
    told: list[tuple[int, int]] = []
    run.reader.state.on_gated = lambda passage: told.append(
        (passage.index, len(engine.asked("reader")))
    )
    first, *later = list(run.steps())
    # Each is told of when it was asked, and not when all were.
    assert sorted(place for place, _asked in told) == [p.passage for p in first.prefetched]
    assert told[0][1] == 1
    assert len(first.prefetched) == min(calibration("reader").lookups, len(run.corpus.passages))
    for place in first.prefetched:
        passage = run.corpus.passages[place.passage]
        assert (place.document, place.page) == (passage.document, run.corpus.locate(passage).page)
        assert place.score < first.update.threshold
    # BM25's best passage is among them, wherever it stands.
    assert any(FACT in run.corpus.text(run.corpus.passages[p.passage]) for p in first.prefetched)
    assert all(step.prefetched == () for step in later)
    assert Step.from_record(first.record()) == first


def over_a_bridge() -> tuple[ScriptedEngine, Document]:
    """FIRST on page 3 names the captain, SECOND on page 10 says where he was born."""

    def gate(prompt: str) -> Choice:
        known = "Notes:" in prompt
        if SECOND in prompt.partition("Question:")[0] and known and FIRST in prompt:
            return {"yes": 0.97}
        if FIRST in prompt.partition("Question:")[0] and not known:
            return {"yes": 0.02, "part": 0.95}
        return {"yes": 0.01}

    def say(prompt: str) -> str:
        if prompt.endswith("Quote:"):
            return f"{FIRST}\nno, no, no"
        if prompt.endswith(f"Quote: {FIRST}\nLook for:"):
            return "where Brandt was born, Kestrel"
        return "Kestrel Bay"

    document = telling({3: FIRST, 10: SECOND})
    return ScriptedEngine(replies=say, choices=gate, protocol=PROTOCOL), document


def test_a_step_is_quoted_and_what_is_missing_looked_up(start: Start) -> None:
    """The second hop shares no word with the question: only the first quote names it."""
    engine, document = over_a_bridge()
    begun = start(engine, question=BRIDGE, documents=(document,), order="document")
    steps, answer = finish(begun)
    assert answer.answer == "Kestrel Bay"
    assert {quote.page for quote in answer.citations} == {3, 10}
    searches = [step.retrieval.query for step in steps if step.retrieval]
    assert any("where Brandt was born" in search for search in searches)
    assert len(steps) < steps[0].total


def test_with_a_step_known_only_tiles_that_bm25_likes_are_asked_again(start: Start) -> None:
    """Page 6 names Brandt, who is known from page 3; the clerks of the others are nobody's."""
    named = "Brandt kept a parrot."
    told = telling({3: FIRST, 6: named})
    engine = ScriptedEngine(
        replies=lambda prompt: FIRST if prompt.endswith("Quote:") else "Brandt",
        choices=lambda prompt: (
            {"part": 0.95} if FIRST in prompt.partition("Question:")[0] else 0.01
        ),
        protocol=PROTOCOL,
    )
    run = start(engine, question=BRIDGE, documents=(told,), exit=False, order="document")
    finish(run)
    asked = [prompt for prompt in engine.asked("reader") if not prompt.startswith("- ")]
    again = {prompt.partition("\n\nQuestion:")[0] for prompt in asked if "Notes:" in prompt}
    once = {prompt.partition("\n\nQuestion:")[0] for prompt in asked if "Notes:" not in prompt}
    assert len(once) == len(run.corpus.passages)
    assert any(named in passage for passage in again)
    assert not any("c9x1" in passage for passage in again)
    # What a pass for several questions asks of a passage is what the gate will ask.
    state, gate = run.reader.state, run.reader.parts.gate
    assert isinstance(gate, PassageGate)
    for passage in run.corpus.passages:
        wanted = run.corpus.headed(passage).strip() in again
        assert len(gate.requests(state, passage)) == 1 + wanted


def test_what_is_looked_up_is_gated_by_tiles_whose_states_are_kept(start: Start) -> None:
    engine, document = over_a_bridge()
    run = start(engine, question=BRIDGE, documents=(document,), chunk_tokens=120, passage_tokens=60)
    finish(run)
    known = {run.corpus.headed(passage).strip() for passage in run.corpus.passages}
    asked = {prompt.partition("\n\nQuestion:")[0] for prompt in engine.asked("reader")}
    passages = {passage for passage in asked if not passage.startswith("- ")}
    assert any(SECOND in passage for passage in passages)
    # The answer's own sentence is read alone at the end.
    (alone,) = passages - known
    assert alone.endswith(f"\n{SECOND}")


def test_a_step_alone_is_no_answer(start: Start) -> None:
    engine = ScriptedEngine(
        replies=lambda prompt: FACT if prompt.endswith("Quote:") else "1931",
        choices=lambda prompt: {"part": 0.9} if FACT in prompt else 0.01,
        protocol=PROTOCOL,
    )
    _steps, answer = finish(start(engine))
    assert answer.status == "not_found"
    assert answer.closest is not None
    assert answer.closest.text == FACT


@pytest.mark.parametrize(
    ("question", "quoted"), [(QUESTION, 1), (f"List all years. {QUESTION}", 2)]
)
def test_a_place_far_below_a_certain_answer_is_not_answered_from(
    start: Start, question: str, quoted: int
) -> None:
    rumour = "A rumour says that the Orvel ferry sank."
    told = telling({3: FACT, 10: rumour})
    engine = ScriptedEngine(
        replies=lambda prompt: "1931" if FACT in prompt else "sank",
        choices=lambda prompt: 0.9999 if FACT in prompt else 0.9 if rumour in prompt else 0.01,
        protocol=PROTOCOL,
    )
    steps, answer = finish(start(engine, question=question, documents=(told,), exit=False))
    opened = [gate for step in steps for gate in step.passage_gates if gate >= 0.2]
    assert len(opened) == 2
    assert sum(len(step.added) for step in steps) == quoted
    assert answer.answer is not None
    assert answer.answer.startswith("1931")


def test_a_place_that_opened_and_gave_no_answer_takes_its_share(start: Start) -> None:
    """Asked "Who sold the wine?", a page without it was quoted as a step, opened with that step
    in the notes, and made a name of another page the answer at 0.81."""
    run = start(reader())
    next(iter(run.steps()))
    gate, corpus = run.reader.parts.gate, run.corpus
    assert isinstance(gate, PassageGate)
    answers = [quote for quote in run.reader.memory.ledger if quote.answer]
    state, found = run.reader.state, gate.found()
    assert gate.found_by(state, answers) == pytest.approx(found)
    # Another passage, as likely as the one that gave the answer.
    own = corpus.passages_at(answers[0])[0].index
    gate.scores(state).posterior.enter((own + 2) % len(corpus.passages), answers[0].score)
    assert gate.found() > found
    assert gate.found_by(state, answers) == pytest.approx(gate.found() / 2, rel=0.01)


def listed(book: Document, *scores: float) -> Outcome:
    """The reply to a question for all there is, with a place and an answer for each score."""
    corpus = Corpus(
        [book], chunk_tokens=80, passage_tokens=40, count=lambda text: len(text.split())
    )
    quotes = [
        replace(corpus.quote(0, passage.start, passage.end, score), answer=f"in {1931 + number}")
        for number, (score, passage) in enumerate(zip(scores, corpus.passages, strict=False))
    ]
    memory = Memory(100, corpus.count, "- notes", quotes)
    engine = reader()
    judge = TrainedJudge(engine)
    state = ReadingState(engine, corpus, "Name all the years.", memory, ReadingOptions(), True)
    return AnswerFromPlaces(Judges.of(judge), PassageGate(judge)).answer(state)


def test_of_places_that_give_the_same_answer_one_that_holds_it_is_cited_first(start: Start) -> None:
    """A name was read in a signature, and the sentence beside it was quoted."""
    run = start(reader())
    next(iter(run.steps()))
    corpus, state = run.corpus, run.reader.state
    (told,) = (each for each in corpus.passages if FACT in corpus.text(each))
    beside = corpus.passages[told.index - 2]
    quotes = [
        replace(corpus.quote(0, place.start, place.end, score), answer="1931")
        for place, score in ((beside, 0.9), (told, 0.8))
    ]
    answerer = run.reader.parts.answerer
    assert isinstance(answerer, AnswerFromPlaces)
    outcome = next(answerer.outcomes(state, quotes))
    assert outcome.text == "1931"
    assert ["1931" in quote.text for quote in outcome.citations] == [True, False]


def test_a_list_keeps_what_is_less_likely_than_not_beside_what_is_sure(book: Document) -> None:
    reply = listed(book, 0.48, 0.97, 0.74, 0.05)
    assert reply.text == "in 1931; in 1932; in 1933"
    # The share of the list that can be expected to be right.
    assert reply.confidence == pytest.approx((0.48 + 0.97 + 0.74) / 3)


def test_a_list_of_which_nothing_is_likelier_than_not_is_no_answer(book: Document) -> None:
    reply = listed(book, 0.48, 0.47, 0.46)
    assert (reply.text, reply.citations) == (None, ())
    assert reply.closest is not None


def test_the_places_of_a_list_do_not_compete(start: Start) -> None:
    """A number told in other words than the question's was left out: BM25 likes the other more."""
    first = "One telephone number of the clinic in Tarrow was 41828."
    second = "The clinic in Tarrow could also be rung up under 42928."
    told = telling({3: first, 10: second})
    engine = ScriptedEngine(
        replies=lambda prompt: "41828" if first in prompt else "42928",
        choices=lambda prompt: 0.97 if first in prompt else 0.6 if second in prompt else 0.01,
        protocol=PROTOCOL,
    )
    question = "Name all the telephone numbers of the clinic in Tarrow."
    steps, answer = finish(start(engine, question, documents=(told,)))
    assert answer.answer == "41828; 42928"
    # Asked for one, the second place is far less likely than the first.
    asked = "Which telephone number had the clinic in Tarrow?"
    steps, _answer = finish(start(engine, asked, documents=(told,), exit=False))
    assert sorted(gate for step in steps for gate in step.passage_gates)[-2] < 0.2


def test_what_only_mentions_the_thing_is_left_off_a_list(start: Start) -> None:
    """Of a filing every page names the company: its sentence, read alone, does not answer."""
    said = "Among the harbour masters of Tarrow was Osric Hart."
    named = "Sidonie Marsh wrote to the harbour masters of Tarrow."
    told = telling({3: said, 10: named})

    def choices(prompt: str) -> float:
        alone = "wrote ledger" not in prompt
        if said in prompt:
            return 0.9
        return 0.01 if named not in prompt or alone else 0.8

    engine = ScriptedEngine(
        replies=lambda prompt: "Osric Hart" if said in prompt else "Sidonie Marsh",
        choices=choices,
        protocol=PROTOCOL,
    )
    question = "Name all the harbour masters of Tarrow."
    steps, answer = finish(start(engine, question, documents=(told,)))
    assert answer.answer == "Osric Hart"
    left_off = next(quote for step in steps for quote in step.added if quote.text == named)
    assert left_off.score < 0.5


def test_an_interrupted_run_goes_on_to_the_same_answer(start: Start) -> None:
    whole_steps, whole = finish(start(reader(), exit=False))
    run = start(reader(), exit=False)
    run.reader.resume(whole_steps[:3])
    rest = list(run.reader.steps())
    assert [step.index for step in rest] == [step.index for step in whole_steps[3:]]
    assert run.reader.memory.ledger == [quote for step in whole_steps for quote in step.added]
    assert whole.answer == "1931"


def test_the_prompt_is_the_one_that_the_model_was_trained_on() -> None:
    engine = ScriptedEngine(replies=["1931"], choices=[0.9, 0.9], protocol=PROTOCOL)
    judge = TrainedJudge(engine)
    ask_all(engine, [judge.ask("Annals | page 7\nThe ferry sank.", QUESTION)])
    ask_all(
        engine, [judge.ask("Annals | page 7\nThe ferry sank.", QUESTION, "- (page 2) A ferry.")]
    )
    judge.answer("Annals | page 7\nThe ferry sank.", QUESTION)
    first, second, third = (prompt for _call, prompt in engine.prompts)
    assert first == f"Annals | page 7\nThe ferry sank.\n\nQuestion: {QUESTION}\nHelps:"
    assert second == first.removesuffix("Helps:") + "Notes:\n- (page 2) A ferry.\nHelps:"
    assert third == f"{first} yes\nAnswer:"
