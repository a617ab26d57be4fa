"""What `models list` and `models info` tell: catalogue, files and machine together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from longread.engine.kv_size import SLOTS
from longread.errors import ModelError
from longread.models import catalogue, gguf, store
from longread.models.catalogue import BUNDLED, GIB, CatalogueEntry
from longread.models.store import InstalledModel


@dataclass(frozen=True, slots=True)
class Row:
    """One model of the list.

    `memory_gib` is what it needs at 8,192 tokens of context and `fits` whether this
    machine has that; 0 and None where the file does not tell. `default` marks the model
    that would answer now. `arrived_bytes` is what an interrupted pull left.
    """

    name: str
    title: str
    parameters: int
    size_bytes: int
    memory_gib: float
    fits: bool | None
    license: str
    installed: bool
    default: bool
    path: str | None
    arrived_bytes: int
    protocol: str = ""
    notes: str = ""


def rows(memory_bytes: int) -> list[Row]:
    """The catalogue, smallest first, then the installed models it does not know."""
    here = {model.name: model for model in store.installed()}
    default = _default_name()
    known = [
        _catalogue_row(entry, here.pop(entry.name, None), memory_bytes, default)
        for entry in catalogue.entries()
    ]
    return known + [_own_row(model, memory_bytes, default) for model in here.values()]


def facts(name: str | None) -> dict[str, Any]:
    """All that is known of a model, JSON-ready: of its file, or of its catalogue entry.

    Without a name, of the model that would answer. Raises ModelError.
    """
    entry = catalogue.find(name) if name else None
    if entry and not store.find_installed(entry.name) and entry.name != BUNDLED:
        return _catalogue_facts(entry)
    resolved = store.on_this_machine(name) if name else store.resolve_default()
    header = gguf.read_header(resolved.path)
    model = store.find_installed(resolved.name)
    return {
        "name": resolved.name,
        "title": header.name,
        "installed": True,
        "chosen": resolved.origin,
        "path": str(resolved.path),
        "source": f"hf:{model.repository}/{model.file}" if model and model.repository else "",
        "commit": model.commit if model else "",
        "sha256": model.sha256 if model else "",
        "pulled_at": model.pulled_at if model else "",
        "architecture": header.architecture,
        "parameters": header.parameters,
        "quantisation": header.file_type,
        "context": header.context,
        "size_bytes": header.size_bytes,
        "memory_gib": round(memory_need(header) / GIB, 1),
        "license": _license(header),
        "chat_template": header.has_chat_template,
        # Of the catalogue none was trained on one.
        "protocol": "",
        "gguf_version": header.version,
        "tensors": header.tensors,
    }


def _catalogue_facts(entry: CatalogueEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.title,
        "installed": False,
        "source": f"hf:{entry.repository}/{entry.file}",
        "parameters": entry.parameters,
        "quantisation": entry.quantisation,
        "context": entry.context,
        "size_bytes": entry.size_bytes,
        "memory_gib": entry.memory_gib,
        "license": entry.license,
        "languages": list(entry.languages),
        "protocol": "",
        "notes": entry.notes,
    }


def _catalogue_row(
    entry: CatalogueEntry, model: InstalledModel | None, memory_bytes: int, default: str
) -> Row:
    path = model.path if model else store.bundled_path() if entry.name == BUNDLED else None
    return Row(
        name=entry.name,
        title=entry.title,
        parameters=entry.parameters,
        size_bytes=model.size if model else entry.size_bytes,
        memory_gib=entry.memory_gib,
        fits=entry.fits(memory_bytes),
        license=entry.license,
        installed=path is not None,
        default=entry.name == default,
        path=str(path) if path else None,
        arrived_bytes=store.arrived(entry),
        notes=entry.notes,
    )


def _own_row(model: InstalledModel, memory_bytes: int, default: str) -> Row:
    header, problem = _header(model)
    need = memory_need(header) if header else 0
    return Row(
        name=model.name,
        title=header.name if header else "",
        parameters=header.parameters if header else 0,
        size_bytes=model.size,
        memory_gib=round(need / GIB, 1),
        fits=need <= memory_bytes * catalogue.MEMORY_SHARE if need else None,
        license=_license(header) if header else "",
        installed=True,
        default=model.name == default,
        path=str(model.path),
        arrived_bytes=0,
        notes=problem or (header.name if header else ""),
    )


def _header(model: InstalledModel) -> tuple[gguf.Header | None, str]:
    """The header of a file that anybody may have put there, or what is wrong with it."""
    try:
        header = gguf.read_header(model.path)
        gguf.require_instruct(header)
    except ModelError as error:
        return None, error.message
    return header, ""


def _license(header: gguf.Header) -> str:
    return str(header.metadata.get("general.license", ""))


def memory_need(header: gguf.Header) -> int:
    """Bytes at 8,192 tokens of context, reckoned as in catalogue.toml."""
    cache = 8192 * header.cache_bytes_per_token + SLOTS * header.recurrent_bytes
    return header.size_bytes + cache + GIB // 2


def _default_name() -> str:
    try:
        return store.resolve_default().name
    except ModelError:
        return ""
