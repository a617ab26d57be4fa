"""Every document for itself: the same questions of one document after another, one model open.

A document that cannot be read is a result with its error, and the next one follows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from longread.documents import load
from longread.errors import DocumentError, ExitCode, LongreadError, ModelError, UsageError
from longread.reading.options import ReadingOptions
from longread.reading.step import Answer, Step
from longread.reading.strategies import strategy
from longread.runs.fields import Field, FieldValue, field_values
from longread.runs.fitting import fit_chunk
from longread.runs.opening import silent
from longread.runs.options import DocumentOptions
from longread.runs.run import Pass, Report
from longread.runs.session import Session

# After trouble with the model in so many documents in a row the model is at fault: give up.
_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class DocumentAnswers:
    """What one document answered, question by question, or why it could not be asked.

    `fields` are the values of a schema whose questions were asked. `seconds` are those of the
    whole document: parsing, and one pass for all questions.
    """

    path: str
    answers: tuple[Answer, ...] = ()
    error: LongreadError | None = None
    seconds: float = 0.0
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    @property
    def exit_code(self) -> ExitCode:
        """That of `longread ask` with this document alone."""
        if self.error is not None:
            return self.error.exit_code
        found = all(answer.status == "answered" for answer in self.answers)
        return ExitCode.ANSWERED if found else ExitCode.NOT_FOUND


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The exit code of many documents: a call that one of them refuses is that one's trouble."""
    mended = (ExitCode.DOCUMENT if code == ExitCode.USAGE else code for code in codes)
    return max(mended, default=ExitCode.ANSWERED)


class EachDocument:
    """The questions, or those of `fields`, and the session that asks them of any document.

    `progress` is told the document and the share of it that is read. Raises UsageError when
    the options do not fit the model.
    """

    def __init__(
        self,
        session: Session,
        questions: Sequence[str],
        reading: ReadingOptions,
        documents: DocumentOptions,
        fields: Sequence[Field] = (),
        *,
        resume: bool = True,
        report: Report = silent,
        progress: Callable[[str, float], None] | None = None,
    ) -> None:
        way = strategy(reading.strategy)
        if not way.fills_context:
            judges = session.judges(reading.gate, probed=way.judged)
            fit_chunk(judges.gate.engine, reading, way)
        self._session = session
        self._questions = list(questions)
        self._reading = reading
        self._documents = documents
        self._fields = fields
        self._resume = resume
        self._report = report
        self._progress = progress or (lambda _path, _share: None)
        self._troubles = 0

    def answers(self, paths: Iterable[str]) -> Iterator[DocumentAnswers]:
        """What each document answers, as soon as it is known.

        A run's journal is dropped when the next one is asked for: by then the caller has kept
        the answers. Raises KeyboardInterrupt at Ctrl-C (the same document goes on where it
        was), and ModelError when the model fails in several documents one after another.
        """
        for path in paths:
            begun = time.perf_counter()
            try:
                together = self._pass(path)
                answers = self._read(path, together)
            except LongreadError as error:
                self._count(error)
                yield DocumentAnswers(path, (), error, time.perf_counter() - begun)
                continue
            self._troubles = 0
            values = field_values(self._fields, answers) if self._fields else {}
            yield DocumentAnswers(path, answers, None, time.perf_counter() - begun, values)
            together.close()

    def close(self) -> None:
        """Close the models."""
        self._session.close()

    def _pass(self, path: str) -> Pass:
        self._progress(path, 0.0)
        document = load(path, **self._documents.loading())
        self._session.turn_to(document.with_attachments())
        return self._session.run_all(
            self._questions,
            self._reading,
            journal=True,
            resume=self._resume,
            report=lambda line: self._report(f"{path}: {line}"),
        )

    def _read(self, path: str, together: Pass) -> tuple[Answer, ...]:
        answers: dict[str, Answer] = {}
        try:
            for _number, record in together.records():
                if isinstance(record, Step):
                    self._progress(path, record.index / record.total)
                else:
                    answers[record.question] = record
        except (LongreadError, OSError):
            raise
        except MemoryError as error:
            raise ModelError(
                "out of memory.", "use a smaller model or a smaller --context"
            ) from error
        # A fault in one document does not end the run over the others.
        except Exception as error:
            words = " ".join(f"{type(error).__name__}: {error}".split())
            hint = "this is a fault in longread; LONGREAD_DEBUG=1 shows where"
            raise ModelError(f"unexpected trouble: {words}", hint) from error
        if any(answer.status == "interrupted" for answer in answers.values()):
            raise KeyboardInterrupt
        return tuple(answers[question.strip()] for question in self._questions)

    def _count(self, error: LongreadError) -> None:
        """Give up when it is the model that fails, not one document."""
        if isinstance(error, DocumentError | UsageError):
            return
        self._troubles += 1
        if self._troubles == _IN_A_ROW:
            raise error
