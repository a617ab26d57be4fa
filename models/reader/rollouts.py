"""Reading runs sampled from the merged model in llama.cpp, in the reader's own protocol.

All rollouts of a task go through its passages in step: those with the same notes share
the passage's prefill and one gate decode.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from tasks import Run, Task, Turn, holds, is_verbatim, sentence_of

from longread.engine.llamacpp import LlamaCppEngine, log_total
from longread.reading.prompts import prompt

# As longread/reading/judges/trained.py has them; quotes with "Look for" are 30 to 70 tokens.
ANSWER_TOKENS = 48
QUOTE_TOKENS = 96
# Latest quotes that are shown as notes, as in longread/reading/trained.py.
STEPS_SHOWN = 4
GATES = ("yes", "part", "no")
_LOOK_FOR = re.compile(r"\n\s*Look for:")
_PAGE = re.compile(r"\| pages? (\d+)")


class Sampler:
    """Draws reading runs. `temperature` 0 takes the likeliest word everywhere."""

    def __init__(self, engine: LlamaCppEngine, seed: int) -> None:
        self.engine = engine
        self.random = np.random.default_rng(seed)
        self.words = [engine.tokenize(f" {word}")[0] for word in GATES]
        self.openings = {
            "yes": engine.tokenize("\nAnswer:"),
            "part": engine.tokenize("\nQuote:"),
        }
        self._gates: dict[tuple[int, ...], np.ndarray] = {}

    def runs(self, task: Task, temperatures: Sequence[float]) -> list[Run]:
        """One run for each temperature, passage by passage."""
        runs = [Run() for _ in temperatures]
        for place, passage in enumerate(task.passages):
            self._gates.clear()
            for run, temperature in zip(runs, temperatures, strict=True):
                if run.exit_place is None:
                    self._turn(task, place, passage, run, temperature)
        return runs

    def _turn(self, task: Task, place: int, passage: str, run: Run, temperature: float) -> None:
        notes = "\n".join(run.notes[-STEPS_SHOWN:])
        words = prompt(
            self.engine, "reader", passage=passage.strip(), question=task.question, notes=notes
        )
        tokens = self.engine.vocabulary.tokenize_prompt(words)
        number, log_probability = self._gate(tokens, temperature)
        gate = GATES[number]
        turn = Turn(place, gate, run.known, prompt=tokens)
        turn.reply.append(self.words[number])
        turn.chosen.append(log_probability)
        run.turns.append(turn)
        if gate == "no":
            return
        opening = self.openings[gate]
        turn.reply += opening
        turn.chosen += [None] * len(opening)
        budget = ANSWER_TOKENS if gate == "yes" else QUOTE_TOKENS
        turn.words, turn.ended = self._say(turn, budget, temperature)
        if gate == "yes":
            run.answer, run.exit_place = turn.words, place
            turn.verbatim = bool(turn.words)
            return
        quote = _LOOK_FOR.split(turn.words, maxsplit=1)[0].strip()
        turn.verbatim = is_verbatim(quote, passage)
        kept = sentence_of(passage, quote)
        page = _PAGE.search(passage.partition("\n")[0])
        run.notes.append(f"- (page {page.group(1)}) {kept}" if page else f"- {kept}")
        if place in task.evidence and holds(task.evidence[place], kept):
            run.known |= {place}

    def _gate(self, tokens: list[int], temperature: float) -> tuple[int, float]:
        """A gate word by its number, and its log-probability among the three."""
        key = tuple(tokens)
        if key not in self._gates:
            _slot, _reused, logits = self.engine.runtime.prefill(tokens, room=QUOTE_TOKENS + 8)
            three = logits[:, self.words]
            self._gates[key] = (three - log_total(three)[:, None])[0]
        scores = self._gates[key]
        number = self._pick(scores, temperature)
        return number, float(scores[number])

    def _say(self, turn: Turn, budget: int, temperature: float) -> tuple[str, bool]:
        """Sample the words after `turn`'s opening, into it; the text, and whether it ended."""
        engine = self.engine
        slot, _reused, logits = engine.runtime.prefill([*turn.prompt, *turn.reply], room=budget)
        said: list[int] = []
        while True:
            scores = (logits - log_total(logits)[:, None])[0]
            token = self._pick(scores, temperature)
            turn.reply.append(token)
            turn.chosen.append(float(scores[token]))
            if engine.vocabulary.ends_turn(token):
                return engine.vocabulary.text(said).strip(), True
            said.append(token)
            if len(said) >= budget:
                return engine.vocabulary.text(said).strip(), False
            logits = engine.runtime.extend(slot, [token])

    def _pick(self, scores: np.ndarray, temperature: float) -> int:
        if temperature <= 0.0:
            return int(scores.argmax())
        weights = np.exp((scores - scores.max()).astype(np.float64) / temperature)
        return int(self.random.choice(len(weights), p=weights / weights.sum()))
