"""Blocks as a user meets them: the second question, a full disk, kill -9, two at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from longread.prefix_cache import BlockStore
from tests.cli.conftest import ANSWER, QUESTION, Done, command, run

pytestmark = [
    pytest.mark.model,
    pytest.mark.usefixtures("model"),
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits and signals"),
]
ASK = ("--no-exit", "--chunk-tokens", 256)
SECOND = "Who wrote all of it down in Dale?"


def prefilled(done: Done) -> int:
    return int(json.loads(done.stdout)["cost"]["tokens_prefilled"])


def test_the_second_question_decodes_little_and_the_limit_and_no_blocks_are_obeyed(
    book: Path,
) -> None:
    without = run("ask", book, SECOND, *ASK, "--no-blocks", "--json", "--quiet")
    assert BlockStore().holdings().blocks == 0
    run("ask", book, QUESTION, *ASK, "--quiet")
    second = run("ask", book, SECOND, *ASK, "--json", "--quiet")
    assert prefilled(second) < prefilled(without) / 4
    assert json.loads(second.stdout)["answer"] == json.loads(without.stdout)["answer"]
    shown = json.loads(run("cache", "info", "--json").stdout)
    assert shown["blocks"]["number"] == BlockStore().holdings().blocks > 0


def test_a_full_disk_is_said_in_one_line_and_the_answer_is_the_same(book: Path) -> None:
    """The kernel refuses this process any file of more than 1 MB: a block has five."""
    limits = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (10**6, 10**6)); "
        "sys.argv = sys.argv[1:]; runpy.run_module('longread', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", limits, *map(str, command("ask", book, QUESTION, *ASK)[2:])],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "Margit Solheim"
    assert done.stderr.count("no more blocks are kept: file too large") == 1
    assert "Traceback" not in done.stderr
    assert not [path for path in BlockStore().place.rglob("*") if path.is_file()]


def test_kill_9_while_blocks_are_written(chronicle: Path) -> None:
    process = subprocess.Popen(
        command("ask", chronicle, QUESTION, *ASK, "--fresh"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step 2/"):
            break
    process.kill()
    process.communicate()
    kept = BlockStore().holdings().blocks
    assert kept > 0
    done = run("ask", chronicle, QUESTION, *ASK, "--fresh")
    assert done.code == 0
    assert ANSWER in done.stdout
    assert "damaged" not in done.stderr


def test_two_processes_read_the_same_document_at_once(book: Path) -> None:
    processes = [
        subprocess.Popen(
            command("ask", book, question, *ASK, "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for question in (QUESTION, SECOND)
    ]
    done = [(process.communicate(timeout=120), process.returncode) for process in processes]
    assert [code for _output, code in done] <= [0, 1]
    for (_stdout, stderr), _code in done:
        assert "block" not in stderr
    again = run("ask", book, QUESTION, *ASK, "--json", "--quiet")
    record = json.loads(done[0][0][0])
    assert json.loads(again.stdout)["answer"] == record["answer"] == "Margit Solheim"
    assert prefilled(again) < record["cost"]["tokens_prefilled"]
