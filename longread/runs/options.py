"""What a user can set about the model and the documents: each field is declared here alone."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from longread.errors import UsageError
from longread.options import call_option, option, positive, up_to

_ASK = ("ask", "batch", "mcp")
_MODEL = (*_ASK, "qa", "multihop", "needle", "throughput")
_DOCUMENTS = (*_ASK, "inspect", "search")

# The most threads that llama.cpp takes.
_MOST_THREADS = 512


class RowFormat(StrEnum):
    """How the answers of many documents are written."""

    TABLE = "table"
    CSV = "csv"
    JSONL = "jsonl"
    MARKDOWN = "markdown"


def _layers(value: Any) -> int | None:
    """None stands for auto."""
    if str(value).casefold() == "auto":
        return None
    if not str(value).isdecimal():
        raise ValueError("must be auto or a number of layers")
    return int(value)


def _encoding(value: Any) -> str:
    from longread.documents.encodings import canonical

    try:
        return canonical(str(value))
    except UsageError as error:
        raise ValueError("is no encoding that is known") from error


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """Which model, and how it is run. None leaves the choice to longread.

    `adapter` False runs the bundled model without the adapter that taught it to read.
    """

    model: str | None = option(
        None,
        "A model's name, an hf: reference, a .gguf file, or a server's address.",
        _MODEL,
        short="-m",
    )
    context: int | None = option(None, "Tokens of the model's context (8192, or its own).", _MODEL)
    gpu_layers: int | None = option(
        None,
        "Layers on the GPU: auto (default), or a number.",
        (*_MODEL, "calibrate"),
        parse=_layers,
        kind=str,
    )
    threads: int | None = option(
        None,
        "Threads (default: the cores that this process may use).",
        (*_MODEL, "calibrate"),
        parse=up_to(_MOST_THREADS),
    )
    reader: str = option(
        "bundled",
        "Who reads for a larger model: the bundled reader where it is installed (default), none, "
        "or a model trained to read.",
        (*_ASK, "qa", "multihop", "needle"),
    )
    adapter: bool = option(
        True,
        "The bundled model with the adapter that taught it to read (default), or plain.",
        (*_ASK, "calibrate"),
        flags="--adapter/--no-adapter",
    )


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """Which pages are read, and what it takes to read them."""

    pages: str | None = call_option(
        None, "Only these pages: 10-50, or 1,4-6,10-.", ("ask", "batch", "inspect", "search")
    )
    password: str | None = option(None, "Password of encrypted documents.", _DOCUMENTS, secret=True)
    ocr: bool = option(
        False, "Read scanned pages with Tesseract.", _DOCUMENTS, flags="--ocr/--no-ocr"
    )
    encoding: str | None = option(
        None,
        "Encoding of text and HTML that does not say it: such as shift_jis, cp1251 or latin-2.",
        _DOCUMENTS,
        parse=_encoding,
    )
    file_seconds: float | None = option(
        None,
        "Seconds a file may take to parse (default: a minute of CPU time, more if large).",
        _DOCUMENTS,
        parse=positive,
    )
    file_memory: float | None = option(
        None,
        "Memory in GB that parsing one file may take (default: 4 and more for large files, at "
        "most half of the machine's).",
        _DOCUMENTS,
        parse=positive,
    )
    include: str | None = option(
        None,
        "Of folders only files with these patterns, as in .gitignore: *.pdf,notes/.",
        _DOCUMENTS,
    )
    exclude: str | None = option(
        None,
        "Of folders no file with these patterns; a .longreadignore in a folder says so, too.",
        _DOCUMENTS,
    )

    def loading(self) -> dict[str, Any]:
        """What of it `longread.documents.load` takes."""
        names = [each.name for each in fields(self) if each.name not in ("include", "exclude")]
        return {name: getattr(self, name) for name in names}

    def discovering(self) -> dict[str, Any]:
        """What of it `longread.documents.discover` takes."""
        return {"include": self.include, "exclude": self.exclude}
