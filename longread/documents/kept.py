"""Documents known without being read: facts at hand, text when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from longread.documents.model import Document

_HEAVY = ("text", "pages", "sections", "blocks", "tables", "removed", "marks")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a parsed document without its text; `entry` is its name in the cache."""

    entry: str
    sha256: str
    title: str
    kind: str
    pages: int
    characters: int
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, document: Document) -> Facts:
        return cls(
            document.entry,
            document.sha256,
            document.title,
            document.kind,
            document.page_count,
            document.characters,
            document.warnings,
        )


class KeptDocument(Document):
    """A document whose text, pages and tables are loaded when one of them is first asked for.

    `load` gives the document; what it raises comes out there.
    """

    def __init__(self, path: str, facts: Facts, load: Callable[[], Document]) -> None:
        self.__dict__.update(
            path=path, sha256=facts.sha256, title=facts.title, kind=facts.kind,
            warnings=facts.warnings, secret=False, attachments=(), entry=facts.entry,
            _facts=facts, _load=load,
        )  # fmt: skip

    def __getattr__(self, name: str) -> Any:
        if name not in _HEAVY:
            raise AttributeError(name)
        whole = self._load()
        self.__dict__.update({each: getattr(whole, each) for each in _HEAVY})
        return self.__dict__[name]

    def with_attachments(self) -> list[Document]:
        """Itself: a document with attachments is not kept like this."""
        return [self]

    @property
    def page_count(self) -> int:
        return int(self._facts.pages)

    @property
    def characters(self) -> int:
        return int(self._facts.characters)
