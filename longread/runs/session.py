"""A session: documents read, a model open, one run at a time; the Python API stands on it.

with Session.open(paths, model=None) as session:
    run = session.run("Who chaired the board?", ReadingOptions())
    for step in run.steps(): ...
    answer = run.answer()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from longread.documents import Document, Files, LeftOut, cache, discover, listed, load, load_all
from longread.documents.kept import Facts, KeptDocument
from longread.engine import Engine
from longread.engine.http import is_address, open_server
from longread.errors import DocumentError, UsageError
from longread.models import gguf, store
from longread.models.catalogue import BUNDLED
from longread.models.optimise import optimised
from longread.models.store import ResolvedModel
from longread.reading.corpus import Corpus
from longread.reading.judges import Judge, Judges
from longread.reading.judges.likelihood import LikelihoodJudge
from longread.reading.judges.probe import judge_for
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.questions import may_follow_up
from longread.reading.judges.trained import TrainedJudge, speaks_protocol
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer
from longread.reading.strategies import strategy
from longread.retrieval.store import Cut, IndexStore, state_of
from longread.runs.blocks import SessionBlocks
from longread.runs.options import DocumentOptions, ModelOptions
from longread.runs.run import Pass, Report, Run, cutting, order_of
from longread.runs.whole import PrefillRate


def _silent(_line: str) -> None:
    return


def _numbered(report: Report, number: int, line: str) -> None:
    report(f"question {number + 1}: {line}")


def read_documents(
    sources: Sequence[str],
    options: DocumentOptions | None = None,
    *,
    report: Report = _silent,
    progress: Callable[[str, float], None] | None = None,
    store: IndexStore | None = None,
    then: Callable[[Document], Any] | None = None,
    meanwhile: Callable[[], Callable[[Document], None]] | None = None,
) -> list[Document]:
    """All documents that `sources` (files, folders, patterns, "-") name.

    What `store` knows, and has not changed since, is not read before its text is needed. `then`
    may make an `Indexed` of each other document in the worker that parses it. While workers parse
    several, `meanwhile` is called, and what it gives with each document that is there by then;
    what is wrong with a document alone is said before anything else begins.

    One that cannot be read is reported and left out as long as another can; when none
    can, the first one's error is raised. Of files with the same bytes the first is read.
    """
    how = options or DocumentOptions()
    files = sources if isinstance(sources, Files) else discover(sources, **how.discovering())
    documents: dict[str, Document] = {}
    left_out = list(files.left_out)
    failures: list[DocumentError] = []
    known = _known(files, how, store) if store is not None and not how.pages else {}
    unknown = [file for file in files if file not in known]
    states = {file: state for file in unknown if store and (state := state_of(file))}
    beside = meanwhile if len(unknown) > 1 else None
    loaded = load_all(unknown, progress=progress, then=then, meanwhile=beside, **how.loading())
    fresh = dict(zip(unknown, loaded, strict=True))
    if store is not None:
        _keep(fresh, states, how, store)
    for file in files:
        read = known.get(file) or fresh[file]
        if isinstance(read, DocumentError):
            failures.append(read)
            continue
        for each in read.with_attachments():
            same = documents.setdefault(each.sha256, each)
            if same is not each:
                path = file if each.path == read.path else each.path
                left_out.append(LeftOut(path, f"is the same as {same.path}"))
    if not documents:
        raise failures[0]
    for failure in failures:
        report(f"left out: {failure.message}")
    for line in listed(left_out):
        report(line)
    return list(documents.values())


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a worker makes of a document instead of its text: facts, and how it is cut."""

    facts: Facts
    cuts: dict[bytes, Cut]


def _known(files: Sequence[str], how: DocumentOptions, store: IndexStore) -> dict[str, Document]:
    """The documents that need not be read: not changed, and parsed as they would be now."""
    entries: dict[str, str] = {}
    known: dict[str, Document] = {}
    for file, facts in store.facts(files).items():
        kind = facts.kind
        if kind not in entries:
            entries[kind] = cache.entry("", kind, how.ocr, how.encoding).name
        if facts.entry == facts.sha256 + entries[kind]:
            known[file] = _kept(file, facts, how)
    return known


def _kept(file: str, facts: Facts, how: DocumentOptions) -> Document:
    def loaded() -> Document:
        document = cache.load(cache.folder() / facts.entry) or load(file, **how.loading())
        if document.sha256 != facts.sha256:
            raise DocumentError(f"{file} changed while it was read.", "ask again")
        return document

    return KeptDocument(file, facts, loaded)


def _keep(
    fresh: dict[str, Any],
    states: Mapping[str, tuple[int, int]],
    how: DocumentOptions,
    store: IndexStore,
) -> None:
    """Remember what was read; what workers indexed becomes documents again, without text."""
    facts: dict[str, Facts] = {}
    cuts: dict[bytes, Cut] = {}
    for file, read in fresh.items():
        if isinstance(read, Indexed):
            facts[file] = read.facts
            cuts.update(read.cuts)
            fresh[file] = _kept(file, read.facts, how)
        elif isinstance(read, Document) and read.entry and not read.attachments:
            facts[file] = Facts.of(read)
    store.remember(facts, states)
    store.keep(cuts)


def open_engine(resolved: ResolvedModel, options: ModelOptions, report: Report = _silent) -> Engine:
    """The engine on a resolved model: a server's, or a file's; the bundled one runs as its
    optimised copy."""
    if resolved.address:
        return open_server(resolved.address, context=options.context, report=report)
    from longread.engine.llamacpp import LlamaCppEngine

    header = gguf.read_header(resolved.path)
    gguf.require_instruct(header)
    if not header.has_chat_template:
        report(
            f"{resolved.name} has no chat template, as base models have none: "
            "it gates by likelihood"
        )
    path, name, note = resolved.path, resolved.name, ""
    if resolved.path == store.bundled_path():
        name = resolved.path.stem.partition(".")[0]
        path, note = optimised(resolved.path, adapter=options.adapter)
    if note:
        report(note)
    return LlamaCppEngine(
        path,
        name=name,
        context=options.context,
        gpu_layers=options.gpu_layers,
        threads=options.threads,
    )


def open_reader(
    resolved: ResolvedModel, options: ModelOptions, report: Report = _silent
) -> Engine | None:
    """The engine of the model that reads for a larger one; None where the model reads itself.

    A reader is trained to gate (`reader/1`): any other model gates no better than the larger one
    does. It is small, and runs on the CPU.
    """
    if options.reader == "none" or resolved.path == store.bundled_path():
        return None
    if options.reader == "bundled":
        if not store.bundled_path() or not options.adapter:
            return None
        named = store.resolve(BUNDLED)
    else:
        named = store.resolve(options.reader)
    engine = open_engine(named, replace(options, context=None, gpu_layers=0), report)
    if speaks_protocol(engine):
        return engine
    engine.close()
    if options.reader == "bundled":
        return None
    raise UsageError(
        f"{named.name} was not trained to read for another model.",
        "use --reader bundled, or --reader none",
    )


class Session:
    """Documents and an engine, kept for as many runs as wanted.

    With a `reader` beside it, that gates passages and the engine judges what opened, and answers;
    `find_reader` opens it when the first run has a use for it. Blocks are kept in the folder
    `blocks`, or where the user's are. `left_out` says, a line each, which documents could not be
    read. How documents are cut is kept in `index`, where there is one.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        engine: Engine,
        note: str = "",
        blocks: Path | None = None,
        left_out: Sequence[str] = (),
        reader: Engine | None = None,
        find_reader: Callable[[], Engine | None] | None = None,
        index: IndexStore | None = None,
    ) -> None:
        self.documents = tuple(documents)
        self._index = index
        self.engine = engine
        self.reader = reader
        self._find_reader = find_reader
        self.note = note
        self.left_out = tuple(left_out)
        self.blocks = SessionBlocks(blocks)
        self._corpora: dict[tuple[int, int, bool, str], Corpus] = {}
        self._judges: dict[str, Judge] = {}
        self._reading: Judge | None = None
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
        read = read_documents(sources, documents, report=left_out.append)
        resolved = store.resolve(options.model) if options.model else store.resolve_default()
        session = cls.of_model(resolved, options)
        session.documents, session.left_out = tuple(read), tuple(left_out)
        return session

    @classmethod
    def of_model(
        cls, resolved: ResolvedModel, options: ModelOptions, report: Report = _silent
    ) -> Self:
        """A session without documents, for `turn_to`: the model, and the one that reads for it."""
        engine = open_engine(resolved, options, report)
        return cls(
            [], engine, resolved.note, find_reader=partial(open_reader, resolved, options, report)
        )

    def close(self) -> None:
        """Close the models."""
        self.engine.close()
        if self.reader is not None:
            self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def turn_to(self, documents: Sequence[Document]) -> None:
        """Other documents from now on; what is known of the model stays known."""
        self.documents = tuple(documents)
        self._corpora.clear()

    def corpus(
        self, chunk_tokens: int, passage_tokens: int, filled: bool, engine: Engine
    ) -> Corpus:
        """The documents cut like this by an engine's tokens; cut and indexed once, however many
        runs ask."""
        way = (chunk_tokens, passage_tokens, filled, engine.info.name)
        if way not in self._corpora:
            self._corpora[way] = self._cut(self.documents, *way[:3], engine)
        return self._corpora[way]

    def index_ahead(self, options: ReadingOptions) -> Callable[[Document], None]:
        """What indexes a document as a run with these options will find it in the index."""
        way, index = cutting(self, options)[2], self._index
        indexes = strategy(options.strategy).judged and not is_address(way[3].info.file)

        def indexed(document: Document) -> None:
            if index is not None and indexes and document.entry and not document.attachments:
                index.keep(self._cut([document], *way).cuts(), soon=True)

        return indexed

    def _cut(
        self,
        documents: Sequence[Document],
        chunk_tokens: int,
        passage_tokens: int,
        filled: bool,
        engine: Engine,
    ) -> Corpus:
        # A server may count otherwise tomorrow.
        tokenizer = "" if is_address(engine.info.file) else self.blocks.digest(engine)
        return Corpus(
            documents,
            chunk_tokens=chunk_tokens,
            passage_tokens=passage_tokens,
            count=engine.count,
            filled=filled,
            store=self._index if tokenizer else None,
            counted_by=tokenizer,
        )

    def judges(self, gate: str, *, probed: bool) -> Judges:
        """Who judges passages; a model that nobody asks about passages is not `probed`."""
        if not probed:
            return Judges.of(LikelihoodJudge(self.engine))
        if gate not in self._judges:
            self._judges[gate] = judge_for(self.engine, gate)
        judge = self._judges[gate]
        if gate != "auto" or judge.signal != PromptedJudge.signal:
            return Judges.of(judge)
        if self._find_reader is not None:
            self.reader, self._find_reader = self._find_reader(), None
        if self.reader is None:
            return Judges.of(judge)
        self._reading = self._reading or TrainedJudge(self.reader)
        return Judges(self._reading, judge)

    def standalone(self, question: str, last: Answer) -> str:
        """The question as it is to be asked after `last`: a follow-up says what it leans on.

        A model that follows instructions rewrites it. With the bundled reader alone the earlier
        question's words are added, so that the look-ups find its places again.
        """
        if not may_follow_up(question):
            return question
        judge = self.judges("auto", probed=True).answer
        if isinstance(judge, PromptedJudge):
            return judge.standalone(question, last.question, last.answer or "")
        return f"{question} ({last.question})"

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
        report: Report = _silent,
    ) -> Pass:
        """Prepare a pass over the documents; nothing is read before its `steps` are asked for.

        Each question is read for once. With `journal` the steps are kept on disk until
        `Pass.close`; with `resume` those of an interrupted run are taken over.
        """
        asked = dict.fromkeys(each.strip() for each in questions)
        several = len(questions) > 1
        options = replace(options, order=order_of(options, len(self.documents), len(asked)))
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
            ]
        )
