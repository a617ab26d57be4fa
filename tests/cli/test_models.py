from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from longread.cli import models
from longread.cli.complete import model_names
from longread.errors import Interrupted, ModelError
from longread.models import catalogue, download, machine, store
from longread.models.catalogue import GIB
from tests.models.gguf_files import gguf_bytes
from tests.models.hub_server import Hub, serving

MODEL = gguf_bytes(weights=600_000)
NAME = "maker/tiny-GGUF/tiny.gguf"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    with serving() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        hub.files[NAME] = MODEL
        yield hub


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "bundled_path", lambda: None)
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(6 * GIB, 4 * GIB))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(models.app, arguments, catch_exceptions=False)


def put(name: str) -> Path:
    path = store.folder() / "by" / "hand" / f"{name}.gguf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes(general__license="mit"))
    return path


def test_list_shows_what_is_on_offer_what_fits_and_what_is_here() -> None:
    put("mine")
    result = run("list")
    lines = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert lines["NAME"].split() == ["NAME", "SIZE", "NEEDS", "FITS", "HERE", "LICENCE", "NOTES"]
    assert set(lines) == {"NAME", "mine", *(entry.name for entry in catalogue.entries())}
    assert "yes " in lines["qwen3-4b"]
    assert "no " in lines["qwen3-8b"]
    assert "default" in lines["mine"]
    assert "mit" in lines["mine"]
    assert "6.0 GiB of memory" in result.stderr
    assert "\x1b" not in result.stdout


def test_on_a_narrow_terminal_licence_and_notes_stand_below_their_row() -> None:
    table = [
        ("NAME", "SIZE", "NEEDS", "FITS", "HERE", "LICENCE", "NOTES"),
        ("tiny", "98 MB", "0.8 GiB", "yes", "", "MIT", "for a machine that has room for little"),
    ]
    assert models._lines(table, 40) == [
        "NAME  SIZE   NEEDS    FITS  HERE",
        "  LICENCE; NOTES",
        "tiny  98 MB  0.8 GiB  yes",
        "  MIT; for a machine that has room for",
        "  little",
    ]
    assert len(models._lines(table, 0)) == len(models._lines(table, 100)) == 2


def test_list_as_json() -> None:
    path = put("mine")
    listed = json.loads(run("list", "--json").stdout)
    assert listed["memory_bytes"] == 6 * GIB
    by_name = {row["name"]: row for row in listed["models"]}
    assert by_name["mine"]["path"] == str(path)
    assert by_name["mine"]["default"] is True
    assert by_name["qwen3-8b"]["fits"] is False
    assert by_name["qwen3-8b"]["installed"] is False


def test_list_of_installed_models_only() -> None:
    put("mine")
    (row,) = json.loads(run("list", "--installed", "--json").stdout)["models"]
    assert row["name"] == "mine"


def test_a_damaged_file_is_listed_with_its_trouble() -> None:
    put("broken").write_bytes(b"GGUF\x03")
    assert "ends before all of the model is there" in run("list").stdout


def test_pull_prints_the_path_and_plain_progress(hub: Hub) -> None:
    result = run("pull", f"hf:{NAME}")
    assert result.stdout == f"{store.folder() / NAME}\n"
    assert f"hf:{NAME}: 0 % of 2 MB" in result.stderr
    assert f"hf:{NAME}: 100 % of 2 MB" in result.stderr
    assert len(result.stderr.splitlines()) <= 11
    assert "\x1b" not in result.stderr


def test_ctrl_c_says_how_to_go_on(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "pull", stop)
    with pytest.raises(Interrupted, match="is kept") as caught:
        models.pull_with_progress("qwen3-4b")
    assert caught.value.hint == "longread models pull qwen3-4b goes on from there"


def test_pull_without_a_name_takes_the_best_for_this_machine(hub: Hub) -> None:
    source = download.source_of("qwen3-4b")
    hub.files[f"{source.repository}/{source.file}"] = MODEL
    result = run("pull", "--json")
    assert json.loads(result.stdout)["name"] == "qwen3-4b"
    assert "pulling qwen3-4b, the best for 6.0 GiB of memory" in result.stderr


def test_an_interrupted_pull_shows_in_the_list(hub: Hub) -> None:
    entry = catalogue.find("qwen3-0.6b")
    assert entry is not None
    part = store.folder() / entry.repository / f"{entry.file}.part"
    part.parent.mkdir(parents=True)
    with part.open("wb") as file:
        file.truncate(entry.size_bytes // 4)
    (line,) = [line for line in run("list").stdout.splitlines() if line.startswith(entry.name)]
    assert " 25 % " in line


def test_use_then_info_then_rm() -> None:
    put("first")
    second = put("second")
    assert run("use", "second").stdout == ""
    facts = json.loads(run("info", "--json").stdout)
    assert (facts["name"], facts["chosen"]) == ("second", "default")
    assert (facts["path"], facts["architecture"]) == (str(second), "llama")
    assert (facts["parameters"], facts["context"], facts["license"]) == (4096, 2048, "mit")
    assert "deleted second" in run("rm", "second", "--yes").stderr
    assert not second.exists()
    assert json.loads(run("info", "--json").stdout)["name"] == "first"


def test_verify_notices_a_single_byte(hub: Hub) -> None:
    run("pull", f"hf:{NAME}")
    assert "tiny is whole" in run("info", "tiny", "--verify").stderr
    path = store.folder() / NAME
    path.write_bytes(MODEL[:-1] + bytes([MODEL[-1] ^ 1]))
    with pytest.raises(ModelError, match=r"tiny\.gguf is damaged"):
        run("info", "tiny", "--verify")
    put("mine")
    with pytest.raises(ModelError, match="its digest is not known"):
        run("info", "mine", "--verify")


def test_info_of_a_model_that_is_only_on_offer() -> None:
    text = run("info", "qwen3-4b").stdout
    assert "hf:unsloth/Qwen3-4B-Instruct-2507-GGUF/" in text
    assert "4,020,000,000" in text


def test_path() -> None:
    path = put("mine")
    assert run("path").stdout == f"{store.folder()}\n"
    assert run("path", "mine").stdout == f"{path}\n"


class Terminal:
    """Somebody who is asked `questions` and gives always the same answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
        self.questions: list[str] = []
        self.answer = answer
        monkeypatch.setattr(models, "_can_ask", lambda: True)
        monkeypatch.setattr(typer, "confirm", self.confirm)

    def confirm(self, question: str, **_: object) -> bool:
        self.questions.append(question)
        return self.answer


def test_without_a_terminal_nothing_is_offered() -> None:
    with pytest.raises(ModelError, match="no model on this machine") as caught:
        models.resolve_or_offer()
    assert caught.value.hint == "longread models pull qwen3-4b"


def test_on_a_terminal_the_best_model_is_offered_and_pulled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal(monkeypatch, answer=True)
    monkeypatch.setattr(models, "pull_with_progress", put)
    model = models.resolve_or_offer()
    assert terminal.questions == [
        "There is no model yet. Download Qwen3 4B Instruct 2507 (2.5 GB, Apache-2.0)?"
    ]
    assert (model.name, model.origin) == ("qwen3-4b", "installed")


def test_a_no_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(monkeypatch, answer=False)
    with pytest.raises(ModelError, match="no model"):
        models.resolve_or_offer()
    path = put("mine")
    with pytest.raises(Interrupted, match="nothing was deleted"):
        models.remove("mine")
    assert path.exists()
    assert len(terminal.questions) == 2


def test_completion_offers_names() -> None:
    put("qwen-of-my-own")
    names = model_names("qwen")
    assert "qwen3-4b" in names
    assert "qwen-of-my-own" in names
    assert "llama3.2-1b" not in names
