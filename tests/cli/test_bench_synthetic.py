"""`longread bench multihop` and `needle` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from longread.bench.records import read_questions
from tests.cli.conftest import run

pytestmark = pytest.mark.model


def rows(file: Path, number: int) -> Path:
    """A file of questions, with enough passages for two thousand tokens or so."""
    lines = []
    for each in range(number):
        passages = [
            [f"{topic} {each}", " ".join(f"{topic}{each} said {line}." for line in range(20))]
            for topic in ("Harbour", "Bridge", "Market", "Chapel")
        ]
        lines.append(
            {
                "id": f"q{each}",
                "question": f"Of what is told beside Harbour {each}?",
                "answer": f"Bridge {each}",
                "support_idx": [0, 1],
                "context": passages,
            }
        )
    file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return file


@pytest.mark.usefixtures("model")
def test_needle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_ANSWER_TOKENS", "16")
    results, png = tmp_path / "results.jsonl", tmp_path / "map.png"
    options = ("--lengths", "1k", "--depths", "0,100", "--kinds", "multi-query")
    call = ("bench", "needle", *options, "--strategies", "rag", "--json", results, "--png", png)
    done = run(*call)
    assert done.code == 0, done.stderr
    assert "rag, multi-query: " in done.stdout
    assert "depth       1k\n    0 % " in done.stdout
    assert "\x1b" not in done.stdout
    assert png.read_bytes().startswith(b"\x89PNG")
    kept = results.read_bytes()
    assert len(kept.splitlines()) == 3
    # The same documents are built again, so that their results are taken for done.
    assert run(*call).stdout == done.stdout
    assert results.read_bytes() == kept


@pytest.mark.usefixtures("model")
def test_multihop_builds_without_running(tmp_path: Path) -> None:
    file, out = rows(tmp_path / "data.jsonl", 12), tmp_path / "built"
    done = run(
        *("bench", "multihop", file, "--lengths", "1k,2k", "--samples", "4"),
        *("--unanswerable", "0.5", "--build-only", "--out", out),
    )
    assert done.code == 0, done.stderr
    assert done.stdout == f"{out / 'questions.jsonl'}\n"
    questions = read_questions(out / "questions.jsonl")
    assert len(questions) == 8
    assert sum(bool(question.answers) for question in questions) == 4
    assert all(Path(question.documents[0]).is_file() for question in questions)


@pytest.mark.usefixtures("model")
def test_too_few_passages(tmp_path: Path) -> None:
    message, hint = run(
        "bench", "multihop", rows(tmp_path / "data.jsonl", 60), "--lengths", "1m"
    ).trouble()
    assert message.endswith("too few for 1m.")
    assert "--filler" in hint


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--lengths", "8x"), "8x is not a length."),
        (("--depths", "120"), "120 are no depths."),
        (("--kinds", "double"), "double is no kind of needle."),
        (("--build-only",), "--build-only needs a folder to build in."),
        (("--strategies", "guess"), "there is no strategy called guess."),
        (("--filler", "missing.pdf"), "missing.pdf does not exist."),
    ],
)
def test_wrong_options_are_found_before_a_model_is(options: tuple[str, ...], message: str) -> None:
    assert run("bench", "needle", *options).trouble()[0] == message
