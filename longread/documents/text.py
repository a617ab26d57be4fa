"""Plain text and Markdown: bytes → characters, line for line as they stand in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from longread.documents.encodings import decode
from longread.documents.model import Mark, Page, Section
from longread.documents.normalize import tidy
from longread.documents.table import Table, TableRow

_CHAPTER = re.compile(
    r"[ \t]*(?:chapter|book|part|volume|canto|act|letter|prologue|epilogue|preface|introduction)"
    r"\b(?:[ \t]+(?:the[ \t]+)?(?:\d+|[ivxlc]+|[a-z]+))?[ \t]*[.:—–-]?[^\n]{0,80}",
    re.IGNORECASE,
)
# A text with fewer paragraphs than one in so many characters has no blank lines between them.
_DENSE = 5000
# A longer line is no heading, whatever it begins with.
_LONGEST_HEADING = 1000
_DELIMITER_ROW = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_CELL_BORDER = re.compile(r"(?<!\\)\|")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader of a format other than PDF and XPS gives back."""

    text: str
    title: str
    sections: tuple[Section, ...]
    blocks: tuple[int, ...]
    warnings: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    marks: tuple[Mark, ...] = ()
    # Files that came with it: their names and bytes.
    attachments: tuple[tuple[str, bytes], ...] = ()


def add_attachment(found: dict[str, bytes], name: str, data: bytes) -> None:
    """Put a file among those found; one of a name that another has gets a number."""
    name = re.sub(r"[\\/\0-\x1f]+", " ", name).strip() or "attachment"
    stem, dot, ending = name.rpartition(".")
    number = 1
    while name in found and found[name] != data:
        number += 1
        name = f"{stem} ({number}){dot}{ending}"
    found[name] = data


def read_text(data: bytes, name: str, encoding: str | None = None) -> Read:
    """A plain text, its lines kept; chapters become sections where a line of its own names one."""
    decoded, warnings = decode(data, name, encoding=encoding)
    return _read(decoded, warnings)


def _read(decoded: str, warnings: tuple[str, ...]) -> Read:
    text, pages = _printed(decoded)
    blocks = paragraph_starts(text)
    dense = len(blocks) * _DENSE < len(text)
    if dense:
        blocks = _starts_after_short_lines(text)
    sections = []
    for start in blocks:
        end = text.find("\n", start)
        line = text[start : end if end != -1 else len(text)]
        alone = dense or end == -1 or not text[end + 1 : end + 2].strip()
        if alone and len(line) <= 100 and _CHAPTER.fullmatch(line) and _looks_like_heading(line):
            sections.append(Section(" ".join(line.split()), start))
    return Read(text, "", tuple(sections), blocks, warnings, pages)


def _printed(decoded: str) -> tuple[str, tuple[Page, ...]]:
    """The tidy text, and its pages where form feeds part them."""
    parts = [tidy(part).strip("\n") for part in decoded.split("\f")]
    while parts and not parts[-1].strip():
        parts.pop()
    if len(parts) < 2:
        return tidy(decoded), ()
    pages: list[Page] = []
    position = 0
    for number, part in enumerate(parts, start=1):
        pages.append(Page(number, None, position, position + len(part)))
        position += len(part) + 2
    return "\n\n".join(parts), tuple(pages)


def _starts_after_short_lines(text: str) -> tuple[int, ...]:
    """Paragraphs of a wrapped text without blank lines: a short line ends one."""
    lines = text.splitlines(keepends=True)
    usual = sorted(map(len, lines))[len(lines) * 9 // 10] if lines else 0
    starts, position, begins = [], 0, True
    for line in lines:
        if (begins or (line.isupper() and _CHAPTER.match(line))) and line.strip():
            starts.append(position)
        begins = len(line) < 0.8 * usual and line.rstrip()[-1:] not in ",;-"
        position += len(line)
    return tuple(starts)


def _looks_like_heading(line: str) -> bool:
    words = line.split()
    return line.isupper() or len(words) <= 3 or bool(re.match(r"\s*\w+\s+(?:\d+|[IVXLC]+)\b", line))


def read_markdown(data: bytes, name: str, encoding: str | None = None) -> Read:
    """Markdown as it is written; headings become sections."""
    decoded, warnings = decode(data, name, encoding=encoding)
    text = tidy(decoded)
    title, body = _front_matter(text)
    sections: list[Section] = []
    fence = ""
    before, before_start = "", 0
    position = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\n")
        start, position = position, position + len(line)
        mark = _FENCE.match(bare)
        if mark and (not fence or bare.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        heading = None if fence or start < body else _ATX.match(bare[:_LONGEST_HEADING])
        if heading:
            sections.append(Section(_plain(heading[2]), start, len(heading[1])))
        elif not fence and start > body and before.strip() and _is_setext(bare, before):
            sections.append(Section(_plain(before), before_start, 1 if "=" in bare else 2))
        before, before_start = bare, start
    if not title and sections:
        title = min(sections, key=lambda section: section.level).title
    starts = sorted({*paragraph_starts(text), *(section.start for section in sections)})
    tables = tuple(_markdown_tables(text))
    return Read(text, title, tuple(sections), tuple(starts), warnings, tables=tables)


def _markdown_tables(text: str) -> Iterator[Table]:
    """Pipe tables: a line of heads, a line of dashes, and the rows below."""
    lines = list(re.finditer(r"[^\n]*\n?", text))
    fence = ""
    index = 0
    while index + 1 < len(lines):
        line = lines[index][0]
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        below = lines[index + 1][0].rstrip("\n")
        index += 1
        if fence or "|" not in line or "-" not in below or not _DELIMITER_ROW.fullmatch(below):
            continue
        heads = _cells(line)
        if len(_cells(below)) != len(heads):
            continue
        end = index + 1
        while end < len(lines) and "|" in lines[end][0] and lines[end][0].strip():
            end += 1
        yield Table(
            tuple((head,) if head else () for head in heads),
            tuple(
                TableRow(_fitted(_cells(row[0]), len(heads)), *_stripped(row))
                for row in lines[index + 1 : end]
            ),
            tuple(_stripped(row) for row in lines[index - 1 : index + 1]),
        )
        index = end


def _cells(line: str) -> list[str]:
    bare = line.strip()
    bare = bare.removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return [_plain(cell.replace("\\|", "|")) for cell in _CELL_BORDER.split(bare)]


def _fitted(cells: list[str], width: int) -> tuple[str, ...]:
    return (*cells, *[""] * (width - len(cells)))[:width]


def _stripped(line: re.Match[str]) -> tuple[int, int]:
    words = line[0].strip()
    start = line.start() + line[0].index(words)
    return start, start + len(words)


def _is_setext(line: str, before: str) -> bool:
    return bool(_SETEXT.match(line)) and not re.match(r"\s*(?:[#>|*+-]|\d+[.)])", before)


def _front_matter(text: str) -> tuple[str, int]:
    if not text.startswith("---\n"):
        return "", 0
    end = text.find("\n---", 4)
    if end == -1:
        return "", 0
    title = _FRONT_TITLE.search(text, 0, end)
    return (title[1] if title else ""), end + 4


def _plain(heading: str) -> str:
    if len(heading) > _LONGEST_HEADING:
        return heading.strip()
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}", r"\1", heading).strip()


def paragraph_starts(text: str) -> tuple[int, ...]:
    """Offsets of the first line after each blank one (and of the text's first line)."""
    starts, position, blank = [], 0, True
    for line in text.split("\n"):
        empty = not line or line.isspace()
        if blank and not empty:
            starts.append(position)
        blank = empty
        position += len(line) + 1
    return tuple(starts)
