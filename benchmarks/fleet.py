"""An invented fleet of twelve ships: what the files of formats.py are about."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

SHIPS = (
    "Aurora", "Vega", "Borealis", "Cormorant", "Dolphin", "Esperanza", "Falcon", "Gannet",
    "Halcyon", "Iceni", "Juno", "Kestrel", "Lodestar", "Merlin", "Nautilus", "Osprey", "Petrel",
    "Quest", "Rover", "Sirius", "Tern", "Undine", "Valiant", "Wanderer",
)  # fmt: skip
PEOPLE = ("Ines", "Ola", "Bram", "Ciara", "Dag", "Elin", "Finn", "Greta", "Hugo", "Ida")
NAMES = ("Halvorsen", "Bakker", "Moreau", "Lindqvist", "Okafor", "Petrov", "Silva", "Weber")
TOWNS = ("Bergen", "Turku", "Gdynia", "Lerwick", "Brest", "Vigo", "Genoa", "Varna", "Odessa")
CARGOES = ("oak timber", "salted cod", "copper wire", "printed books", "seed potatoes")
# What is said of one ship of each harbour, and the question for it.
REMARKS = (
    ("The {ship} lost her anchor off {answer}.", "Where did the {ship} lose her anchor?",
     ("Cape Wrath", "Skagen", "Finisterre", "Cape Corse")),
    ("The figurehead of the {ship} is a carved {answer}.", "What is the figurehead of the {ship}?",
     ("heron", "mermaid", "lion", "horse")),
    ("A fire on the {ship} was put out in {answer}.", "When was the fire on the {ship} put out?",
     ("1897", "1904", "1911", "1923")),
    ("The {ship} was painted {answer} last spring.", "What colour was the {ship} painted?",
     ("green", "crimson", "yellow", "black")),
    ("The {ship} was insured by {answer}.", "Who insured the {ship}?",
     ("Thornbury Mutual", "Baltic Union", "Calder and Sons", "Merton House")),
    ("The cook of the {ship} keeps {answer} on board.", "What does the cook of the {ship} keep?",
     ("seven hens", "a goat", "two cats", "a parrot")),
)  # fmt: skip
HARBOURS = ("North quay", "South quay", "Old harbour", "Fish market", "Dry dock", "Outer mole")
KINDS = ("prose", "table", "remark")


@dataclass(frozen=True)
class Ship:
    name: str
    harbour: str
    mast: int
    captain: str
    town: str
    year: int
    cargo: str
    coal: int
    men: int
    said: str
    asked: str
    answer: str

    @property
    def sentences(self) -> str:
        return (
            f"{self.captain} is the captain of the {self.name}. The mast of the {self.name} is "
            f"{self.mast} metres high. She was built in {self.town} in {self.year}, and she "
            f"carries {self.cargo}."
        )

    @property
    def remark(self) -> str:
        return self.said.format(ship=self.name, answer=self.answer)

    @property
    def fields(self) -> dict[str, Any]:
        return {"ship": self.name, "captain": self.captain, "mast in metres": self.mast,
                "built in": self.town, "year": self.year, "cargo": self.cargo}  # fmt: skip


@dataclass(frozen=True)
class Gold:
    """Where the answer stands; what is None is not asked for."""

    document: str = ""
    section: str | None = None
    page: int | None = None
    line: int | None = None
    place: str | None = None

    def holds(self, cited: Any) -> bool:
        """Is a quote, or a hit of the search, there?"""
        path = str(getattr(cited, "path", None) or cited.document)
        own = ("section", "page", "line")
        if not path.endswith(self.document):
            return False
        if any(getattr(self, key) not in (None, getattr(cited, key)) for key in own):
            return False
        return self.place is None or _same_row(self.place, cited.place or "")


def _same_row(wanted: str, place: str) -> bool:
    """Cells of a row count as that row; all else is the same or not."""
    if wanted.startswith("row "):
        return {part.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for part in place.split(":")} == {
            wanted[4:]
        }
    return wanted == place


def fleet(seed: int) -> list[Ship]:
    """Twelve ships, two in each of six harbours."""
    draw = random.Random(seed)
    names = draw.sample(SHIPS, 2 * len(HARBOURS))
    numbers = draw.sample(range(100, 999), 2 * len(names))
    captains = draw.sample([f"{first} {last}" for first in PEOPLE for last in NAMES], len(names))
    return [
        Ship(
            name, HARBOURS[index // 2], draw.randint(11, 48), captains[index], draw.choice(TOWNS),
            draw.randint(1850, 1930), draw.choice(CARGOES), numbers[2 * index],
            numbers[2 * index + 1], *REMARKS[index // 2][:2], draw.choice(REMARKS[index // 2][2]),
        )
        for index, name in enumerate(names)
    ]  # fmt: skip


def remarks(ships: list[Ship]) -> list[Ship]:
    """One ship of each harbour has a remark, each of another sort."""
    return ships[1::2]


def markdown(ships: list[Ship]) -> str:
    parts = ["---\ntitle: The register of ships\n---\n"]
    for harbour in HARBOURS:
        parts.append(f"# {harbour}\n")
        for ship in (each for each in ships if each.harbour == harbour):
            mark = f"[^{ship.name}]" if ship in remarks(ships) else ""
            parts.append(f"{ship.sentences}{mark}\n")
            if mark:
                parts.append(f"{mark}: {ship.remark}\n")
    parts.append("# Stores\n\n| Ship | Coal in tonnes | Men |\n|---|---|---|")
    parts += [f"| {ship.name} | {ship.coal} | {ship.men} |" for ship in ships]
    return "\n".join(parts) + "\n"


def line_of(text: str, words: str) -> int:
    """The line of a file that holds these words."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)
