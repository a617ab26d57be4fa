"""`longread ask`: documents and a question in, an answer with verified page citations out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from longread.cli.complete import beginning_with, model_names
from longread.cli.questions import read_questions
from longread.cli.settings import settings_in_force
from longread.errors import UsageError
from longread.reading.names import GATES, HEADS, ORDERS, STRATEGIES

_EXAMPLE = 'longread ask book.pdf "your question"'
_SEVERAL = 'longread ask book.pdf -q "first question" -q "second question"'


def ask(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar='DOC... ["QUESTION"]',
            help='Files, folders, patterns, or "-" for standard input; the question comes last. '
            "Without one, and without -q, a terminal gets a prompt.",
            show_default=False,
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
    questions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='Questions, one a line, or JSON Lines: {"id": "1", "question": "Who?"}.',
        ),
    ] = None,
    strategy: Annotated[
        str | None,
        typer.Option(
            help="How to read: gated (default), gru-mem, infiniretri, infmem, lychee, memagent, "
            "pi-mem, rag, truncate.",
            autocompletion=beginning_with(STRATEGIES),
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            help="Chunks as they stand (document, the default), or most promising first "
            "(relevance).",
            autocompletion=beginning_with(ORDERS),
        ),
    ] = None,
    pages: Annotated[
        str | None, typer.Option(help="Only these pages: 10-50, or 1,4-6,10-.")
    ] = None,
    exit_early: Annotated[
        bool | None,
        typer.Option(
            "--exit/--no-exit",
            help="Stop as soon as enough is known (default), or read to the end.",
            show_default=False,
        ),
    ] = None,
    patience: Annotated[
        int | None, typer.Option(help="Open exit gates in a row before stopping.")
    ] = None,
    gate: Annotated[
        str | None,
        typer.Option(
            help="What the update gate goes by: auto (default), reader, likelihood, choice.",
            autocompletion=beginning_with(GATES),
        ),
    ] = None,
    gate_threshold: Annotated[
        float | None, typer.Option(help="Probability that opens the update gate.")
    ] = None,
    exit_threshold: Annotated[
        float | None, typer.Option(help="Probability that opens the exit gate (0.9).")
    ] = None,
    blocks: Annotated[
        bool | None,
        typer.Option(
            "--blocks/--no-blocks",
            help="Keep what was read on disk for the next question (default), or not.",
            show_default=False,
        ),
    ] = None,
    compress: Annotated[
        int | None,
        typer.Option(help="Blocks on disk hold every token (1, the default), or every 2nd or 4th."),
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(help="Stop reading after so many seconds, and answer.")
    ] = None,
    max_chunks: Annotated[
        int | None, typer.Option(help="Stop reading after so many chunks, and answer.")
    ] = None,
    chunk_tokens: Annotated[
        int | None, typer.Option(help="Tokens of a chunk: what one step reads.")
    ] = None,
    unit_tokens: Annotated[
        int | None, typer.Option(help="Tokens of a unit: what is gated and retrieved (256).")
    ] = None,
    memory_tokens: Annotated[int | None, typer.Option(help="Tokens of memory (1024).")] = None,
    top_k: Annotated[int | None, typer.Option(help="Units that a retrieval brings back.")] = None,
    heads: Annotated[
        str | None,
        typer.Option(
            help="infiniretri: the model's calibrated heads (auto, the default), those of its "
            "lowest layers (shallow: faster, less exact), or last-layer.",
            autocompletion=beginning_with(HEADS),
        ),
    ] = None,
    phrase_tokens: Annotated[
        int | None, typer.Option(help="infiniretri: tokens of the phrase window (8).")
    ] = None,
    kept_tokens: Annotated[
        int | None,
        typer.Option(help="infiniretri: tokens whose sentences are kept (100; last-layer 300)."),
    ] = None,
    password: Annotated[str | None, typer.Option(help="Password of encrypted documents.")] = None,
    ocr: Annotated[
        bool | None,
        typer.Option(
            "--ocr/--no-ocr", help="Read scanned pages with Tesseract.", show_default=False
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--fresh",
            help="Go on with an interrupted run (default), or start anew.",
            show_default=False,
        ),
    ] = True,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", help="A model's name, or a .gguf file.", autocompletion=model_names
        ),
    ] = None,
    adapter: Annotated[
        bool | None,
        typer.Option(
            "--adapter/--no-adapter",
            help="The bundled model with the adapter that taught it to read (default), or plain.",
            show_default=False,
        ),
    ] = None,
    context: Annotated[
        int | None, typer.Option(help="Tokens of the model's context (8192, or its own).")
    ] = None,
    gpu_layers: Annotated[
        str | None, typer.Option(help="Layers on the GPU: auto (default), or a number.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Threads (default: one a core).")] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print a JSON object; of several questions one a line."),
    ] = False,
    events: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Append one JSON object a step to FILE.")
    ] = None,
    quiet: Annotated[
        bool | None, typer.Option("--quiet", help="Show only the answer and errors.")
    ] = None,
    verbose: Annotated[
        bool | None, typer.Option("--verbose", "-v", help="Show memory and retrieval as well.")
    ] = None,
) -> int:
    """Ask a question of one or more documents.

    The answer goes to stdout, everything else to stderr. Exit codes: 0 answered (of several
    questions: all), 1 the document does not say (for at least one), 2 usage, 3 unreadable
    document, 4 model trouble, 130 interrupted (the same command goes on).
    """
    options: dict[str, Any] = {**locals(), "exit": exit_early}
    value = {name: found.value for name, found in settings_in_force(options).items()}
    call: dict[str, Any] = {"pages": pages, "resume": resume, "as_json": as_json, "events": events}
    if question or questions is not None:
        asked = read_questions(question or [], questions)
        _require_documents(arguments)

        from longread.cli.asking_all import answer_questions

        return answer_questions(arguments, asked, value, **call)
    if _wants_prompt(arguments):
        from longread.cli.prompting import prompt

        return prompt(arguments, value, pages=pages)
    sources, last = _split(arguments)

    from longread.cli.asking import answer_question

    return answer_question(sources, last, value, **call)


def _wants_prompt(arguments: list[str]) -> bool:
    """Whether there are documents alone, and somebody at a terminal to ask."""
    # Python has no stdin at all where it was closed ("<&-").
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return all(argument.strip() and Path(argument[:250]).exists() for argument in arguments)


def _require_documents(arguments: list[str]) -> None:
    if not all(argument.strip() for argument in arguments):
        raise UsageError("the name of a document is empty.", _SEVERAL)
    if not Path(arguments[-1][:250]).exists() and arguments[-1].rstrip().endswith("?"):
        raise UsageError("there is a question besides those of -q and --questions.", _SEVERAL)


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
