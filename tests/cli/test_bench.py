"""`longread bench` as a user runs it, with the bundled model where one must answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from longread.bench.records import Evidence, Question, Result, read_questions, write_questions
from longread.bench.results import Header, ResultFile, read_results
from longread.cli import application
from longread.cli.bench.measure import strategies_of
from longread.cli.bench.strategies import names
from longread.cli.options import TABLE
from longread.errors import UsageError
from longread.reading.names import strategies
from longread.reading.options import ReadingOptions
from tests.cli.conftest import ANSWER, QUESTION, command, paragraphs, run

CHEAP = ("--strategies", "rag,closed-book", "--threads", "1")


@pytest.fixture
def asked(tmp_path: Path, chronicle: Path) -> Path:
    """Two questions about the chronicle: one that it answers, and one that it does not."""
    file = tmp_path / "tales.jsonl"
    text = str(chronicle)
    questions = [
        Question("wine", (text,), QUESTION, ("Margit Solheim",), (Evidence(text, text=ANSWER),)),
        Question("moon", (text,), "Who was the first on the moon?"),
    ]
    write_questions(file, questions)
    return file


def reading() -> ReadingOptions:
    return TABLE.build(ReadingOptions)


def test_the_names_offered_are_the_strategies_there_are() -> None:
    assert [*strategies(), "closed-book"] == names()


def test_a_strategy_takes_settings_of_its_own() -> None:
    found = strategies_of("gated, gated:gate=choice:exit=no,closed-book", reading())
    assert list(found) == ["gated", "gated:gate=choice:exit=no", "closed-book"]
    changed = found["gated:gate=choice:exit=no"]
    assert (changed.strategy, changed.gate, changed.exit) == ("gated", "choice", False)
    assert found["gated"].exit is None
    assert not any(options.blocks for options in found.values())
    assert strategies_of("gated:blocks=yes", reading())["gated:blocks=yes"].blocks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quick", "there is no strategy called quick"),
        (",", "there is no strategy"),
        ("gated:speed=9", "there is no setting called speed"),
        ("gated:exit=perhaps", "is neither true nor false"),
        ("gated:patience", "is not a whole number"),
    ],
)
def test_strategies_that_there_are_not(text: str, words: str) -> None:
    with pytest.raises(UsageError) as raised:
        strategies_of(text, reading())
    assert words in raised.value.message
    assert raised.value.hint


def test_help_names_the_commands_and_is_plain() -> None:
    text = CliRunner().invoke(application(), ["bench", "--help"]).stdout
    for name in ("qa", "report", "compare", "convert"):
        assert f"\n  {name} " in text
        shown = CliRunner().invoke(application(), ["bench", name, "--help"])
        assert shown.exit_code == 0
        assert shown.stdout.isascii()
    alone = run("bench")
    assert (alone.code, alone.stdout) == (2, "")


def test_what_is_wrong_is_said_before_a_model_is_opened(asked: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone.jsonl"
    assert "could not be read" in run("bench", "qa", gone).trouble()[0]
    message, hint = run("bench", "qa", asked, "--json", tmp_path / "no" / "o.jsonl").trouble()
    assert "there is no folder" in message
    assert hint == "make it first"
    assert (
        "no strategy called quick"
        in run("bench", "qa", asked, "--strategies", "quick").trouble()[0]
    )
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "1"}\n')
    assert run("bench", "qa", bad).trouble()[0].startswith("line 1 of bad.jsonl is not a question")
    write_questions(bad, [Question("1", ("lost.pdf",), "Who?")])
    done = run("bench", "qa", bad)
    assert done.code == 3
    assert "lost.pdf does not exist" in done.trouble()[0]
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    assert "holds no questions" in run("bench", "qa", empty).trouble()[0]


def test_report_and_compare_refuse_other_files(asked: Path, tmp_path: Path) -> None:
    for call in (("report", asked), ("compare", asked, asked), ("report", tmp_path / "gone")):
        done = run("bench", *call)
        assert done.code == 2
        done.trouble()


def test_convert(tmp_path: Path) -> None:
    text = " ".join(paragraphs(4)[0:1])
    source = {"data": [{"title": "Ardal", "paragraphs": [{"context": text, "qas": [
        {"id": "1", "question": "Where?", "answers": [{"text": "Ardal", "answer_start": 0}]}
    ]}]}]}  # fmt: skip
    file = tmp_path / "towns.json"
    file.write_text(json.dumps(source))
    done = run("bench", "convert", file, "--from", "squad", "--to", tmp_path / "made")
    assert (done.code, done.stderr) == (0, "1 question on 1 document\n")
    (question,) = read_questions(Path(done.stdout.strip()))
    assert Path(question.documents[0]).read_text().startswith("# Ardal\n")
    wrong = run("bench", "convert", file, "--from", "csv", "--to", tmp_path / "made")
    assert wrong.trouble()[1].startswith("formats are: squad")


def test_a_report_without_matplotlib_is_written_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wine = Question("wine", ("a.pdf",), QUESTION, ("Margit Solheim",))
    found = Result("wine", "rag", wine.question, wine.answers, "any", "answered", "Margit", 0.5)
    ResultFile(tmp_path / "out.jsonl", Header({"name": "m"}, {"rag": {}}, title="tales")).add(found)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = tmp_path / "page.md"
    call = ["bench", "report", str(tmp_path / "out.jsonl"), "--report", str(page)]
    done = CliRunner().invoke(application(), call)
    assert done.exit_code == 0
    assert done.stderr == (
        f"report: {page}, without plots, which need matplotlib: pip install 'longread[bench]'\n"
    )
    assert page.read_text().startswith("# tales\n")
    again = CliRunner().invoke(application(), [*call, "--no-plots"])
    assert again.stderr == f"report: {page}\n"


def test_keys_that_a_question_file_has_beside_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    lines = {
        "id": "1", "documents": ["a.pdf"], "question": "Who?", "answers": ["Ann"], "kind": "fact",
        "tags": {"data": "own"}, "seen": ["by Ben"],
        "evidence": [{"document": "a.pdf", "page": 3, "quote": "Ann did it.", "row": 2}],
    }  # fmt: skip
    file.write_text(json.dumps(lines))
    (question,) = read_questions(file)
    assert question.tags == {"kind": "fact", "data": "own"}
    assert question.evidence[0].text == "Ann did it."
    write_questions(file, [question])
    kept = json.loads(file.read_text())
    assert (kept["seen"], kept["evidence"][0]["row"]) == (["by Ben"], 2)
    assert read_questions(file) == [question]


def test_the_projects_own_questions_are_a_question_file() -> None:
    questions = read_questions(Path(__file__).parents[2] / "examples" / "questions.jsonl")
    assert len(questions) == 43
    assert sum(bool(question.answers) for question in questions) == 37
    assert all(question.tags["kind"] for question in questions)
    assert all(one.page and one.text for each in questions for one in each.evidence)
    assert all(Path(path).exists() for question in questions for path in question.documents)


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_a_bench_from_questions_to_report(asked: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "out.jsonl", tmp_path / "page.md"
    done = run("bench", "qa", asked, *CHEAP, "--json", out, "--report", page, "--no-plots")
    assert done.code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Results"
    assert lines[1].split() == ["rag", "closed-book"]
    assert any(line.startswith("F1  ") for line in lines)
    assert "Against rag, question by question" in lines
    assert "\x1b" not in done.stdout + done.stderr
    assert [line.split()[0] for line in done.stderr.splitlines()[:4]] == [
        "1/4", "2/4", "3/4", "4/4",
    ]  # fmt: skip
    _header, results = read_results(out)
    assert [(each.id, each.strategy) for each in results[:2]] == [
        ("wine", "rag"), ("wine", "closed-book"),
    ]  # fmt: skip
    assert results[0].ranked
    assert page.read_text().startswith("# tales\n")
    # Nothing is left to do, and the tables are made of the file.
    again = run("bench", "qa", asked, *CHEAP, "--json", out)
    assert again.stdout == done.stdout
    assert again.stderr == "4 of 4 results are there already\n"
    assert run("bench", "report", out).stdout == done.stdout
    compared = run("bench", "compare", out, out)
    assert compared.stdout.startswith("out against out\n")
    other = run("bench", "qa", asked, *CHEAP, "--json", out, "--memory-tokens", "300")
    assert other.code == 2
    assert "was made otherwise" in other.trouble()[0]


@pytest.mark.model
@pytest.mark.usefixtures("model")
@pytest.mark.skipif(os.name == "nt", reason="sends a POSIX signal")
def test_ctrl_c_keeps_what_is_there(tmp_path: Path, chronicle: Path) -> None:
    file = tmp_path / "many.jsonl"
    questions = [
        Question(f"q{number}", (str(chronicle),), QUESTION, ("Margit Solheim",))
        for number in range(40)
    ]
    write_questions(file, questions)
    out = tmp_path / "out.jsonl"
    call = command("bench", "qa", file, "--strategies", "gated", "--threads", "1", "--json", out)
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 240
        while not (out.exists() and len(out.read_bytes().splitlines()) > 1):
            assert time.monotonic() < deadline, "no result within 240 s"
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, stdout) == (130, "")
    assert "Traceback" not in stderr
    assert "of 40 results." in stderr
    assert 1 <= len(read_results(out)[1]) < 40
