"""`longread ask --each`: every document answers for itself, a row as soon as it has."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from longread.cli.ask.deliver import delivering
from longread.cli.ask.run import checked
from longread.errors import ExitCode, Interrupted, UsageError
from longread.runs.options import RowFormat

if TYPE_CHECKING:
    from longread.cli.options import AskOptions
    from longread.display.each import DocumentsView
    from longread.documents.discover import Files
    from longread.models.store import ResolvedModel
    from longread.runs.fields import Field
    from longread.runs.questions import Asked

_KEPT = "what was read goes on from there; longread batch keeps what is done"


def answer_each(
    sources: Sequence[str],
    asked: Sequence[Asked],
    options: AskOptions,
    fields: Sequence[Field] = (),
) -> ExitCode:
    """Ask each of `sources` all that is `asked`: rows on stdout. Raises LongreadError.

    Of `fields`, whose questions are asked, each document is one row. The worst of the
    documents' exit codes.
    """
    from longread.display.each import DocumentsView
    from longread.display.fields import field_rows
    from longread.display.records import rows
    from longread.documents import listed

    if options.call.events is not None:
        raise UsageError("--events is for one reading, not for --each.", "use --format jsonl")
    if options.call.highlight is not None:
        raise UsageError("--highlight is for one reading, not for --each.", "ask one document")
    files, resolved = checked(sources, options)
    form = options.call.form or (RowFormat.JSONL if options.call.as_json else RowFormat.TABLE)
    with DocumentsView(
        form,
        len(files),
        rows=field_rows(fields) if fields else rows(len(asked) > 1),
        quiet=options.view.quiet,
        stdout=sys.stdout,
        stderr=sys.stderr,
    ) as view:
        for line in listed(files.left_out):
            view.message(line)
        return _ask(files, resolved, asked, options, view)


def _ask(
    files: Files,
    resolved: ResolvedModel,
    asked: Sequence[Asked],
    options: AskOptions,
    view: DocumentsView,
) -> ExitCode:
    from longread.display.json_answer import document_objects
    from longread.runs.each import EachDocument, worst
    from longread.runs.session import Session

    session = Session.of_model(resolved, options.model, view.message)
    if resolved.note:
        view.message(resolved.note)
    each = EachDocument(
        session,
        [one.text for one in asked],
        options.reading,
        options.documents,
        resume=options.call.resume,
        report=view.message,
        progress=view.progress,
    )
    codes: list[ExitCode] = []
    try:
        for reply in each.answers(files):
            codes.append(reply.exit_code)
            with delivering():
                view.add(document_objects(reply, asked))
    except KeyboardInterrupt:
        done = f"{len(codes):,} of {len(files):,}"
        raise Interrupted(f"interrupted after {done} documents.", _KEPT) from None
    finally:
        each.close()
    return worst(codes)
