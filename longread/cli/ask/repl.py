"""The prompt of `longread ask book.pdf`: question after question, documents and model kept open.

Line editing and history are readline's, where Python has it. Answers go to stdout, all
else to stderr, as always. Ctrl-C stops the reading, not the prompt; Ctrl-D leaves.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from longread import paths
from longread.cli.ask.deliver import deliver, highlight
from longread.cli.ask.run import checked, open_session, read
from longread.cli.options import TABLE
from longread.cli.process import say, terminal_width
from longread.errors import ExitCode, LongreadError, UsageError
from longread.reading.names import strategies
from longread.runs.questions import Asked

if TYPE_CHECKING:
    from rich.text import Text

    from longread.cli.options import AskOptions
    from longread.reading.step import Answer
    from longread.runs.session import Session

_HISTORY_LINES = 1000
# Characters of the document shown before and after a quote.
_AROUND = 400

_HELP = (
    "Type a question. The same question again goes on where it was stopped.",
    'A question that leans on the one before ("And in 2015?") is asked with what it leans on, and '
    "shown so; with = before it, it is asked as it is.",
)
_COMMANDS = (
    (":memory", "what was noted for the last question"),
    (":cite 2", "the second citation of the last answer, with its surroundings"),
    (":strategy NAME", "how to read from now on; without a name, how it is read now"),
    (":help", "this"),
    (":quit", "leave (or Ctrl-D); Ctrl-C stops a reading"),
)


def prompt(sources: list[str], options: AskOptions) -> ExitCode:
    """Ask for questions and answer them until the user leaves. Raises LongreadError."""
    from longread.display import open_view

    files, resolved = checked(sources, options)
    with open_view(quiet=options.view.quiet, verbose=options.view.verbose) as view:
        opened = open_session(files, resolved, options, view)
    with opened as session, _history():
        names = ", ".join(Path(document.path).name for document in session.documents)
        say(f"{names}: ask a question; :help, :quit")
        Prompt(session, options).loop()
    return ExitCode.ANSWERED


class Prompt:
    """One session's prompt: what was asked last, and the commands."""

    def __init__(self, session: Session, options: AskOptions) -> None:
        self._session = session
        self._options = options
        self._reading = options.reading
        self._last: Answer | None = None
        self._commands: dict[str, Callable[[str], None]] = {
            "memory": self._memory,
            "cite": self._cite,
            "strategy": self._strategy,
            "help": _help,
        }

    def loop(self) -> None:
        """Read lines until :quit or the end of input."""
        while True:
            try:
                line = input("? ").strip()
            except EOFError:
                say("")
                return
            except KeyboardInterrupt:
                # As in a shell: the line is given up, the prompt stays.
                say("")
                continue
            if line in (":quit", ":q", ":exit"):
                return
            try:
                self._do(line)
            except KeyboardInterrupt:
                say("stopped.")
            except LongreadError as error:
                _say_error(error)

    def _do(self, line: str) -> None:
        if not line:
            return
        if not line.startswith(":"):
            self._ask(line)
            return
        name, _, rest = line[1:].partition(" ")
        command = self._commands.get(name)
        if command is None:
            close = difflib.get_close_matches(name, [*self._commands, "quit"], n=1)
            hint = f"did you mean :{close[0]}?" if close else ":help lists the commands"
            raise UsageError(f"there is no command :{name}.", hint)
        command(rest.strip())

    def _ask(self, line: str) -> None:
        from longread.display import open_view

        question = self._standalone(line)
        with open_view(quiet=self._options.view.quiet, verbose=self._options.view.verbose) as view:
            together = self._session.run_all(
                [question], self._reading, journal=True, report=view.message
            )
            answers = read(together, view)
            view.close()
        (self._last,) = answers.values()
        # What there is to say of the model is said once.
        self._session.note = ""
        deliver([Asked(question)], answers, self._options, listed=False)
        highlight([self._last], self._session, self._options, say)
        if self._last.status == "interrupted":
            say("stopped; the same question goes on from there.")
        else:
            together.close()

    def _standalone(self, line: str) -> str:
        """The line as it is asked: a follow-up says what it leans on."""
        if line.startswith("="):
            return line.removeprefix("=").strip()
        if self._last is None:
            return line
        question = self._session.standalone(line, self._last)
        if question != line:
            say(f"asked as: {question}")
        return question

    def _memory(self, _rest: str) -> None:
        from longread.display.phrasing import clean_block

        notes = self._answer().memory
        _show(clean_block(notes) if notes else "(nothing was noted)")

    def _cite(self, rest: str) -> None:
        citations = self._answer().citations
        if not citations:
            raise UsageError("the last answer has no citations.", "ask something else")
        try:
            number = int(rest or "1")
        except ValueError:
            number = 0
        if not 1 <= number <= len(citations):
            raise UsageError(
                f"there is no citation {rest}.", f"citations are 1 to {len(citations)}"
            )
        self._show_citation(number - 1)

    def _show_citation(self, place: int) -> None:
        """A citation with its source, between the words that stand around it."""
        from rich.text import Text

        from longread.display.answer import citations
        from longread.display.phrasing import clean

        answer = self._answer()
        head, _quote = citations(answer)[place]
        quote = answer.citations[place]
        text = self._session.documents[quote.document].text
        start, end = max(0, quote.start - _AROUND), min(len(text), quote.end + _AROUND)
        before, after = text[start : quote.start], text[quote.end : end]
        # Whole words only, where the surroundings are cut off.
        before = before.partition(" ")[2] if start else before
        after = after.rpartition(" ")[0] if end < len(text) else after
        shown = Text.assemble(
            (clean(before), "dim"), " ", clean(quote.text), " ", (clean(after), "dim")
        )
        _show(head)
        _show(shown)

    def _strategy(self, rest: str) -> None:
        if not rest:
            say(f"strategy {self._reading.strategy}; there are {', '.join(strategies())}")
            return
        chosen = TABLE["strategy"].read(rest, ":strategy")
        self._reading = replace(self._reading, strategy=chosen)
        say(f"strategy {chosen} from now on")

    def _answer(self) -> Answer:
        if self._last is None:
            raise UsageError("nothing was asked yet.", "type a question")
        return self._last


def _help(_rest: str) -> None:
    from longread.display.phrasing import columns, filled

    width = terminal_width(sys.stderr)
    for line in _HELP:
        say("\n".join(filled(line, width)))
    for line in columns(_COMMANDS):
        say("\n".join(filled(line, width, " " * 16)))


@contextmanager
def _history() -> Iterator[None]:
    """Line editing and history where there is readline; the history is kept between sessions."""
    try:
        import readline
    except ImportError:
        # Windows has its own line editing in the console.
        yield
        return
    file = paths.state_folder() / "history"
    with suppress(OSError):
        readline.read_history_file(file)
    readline.set_history_length(_HISTORY_LINES)
    try:
        yield
    finally:
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(file)


def _show(text: str | Text) -> None:
    """Text on stdout, wrapped at words to the terminal's width."""
    from rich.console import Console
    from rich.text import Text

    Console(file=sys.stdout, highlight=False).print(Text(text) if isinstance(text, str) else text)


def _say_error(error: LongreadError) -> None:
    from longread.display.phrasing import clean

    say(clean(error.message))
    if error.hint:
        say(f"hint: {clean(error.hint)}")
