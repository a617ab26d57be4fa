"""`longread ask`: documents and a question in, an answer with verified page citations out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from longread.cli.complete import document_names
from longread.cli.options import AskOptions, QuestionsFile, takes_options
from longread.errors import UsageError
from longread.runs.questions import Asked, read_questions

_EXAMPLE = 'longread ask book.pdf "your question"'
_EACH = 'longread ask filings/ --each "your question"'
_FIELDS = "longread ask report.pdf --schema fields.txt"
_SEVERAL = 'longread ask book.pdf -q "first question" -q "second question"'


@takes_options("ask")
def ask(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar='DOC... ["QUESTION"]',
            help='Files, folders, patterns, or "-" for standard input; the question comes last. '
            "Without one, and without -q, a terminal gets a prompt.",
            show_default=False,
            autocompletion=document_names,
        ),
    ],
    question: Annotated[
        list[str] | None,
        typer.Option(
            "--question",
            "-q",
            help="A question; several are answered in one pass over the documents.",
            show_default=False,
        ),
    ] = None,
    questions: QuestionsFile = None,
    *,
    options: AskOptions,
) -> int:
    """Ask a question of one or more documents.

    The answer goes to stdout, everything else to stderr. Exit codes: 0 answered (of several
    questions or, with --each, documents: all), 1 the document does not say (for at least one),
    2 usage, 3 unreadable document (with --each: at least one), 4 model trouble, 130 interrupted
    (the same command goes on).
    """
    listed = bool(question) or questions is not None
    each, schema = options.call.each, options.fields.schema
    if options.call.form and not each:
        raise UsageError("--format is for --each.", f"{_EACH} --format csv")
    if schema is not None:
        return _ask_fields(arguments, schema, options, listed=listed)
    if not listed and not each and _wants_prompt(arguments):
        from longread.cli.ask.repl import prompt

        return prompt(arguments, options)
    if listed:
        sources, asked = arguments, read_questions(question or [], questions)
        _require_documents(arguments)
    else:
        sources, last = _split(arguments)
        asked = [Asked(last.strip())]

    if each:
        from longread.cli.ask.each import answer_each

        return answer_each(sources, asked, options)
    from longread.cli.ask.run import answer_questions

    return answer_questions(sources, asked, options, listed=listed)


def _ask_fields(arguments: list[str], schema: Path, options: AskOptions, *, listed: bool) -> int:
    """Documents alone: the fields are the questions."""
    from longread.cli.ask.each import answer_each
    from longread.cli.ask.run import answer_questions
    from longread.runs.fields import read_schema

    if listed:
        raise UsageError("a schema asks its own questions.", f"{_FIELDS}, without -q")
    _require_documents(arguments, _FIELDS)
    fields = read_schema(schema)
    asked = [each.asked for each in fields]
    if options.call.each:
        return answer_each(arguments, asked, options, fields)
    return answer_questions(arguments, asked, options, listed=True, fields=fields)


def _wants_prompt(arguments: list[str]) -> bool:
    """Whether there are documents alone, and somebody at a terminal to ask."""
    # Python has no stdin at all where it was closed ("<&-").
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return all(argument.strip() and Path(argument[:250]).exists() for argument in arguments)


def _require_documents(arguments: list[str], example: str = _SEVERAL) -> None:
    if not all(argument.strip() for argument in arguments):
        raise UsageError("the name of a document is empty.", example)
    if not Path(arguments[-1][:250]).exists() and arguments[-1].rstrip().endswith("?"):
        besides = "those of -q and --questions" if example == _SEVERAL else "the schema's"
        raise UsageError(f"there is a question besides {besides}.", example)


def _split(arguments: list[str]) -> tuple[list[str], str]:
    """Documents and question: the last argument is the question."""
    *sources, question = arguments
    if not question.strip():
        raise UsageError("the question is empty.", _EXAMPLE)
    document = question == "-" or Path(question[:250]).is_file()
    if document and sources:
        raise UsageError(f"the last argument, {question}, is a document, no question.", _EXAMPLE)
    if document or (not sources and Path(question[:250]).exists()):
        raise UsageError("there is no question.", _EXAMPLE)
    if not sources:
        raise UsageError("there is no document.", _EXAMPLE)
    if not all(source.strip() for source in sources):
        raise UsageError("the name of a document is empty.", _EXAMPLE)
    return sources, question
