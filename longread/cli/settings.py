"""Settings in force, and where each comes from: option, environment, config file, default.

Every setting has one name: `chunk_tokens` is `--chunk-tokens`, `LONGREAD_CHUNK_TOKENS`
and `chunk_tokens = 1024` in the config file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longread import paths
from longread.errors import UsageError
from longread.reading.names import GATES, HEADS, ORDERS, STRATEGIES

# llama.cpp takes no more.
_MOST_THREADS = 512


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: how its text is read, its default, and what it is for."""

    name: str
    parse: Callable[[Any], Any]
    default: Any
    meaning: str

    @property
    def variable(self) -> str:
        return f"LONGREAD_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting's value and where it comes from."""

    setting: Setting
    value: Any
    origin: str


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ValueError("is neither true nor false")


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("is not a whole number")
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a whole number") from error
    if number < 1:
        raise ValueError("must be at least 1")
    return number


def _threads(value: Any) -> int:
    number = _whole(value)
    if number > _MOST_THREADS:
        raise ValueError(f"must be at most {_MOST_THREADS}")
    return number


def _compression(value: Any) -> int:
    number = _whole(value)
    if number not in (1, 2, 4):
        raise ValueError("is not one of 1, 2, 4")
    return number


def _one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        word = str(value).strip().casefold()
        if word not in names:
            raise ValueError(f"is not one of {', '.join(names)}")
        return word

    return parse


def _seconds(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a number") from error
    if not 0.0 < number < float("inf"):
        raise ValueError("must be above 0")
    return number


def _probability(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a number") from error
    if not 0.0 <= number <= 1.0:
        raise ValueError("must be between 0 and 1")
    return number


def _layers(value: Any) -> int | None:
    """None stands for auto."""
    if str(value).casefold() == "auto":
        return None
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise ValueError("must be auto or a number of layers") from error
    if number < 0:
        raise ValueError("must be auto or a number of layers")
    return number


SETTINGS = (
    Setting("model", str, None, "a model's name, hf: reference or .gguf file"),
    Setting("adapter", _boolean, True, "the bundled model with the adapter that taught it to read"),
    Setting("strategy", _one_of(STRATEGIES), "gated", "how the document is read"),
    Setting("order", _one_of(ORDERS), "document", "document, or relevance (most promising first)"),
    Setting("gate", _one_of(GATES), "auto", "the update gate: auto, reader, likelihood, choice"),
    Setting("chunk_tokens", _whole, None, "tokens a chunk (default: chosen for the strategy)"),
    Setting("unit_tokens", _whole, 256, "tokens a unit: what is gated and retrieved"),
    Setting("memory_tokens", _whole, 1024, "tokens of memory"),
    Setting("answer_tokens", _whole, 256, "tokens of the answer at most"),
    Setting("top_k", _whole, None, "units a retrieval brings back (default: the strategy's)"),
    Setting("exit", _boolean, None, "stop as soon as enough is known (default: yes, unless the "
            "question asks for all there is)"),
    Setting("patience", _whole, None, "open exit gates in a row before stopping"),
    Setting("gate_threshold", _probability, None, "probability at which the update gate opens "
            "(default: 0.2 by reader or likelihood, 0.5 by choice)"),
    Setting("exit_threshold", _probability, 0.9, "probability at which the exit gate opens"),
    Setting("heads", _one_of(HEADS), "auto", "infiniretri: auto (calibrated), shallow, last-layer"),
    Setting("phrase_tokens", _whole, None, "infiniretri: tokens of the phrase window (8)"),
    Setting("kept_tokens", _whole, None, "infiniretri: tokens whose sentences are kept (100, or "
            "300 with last-layer)"),
    Setting("blocks", _boolean, True, "keep what was read on disk, for the next question"),
    Setting("compress", _compression, 1, "blocks hold every token (1), or every second or fourth"),
    Setting("max_seconds", _seconds, None, "stop reading after so many seconds"),
    Setting("max_chunks", _whole, None, "stop reading after so many chunks"),
    Setting("context", _whole, None, "tokens of context (default: 8,192 or the model's own)"),
    Setting("gpu_layers", _layers, None, "layers on the GPU: auto or a number"),
    Setting("threads", _threads, None, "threads (default: the cores this process may use)"),
    Setting("password", str, None, "password of encrypted documents"),
    Setting("ocr", _boolean, False, "read scanned pages with Tesseract"),
    Setting("quiet", _boolean, False, "show nothing but the answer and errors"),
    Setting("verbose", _boolean, False, "show the memory and what was retrieved"),
)  # fmt: skip

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def settings_in_force(options: Mapping[str, Any] | None = None) -> dict[str, InForce]:
    """Every setting with its value and origin; `options` are those given on the command line.

    Raises UsageError for a config file or a variable that cannot be understood.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    file = paths.config_file()
    configured = _read(file)
    in_force = {}
    for setting in SETTINGS:
        if setting.name in given:
            value = _parsed(setting, given[setting.name], f"--{setting.name.replace('_', '-')}")
            in_force[setting.name] = InForce(setting, value, "option")
        elif os.environ.get(setting.variable):
            value = _parsed(setting, os.environ[setting.variable], setting.variable)
            in_force[setting.name] = InForce(setting, value, setting.variable)
        elif setting.name in configured:
            value = _parsed(setting, configured[setting.name], f"{setting.name} in {file}")
            in_force[setting.name] = InForce(setting, value, str(file))
        else:
            in_force[setting.name] = InForce(setting, setting.default, "default")
    return in_force


def parse_setting(name: str, text: str, where: str) -> Any:
    """The value that `text` stands for; `where` says where it was written.

    Raises UsageError for a setting that there is not, or a value that it cannot have.
    """
    setting = _BY_NAME.get(name.replace("-", "_"))
    if setting is None:
        raise UsageError(f"there is no setting called {name}.", _near(name))
    return _parsed(setting, text, where)


def _parsed(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.parse(value)
    except ValueError as error:
        shown = "" if setting.name == "password" else f" ({value})"
        raise UsageError(f"{where}{shown} {error}.", setting.meaning) from error


def _read(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        if os.environ.get("LONGREAD_CONFIG"):
            raise UsageError(
                f"the config file {file} does not exist.", "LONGREAD_CONFIG names it"
            ) from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"the config file {file} cannot be read: {reason}.",
            'it is TOML: lines like strategy = "gated"',
        ) from error
    for name in values:
        if name not in _BY_NAME:
            raise UsageError(f"the config file {file} has an unknown setting {name}.", _near(name))
    return values


def _near(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name.replace("-", "_"), _BY_NAME, n=1)
    return f"did you mean {close[0]}?" if close else "longread config lists the settings"
