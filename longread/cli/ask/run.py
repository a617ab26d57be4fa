"""A run on the command line: documents, model, steps shown as they end, answers on stdout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from longread.cli.ask.deliver import deliver, deliver_fields, highlight
from longread.cli.models import chosen_model
from longread.cli.process import keep_logs_quiet, say, terminate_like_ctrl_c
from longread.errors import ExitCode, Interrupted
from longread.runs.questions import Asked

if TYPE_CHECKING:
    from longread.cli.options import AskOptions
    from longread.display import View
    from longread.display.events import EventLog
    from longread.documents import Files
    from longread.models.store import ResolvedModel
    from longread.reading.step import Answer
    from longread.runs.fields import Field
    from longread.runs.run import Pass
    from longread.runs.session import Session


def answer_questions(
    sources: Sequence[str],
    asked: Sequence[Asked],
    options: AskOptions,
    *,
    listed: bool,
    fields: Sequence[Field] = (),
) -> ExitCode:
    """Read `sources` once for all that is `asked`; `listed` answers stand under their questions.

    Of `fields`, whose questions are asked, one JSON object is printed.

    What is cheap to check (files, pages, the model's name, the events file) is checked
    before anything slow begins. NOT_FOUND when at least one question has no answer. Raises
    LongreadError.
    """
    from longread.display import open_view
    from longread.display.events import EventLog

    files, resolved = checked(sources, options)
    events = options.call.events
    with (
        open_view(quiet=options.view.quiet, verbose=options.view.verbose) as view,
        EventLog(events, view.message) if events else nullcontext() as log,
        open_session(files, resolved, options, view, asked, log) as session,
    ):
        view.activity("preparing")
        together = session.run_all(
            [each.text for each in asked],
            options.reading,
            journal=True,
            resume=options.call.resume,
            report=view.message,
        )
        with _resumable(together):
            answers = read(together, view, log, _names(together, asked) if listed else None)
            view.close()
            found = all(answer.status == "answered" for answer in answers.values())
            if fields:
                found = deliver_fields(fields, answers)
            else:
                deliver(asked, answers, options, listed=listed)
            highlight(
                [answers[run.question] for run in together.runs if run.question in answers],
                session,
                options,
                view.message,
            )
        if any(answer.status == "interrupted" for answer in answers.values()):
            raise _interrupted(together, answers)
        together.close()
    return ExitCode.ANSWERED if found else ExitCode.NOT_FOUND


def checked(sources: Sequence[str], options: AskOptions) -> tuple[Files, ResolvedModel]:
    """The files and the model of a call: all that can be known before anything slow begins."""
    from longread.documents import PageRange, discover

    terminate_like_ctrl_c()
    keep_logs_quiet()
    files = discover(sources, **options.documents.discovering())
    if options.call.highlight or options.call.events:
        from longread.display.highlight import check_outputs

        check_outputs(options.call.highlight, options.call.events, files, sources)
    if options.documents.pages:
        PageRange.parse(options.documents.pages)
    return files, chosen_model(options.model.model)


def open_session(
    files: Files,
    resolved: ResolvedModel,
    options: AskOptions,
    view: View,
    asked: Sequence[Asked] = (),
    log: EventLog | None = None,
) -> Session:
    """Documents read and the model opened; the view says what is left out and how far it is.

    Where workers parse, the model is opened, what they have parsed is indexed, and what promises
    most for what is `asked` is gated meanwhile.
    """
    from longread.display.events import telling_ahead
    from longread.retrieval.store import IndexStore
    from longread.runs.ahead import ReadAhead, by_name
    from longread.runs.opening import open_engine, open_reader, read_documents
    from longread.runs.session import Session

    left_out: list[str] = []
    index = IndexStore()
    opened: list[Session] = []
    questions = [each.text for each in asked]
    told = telling_ahead(view, log)

    def session() -> Session:
        if not opened:
            view.activity("opening model")
            engine = open_engine(resolved, options.model, view.message)
            reader = partial(open_reader, resolved, options.model, view.message)
            made = Session([], engine, resolved.note, find_reader=reader, index=index)
            opened.append(on_failure.enter_context(made))
        return opened[0]

    with ExitStack() as on_failure:
        documents = read_documents(
            files,
            options.documents,
            report=left_out.append,
            store=index,
            progress=lambda file, done: view.activity("reading", Path(file).name, done),
            meanwhile=lambda number: ReadAhead(session(), questions, options.reading, number, told),
            order=lambda unread: by_name(unread, questions),
        )
        for line in left_out:
            # It matters even to those who want to see nothing else.
            say(f"longread: {line}") if options.view.quiet else view.message(line)
        session().turn_to(documents)
        session().left_out = tuple(left_out)
        on_failure.pop_all()
    return opened[0]


def read(
    together: Pass,
    view: View,
    log: EventLog | None = None,
    names: Sequence[Sequence[str | None]] | None = None,
) -> dict[str, Answer]:
    """Read to the end, every record shown and logged: answers by question."""
    from longread.display.events import telling_gated
    from longread.reading.step import Answer, Step

    runs = together.runs
    answers: dict[str, Answer] = {}
    infos = [run.info for run in runs]
    if log is not None:
        log.begin(infos, names)
    view.begin(infos)
    resumed = min(info.resumed for info in infos)
    if resumed:
        view.message(f"going on after chunk {resumed} of {infos[0].chunks}")
    for number, run in enumerate(runs):
        run.reader.on_stage = view.stage
        run.reader.state.on_gated = telling_gated(view, log, number, run.corpus)
        run.reader.state.on_smaller = partial(view.activity, "answering first")
    told: list[View | EventLog] = [view] if log is None else [log, view]
    for number, record in together.records(view.text):
        for each in told:
            if isinstance(record, Step):
                each.step(number, record)
            else:
                each.end(number, record)
        if isinstance(record, Answer):
            answers[record.question] = record
    view.finish()
    return answers


def _names(together: Pass, asked: Sequence[Asked]) -> list[list[str | None]]:
    """For each run the ids of its question, or the numbers it was asked under."""
    named = [(each.text, each.id or str(number)) for number, each in enumerate(asked, start=1)]
    return [[name for text, name in named if text == run.question] for run in together.runs]


@contextmanager
def _resumable(together: Pass) -> Iterator[None]:
    """Around a pass: Ctrl-C outside a step ends it as one inside does."""
    try:
        yield
    except KeyboardInterrupt:
        raise _interrupted(together, {}) from None


def _interrupted(together: Pass, answers: Mapping[str, Answer]) -> Interrupted:
    runs = together.runs
    done = [run for run in runs if (answer := answers.get(run.question))
            and answer.status != "interrupted"]  # fmt: skip
    read = min(run.chunks_read for run in runs if run not in done)
    some = f", {len(done):,} of {len(runs):,} questions done" if len(runs) > 1 else ""
    again = "the same command goes on from there; --fresh starts anew"
    if not all(run.resumable for run in runs):
        again = "no journal was kept: the same command starts anew"
    return Interrupted(
        f"interrupted after {read:,} of {runs[0].info.chunks:,} chunks{some}.", again
    )
