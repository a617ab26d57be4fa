"""The content files' small markup, read into blocks.

A chapter is `# title`, then `@columns 1` or `@columns 2`, then paragraphs separated by
blank lines. Blocks begin with `## `, `### `, `- `, `1. `, `> ` (set in), `: ` (hanging),
`!table key`, `!figure key`, `!sign name | role`; `@anchor name` names the page of the
block after it; `[^name]: text` is a footnote. Inside text: *italic*, **bold**, [^name].
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

MARKS = {"## ": "section", "### ": "subsection", "- ": "bullet", "> ": "inset", ": ": "hanging"}


@dataclass(frozen=True)
class Block:
    """A paragraph or the like; `mark` is a list item's number."""

    kind: str
    text: str
    mark: str = ""
    anchor: str = ""


@dataclass
class Chapter:
    """A chapter: its title, its number of columns and its blocks."""

    title: str
    columns: int = 1
    numbered: bool = True
    blocks: list[Block] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Piece:
    """Text in one face; `note` names a footnote whose mark stands here instead of text."""

    text: str
    face: str
    note: str = ""


Word = tuple[Piece, ...]


def chapter(source: str) -> Chapter:
    """Read one content file."""
    result = Chapter("")
    anchor = ""
    for is_text, group in groupby(source.splitlines(), key=lambda line: bool(line.strip())):
        if not is_text:
            continue
        for entry in _entries(list(group)):
            if entry.startswith("# "):
                result.title = entry[2:]
            elif entry.startswith("@columns"):
                result.columns = int(entry.split()[1])
            elif entry.startswith("@unnumbered"):
                result.numbered = False
            elif entry.startswith("@anchor"):
                anchor = entry.split()[1]
            elif note := re.match(r"\[\^(\w+)\]: (.*)", entry):
                result.notes[note.group(1)] = note.group(2)
            else:
                result.blocks.append(_block(entry, anchor))
                anchor = ""
    return result


def _entries(lines: list[str]) -> list[str]:
    """Lines joined into entries: a line with a mark of its own starts a new one."""
    entries: list[str] = []
    own = re.compile(r"(#{1,3} |- |> |: |@|!|\[\^\w+\]: |\d+\. )")
    for line in lines:
        if not entries or own.match(line) or entries[-1].startswith(("@", "!", "#")):
            entries.append(line)
        else:
            entries[-1] += " " + line
    return entries


def _block(entry: str, anchor: str) -> Block:
    for mark, kind in MARKS.items():
        if entry.startswith(mark):
            return Block(kind, entry.removeprefix(mark), "•" if kind == "bullet" else "", anchor)
    if numbered := re.match(r"(\d+\.) (.*)", entry):
        return Block("bullet", numbered.group(2), numbered.group(1), anchor)
    if order := re.match(r"!(table|figure|sign) (.*)", entry):
        return Block(order.group(1), order.group(2), "", anchor)
    return Block("paragraph", entry, "", anchor)


def words(text: str, face: str = "roman") -> list[Word]:
    """Split marked-up text into words, each of one or more pieces."""
    result: list[Word] = []
    current: list[Piece] = []
    faces = {"*": "italic", "**": "bold"}
    active = face
    for token in re.findall(r"\*\*|\*|\[\^\w+\]|\s+|[^\s*\[]+|\[", text):
        if token in faces:
            active = face if active == faces[token] else faces[token]
        elif token.isspace():
            if current:
                result.append(tuple(current))
                current = []
        elif token.startswith("[^"):
            current.append(Piece("", active, token[2:-1]))
        else:
            current.append(Piece(token, active))
    if current:
        result.append(tuple(current))
    return result
