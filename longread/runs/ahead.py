"""Reading ahead: the passages that promise most are gated while other documents are still parsed.

What a folder's look-ups are is known only when all of it is parsed. Until then those of the part
that is there stand for them: their gates and states are what the run asks for first.
"""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from longread.documents import Document
from longread.engine.http import is_address
from longread.reading.corpus import Corpus, name_words
from longread.reading.judges.batch import Reply, ask_all, ask_together
from longread.reading.judges.questions import without_instructions
from longread.reading.memory import Memory
from longread.reading.options import ReadingOptions
from longread.reading.parts.gates import PassageGate
from longread.reading.state import ReadingState
from longread.reading.step import Tokens, spent
from longread.reading.strategies import strategy
from longread.retrieval import Index
from longread.runs.fitting import cutting

if TYPE_CHECKING:
    from longread.runs.session import Session

# All passages are ranked anew when there are so many times more documents.
_GROWN = 1.1
# The part of the look-ups that is gated ahead: of those below it most are outdone in the end.
_BETTER = 0.5


@dataclass(frozen=True, slots=True)
class GatedAhead:
    """A passage, gated in so many `seconds` when `parsed` of `documents` were there.

    Told twice: None seconds as it begins.
    """

    document: str
    page: int | None
    parsed: int
    documents: int
    seconds: float | None = None


class ReadAhead:
    """Indexes documents as they are parsed, and gates passages of them for the `questions`.

    A passage is gated while there is nothing to do but wait, if it would be among the better half
    of what the run looks up, were the documents still to come like those that are there. So the
    first one is gated at once, and few in vain. `told` hears of each.
    """

    def __init__(
        self,
        session: Session,
        questions: Sequence[str],
        options: ReadingOptions,
        documents: int,
        told: Callable[[GatedAhead], None] = lambda _gated: None,
    ) -> None:
        judges, self._options, self._way = cutting(session, options)
        way, self._judge = strategy(options.strategy), judges.gate
        self._session, self._told = session, told
        # A server may count otherwise tomorrow.
        self._indexes = way.judged and not is_address(self._judge.engine.info.file)
        gates = self._indexes and isinstance(way.build(judges, self._options).gate, PassageGate)
        bare = (without_instructions(each.strip()) for each in questions)
        self._questions = list(dict.fromkeys(bare)) if gates else []
        self._documents, self._parsed, self._ranked = documents, 0, 0
        self._wanted: list[int] = []
        self._corpora: list[Corpus] = []
        # The number of each corpus' first passage, and the passages that were gated.
        self._firsts: list[int] = []
        self._passages = 0
        self._gated: set[int] = set()
        self.replies: dict[bytes, Reply] = {}
        self.tokens = Tokens()
        session.ahead = self
        if self._questions:
            session.blocks.attach(judges.engines, self._options)

    def arrived(self, document: Document) -> None:
        """Index a document, so that a run finds it in the index."""
        self._parsed += 1
        if not self._indexes or not document.entry or document.attachments:
            return
        corpus = self._session.cuts.ahead(document, self._way)
        if not self._questions:
            return
        self._corpora.append(corpus)
        self._firsts.append(self._passages)
        self._passages += len(corpus.passages)

    def idle(self) -> bool:
        """Gate a passage, if one promises enough."""
        if self._parsed > self._ranked * _GROWN:
            self._ranked, self._wanted = self._parsed, self._promising()
        if not self._wanted:
            return False
        self._gate(self._wanted.pop(0))
        return True

    def _promising(self) -> list[int]:
        """The best passages of what is there that were not gated yet."""
        share = self._parsed / self._documents
        wanted = math.ceil(share * self._judge.calibration.lookups * _BETTER)
        postings = [each for corpus in self._corpora for each in corpus.postings]
        index = Index.over(postings, background=True)
        best = [hit.place for question in self._questions for hit in index.search(question, wanted)]
        return [place for place in dict.fromkeys(best) if place not in self._gated]

    def _gate(self, place: int) -> None:
        number = bisect_right(self._firsts, place) - 1
        corpus, engine, judge = self._corpora[number], self._judge.engine, self._judge
        passage = corpus.passages[place - self._firsts[number]]
        self._gated.add(place)
        where = corpus.documents[0].path, corpus.locate(passage).page
        gated = GatedAhead(*where, self._parsed, self._documents)
        self._told(gated)
        before, begun = replace(engine.usage), time.perf_counter()
        memory = Memory(self._options.memory_tokens, engine.count)
        states = [
            ReadingState(engine, corpus, question, memory, self._options)
            for question in self._questions
        ]
        requests = [judge.ask(each.shown(passage, judge), each.question) for each in states]
        source = states[0].source(passage)
        # As the run asks: a question alone side by side with others, several in a batch.
        alone = len(states) == 1 and not states[0].cached_states_pruned(engine)
        if not alone or not ask_together(engine, requests, [source], self.replies):
            states[0].pin(engine, passage, requests[0].prefix)
            replies = ask_all(engine, requests)
            self.replies.update(zip((request.key() for request in requests), replies, strict=True))
        self.tokens += spent(engine.usage, before)
        self._told(replace(gated, seconds=time.perf_counter() - begun))


def by_name(files: Sequence[str], questions: Sequence[str]) -> list[str]:
    """The files whose names have most of the questions' words first; the others as they come."""
    scores = Index(map(name_words, files)).scores(" ".join(questions))
    ranked = sorted(range(len(files)), key=lambda number: -scores[number])
    return [files[number] for number in ranked]
