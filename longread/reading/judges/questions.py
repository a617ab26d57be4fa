"""What kind of question this is, as far as the reading depends on it."""

from __future__ import annotations

import re

# Questions that ask for every instance of something: stopping at the first one found would
# answer them wrongly. "How many" is left out on purpose: in reports the number is mostly
# stated in one place ("18 of 22 goals"), so it is a lookup, not a count.
_EVERYTHING = re.compile(
    r"\b(list (all|every|each|the)|name (all|every)|all (of )?the|every (single )?|each of|"
    r"summari[sz]e|compare|overview|"
    r"alle|sämtliche|liste|tous les|toutes les|énumér\w*|todos los|todas las|enumer\w*)\b",
    re.IGNORECASE,
)


def wants_everything(question: str) -> bool:
    """Whether the question needs the whole document read (lists, comparisons, summaries)."""
    return bool(_EVERYTHING.search(question))


# Words between the things that a question gives to choose from, in the languages of our data.
_CHOICE = re.compile(r"\b(or|oder|ou|o(?!['’])|или|أم|أو)\b|还是|或", re.IGNORECASE)


def offers_a_choice(question: str) -> bool:
    """Whether the answer may stand in the question ("Who is older, Pike or Roach?")."""
    return bool(_CHOICE.search(question))
