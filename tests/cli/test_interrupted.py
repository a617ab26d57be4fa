"""Ctrl-C, SIGTERM and a closed stdout: nothing that was read is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ANSWER, QUESTION, TALE, Done, command, run

pytestmark = [
    pytest.mark.model,
    pytest.mark.usefixtures("model"),
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and pipes"),
]


def interrupted(chronicle: Path, number: signal.Signals, *options: str) -> Done:
    """Run until two steps are done and the third is being read, then send the signal."""
    process = subprocess.Popen(
        command("ask", chronicle, QUESTION, "--no-exit", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if line.startswith("step 2/"):
            break
    time.sleep(0.05)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    return Done(process.returncode, stdout, "".join(seen) + stderr)


def journals(home: Path) -> list[Path]:
    return list((home / "state" / "runs").glob("*.jsonl"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_goes_on_where_it_was(
    chronicle: Path, longread_home: Path, number: signal.Signals
) -> None:
    first = interrupted(chronicle, number)
    assert first.code == 130
    assert first.stdout == ""
    assert "Traceback" not in first.stderr
    *_, line, hint = first.stderr.splitlines()
    assert line.startswith("longread: interrupted after ")
    assert hint == "hint: the same command goes on from there; --fresh starts anew"
    (journal,) = journals(longread_home)
    read = len(journal.read_text("utf-8").splitlines())
    assert read >= 2
    assert f"after {read} of " in line

    second = run("ask", chronicle, QUESTION, "--no-exit")
    assert second.code == 0
    assert f"going on after chunk {read} of " in second.stderr
    assert "step 1/" not in second.stderr
    assert f"step {read + 1}/" in second.stderr
    assert ANSWER in second.stdout
    assert journals(longread_home) == []

    whole = run("ask", chronicle, QUESTION, "--no-exit")
    assert "step 1/" in whole.stderr
    assert whole.stdout == second.stdout


def test_fresh_starts_anew(chronicle: Path) -> None:
    interrupted(chronicle, signal.SIGINT)
    again = run("ask", chronicle, QUESTION, "--no-exit", "--fresh", "--max-chunks", 2)
    assert "going on from" not in again.stderr
    assert "step 1/" in again.stderr


def test_interrupted_json_says_so(chronicle: Path) -> None:
    done = interrupted(chronicle, signal.SIGINT, "--json")
    record = json.loads(done.stdout)
    assert (done.code, record["status"], record["answer"]) == (130, "interrupted", None)
    assert record["reading"]["exit"]["reason"] == "interrupted"
    assert record["reading"]["chunks_read"] >= 2


def test_ctrl_c_before_the_reading_begins(tmp_path: Path) -> None:
    """While it waits for a document on standard input."""
    process = subprocess.Popen(
        command("ask", "-", QUESTION),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("reading ")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    done = Done(process.returncode, stdout, stderr)
    assert done.code == 130
    assert done.trouble()[0] == "interrupted."


def test_a_closed_stdout_loses_nothing(book: Path, longread_home: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        command("ask", "--quiet", book, QUESTION),
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert done.returncode == 2
    line, hint = Done(done.returncode, "", done.stderr).trouble()
    assert line == "the answer could not be written: nobody reads stdout any more."
    assert "goes straight to the answer" in hint
    assert len(journals(longread_home)) == 1

    again = run("ask", book, QUESTION)
    assert again.code == 0
    assert "\nstep " not in again.stderr
    assert ANSWER in again.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_behind_stdout(book: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 (a device)
        done = subprocess.run(
            command("ask", "--quiet", book, QUESTION),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    line, _hint = Done(done.returncode, "", done.stderr).trouble()
    assert line == "the answer could not be written: no space left on device."


def test_nobody_reads_the_log(book: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        command("ask", book, QUESTION),
        stdout=subprocess.PIPE,
        stderr=write_end,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert done.returncode == 0
    assert ANSWER in done.stdout


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed(book: Path, tmp_path: Path, closed: str) -> None:
    """A file opened later must not take a closed stream's number and be written to."""
    events = tmp_path / "events.jsonl"
    call = ' "$@" ' + closed
    done = subprocess.run(
        ["sh", "-c", call, "sh", *command("ask", book, QUESTION, "--events", events)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    written = [json.loads(line)["event"] for line in events.read_text("utf-8").splitlines()]
    assert (written[0], written[1], written[-1]) == ("begin", "step", "answer")
    assert (ANSWER in done.stdout) == (">&-" not in closed.replace("2>&-", ""))


def test_a_filter_ends_quietly_with_its_reader() -> None:
    """`longread inspect --text … | head`"""
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        command("inspect", "--text", TALE),
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert (done.returncode, done.stderr) == (141, "")
