"""A batch in processes of its own: what is done stays done, and is done once."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from longread.runs.batch import Outcome
from tests.reading.conftest import QUESTION
from tests.runs.batch.conftest import (
    OPTIONS,
    ROOT,
    Batch,
    command,
    of_batch,
    plain,
    records,
)
from tests.schemas import answer_schema
from tests.scripted import page

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def merged(out: Path) -> list[dict[str, Any]]:
    done = of_batch("merge", out)
    assert done.code == 0, done.stderr
    return records(done.stdout)


def files(out: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (out / "parts").glob("*.jsonl")}


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the names of the documents are written that are read."""
    path = tmp_path / "log"
    path.touch()
    monkeypatch.setenv("TEST_LOG", str(path))
    return path


def test_every_document_is_a_part_and_the_same_command_has_nothing_to_do(
    batch: Batch, out: Path, texts: Path, log: Path
) -> None:
    done = batch()
    assert done.code == 1, done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("12 documents: ")
    lines = merged(out)
    for line in lines:
        jsonschema.validate(line, answer_schema())
    # In the documents' order, and there in that of the questions.
    paths = [line["documents"][0]["path"] for line in lines]
    assert paths == [str(path) for path in sorted(texts.iterdir()) for _ in range(2)]
    assert [line.get("id") for line in lines[:2]] == ["ferry", None]
    before = files(out)
    assert len(before) == 12
    assert list((out / "locks").iterdir()) == []
    again = batch()
    assert (again.code, again.stderr) == (1, done.stderr.splitlines()[-1] + "\n")
    assert files(out) == before
    assert len(log.read_text("utf-8").splitlines()) == 12


def test_shards_are_the_whole_and_may_be_cut_anew(batch: Batch, out: Path, log: Path) -> None:
    batch("--shard", "1/3")
    some = files(out)
    assert 0 < len(some) < 12
    slurm = {"ID": "1", "COUNT": "2", "MIN": "0", "MAX": "1", "STEP": "1"}
    array = {f"SLURM_ARRAY_TASK_{name}": value for name, value in slurm.items()}
    done = batch(env={**os.environ, **array})
    assert "part 2 of 2, as SLURM's array says" in done.stderr
    batch("--shard", "1/2")
    assert len(files(out)) == 12
    assert some.items() <= files(out).items()
    assert set(Counter(log.read_text("utf-8").splitlines()).values()) == {1}


def test_a_document_that_cannot_be_read_is_lines_and_is_tried_again(
    batch: Batch, out: Path, texts: Path
) -> None:
    (texts / "05.txt").write_bytes(b"")
    (texts / "06.txt").rename(texts / "06")
    (texts / "06").write_text(page(6), "utf-8")
    done = batch()
    assert done.code == 3
    *_, line, hint = done.stderr.splitlines()
    assert line.endswith("; 1 document could not be asked")
    assert "--retry-errors" in hint
    errors = [line for line in merged(out) if line["status"] == "error"]
    for error in errors:
        jsonschema.validate(error, answer_schema())
    assert [error["question"] for error in errors] == [QUESTION, "Who kept the ledger?"]
    assert {error["error"]["message"] for error in errors} == {"05.txt is empty (0 bytes)."}
    before = files(out)
    assert batch().code == 3
    assert files(out) == before
    assert batch("--retry-errors").code == 3
    changed = {name for name, time in files(out).items() if before[name] != time}
    assert len(changed) == 1

    (texts / "05.txt").write_text(page(5), "utf-8")
    assert batch().code == 1
    # The empty file's lines are no answer of the new one.
    assert not [line for line in merged(out) if line["status"] == "error"]
    assert len(merged(out)) == 24


def test_files_with_the_same_bytes_are_one_document(batch: Batch, out: Path, texts: Path) -> None:
    shutil.copy(texts / "01.txt", texts / "01 again.txt")
    assert batch().code == 1
    assert len(files(out)) == 12
    assert len(merged(out)) == 24


def test_a_missing_document_of_a_manifest_and_its_id(
    batch: Batch, out: Path, texts: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "all.jsonl"
    lines = [{"document": "texts/01.txt", "id": "first"}, {"document": "texts/none.txt"}]
    manifest.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert batch(documents=manifest).code == 3
    first, _, missing, _ = merged(out)
    assert (first["document_id"], first["status"]) == ("first", "answered")
    assert "none.txt does not exist." in missing["error"]["message"]
    (texts / "none.txt").write_text(page(77), "utf-8")
    assert batch(documents=manifest).code == 1
    assert [line["status"] for line in merged(out)[2:]] == ["not_found", "not_found"]


def test_other_questions_are_other_lines(batch: Batch, out: Path, questions: Path) -> None:
    batch()
    questions.write_text("Who was it?\n", "utf-8")
    batch()
    assert len(files(out)) == 24
    assert {line["question"] for line in merged(out)} == {"Who was it?"}
    status = json.loads(of_batch("status", out, "--json").stdout)
    assert (status["documents"], status["done"], status["left"]) == (12, 12, 0)
    assert status["done_with_other_settings"] == 12
    assert "12 documents asked with other" in of_batch("merge", out).stderr


def test_two_processes_do_no_document_twice(batch: Batch, out: Path, log: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as threads:
        calls = [threads.submit(batch, env={**os.environ, "TEST_SLOW": "0.02"}) for _ in range(3)]
    assert {call.result().code for call in calls} == {1}
    read = log.read_text("utf-8").splitlines()
    assert len(read) == len(set(read)) == 12
    assert len(merged(out)) == 24


def test_jobs_share_the_work_and_a_document_that_kills_them_is_an_error(
    batch: Batch, out: Path, texts: Path, log: Path
) -> None:
    (texts / "07.txt").write_text(page(7, "It is DEADLY."), "utf-8")
    done = batch("--jobs", 2)
    assert done.code == 4, done.stderr
    lines = merged(out)
    assert len(lines) == 24
    (error, _) = (line for line in lines if line["status"] == "error")
    assert error["error"]["document"].endswith("07.txt")
    assert "ended (signal 9)" in error["error"]["message"]
    read = Counter(log.read_text("utf-8").splitlines())
    assert read.pop("07.txt") == 2
    assert set(read.values()) == {1}


def test_kill_at_any_moment_loses_nothing_and_does_nothing_twice(
    batch: Batch, out: Path, texts: Path, questions: Path, tmp_path: Path, log: Path
) -> None:
    whole = tmp_path / "whole"
    asked = ("--questions", questions, *OPTIONS)
    assert of_batch(texts, *asked, "--out", whole).code == 1
    log.write_text("")
    draw = random.Random(20)
    slow = {**os.environ, "TEST_SLOW": "0.01"}
    kills = 0
    while kills < 20:
        process = subprocess.Popen(
            command(texts, *asked, "--out", out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=slow,
            cwd=ROOT,
        )
        # Some while Python starts, most while it reads.
        wait_for_start = draw.random() < 0.8
        begun = time.monotonic()
        while wait_for_start and not (out / "batch.json").exists():
            assert time.monotonic() - begun < 60
            time.sleep(0.01)
        time.sleep(draw.uniform(0, 1.2))
        if process.poll() is not None:
            # Done already: what is done is undone, so that there is something to kill.
            for part in draw.sample(sorted((out / "parts").glob("*.jsonl")), 8):
                part.unlink()
            log.write_text("")
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += process.returncode == -signal.SIGKILL
        for part in (out / "parts").glob("*.jsonl") if out.exists() else ():
            assert Outcome.of(part.read_bytes()) is not None, "a torn part"
    kept = files(out)
    assert batch(env=slow).code == 1
    assert kept.items() <= files(out).items()
    assert plain(merged(out)) == plain(merged(whole))
    assert not list((out / "parts").glob("*.part"))


def test_sigterm_stops_it_and_it_goes_on(
    batch: Batch, out: Path, texts: Path, questions: Path
) -> None:
    for jobs in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        process = subprocess.Popen(
            command(texts, "--questions", questions, "--out", out, "--jobs", jobs, *OPTIONS),
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TEST_SLOW": "0.05"},
            cwd=ROOT,
        )
        assert process.stderr is not None
        while "1 of 12: " not in process.stderr.readline():
            pass
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 130, stderr
        assert "interrupted after " in stderr
        assert 1 <= len(list((out / "parts").glob("*.jsonl"))) < 12
        assert batch().code == 1
        assert len(merged(out)) == 24


def alive(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_end_with_the_process_that_began_them(
    batch: Batch, out: Path, texts: Path, questions: Path, log: Path
) -> None:
    process = subprocess.Popen(
        command(texts, "--questions", questions, "--out", out, "--jobs", 2, *OPTIONS),
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TEST_SLOW": "0.05"},
        cwd=ROOT,
        start_new_session=True,
    )
    assert process.stderr is not None
    while "1 of 12: " not in process.stderr.readline():
        pass
    process.kill()
    process.wait()
    begun = time.monotonic()
    while alive(process.pid):
        assert time.monotonic() - begun < 60
        time.sleep(0.05)
    process.stderr.close()
    assert len(files(out)) < 12
    assert batch("--jobs", 2).code == 1
    assert len(merged(out)) == 24


def test_ctrl_c_is_one_line_with_any_number_of_processes(
    out: Path, texts: Path, questions: Path
) -> None:
    for wait in (True, False):
        process = subprocess.Popen(
            command(texts, "--questions", questions, "--out", out, "--jobs", 2, *OPTIONS),
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TEST_SLOW": "0.1"},
            cwd=ROOT,
            start_new_session=True,
        )
        assert process.stderr is not None
        while wait and "1 of 12: " not in process.stderr.readline():
            pass
        while not wait and not (out / "batch.json").exists():
            time.sleep(0.01)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 130, stderr
        assert "Traceback" not in stderr
        assert stderr.count("longread: ") == 1
        shutil.rmtree(out)


def test_what_is_no_batch_and_what_has_no_questions(tmp_path: Path, texts: Path, out: Path) -> None:
    message, hint = of_batch("status", tmp_path).trouble()
    assert message.endswith("is no batch.")
    assert "--out DIR" in hint
    assert of_batch(texts, "--out", out).trouble()[0] == "there are no questions."
    message, _ = of_batch(texts, "--out", out, "-q", "Who?", "--shard", "3/2").trouble()
    assert message == "--shard 3/2: there is no such part."
    done = of_batch(texts, "--out", out, "-q", "Who?", "--pages", "all")
    assert done.code == 2
    assert not out.exists()
