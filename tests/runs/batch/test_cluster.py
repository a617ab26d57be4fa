"""`longread batch --ray`: a real cluster on this machine, with a scripted model in its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from longread.cli.batch import _ADDRESS
from tests.runs.batch.conftest import OPTIONS, ROOT, Batch, command, of_batch, plain, records, site
from tests.scripted import page


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The workers of a cluster have the scripted model; gives where they log what they read."""
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'longread[ray]'")
    monkeypatch.setenv("PYTHONPATH", site(tmp_path))
    for name, file in (("TEST_LOG", "log"), ("TEST_PIDS", "pids")):
        (tmp_path / file).touch()
        monkeypatch.setenv(name, str(tmp_path / file))
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    return tmp_path


def lines_of(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()


def test_a_worker_that_is_killed_is_replaced_and_its_document_done_again(
    cluster: Path, batch: Batch, texts: Path, questions: Path, out: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    alone = batch("--no-blocks")
    assert alone.code == 1, alone.stderr
    wanted = plain(records(of_batch("merge", out).stdout))
    (cluster / "log").write_text("")
    (cluster / "pids").write_text("")

    monkeypatch.setenv("TEST_SLOW", "0.2")
    other = cluster / "spread"
    call = command(texts, "--questions", questions, "--out", other, *OPTIONS)
    with subprocess.Popen(
        [*call, "--ray", "local", "--jobs", "2"], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 300
        while len(set(lines_of(cluster / "pids"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        first, second, *_ = dict.fromkeys(lines_of(cluster / "pids"))
        os.kill(int(first), signal.SIGKILL)
        _, told = process.communicate(timeout=200)
    assert process.returncode == 1, told
    assert "Ray: workers: 2, CPUs of each: 1" in told
    assert plain(records(of_batch("merge", other).stdout)) == wanted
    pids = set(lines_of(cluster / "pids"))
    assert {first, second} < pids, "a third process took the place of the one that was killed"
    twice = Counter(lines_of(cluster / "log"))
    assert set(twice) == {path.name for path in texts.iterdir()}
    assert sum(twice.values()) == len(twice) + 1


def test_a_document_that_ends_its_workers_is_an_error_of_its_own(
    cluster: Path, batch: Batch, texts: Path, out: Path
) -> None:
    (texts / "06.txt").write_text(page(6, "DEADLY"), "utf-8")
    done = batch("--ray=local", "--jobs", "2")
    assert done.code == 4, done.stderr
    lines = records(of_batch("merge", out).stdout)
    assert Counter(line["status"] for line in lines)["error"] == 2
    error = next(line["error"] for line in lines if line["status"] == "error")
    assert error["document"].endswith("06.txt")
    assert error["message"].startswith("the worker that read it was ended")
    assert Counter(lines_of(cluster / "log"))["06.txt"] == 2


def test_a_cluster_that_is_not_there_is_one_line(batch: Batch) -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'longread[ray]'")
    message, hint = batch("--ray", "127.0.0.1:1", "--quiet").trouble()
    assert message.startswith("there is no Ray cluster at 127.0.0.1:1")
    assert "ray start" in hint


@pytest.mark.parametrize(
    ("word", "address"),
    [("auto", True), ("local", True), ("ray://head:10001", True), ("10.0.0.2:6379", True),
     ("[::1]:6379", True), ("filings/", False), ("a.pdf", False), ("--out", False), ("", False)],
)  # fmt: skip
def test_what_is_taken_for_an_address(word: str, address: bool) -> None:
    assert bool(_ADDRESS.fullmatch(word)) is address
