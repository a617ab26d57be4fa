"""`longread inspect` and `longread search`: the document as longread sees it, no model needed."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from longread.cli.complete import document_names
from longread.cli.options import AsJson, LookOptions, takes_options
from longread.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from longread.display import View
    from longread.documents.model import Document, Location
    from longread.reading.corpus import Corpus
    from longread.runs.lookup import Hit


class TableFormat(StrEnum):
    """How `inspect --tables` prints tables."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


@takes_options("inspect")
def inspect(
    documents: Annotated[
        list[str],
        typer.Argument(
            metavar="DOC...",
            help='Files, folders, patterns or "-".',
            autocompletion=document_names,
        ),
    ],
    *,
    options: LookOptions,
    tables: Annotated[bool, typer.Option("--tables", help="Print the tables.")] = False,
    form: Annotated[
        TableFormat | None, typer.Option("--format", help="How --tables prints them.")
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="List what was left out of the text.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a document's pages, chunks, passages, tables and warnings.

    Token counts are estimates, since no model is loaded.
    """
    if form and not tables:
        raise UsageError("--format is for --tables.", "longread inspect DOC --tables --format csv")
    corpus, _ = _corpus(documents, options)
    if tables:
        from longread.display.document_tables import write_document_tables

        _warn(corpus)
        chosen = TableFormat.JSON if as_json and form is None else form or TableFormat.MARKDOWN
        typer.echo(write_document_tables(corpus.documents, chosen.value), nl=False)
        return
    show = options.show
    if as_json:
        from longread.runs.lookup import record

        records = [record(corpus, number) for number in range(len(corpus.documents))]
        typer.echo(json.dumps(records, indent=2))
        return
    if show.text:
        _warn(corpus)
    for number, document in enumerate(corpus.documents):
        if show.text:
            typer.echo(document.text)
            continue
        _summary(corpus, number, document)
        if removed:
            _removed(document)
        if show.chunks:
            _spans(corpus, number, "chunk", corpus.chunks)
        if show.passages:
            _spans(corpus, number, "passage", corpus.passages)


@takes_options("search")
def search(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar='DOC... "QUERY"',
            help="Documents; the query comes last.",
            autocompletion=document_names,
        ),
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Hits to show.")] = 10,
    *,
    options: LookOptions,
    as_json: AsJson = False,
) -> int:
    """Find the places that match a query best, with their pages.

    Ranked by BM25. Exit code 1: nothing matches.
    """
    if len(arguments) < 2:
        raise UsageError("there is no query.", 'longread search book.pdf "words to find"')
    *documents, query = arguments
    if not query.strip():
        raise UsageError("the query is empty.", 'longread search book.pdf "words to find"')
    corpus, left_out = _corpus(documents, options)
    if not as_json:
        _warn(corpus)
    from longread.runs.lookup import search as find

    hits = find(corpus, query, limit)
    if not as_json:
        names = _names(corpus)
        for hit in hits:
            name = names[hit.document]
            typer.echo(f"{hit.rank:>2}. {name}, {_where(hit)}  (score {hit.score:.2f})")
            typer.echo(f"    {hit.text}")
    if as_json:
        record = {
            "query": query,
            "hits": [asdict(hit) for hit in hits],
            "documents": [
                {"path": document.path, "warnings": list(document.warnings)}
                for document in corpus.documents
            ],
            "left_out": left_out,
        }
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    if not hits:
        typer.echo("nothing matches", err=True)
        return ExitCode.NOT_FOUND
    return ExitCode.ANSWERED


def _names(corpus: Corpus) -> dict[str, str]:
    """A short name for each document's path."""
    from longread.display.phrasing import short_names

    paths = [document.path for document in corpus.documents]
    return dict(zip(paths, short_names(paths), strict=True))


def _warn(corpus: Corpus) -> None:
    """What the text does not show by itself, on stderr."""
    warned = [document for document in corpus.documents if document.warnings]
    names = _names(corpus) if warned else {}
    for document in warned:
        for warning in document.warnings:
            typer.echo(f"warning: {names[document.path]}: {warning}", err=True)


def _corpus(sources: list[str], options: LookOptions) -> tuple[Corpus, list[str]]:
    """The documents cut up, and a line for each that was left out; these are told as well."""
    from longread.display import open_view
    from longread.display.phrasing import clean
    from longread.runs.lookup import look

    left_out: list[str] = []
    with ExitStack() as shown:
        views: list[View] = []

        def progress(file: str, done: float) -> None:
            # Where nothing is new the view costs more than the search.
            if not views and sys.stderr.isatty():
                views.append(shown.enter_context(open_view(quiet=False, verbose=False)))
            for view in views:
                view.activity("reading", Path(file).name, done)

        corpus = look(sources, options.documents, options.reading, left_out.append, progress)
    for line in left_out:
        typer.echo(clean(line), err=True)
    return corpus, left_out


def _summary(corpus: Corpus, number: int, document: Document) -> None:
    chunks = [span for span in corpus.chunks if span.document == number]
    passages = [span for span in corpus.passages if span.document == number]
    facts: list[tuple[str, Any]] = [
        ("title", document.title),
        ("format", document.kind),
        ("pages", _pages(document)),
        ("sections", len(document.sections)),
        ("tables", len(document.tables)),
        ("characters", f"{len(document.text):,}"),
        ("tokens", f"about {sum(span.tokens for span in chunks):,}"),
        ("chunks", f"{len(chunks):,} of at most {corpus.chunk_tokens:,} tokens"),
        ("passages", f"{len(passages):,} of at most {corpus.passage_tokens:,} tokens"),
        ("sha256", document.sha256),
    ]
    typer.echo(document.path)
    for name, value in facts:
        typer.echo(f"  {name:<11} {value}")
    for warning in document.warnings:
        typer.echo(f"  warning     {warning}")


def _pages(document: Document) -> str:
    if not document.pages:
        return "none (the format has no pages)"
    labels = [page.label for page in document.pages if page.label]
    printed = f", printed {labels[0]} to {labels[-1]}" if labels else ""
    return f"{len(document.pages):,}{printed}"


def _spans(corpus: Corpus, number: int, name: str, spans: list[Any]) -> None:
    for span in spans:
        if span.document == number:
            words = " ".join(corpus.text(span).split())
            place = _where(corpus.locate(span))
            size = f"{span.tokens:>5} tok"
            typer.echo(f"  {name} {span.index:>4}  {size}  {place:<12}  {words[:80]}")


def _removed(document: Document) -> None:
    """Copies of running heads, page numbers and hidden text, each with its page."""
    for left_out in document.removed:
        typer.echo(f"  removed     p. {left_out.page:<5} {left_out.why:<9} {left_out.text}")


def _where(spot: Location | Hit) -> str:
    from longread.display.phrasing import place

    return place(spot) or "start"
