"""Working memory: notes that may be rewritten, and an append-only ledger of quotes.

The notes are what the model sees, bounded in tokens. The ledger is an append-only list of
verbatim quotes with their place in the document; citations come from it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from longread.reading.step import Quote

# Tokens of a line of notes beside its quote: "- (page 1234) " and the line break, with some to
# spare. If this were too few, full notes would be over budget, and every later one refused.
_LINE = 12


@dataclass
class Memory:
    """Notes of at most `budget` tokens by `count`, and the ledger.

    Example: `memory.note("Revenue was 3.1 million (p. 4)")` returns False, and changes
    nothing, when the text is over budget.
    """

    budget: int
    count: Callable[[str], int]
    notes: str = ""
    ledger: list[Quote] = field(default_factory=list)

    def note(self, text: str) -> bool:
        """Replace the notes; refused (False) when `text` is over budget."""
        if self.count(text) > self.budget:
            return False
        self.notes = text.strip()
        return True

    def enter(self, quotes: Iterable[Quote]) -> tuple[Quote, ...]:
        """Append the verified quotes that the ledger does not hold yet; returns those appended.

        What is likelier than the answer that its place gave before is held as well.
        """
        added = []
        for quote in quotes:
            if quote.verified and not any(_covers(held, quote) for held in self.ledger):
                self.ledger.append(quote)
                added.append(quote)
        return tuple(added)

    @property
    def found(self) -> list[Quote]:
        """All quotes in the order found, those included that the ledger has yet to get."""
        return self.ledger

    def restore(self, notes: str, quotes: Iterable[Quote]) -> None:
        """Take over what a step of an interrupted run left: its notes, the quotes it found."""
        self.notes = notes
        self.ledger.extend(quotes)

    def merge(self) -> bool:
        """End a round; False when it brought nothing new. Nothing is ever held back here."""
        return False

    def quotes_from(self, document: int, start: int, end: int) -> bool:
        """Whether the ledger has a quote from this span."""
        return any(
            quote.document == document and start <= quote.start and quote.end <= end
            for quote in self.found
        )

    def best_quotes(self) -> list[Quote]:
        """The ledger's strongest quotes that fit the budget, in document order.

        Strongest first decides who gets in; document order is how people read.
        """
        room = self.budget
        chosen = []
        for quote in sorted(self.ledger, key=lambda quote: -quote.score):
            cost = self.count(quote.text) + _LINE
            if cost <= room:
                room -= cost
                chosen.append(quote)
        return sorted(chosen, key=lambda quote: (quote.document, quote.start))


@dataclass
class RoundMemory(Memory):
    """A memory that every chunk of a round is read against as it was when the round began.

    What the round finds waits, and is merged at its end (PI-Mem, arXiv 2608.03048).
    """

    pending: list[Quote] = field(default_factory=list)

    @property
    def found(self) -> list[Quote]:
        return [*self.ledger, *self.pending]

    def note(self, text: str) -> bool:
        """Notes wait for the round's end, too: refused only when `text` is over budget."""
        return self.count(text) <= self.budget

    def enter(self, quotes: Iterable[Quote]) -> tuple[Quote, ...]:
        new = Memory(self.budget, self.count, ledger=self.found).enter(quotes)
        self.pending.extend(new)
        return new

    def restore(self, notes: str, quotes: Iterable[Quote]) -> None:
        self.notes = notes
        self.pending.extend(quotes)

    def merge(self) -> bool:
        brought, self.pending = self.pending, []
        self.ledger.extend(brought)
        if brought:
            self.notes = as_notes(self.best_quotes())
        return bool(brought)


@dataclass
class WorkingMemory(Memory):
    """A memory that changes at once, as the next block's gate is to see it (LycheeMemory).

    A round brought something when notes or ledger are not what they were at its start.
    """

    _before: tuple[str, int] = ("", 0)

    def merge(self) -> bool:
        now = (self.notes, len(self.ledger))
        changed, self._before = now != self._before, now
        return changed


def as_notes(quotes: Iterable[Quote]) -> str:
    """Quotes as lines for the model, each with its page."""
    lines = []
    for quote in quotes:
        place = f"(page {quote.page}) " if quote.page is not None else ""
        lines.append(f"- {place}{' '.join(quote.text.split())}")
    return "\n".join(lines)


def _covers(held: Quote, quote: Quote) -> bool:
    if (quote.answer or held.answer) and quote.score > held.score:
        return False
    return held.document == quote.document and held.start <= quote.start and quote.end <= held.end
