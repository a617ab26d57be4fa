"""A session: documents read, a model open, one run at a time; the Python API stands on it.

with Session.open(paths, model=None) as session:
    run = session.run("Who chaired the board?", ReadingOptions())
    for step in run.steps(): ...
    answer = run.answer()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from longread.documents import Document
from longread.engine import Engine
from longread.models import store
from longread.models.store import ResolvedModel
from longread.reading.judges import Judge, Judges
from longread.reading.judges.probe import judge_for, judge_of_notes, may_follow_instructions
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.questions import may_follow_up
from longread.reading.judges.trained import TrainedJudge
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer
from longread.retrieval.store import IndexStore
from longread.runs import opening
from longread.runs.blocks import SessionBlocks
from longread.runs.cuts import Cuts
from longread.runs.fitting import PrefillRate, order_of
from longread.runs.opening import silent
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.run import Pass, Report, Run

if TYPE_CHECKING:
    from longread.runs.ahead import ReadAhead


def _numbered(report: Report, number: int, line: str) -> None:
    report(f"question {number + 1}: {line}")


class Session:
    """Documents and an engine, kept for as many runs as wanted.

    With a `reader` beside it, that gates passages and the engine judges what opened, and answers;
    `find_reader` opens it when the first run has a use for it. Blocks are kept in the folder
    `blocks`, or where the user's are. `left_out` says, a line each, which documents could not be
    read. How they are cut is kept in `index`, where there is one.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        engine: Engine,
        note: str = "",
        blocks: Path | None = None,
        reader: Engine | None = None,
        find_reader: Callable[[], Engine | None] | None = None,
        index: IndexStore | None = None,
    ) -> None:
        self.documents = tuple(documents)
        self.engine = engine
        self.reader = reader
        self._find_reader = find_reader
        self.note = note
        self.left_out: tuple[str, ...] = ()
        self.blocks = SessionBlocks(blocks)
        self.cuts = Cuts(index, self.blocks.digest)
        self._judges: dict[str, Judge] = {}
        self._reading: Judge | None = None
        self._of_notes: Judge | None = None
        # What the next pass finds done already.
        self.ahead: ReadAhead | None = None
        self.prefill_rate = PrefillRate()

    @classmethod
    def open(
        cls,
        sources: Sequence[str],
        model: ModelOptions | None = None,
        documents: DocumentOptions | None = None,
    ) -> Self:
        """Read `sources` and open the model that `model` names, or the default one."""
        options = model or ModelOptions()
        left_out: list[str] = []
        read = opening.read_documents(sources, documents, report=left_out.append)
        resolved = store.resolve(options.model) if options.model else store.resolve_default()
        session = cls.of_model(resolved, options)
        session.documents, session.left_out = tuple(read), tuple(left_out)
        return session

    @classmethod
    def of_model(
        cls, resolved: ResolvedModel, options: ModelOptions, report: Report = silent
    ) -> Self:
        """A session without documents, for `turn_to`: the model, and the one that reads for it."""
        engine = opening.open_engine(resolved, options, report)
        reader = partial(opening.open_reader, resolved, options, report)
        return cls([], engine, resolved.note, find_reader=reader)

    def close(self) -> None:
        """Close the models."""
        self.engine.close()
        if self.reader is not None:
            self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def turn_to(self, documents: Sequence[Document]) -> None:
        """Other documents from now on; what is known of the model stays known."""
        self.documents = tuple(documents)
        self.cuts.clear()

    def judges(self, gate: str, *, probed: bool) -> Judges:
        """Who judges passages: the model, the reader for it, or the reader alone where the model
        tells yes from no badly. One that nobody asks about passages is not `probed`, only asked
        whether its notes hold the answer."""
        if not probed:
            self._of_notes = self._of_notes or judge_of_notes(self.engine)
            return Judges.of(self._of_notes)
        if gate not in self._judges:
            self._judges[gate] = judge_for(self.engine, gate)
        judge = self._judges[gate]
        can_judge = judge.signal == PromptedJudge.signal
        instructed = can_judge or may_follow_instructions(judge.engine)
        if gate != "auto" or not instructed:
            return Judges.of(judge)
        if self._find_reader is not None:
            self.reader, self._find_reader = self._find_reader(), None
        if self.reader is None:
            return Judges.of(judge)
        self._reading = self._reading or TrainedJudge(self.reader)
        # A model that tells yes from no badly words answers badly as well (benchmarks/LOG.md,
        # 2026-12-01, "a model that cannot judge").
        return Judges(self._reading, judge) if can_judge else Judges.of(self._reading)

    def standalone(self, question: str, last: Answer) -> str:
        """The question as it is to be asked after `last`: a follow-up says what it leans on."""
        if not may_follow_up(question):
            return question
        judge = self.judges("auto", probed=True).answer
        return judge.standalone(question, last.question, last.answer or "")

    def run(self, question: str, options: ReadingOptions, **how: Any) -> Run:
        """A pass for one question; arguments as for `run_all`."""
        (run,) = self.run_all([question], options, **how).runs
        return run

    def run_all(
        self,
        questions: Sequence[str],
        options: ReadingOptions,
        *,
        journal: bool = False,
        resume: bool = True,
        report: Report = silent,
    ) -> Pass:
        """Prepare a pass over the documents; nothing is read before its `steps` are asked for.

        Each question is read for once. With `journal` the steps are kept on disk until
        `Pass.close`; with `resume` those of an interrupted run are taken over.
        """
        asked = dict.fromkeys(each.strip() for each in questions)
        several = len(questions) > 1
        ahead, self.ahead = self.ahead, None
        options = replace(options, order=order_of(self, options, len(asked)))
        return Pass(
            [
                Run(
                    self,
                    question,
                    options,
                    journal=journal,
                    resume=resume,
                    report=partial(_numbered, report, number) if several else report,
                )
                for number, question in enumerate(asked)
            ],
            ahead,
        )
