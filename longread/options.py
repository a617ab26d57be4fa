"""Options, each declared once: its name, type, default, help, and the commands that take it.

A declaration is a field of a frozen dataclass, made by `option`. Such a dataclass is a group
of options, and so is one whose fields are groups: this is what a command, a run or a notebook
hands on. `Table` makes of the groups what users meet: environment variables, keys of the TOML
file, `longread config`, the README's table. `longread.cli.options` makes the command line of
them. Nothing heavy is imported here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from longread import paths
from longread.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `option` makes it; a table fills in what the field itself says.

    A `setting` has an environment variable and a TOML key beside its flag; any other option
    holds for one call. `choices` are the values it may have, or what finds them out when they are
    asked for. `flags` are Typer's declarations where they are not `--name` alone; `short` adds
    one letter, in the commands `short_in` or in all. `formerly` are names it had before: they are
    still understood. `least` bounds a number that is no setting's; a `secret` is never shown.
    """

    help: str
    default: Any = None
    commands: tuple[str, ...] = ()
    parse: Callable[[Any], Any] | None = None
    choices: Sequence[Any] | Callable[[], Sequence[Any]] = ()
    flags: str = ""
    short: str = ""
    short_in: tuple[str, ...] = ()
    metavar: str | None = None
    formerly: tuple[str, ...] = ()
    setting: bool = True
    secret: bool = False
    least: float | None = None
    kind: type = NoneType
    name: str = ""

    @property
    def allowed(self) -> Sequence[Any]:
        """The values it may have; none where it has others than a few names."""
        return self.choices() if callable(self.choices) else self.choices

    @property
    def meaning(self) -> str:
        """The help as a hint: one phrase without capital and full stop."""
        return self.help[:1].lower() + self.help[1:].rstrip(".")

    def read(self, value: Any, where: str) -> Any:
        """The value that a text or TOML value stands for; `where` says where it was written.

        Raises UsageError for a value that the option cannot have.
        """
        parse = self.parse or (one_of(self.allowed) if self.choices else _PARSERS[self.kind])
        try:
            return parse(value)
        except ValueError as error:
            shown = "" if self.secret else f" ({value})"
            raise UsageError(f"{where}{shown} {error}.", self.meaning) from error


def option(default: T, help: str, commands: tuple[str, ...] = (), **facts: Any) -> T:  # noqa: A002
    """A dataclass field that declares an option; `facts` are the fields of `Option`."""
    one = Option(help, default, commands, **facts)
    declared: Any = field(default=default, metadata={"option": one})
    made: T = declared
    return made


def call_option(default: T, help: str, commands: tuple[str, ...], **facts: Any) -> T:  # noqa: A002
    """The same for an option that holds for one call, and is no setting."""
    return option(default, help, commands, setting=False, **facts)


def variable(name: str) -> str:
    """The environment variable of an option: LONGREAD_CHUNK_TOKENS for chunk_tokens."""
    return f"LONGREAD_{name.upper()}"


def flag(name: str) -> str:
    """The option as it is written on a command line: --chunk-tokens for chunk_tokens."""
    return f"--{name.replace('_', '-')}"


def boolean(value: Any) -> bool:
    """true or false, yes or no, on or off, 1 or 0."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ValueError("is neither true nor false")


def whole(value: Any) -> int:
    """A whole number, at least 1."""
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("is not a whole number")
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a whole number") from error
    if number < 1:
        raise ValueError("must be at least 1")
    return number


def up_to(most: int) -> Callable[[Any], int]:
    """A whole number from 1 to `most`."""

    def parse(value: Any) -> int:
        if (number := whole(value)) > most:
            raise ValueError(f"must be at most {most}")
        return number

    return parse


def one_of(names: Sequence[Any]) -> Callable[[Any], Any]:
    """One of `names`, whatever its case; a number where they are numbers."""

    def parse(value: Any) -> Any:
        word = str(value).strip().casefold()
        found = [name for name in names if str(name) == word]
        if not found:
            raise ValueError(f"is not one of {', '.join(map(str, names))}")
        return found[0]

    return parse


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a number") from error


def positive(value: Any) -> float:
    """A number above 0."""
    if not 0.0 < (number := _number(value)) < float("inf"):
        raise ValueError("must be above 0")
    return number


def probability(value: Any) -> float:
    """A number from 0 to 1."""
    if not 0.0 <= (number := _number(value)) <= 1.0:
        raise ValueError("must be between 0 and 1")
    return number


_PARSERS: Mapping[type, Callable[[Any], Any]] = {bool: boolean, int: whole, str: str, Path: Path}


# Values by name, how a name is written there, and what is said of where a value comes from.
_Source = tuple[Mapping[str, Any], Callable[[str], str], Callable[[str], str]]


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting's value and where it comes from."""

    setting: Option
    value: Any
    origin: str


class Table:
    """All options of some groups, by name.

    `in_force` finds the settings' values: the command line wins over the environment, that
    over the TOML file, that over the default.
    """

    def __init__(self, *groups: type) -> None:
        self._by_name = {each.name: each for group in groups for each in options_of(group)}
        self._current = {
            name: each for each in self.settings for name in (each.name, *each.formerly)
        }

    def __getitem__(self, name: str) -> Option:
        return self._by_name[name]

    @property
    def settings(self) -> list[Option]:
        """The options that have a variable and a TOML key."""
        return [each for each in self._by_name.values() if each.setting]

    def in_force(
        self, given: Mapping[str, Any] | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> dict[str, InForce]:
        """Every setting with its value and origin; `given` are the command line's.

        `tell` gets a line for each name that is no longer the option's. Raises UsageError for
        a config file or a variable that cannot be understood.
        """
        file = paths.config_file()
        texts = {name: os.environ.get(variable(name)) or None for name in self._current}
        sources: tuple[_Source, ...] = (
            (given or {}, flag, lambda _name: "option"),
            (texts, variable, variable),
            (self._read(file), lambda name: f"{name} in {file}", lambda _name: str(file)),
        )
        return {each.name: _found(each, sources, tell) for each in self.settings}

    def build(
        self,
        group: type[T],
        given: Mapping[str, Any] | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> T:
        """The group with its values: settings as they are in force, all else as `given`."""
        values = {
            **{name: each.default for name, each in self._by_name.items()},
            **self._of_this_call(given or {}, tell),
            **{name: each.value for name, each in self.in_force(given, tell).items()},
        }
        made: T = _built(group, values)
        return made

    def _of_this_call(
        self, given: Mapping[str, Any], tell: Callable[[str], None]
    ) -> dict[str, Any]:
        """What the command line says of the options that are no settings."""
        values = {}
        for each in self._by_name.values():
            for name in (*each.formerly, each.name):
                if each.setting or given.get(name) in (None, each.default):
                    continue
                if name != each.name:
                    tell(f"{flag(name)} is now called {flag(each.name)}")
                values[each.name] = given[name]
        return values

    def read(self, name: str, text: str, where: str) -> tuple[str, Any]:
        """The setting called `name`, by its present name, and what `text` stands for.

        Raises UsageError for a setting that there is not, or a value that it cannot have.
        """
        found = self._current.get(name.replace("-", "_"))
        if found is None:
            raise UsageError(f"there is no setting called {name}.", self._near(name))
        return found.name, found.read(text, where)

    def _read(self, file: Path) -> dict[str, Any]:
        try:
            text = file.read_text("utf-8")
        except FileNotFoundError:
            if os.environ.get("LONGREAD_CONFIG"):
                raise UsageError(
                    f"the config file {file} does not exist.", "LONGREAD_CONFIG names it"
                ) from None
            return {}
        except (UnicodeDecodeError, OSError) as error:
            raise _unreadable(file, error) from error
        import tomllib

        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _unreadable(file, error) from error
        for name in values:
            if name not in self._current:
                raise UsageError(
                    f"the config file {file} has an unknown setting {name}.", self._near(name)
                )
        return values

    def _near(self, name: str) -> str:
        import difflib

        close = difflib.get_close_matches(name.replace("-", "_"), self._current, n=1)
        return f"did you mean {close[0]}?" if close else "longread config lists the settings"

    def markdown(self) -> Iterator[str]:
        """The settings as lines of a Markdown table."""
        yield "| option | default | what it is |"
        yield "| --- | --- | --- |"
        for each in self.settings:
            default = "" if each.default is None else shown(each.default)
            text = each.help.replace("|", "\\|")
            yield f"| `{each.flags or flag(each.name)}` | {default} | {text} |"


def shown(value: Any) -> str:
    """A value as `longread config` shows it."""
    if value is None:
        return "unset"
    return str(value).lower() if isinstance(value, bool) else str(value)


def options_of(group: type) -> list[Option]:
    """The options that a group declares, or the groups it is made of."""
    hints = get_type_hints(group)
    found: list[Option] = []
    for each in fields(group):
        one = "option" in each.metadata
        found += [_bound(each, hints[each.name])] if one else options_of(hints[each.name])
    return found


def _built(group: Any, values: Mapping[str, Any]) -> Any:
    hints = get_type_hints(group)
    return group(
        **{
            each.name: values[each.name]
            if "option" in each.metadata
            else _built(hints[each.name], values)
            for each in fields(group)
        }
    )


def _bound(declared: Field[Any], hint: Any) -> Option:
    kinds = [arm for arm in get_args(hint) if arm is not NoneType] or [hint]
    found: Option = declared.metadata["option"]
    kind = kinds[0] if found.kind is NoneType else found.kind
    return replace(found, name=declared.name, kind=kind)


def _found(wanted: Option, sources: Sequence[_Source], tell: Callable[[str], None]) -> InForce:
    """The option's value in the first source that holds it, under any of its names."""
    for values, where, origin in sources:
        for name in (wanted.name, *wanted.formerly):
            if (value := values.get(name)) is None:
                continue
            if name != wanted.name:
                tell(f"{where(name)} is now called {where(wanted.name)}")
            return InForce(wanted, wanted.read(value, where(name)), origin(name))
    return InForce(wanted, wanted.default, "default")


def _unreadable(file: Path, error: Exception) -> UsageError:
    reason = (error.strerror or "") if isinstance(error, OSError) else str(error)
    return UsageError(
        f"the config file {file} cannot be read: {reason}.",
        'it is TOML: lines like strategy = "gated"',
    )
