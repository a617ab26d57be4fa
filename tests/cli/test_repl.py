"""The prompt, on a pseudo-terminal."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWER, QUESTION, command

pytestmark = [
    pytest.mark.model,
    pytest.mark.usefixtures("model"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal"),
]

_ESCAPES = re.compile(r"\x1b\[[?0-9;]*[a-zA-Z]")
_PATIENCE = 120.0


class Dialogue:
    """`longread` at a terminal: send a line, get what is shown up to the next prompt."""

    def __init__(self, *arguments: object) -> None:
        import pty

        self._terminal, inside = pty.openpty()
        environment = {**os.environ, "TERM": "dumb", "COLUMNS": "80", "LINES": "24"}
        self.process = subprocess.Popen(
            command(*arguments),
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=environment,
            start_new_session=True,
        )
        os.close(inside)

    def send(self, line: str) -> str:
        os.write(self._terminal, f"{line}\n".encode())
        return self.shown()

    def shown(self, until: str = "\n? ") -> str:
        """What is shown until `until` stands at its end."""
        text, patience = "", time.monotonic() + _PATIENCE
        while not text.endswith(until):
            assert time.monotonic() < patience, text
            if not select.select([self._terminal], [], [], 0.2)[0]:
                continue
            try:
                piece = os.read(self._terminal, 4096)
            except OSError:
                return text
            if not piece:
                return text
            text = _ESCAPES.sub("", text + piece.decode()).replace("\r", "")
        return text

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._terminal)


@pytest.fixture
def dialogue(book: Path) -> Iterator[Dialogue]:
    made = Dialogue("ask", book, "--quiet")
    yield made
    made.close()


def test_questions_and_commands(dialogue: Dialogue, longread_home: Path) -> None:
    assert "book.pdf: ask a question; :help, :quit" in dialogue.shown()
    assert "nothing was asked yet" in dialogue.send(":cite 1")
    answer = dialogue.send(QUESTION)
    assert "Margit Solheim" in answer
    assert "[1] book.pdf" in answer
    cited = dialogue.send(":cite 1")
    assert ANSWER in " ".join(cited.split())
    assert len(cited) > len(answer)
    assert "there is no citation 9" in dialogue.send(":cite 9")
    assert "Margit Solheim" in dialogue.send(":memory")
    assert "did you mean :strategy?" in dialogue.send(":stratgy")
    assert "is not one of" in dialogue.send(":strategy nonsense")
    assert "strategy rag from now on" in dialogue.send(":strategy rag")
    assert ":quit" in dialogue.send(":help")
    dialogue.send("")
    dialogue.send(":quit")
    assert dialogue.process.wait(20) == 0
    assert QUESTION in (longread_home / "state" / "history").read_text("utf-8")


def test_ctrl_c_gives_up_the_line_and_ctrl_d_leaves(dialogue: Dialogue) -> None:
    dialogue.shown()
    os.write(dialogue._terminal, b"half a question")
    dialogue.shown("half a question")
    # readline sees a signal only where it waits for a key, not between two of them.
    time.sleep(0.5)
    os.killpg(dialogue.process.pid, signal.SIGINT)
    dialogue.shown()
    assert dialogue.process.poll() is None
    os.write(dialogue._terminal, b"\x04")
    dialogue.shown("never")
    assert dialogue.process.wait(20) == 0
