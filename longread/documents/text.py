"""Plain text and Markdown: bytes → characters, line for line as they stand in the file."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from longread.documents.hygiene import tidy
from longread.documents.model import Section
from longread.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes that no text has: control characters other than tab, line ends, form feed, escape.
_BINARY = bytes(code for code in range(32) if code not in (8, 9, 10, 11, 12, 13, 26, 27))
_CHAPTER = re.compile(
    r"[ \t]*(?:chapter|book|part|volume|canto|act|letter|prologue|epilogue|preface|introduction)"
    r"\b(?:[ \t]+(?:the[ \t]+)?(?:\d+|[ivxlc]+|[a-z]+))?[ \t]*[.:—–-]?[^\n]{0,80}",
    re.IGNORECASE,
)
# A text with fewer paragraphs than one in so many characters has no blank lines between them.
_DENSE = 5000
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader of a format without pages gives back."""

    text: str
    title: str
    sections: tuple[Section, ...]
    blocks: tuple[int, ...]
    warnings: tuple[str, ...] = ()


def decode(data: bytes, name: str, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The characters of `data` and a warning where the encoding had to be guessed.

    Tried in turn: byte order mark, UTF-16 without one, UTF-8, what the file declares,
    Windows-1252. Raises DocumentError for bytes that are no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding, name), ()
    wide = _without_mark(data)
    if wide:
        return _strictly(data, wide, name), ()
    if len(data) > 0 and len(data.translate(None, _BINARY)) < len(data) * 0.995:
        raise _not_text(name)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    if declared:
        try:
            return data.decode(declared), ()
        except (LookupError, UnicodeDecodeError):
            pass
    warning = "the text is not valid UTF-8 and was read as Windows-1252; some letters may be wrong"
    return data.decode("cp1252", errors="replace"), (warning,)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    text = data.decode(encoding, errors="replace")
    if text.count("\ufffd") > 0.01 * len(text) + 1:
        raise _not_text(name)
    return text


def _without_mark(data: bytes) -> str | None:
    """UTF-16 shows by zero bytes at every other place (in texts with spaces and line ends)."""
    sample = data[:4096]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.1 * half and even < 0.1 * odd:
        return "utf-16-le"
    if even > 0.1 * half and odd < 0.1 * even:
        return "utf-16-be"
    return None


def _not_text(name: str) -> DocumentError:
    return DocumentError(
        f"{name} is not a text that can be read.",
        "longread reads PDF, XPS, EPUB, FB2, HTML, Markdown and plain text",
    )


def read_text(data: bytes, name: str) -> Read:
    """A plain text, its lines kept; chapters become sections where a line of its own names one."""
    decoded, warnings = decode(data, name)
    text = tidy(decoded)
    blocks = _paragraph_starts(text)
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
    return Read(text, "", tuple(sections), blocks, warnings)


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


def read_markdown(data: bytes, name: str) -> Read:
    """Markdown as it is written; headings become sections."""
    decoded, warnings = decode(data, name)
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
        heading = None if fence or start < body else _ATX.match(bare)
        if heading:
            sections.append(Section(_plain(heading[2]), start, len(heading[1])))
        elif not fence and start > body and before.strip() and _is_setext(bare, before):
            sections.append(Section(_plain(before), before_start, 1 if "=" in bare else 2))
        before, before_start = bare, start
    if not title and sections:
        title = min(sections, key=lambda section: section.level).title
    starts = sorted({*_paragraph_starts(text), *(section.start for section in sections)})
    return Read(text, title, tuple(sections), tuple(starts), warnings)


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
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}", r"\1", heading).strip()


def _paragraph_starts(text: str) -> tuple[int, ...]:
    """Offsets of the first character after each blank line (and of the text)."""
    return tuple(match.end() for match in re.finditer(r"(?:\A|\n[ \t]*\n)\s*?(?=[^\S\n]*\S)", text))
