"""`longread doctor`: what is there, every trouble with its hint, and nothing over the network."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.cli import application
from longread.engine.llamacpp.build import Build
from longread.models import host, machine, store
from longread.models.hub import Source
from longread.runs import doctor
from tests.models.gguf_files import gguf_bytes

NAMES = {
    "settings", "longread", "python", "processor", "memory", "llama.cpp", "gpu", "blocks",
    "texts", "runs", "disk", "tesseract",
}  # fmt: skip


def call(*arguments: str) -> Any:
    return CliRunner().invoke(application(), ["doctor", *arguments])


def found(*arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and the checks by name."""
    result = call(*arguments, "--json")
    record = json.loads(result.stdout)
    assert record["schema"] == "longread.doctor/1"
    return result.exit_code, {check["name"]: check for check in record["checks"]}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def no_bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "bundled_path", lambda: None)


@pytest.mark.model
@pytest.mark.usefixtures("offline", "model")
def test_an_installation_that_works_reads_a_page() -> None:
    code, checks = found()
    assert code == 0
    assert set(checks) == NAMES | {"model", "adapter", "answers", "read", "amx"}
    assert not any(check["fatal"] for check in checks.values())
    assert checks["answers"]["found"] == "bundled (bundled)"
    assert checks["read"]["found"].startswith("opened in ")
    assert "answered" in checks["read"]["found"]
    assert checks["adapter"]["found"].startswith("reader, for bundled, 10.4 MB, sha256 ")


@pytest.mark.usefixtures("offline", "no_bundled")
def test_without_a_model_the_rest_is_told_and_what_to_do() -> None:
    result = call()
    assert result.exit_code == 4
    assert "! read       there is no model on this machine." in result.stdout
    assert "hint: longread models pull " in result.stdout
    assert "  longread   " in result.stdout
    assert found()[1].keys() == NAMES | {"read"}


@pytest.mark.usefixtures("offline", "no_bundled")
def test_a_server_is_named_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_MODEL", "http://gpu-box:8080")
    code, checks = found()
    assert code == 0
    assert checks["answers"]["found"].startswith("http://gpu-box:8080, a server; not asked")
    assert checks["settings"]["found"] == "model=http://gpu-box:8080 (LONGREAD_MODEL)"


@pytest.mark.usefixtures("no_bundled")
def test_settings_that_cannot_be_understood_do_not_hide_the_rest(longread_home: Path) -> None:
    file = longread_home / "config" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('chunk_tokens = "many"\n', "utf-8")
    code, checks = found()
    assert code == 2
    assert checks["settings"]["fatal"]
    assert "chunk_tokens" in checks["settings"]["trouble"]
    assert set(checks) >= NAMES


@pytest.mark.usefixtures("no_bundled")
def test_a_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGREAD_PASSWORD", "s3cret")
    assert "s3cret" not in call().stdout
    assert found()[1]["settings"]["found"] == "password=… (LONGREAD_PASSWORD)"


@pytest.mark.usefixtures("no_bundled")
def test_a_damaged_model_is_told(longread_home: Path) -> None:
    source = Source("owner/name", "model.gguf")
    place = store.place(source)
    place.parent.mkdir(parents=True)
    place.write_bytes(gguf_bytes())
    store.write_sidecar(place, source, "0" * 64, "", "")
    check = found("--model", "server-less")[1]["model"]
    assert check["trouble"] == "damaged: not the file that was pulled"
    assert check["hint"] == "longread models rm model, then pull it again"


@pytest.mark.usefixtures("no_bundled")
def test_a_llama_cpp_that_does_not_load_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("Failed to load shared library 'libllama.so'")

    monkeypatch.setattr("longread.engine.llamacpp.build.build", broken)
    code, checks = found()
    assert code == 4
    assert "Failed to load shared library" in checks["llama.cpp"]["trouble"]
    assert "pip install" in checks["llama.cpp"]["hint"]
    assert "disk" in checks


@pytest.mark.usefixtures("no_bundled")
def test_what_the_build_leaves_unused_has_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    here = replace(host.host(), instructions=("avx2", "avx512f"))
    monkeypatch.setattr(doctor, "host", lambda: here)
    monkeypatch.setattr(
        "longread.engine.llamacpp.build.build", lambda: Build("0.3", ("AVX2",), False, ())
    )
    check = found()[1]["llama.cpp"]
    assert check["trouble"] == "built without AVX512, which this processor has"
    assert "--no-binary" in check["hint"]


@pytest.mark.usefixtures("no_bundled")
def test_a_disk_that_is_nearly_full_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "free_disk", lambda _folder: 10**9)
    check = found()[1]["disk"]
    assert check["trouble"] == "nearly full"
    assert "LONGREAD_HOME" in check["hint"]
