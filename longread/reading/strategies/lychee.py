"""`lychee`, after LycheeMemory (arXiv 2602.08382): a gate over all blocks, then the reasoner.

Every passage is read once into a cached state; a gate asks each with the question and what the
working memory holds at that moment, which costs a few dozen tokens; only what passes is given,
word for word, to the reasoner that writes the memory. What a round rejected is asked again in
the next as long as the memory changed, which the paper's one-way scan cannot do. No early exit,
as in the paper. Its learned compressor has no place in a stock GGUF model: `--compress` drops
tokens instead.
"""

from __future__ import annotations

from longread.reading.judges import Judge, Judges
from longread.reading.loop import Parts
from longread.reading.memory import WorkingMemory, as_notes
from longread.reading.options import ReadingOptions
from longread.reading.parts.cascade import answerer, writer
from longread.reading.parts.gates import latest_steps
from longread.reading.parts.judged_gate import JudgedGate
from longread.reading.parts.orders import ChunksInOrder
from longread.reading.state import Opening, ReadingState
from longread.reading.step import Step
from longread.reading.strategies import Strategy

# One round a hop: the second finds what the quotes of the first name. MuSiQue has three hops.
ROUNDS = 3


class MemoryGate(JudgedGate):
    """P(passage helps), asked with the working memory: once a round.

    A passage is not asked again while the memory is what it was, nor once it is quoted.
    """

    def __init__(self, judge: Judge, threshold: float | None) -> None:
        super().__init__(judge, threshold)
        self._asked: dict[int, tuple[str, float]] = {}

    def read(self, state: ReadingState) -> Opening:
        scores = self.scores(state)
        passages = state.corpus.passages_of(state.chunk)
        notes = as_notes(latest_steps(state.memory.ledger))
        opens: list[float] = []
        for passage in passages:
            place = passage.index
            before, helps = self._asked.get(place, (None, 0.0))
            quoted = state.memory.quotes_from(passage.document, passage.start, passage.end)
            if before is None or (before != notes and not quoted):
                if notes:
                    found, helps = self.judge_again(state, passage)
                else:
                    self.relevance[passage] = scores.relevance(place)
                    found, helps = scores.probability(place), scores.opens(place)
                scores.posterior.enter(place, found)
                self._asked[place] = (notes, helps)
            opens.append(helps)
        return self.opening(state, passages, opens, len(passages))

    def restore(self, state: ReadingState, step: Step) -> None:
        super().restore(state, step)
        notes = as_notes(latest_steps(state.memory.ledger))
        own = state.corpus.passages_of(state.chunk)
        for passage, gate in zip(own, step.passage_gates, strict=True):
            self._asked[passage.index] = (notes, gate)


def build(judges: Judges, options: ReadingOptions) -> Parts:
    gate = MemoryGate(judges.gate, options.gate_threshold)
    return Parts(
        order=ChunksInOrder(),
        gate=gate,
        writer=writer(judges, gate),
        answerer=answerer(judges, gate),
        rounds=ROUNDS,
        memory=WorkingMemory,
    )


STRATEGY = Strategy("lychee", build, judged=True)
