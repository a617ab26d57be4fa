"""The guard against llama.cpp's crash on AMX: asked once, and only where there is AMX."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from longread.engine.llamacpp import amx
from longread.errors import ModelError


class Machine:
    """A machine with AMX whose llama.cpp crashes, or doesn't, on the models it is told to."""

    def __init__(self) -> None:
        self.crashes_on: set[str] = set()
        self.takes_long: set[str] = set()
        self.probes: list[str] = []
        self.refusals = 0

    def probe(self, model: Path) -> bool | None:
        self.probes.append(model.name)
        return None if model.name in self.takes_long else model.name in self.crashes_on

    def refuse(self) -> None:
        self.refusals += 1


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(amx, "_cpu_has_amx", lambda: True)
    monkeypatch.setattr(amx, "_try_in_a_child", made.probe)
    monkeypatch.setattr(amx, "_refuse_tiles", made.refuse)
    monkeypatch.setattr(amx, "_refused", [])
    monkeypatch.setattr(amx, "_allowed", [])
    return made


@pytest.fixture
def model(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        path = tmp_path / name
        path.write_text(name)
        return path

    return make


def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amx, "_refused", [])
    monkeypatch.setattr(amx, "_allowed", [])


def test_without_amx_nothing_is_probed(
    machine: Machine, model: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amx, "_cpu_has_amx", lambda: False)
    machine.crashes_on = {"a.gguf"}
    assert not amx.guard(model("a.gguf"))
    assert not machine.probes


def test_the_child_that_probes_does_not_probe(
    machine: Machine, model: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_LONGREAD_AMX_PROBE", "1")
    assert not amx.guard(model("a.gguf"))
    assert not machine.probes


@pytest.mark.parametrize("crashes", [True, False])
def test_the_verdict_is_kept_for_later_processes(
    machine: Machine,
    model: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    crashes: bool,
) -> None:
    machine.crashes_on = {"a.gguf"} if crashes else set()
    path = model("a.gguf")
    assert amx.guard(path) is crashes
    new_process(monkeypatch)
    assert amx.guard(path) is crashes
    assert machine.probes == ["a.gguf"]
    assert machine.refusals == 2 * crashes


def test_a_child_that_took_too_long_is_asked_again(
    machine: Machine, model: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.takes_long = machine.crashes_on = {"large.gguf"}
    path = model("large.gguf")
    assert not amx.guard(path)
    new_process(monkeypatch)
    machine.takes_long = set()
    assert amx.guard(path)
    assert machine.probes == ["large.gguf"] * 2


def test_the_child_has_its_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(amx, "_PROBE_SECONDS", 0.01)
    assert amx._try_in_a_child(tmp_path / "any.gguf") is None


def test_a_changed_file_is_probed_again(machine: Machine, model: Callable[[str], Path]) -> None:
    path = model("a.gguf")
    amx.guard(path)
    path.write_text("another model")
    amx.guard(path)
    assert len(machine.probes) == 2


def test_once_amx_is_out_no_model_needs_a_probe(
    machine: Machine, model: Callable[[str], Path]
) -> None:
    machine.crashes_on = {"a.gguf", "b.gguf"}
    assert amx.guard(model("a.gguf"))
    assert amx.guard(model("b.gguf"))
    assert machine.probes == ["a.gguf"]
    assert machine.refusals == 1


def test_a_model_that_would_crash_after_another_is_refused(
    machine: Machine, model: Callable[[str], Path]
) -> None:
    machine.crashes_on = {"q8.gguf"}
    first = model("bf16.gguf")
    assert not amx.guard(first)
    amx.loaded(first)
    with pytest.raises(ModelError, match=r"q8\.gguf cannot be loaded after bf16\.gguf"):
        amx.guard(model("q8.gguf"))


def test_a_file_that_could_not_be_loaded_leaves_the_choice_open(
    machine: Machine, model: Callable[[str], Path]
) -> None:
    machine.crashes_on = {"q8.gguf"}
    assert not amx.guard(model("broken.gguf"))
    assert amx.guard(model("q8.gguf"))


def test_a_home_that_cannot_be_written_costs_only_the_memory_of_it(
    machine: Machine,
    model: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path / "file"))
    assert not amx.guard(model("a.gguf"))
    assert not amx.guard(model("a.gguf"))
    assert len(machine.probes) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals end processes otherwise here")
@pytest.mark.parametrize(("end", "crashed"), [("os.kill(os.getpid(), 4)", True), ("0", False)])
def test_a_child_that_dies_of_a_signal_is_a_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, end: str, crashed: bool
) -> None:
    """A stand-in for the engine package: it dies as its model would have it."""
    package = tmp_path / "longread" / "engine"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package.parent / "__init__.py").touch()
    code = f"import os\nclass LlamaCppEngine:\n  def __init__(self, *a, **k): {end}\n"
    code += "  def score(self, *a): raise OSError\n"
    (package / "llamacpp.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert amx._try_in_a_child(tmp_path / "any.gguf") is crashed
