"""What a session is opened with: the documents that are named, and the models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from longread.documents import (
    Beside,
    Document,
    Files,
    LeftOut,
    cache,
    discover,
    listed,
    load,
    load_all,
)
from longread.documents.kept import Facts, KeptDocument
from longread.engine import Engine
from longread.errors import DocumentError, UsageError
from longread.models import gguf, machine, store
from longread.models.catalogue import BUNDLED, MEMORY_SHARE
from longread.models.optimise import optimised
from longread.models.report import memory_need
from longread.models.store import ResolvedModel
from longread.retrieval.store import Cut, IndexStore, state_of
from longread.runs.options import DocumentOptions, ModelOptions

if TYPE_CHECKING:
    from longread.runs.run import Report


def silent(_line: str) -> None:
    return


def read_documents(
    sources: Sequence[str],
    options: DocumentOptions | None = None,
    *,
    report: Report = silent,
    progress: Callable[[str, float], None] | None = None,
    store: IndexStore | None = None,
    then: Callable[[Document], Any] | None = None,
    meanwhile: Callable[[int], Beside] | None = None,
    order: Callable[[Sequence[str]], Sequence[str]] | None = None,
) -> list[Document]:
    """All documents that `sources` (files, folders, patterns, "-") name.

    What `store` knows, and has not changed since, is not read before its text is needed. `then`
    may make an `Indexed` of each other document in the worker that parses it. While workers parse
    several, `meanwhile` is called with their number, and what it gives is handed each document that
    is there by then; what is wrong with a document alone is said before anything else begins.
    `order` says which of them to parse first.

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
    unknown = list(order(unknown)) if order and beside else unknown
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
                left_out.append(LeftOut.copy(path, of=same.path))
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


def open_engine(resolved: ResolvedModel, options: ModelOptions, report: Report = silent) -> Engine:
    """The engine on a resolved model: a server's, or a file's; the bundled one runs as its
    optimised copy."""
    if resolved.address:
        from longread.engine.http import open_server

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
    resolved: ResolvedModel, options: ModelOptions, report: Report = silent
) -> Engine | None:
    """The engine of the model that reads for a larger one; None where the model reads itself.

    A reader is trained to gate (`reader/1`): any other model gates no better than the larger one
    does. It is small, and runs on the CPU. Where both do not fit into memory together, the model
    reads alone, and `report` is told so.
    """
    # Whoever only searches needs no judges.
    from longread.reading.judges.trained import speaks_protocol

    if options.reader == "none" or resolved.path == store.bundled_path():
        return None
    if options.reader == "bundled":
        if not store.bundled_path() or not options.adapter:
            return None
        named = store.resolve(BUNDLED)
    else:
        named = store.resolve(options.reader)
    if not _fit_together(resolved, named):
        name = resolved.name
        report(f"{name} and {named.name} need more memory than there is: {name} reads alone")
        return None
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


def _fit_together(*models: ResolvedModel) -> bool:
    """Whether this machine's memory, where it says how much it has, holds the models that are
    files on it."""
    headers = [gguf.read_header(each.path) for each in models if not each.address]
    total = machine.memory().total
    return not total or sum(map(memory_need, headers)) <= total * MEMORY_SHARE
