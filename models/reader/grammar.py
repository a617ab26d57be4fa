"""The notation of `families/`: wordings with choices and typed slots, and what fills them.

`[a|b]` chooses one, `{name:type …}` declares a slot and `{name}` repeats its value;
`{y-1}` counts from a year, `{who.last}` takes a part of a name. See families/README.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen", "twenty",
)  # fmt: skip
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
# A slot's choices may hold slots of their own: {x:pick a tale;the mayor of {t:town}}.
_DECLARED = re.compile(r"\{(\w+):((?:[^{}]|\{[^{}]*\})*)\}")
# "a" before a vowel sound; a capital only where a sentence starts ("buffer A is").
_ARTICLE = re.compile(
    r"(\ba|^A|(?<=[.!?] )A) (?=(?!one\b|one-|once|eu|Eu)[aeioAEIO]|un[^i]|8|11\b|18\b)"
)
_SLOT = re.compile(r"\{(\w+)([+-]\d+)?(?:\.(\w+))?\}")


@dataclass(frozen=True)
class Question:
    """An answer as the fact words it, and ways to ask for it."""

    answer: str
    wordings: tuple[str, ...]


@dataclass
class Fact:
    """One statement in one wording with choices, and the questions on it.

    `never` are questions that the statement seems to answer and does not.
    """

    text: str
    always: bool = False
    questions: list[Question] = field(default_factory=list)
    never: list[tuple[str, ...]] = field(default_factory=list)


@dataclass
class Family:
    """Statements about one thing, with the titles and sections they are found under."""

    name: str
    titles: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=lambda: [""])
    facts: list[Fact] = field(default_factory=list)
    fillers: list[str] = field(default_factory=list)
    never: list[tuple[str, ...]] = field(default_factory=list)
    slots: dict[str, str] = field(default_factory=dict)
    joiner: str = " "
    ordered: bool = False
    complete: bool = False
    entity: str = ""
    shift: str = ""


def read_families(file: Path) -> Iterator[Family]:
    """The families of one file. Raises ValueError for a line that means nothing."""
    family = Family("")
    for number, raw in enumerate(file.read_text("utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("//"):
            continue
        if line.startswith("## "):
            if family.name:
                yield family
            family = Family(line[3:])
            continue
        try:
            _read(family, line)
        except (IndexError, ValueError) as error:
            raise ValueError(f"{file.name}:{number}: {line}") from error
    yield family


def declared(text: str) -> tuple[str, dict[str, str]]:
    """The text with every declared slot as a plain one, and what was declared."""
    slots: dict[str, str] = {}

    def declare(match: re.Match[str]) -> str:
        slots[match[1]] = _DECLARED.sub(declare, match[2]).strip()
        return f"{{{match[1]}}}"

    return _DECLARED.sub(declare, text), slots


def _read(family: Family, line: str) -> None:
    text, slots = declared(line)
    family.slots.update(slots)
    mark, _, rest = text.partition(" ")
    rest = rest.strip()
    if mark in ("-", "="):
        family.facts.append(Fact(rest, always=mark == "="))
    elif mark == "?":
        answer, wordings = rest.split(" :: ")
        family.facts[-1].questions.append(Question(answer.strip(), _wordings(wordings)))
    elif mark == "!":
        (family.facts[-1].never if family.facts else family.never).append(_wordings(rest))
    elif mark == "~":
        family.fillers.append(rest)
    elif mark == "title":
        family.titles = list(_wordings(rest))
    elif mark == "section":
        family.sections = list(_wordings(rest))
    elif mark == "slots":
        pass
    elif mark == "lines":
        family.joiner = "\n"
    elif mark in ("ordered", "complete"):
        setattr(family, mark, True)
    elif mark in ("entity", "shift"):
        setattr(family, mark, rest)
    else:
        raise ValueError(mark)


def _wordings(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in re.split(r" // | //$", text))


@cache
def words(name: str) -> tuple[str, ...]:
    """A list of words.toml."""
    table = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
    for key, value in table.items():
        if key == name:
            return tuple(each.strip() for each in value.split(","))
    raise KeyError(name)


def part_of(value: str, part: str) -> str:
    """A part of a name: its surname, first word, or the name without "Inc."."""
    words_of = value.split(" ")
    return {
        "last": value.split(" ", 1)[-1],
        "first": words_of[0],
        "brand": words_of[0],
        "upper": words_of[0].upper(),
        "short": " ".join(words_of[:2]).rstrip(","),
        "cap": value[:1].upper() + value[1:],
    }.get(part, value)


def keys_of(kind: str, value: str) -> set[str]:
    """What must not come twice in a passage: the value, a surname, a company's first word."""
    keys = {value.casefold()}
    if kind == "person":
        keys.add(value.rsplit(" ", maxsplit=1)[-1].casefold())
    elif kind == "company":
        keys.add(value.split(" ", maxsplit=1)[0].casefold())
    return keys


class Scene:
    """The values of one passage's slots, and its habits: currency, dates, thousands."""

    def __init__(self, rng: Random, slots: dict[str, str] | None = None) -> None:
        self.rng = rng
        self.slots = slots or {}
        self.values: dict[str, str] = {}
        self.used: set[str] = set()
        self.currency = rng.choice(("$",) * 6 + ("€", "€", "£", "£", "US$", "CHF ", "NOK ", "¥"))
        self.million = rng.choice((" million",) * 5 + ("m", " mn"))
        self.billion = {"m": "bn", " mn": " bn"}.get(self.million, " billion")
        self.percent = rng.choice(("%",) * 6 + (" percent", " per cent"))
        self.thousands = rng.choice((",", ",", ",", ",", ",", " ", ""))
        self.dates = rng.choice((0, 0, 0, 1, 1, 1, 2, 3, 4))
        self.hours = rng.choice((0, 1, 2))

    def say(self, template: str, start: bool = True) -> str:
        """A wording chosen and filled; capitalised unless `start` is False."""
        text = _SLOT.sub(self._filled, self.worded(template))
        text = re.sub(r" {2,}", " ", text).replace(" ,", ",").replace(" .", ".").strip()
        text = _ARTICLE.sub(r"\1n ", text)
        text = re.sub(r"(\w)\.\.(?!\.)", r"\1.", text)
        return text[:1].upper() + text[1:] if start else text

    def worded(self, template: str) -> str:
        """A wording chosen, its slots still open."""
        while _CHOICE.search(template):
            template = _CHOICE.sub(lambda match: self.rng.choice(match[1].split("|")), template)
        return template

    def elsewhere(self, slot: str, text: str) -> Scene:
        """The same scene with another value in `slot`, one that `text` does not name."""
        self.value(slot)
        other = Scene(self.rng, self.slots)
        other.__dict__.update({**self.__dict__, "values": dict(self.values)})
        for _ in range(50):
            del other.values[slot]
            if self.slots[slot].startswith("year"):
                step = self.rng.choice((-7, -6, -5, -4, -3, 3, 4, 5))
                other.values[slot] = str(int(self.values[slot]) + step)
            value = other.value(slot)
            if value.split(" ")[0] not in text:
                break
        return other

    def _filled(self, match: re.Match[str]) -> str:
        value = self.value(match[1])
        if match[2]:
            return str(int(value) + int(match[2]))
        return part_of(value, match[3] or "")

    def value(self, name: str) -> str:
        """The value of a slot, drawn on first use and unlike all others of the passage."""
        if name not in self.values:
            if name not in self.slots:
                raise KeyError(f"slot {name} is not declared")
            kind, _, rest = self.slots[name].partition(" ")
            value = getattr(self, f"_{kind}")(rest)
            for _ in range(30):
                if not self.used & keys_of(kind, value):
                    break
                value = getattr(self, f"_{kind}")(rest)
            self.used |= keys_of(kind, value)
            self.values[name] = self.say(value, start=False) if "{" in value else value
        return self.values[name]

    # One method a type of slot; the argument is what stands behind the type's name.

    def _pick(self, rest: str) -> str:
        return self.rng.choice(rest.split(";")).strip()

    def _list(self, rest: str) -> str:
        return self.rng.choice(words(rest))

    def _person(self, _rest: str) -> str:
        middle = f" {self.rng.choice('ABCDEFGHJKLMNPRSTW')}." if self.rng.random() < 0.08 else ""
        name = f"{self.rng.choice(words('first'))} {self.rng.choice(words('last'))}"
        return name.replace(" ", f"{middle} ", 1) if middle and not _rest else name

    def _surname(self, _rest: str) -> str:
        return self.rng.choice(words("last"))

    def _forename(self, _rest: str) -> str:
        return self.rng.choice(words("first"))

    def _town(self, _rest: str) -> str:
        name = self.rng.choice(words("townhead")) + self.rng.choice(words("towntail"))
        kind = self.rng.random()
        if kind < 0.06:
            return f"{self.rng.choice(('Saint', 'New', 'Upper', 'Port', 'San', 'North'))} {name}"
        return name

    def _company(self, _rest: str) -> str:
        head, tail = self.rng.choice(words("companyhead")), self.rng.choice(words("companytail"))
        end = self.rng.choice(words("companyend"))
        kind = self.rng.random()
        if kind < 0.2:
            return f"{self.rng.choice(words('last'))} {tail}"
        if kind < 0.3:
            return f"{head}{self._coined('2').lower()} {tail}"
        if kind < 0.4:
            last = words("last")
            return f"{self.rng.choice(last)} & {self.rng.choice(last)}"
        return f"{head} {tail} {end}" if kind < 0.7 else f"{head} {tail}"

    def _coined(self, rest: str) -> str:
        """An invented word of so many syllables, capitalised: a brand, a drug, a star."""
        count = int(rest or self.rng.choice("23"))
        return "".join(self.rng.choice(words("syllable")) for _ in range(count)).capitalize()

    def _model(self, _rest: str) -> str:
        letters = "".join(
            self.rng.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(self.rng.randint(1, 3))
        )
        return f"{letters}{self.rng.choice(('-', ' ', ''))}{self.rng.randint(2, 990)}"

    def _code(self, rest: str) -> str:
        """A reference: `#` stands for a digit, `@` for a letter."""
        text = "".join(str(self.rng.randint(0, 9)) if c == "#" else c for c in rest)
        return "".join(self.rng.choice("ABCDEFGHKLMNPRST") if c == "@" else c for c in text)

    def _year(self, rest: str) -> str:
        low, high = (rest or "2004 2024").split()
        return str(self.rng.randint(int(low), int(high)))

    def _after(self, rest: str) -> str:
        """A year so many years after another slot's: `after born 20 40`."""
        slot, low, high = rest.split()
        return str(int(self.value(slot)[-4:]) + self.rng.randint(int(low), int(high)))

    def _date(self, rest: str) -> str:
        year = self.value(rest) if rest else self._year("")
        day, month = self.rng.randint(1, 28), self.rng.randint(0, 11)
        name = MONTHS[month]
        return (
            f"{name} {day}, {year}",
            f"{day} {name} {year}",
            f"{year}-{month + 1:02}-{day:02}",
            f"{day:02}.{month + 1:02}.{year}",
            f"{name[:3]} {day}, {year}",
        )[self.dates]

    def _day(self, _rest: str) -> str:
        day, month = self.rng.randint(1, 28), self.rng.choice(MONTHS)
        return f"{day} {month}" if self.dates in (1, 3) else f"{month} {day}"

    def _month(self, rest: str) -> str:
        return self.rng.choice(MONTHS) + (f" {self.value(rest)}" if rest else "")

    def _weekday(self, _rest: str) -> str:
        return self.rng.choice(
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        )

    def _time(self, rest: str) -> str:
        low, high = map(int, (rest or "8 20").split())
        hour, minute = (
            self.rng.randint(low, high),
            self.rng.choice((0, 0, 10, 15, 20, 30, 40, 45, 5)),
        )
        if self.hours == 0:
            return f"{hour:02}:{minute:02}"
        if self.hours == 1:
            return f"{(hour - 1) % 12 + 1}:{minute:02} {'a.m.' if hour < 12 else 'p.m.'}"
        return f"{hour}.{minute:02}"

    def _int(self, rest: str) -> str:
        low, high = rest.split()
        return str(self.rng.randint(int(low), int(high)))

    def grouped(self, number: int) -> str:
        """A whole number with the passage's mark between the thousands."""
        return f"{number:,}".replace(
            ",", self.thousands if number > 9999 else self.thousands.strip()
        )

    def _num(self, rest: str) -> str:
        low, high = map(int, rest.split())
        number = round(low * (high / low) ** self.rng.random())
        return self.grouped(number)

    def _round(self, rest: str) -> str:
        """A number as people state it: two leading figures, then zeros."""
        low, high = map(int, rest.split())
        number = round(low * (high / low) ** self.rng.random())
        size = 10 ** max(0, len(str(number)) - 2)
        return self.grouped(max(low, number // size * size))

    def _dec(self, rest: str) -> str:
        low, high, *places = rest.split()
        return f"{self.rng.uniform(float(low), float(high)):.{places[0] if places else 1}f}"

    def _word(self, rest: str) -> str:
        low, high = map(int, rest.split())
        return NUMBERS[self.rng.randint(low, high)]

    def _ordinal(self, rest: str) -> str:
        low, high = map(int, (rest or "1 30").split())
        number = self.rng.randint(low, high)
        ending = (
            "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        )
        return f"{number}{ending}"

    def _pct(self, rest: str) -> str:
        low, high = map(float, (rest or "0.4 48").split())
        value = self.rng.uniform(low, high)
        return f"{value:.{self.rng.choice((0, 1, 1, 1))}f}{self.percent}"

    def _money(self, rest: str) -> str:
        low, high = map(int, rest.split())
        return f"{self.currency}{self._num(rest) if high > 400 else self.rng.randint(low, high)}"

    def _price(self, rest: str) -> str:
        low, high = map(float, rest.split())
        return f"{self.currency}{self.rng.uniform(low, high):.2f}"

    def _million(self, _rest: str) -> str:
        value = 3 * (3000.0) ** self.rng.random()
        places = self.rng.choice((0, 1, 1, 2)) if value < 1000 else self.rng.choice((0, 1))
        return f"{self.currency}{value:,.{places}f}{self.million}"

    def _billion(self, _rest: str) -> str:
        value = 60 ** self.rng.random() * 1.1
        return f"{self.currency}{value:.{self.rng.choice((1, 1, 2))}f}{self.billion}"

    def _big(self, rest: str) -> str:
        return self._billion(rest) if self.rng.random() < 0.3 else self._million(rest)
