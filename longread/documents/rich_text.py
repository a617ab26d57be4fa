"""RTF: paragraphs, headings by their outline level, tables, notes and comments.

Own code and not striprtf, which loses what is raised (10 to the 6th becomes 106), notes and
headings. What was deleted with changes tracked, and what is hidden, is left out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import Any

from longread.documents.archive import not_read
from longread.documents.compiler import Compiler
from longread.documents.grid import Cell, Grid
from longread.documents.markup import Heading, Markup
from longread.documents.superscripts import Superscripts
from longread.documents.text import Read
from longread.documents.xml_tree import clean
from longread.errors import DocumentError

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.DOTALL,
)
# Groups that hold no text of the document, beside those that begin with \*.
_NO_TEXT = frozenset(
    ("colortbl", "stylesheet", "listtable", "pict", "header", "headerl", "headerr", "headerf",
     "footer", "footerl", "footerr", "footerf", "fldinst", "nonshppict", "filetbl", "info",
     "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "xe", "tc", "bkmkstart", "bkmkend", "objdata",
     "sp", "shprslt")
)  # fmt: skip
# Groups with \* that hold text.
_TEXT = frozenset(("footnote", "annotation", "shptxt", "shppict", "shpinst", "atnauthor"))
_CHARACTERS = {
    "tab": " ", "line": "\n", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ",
    "nestcell": " ", "softline": " ", "qmspace": " ",
}  # fmt: skip
_SYMBOLS = {"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\"}
_CODE_PAGES = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """What holds until the group ends; `to` is where its text goes."""

    to: str = "body"
    raised: bool = False
    unseen: bool = False
    fallback: int = 1
    font: int = -1


class _RichText:
    def __init__(self, source: str, encoding: str | None) -> None:
        self._source = source
        self._encoding = encoding
        self._page = encoding or "cp1252"
        self._fonts: dict[int, str] = {}
        self._state = _State()
        self._stack: list[_State] = []
        # Text that was not put into a paragraph yet, and raised text behind it.
        self._parts: list[str] = []
        self._raised: list[str] = []
        self._bytes = bytearray()
        self._skip = 0
        self._starred = self._in_table = False
        self._level = 0
        self._superscripts = Superscripts()
        self._row: list[str] = []
        self._grid: Grid | None = None
        self.markup = Markup()
        self.notes: list[list[str]] = []
        self.comments: list[list[str]] = []
        self.unread = {"picture": 0, "embedded object": 0}

    def read(self) -> None:
        position, end = 0, len(self._source)
        while position < end:
            found = _TOKEN.match(self._source, position)
            if found is None:
                break
            position = found.end()
            word, number, byte, symbol, brace, text = found.groups()
            if byte and not self._skip:
                self._bytes.append(int(byte, 16))
                continue
            self._decode()
            if word == "bin":
                position += max(0, int(number or 0))
            elif word:
                self._control(word, None if number is None else int(number))
            elif symbol:
                self._symbol(symbol)
            elif brace:
                self._brace(brace)
            elif text or byte:
                kept = (text or " ")[self._skip :]
                self._skip -= min(self._skip, len(text or " "))
                self._add(kept)
        self._paragraph()
        self._close_table()

    def _decode(self) -> None:
        if self._bytes:
            page = self._encoding or self._fonts.get(self._state.font, self._page)
            text = bytes(self._bytes).decode(page, "replace")
            self._bytes.clear()
            self._add(text)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._starred = True
        elif symbol in "\r\n":
            self._paragraph()
        elif self._skip:
            self._skip -= 1
        else:
            self._add(_SYMBOLS.get(symbol, ""))

    def _brace(self, brace: str) -> None:
        self._skip, self._starred = 0, False
        if brace == "{":
            self._stack.append(self._state)
        elif self._stack:
            self._lower()
            self._state = self._stack.pop()

    def _control(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if word == "u" and number is not None:
            self._add(chr(number % 0x10000))
            self._skip = self._state.fallback
        elif word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        elif word in _NO_TEXT or (starred and word not in _TEXT):
            self.unread["picture"] += word == "pict"
            self._change(to="")
        elif word in ("super", "up"):
            self._lower()
            self._change(raised=number != 0)
        elif word in ("nosupersub", "plain", "sub"):
            self._lower()
            self._change(raised=False, unseen=self._state.unseen and word != "plain")
        elif word in ("deleted", "v"):
            self._change(unseen=number != 0)
        else:
            method = getattr(self, f"_on_{word}", None)
            if method is not None and self._state.to:
                method(number)

    def _change(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    def _add(self, text: str) -> None:
        to = self._state.to
        if self._state.unseen:
            return
        if to == "note":
            self.notes[-1].append(text)
        elif to == "comment":
            self.comments[-1].append(text)
        elif to == "body":
            (self._raised if self._state.raised else self._parts).append(text)

    def _lower(self) -> None:
        """What was raised so far is a mark or an exponent."""
        mark = "".join(self._raised).strip()
        self._raised.clear()
        if mark:
            self._parts.append(self._superscripts.read("".join(self._parts[-8:]), mark))

    def _taken(self) -> str:
        self._lower()
        # A character beyond the first plane comes as two halves.
        whole = "".join(self._parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        self._parts.clear()
        return "\n".join(filter(None, map(clean, whole.split("\n"))))

    def _paragraph(self) -> None:
        if self._state.to in ("note", "comment"):
            self._add(" ")
            return
        if self._in_table:
            self._parts.append(" ")
            return
        text = self._taken()
        if not text:
            return
        self._close_table()
        if self._level:
            self.markup.headings.append(Heading(clean(text), self._level, len(self.markup.blocks)))
        self.markup.blocks.append(text)

    def _close_table(self) -> None:
        if self._grid is not None:
            grid, self._grid = self._grid, None
            grid.close()
            self.markup.add_table(grid)

    def _on_par(self, _number: int | None) -> None:
        self._paragraph()

    _on_sect = _on_page = _on_par

    def _on_pard(self, _number: int | None) -> None:
        self._in_table, self._level = False, 0

    def _on_intbl(self, _number: int | None) -> None:
        self._in_table = True

    def _on_outlinelevel(self, number: int | None) -> None:
        self._level = (number or 0) + 1 if (number or 0) < 9 else 0

    def _on_cell(self, _number: int | None) -> None:
        self._row.append(" ".join(self._taken().split()))

    def _on_row(self, _number: int | None) -> None:
        if self._grid is None:
            self._grid = Grid()
        self._grid.open_row()
        for text in self._row:
            self._grid.add(Cell(text))
        self._row.clear()
        self._in_table = False

    def _on_footnote(self, _number: int | None) -> None:
        self._lower()
        self.notes.append([])
        self._parts.append(f"[{len(self.notes)}]")
        self._change(to="note", raised=False)

    def _on_annotation(self, _number: int | None) -> None:
        self.comments.append([])
        self._change(to="comment", raised=False)

    def _on_atnauthor(self, _number: int | None) -> None:
        self._change(to="")

    def _on_object(self, _number: int | None) -> None:
        self.unread["embedded object"] += 1

    def _on_ansicpg(self, number: int | None) -> None:
        self._page = self._encoding or _known(f"cp{number}")

    def _on_uc(self, number: int | None) -> None:
        self._change(fallback=min(number or 0, 8))

    def _on_fonttbl(self, _number: int | None) -> None:
        self._change(to="fonts")

    def _on_f(self, number: int | None) -> None:
        self._change(font=number or 0)

    def _on_fcharset(self, number: int | None) -> None:
        if number in _CODE_PAGES:
            self._fonts[self._state.font] = _CODE_PAGES[number]


def _known(page: str) -> str:
    try:
        return codecs.lookup(page).name
    except LookupError:
        return "cp1252"


def read_rich_text(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The text of an RTF file. Raises DocumentError for one that breaks off before any text."""
    reader = _RichText(data.decode("latin-1"), encoding)
    reader.read()
    markup = reader.markup
    if not markup.blocks:
        raise DocumentError(f"{name} holds no text.", "try another copy")
    notes = [f"[{n}] {clean(''.join(note))}" for n, note in enumerate(reader.notes, 1)]
    comments = [clean("".join(comment)) for comment in reader.comments]
    for heading, texts in (("Notes", notes), ("Comments", comments)):
        if texts:
            markup.headings.append(Heading(heading, 1, len(markup.blocks)))
            markup.blocks += texts
    warnings = [not_read(what, count) for what, count in reader.unread.items() if count]
    if len(reader._stack):
        warnings.append("the file breaks off before its end")
    compiler = Compiler()
    compiler.add(markup)
    title = compiler.sections[0].title if compiler.sections else ""
    return compiler.read(title, tuple(compiler.sections), warnings)
