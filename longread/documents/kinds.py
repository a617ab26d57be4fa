"""File type detection: by content first, by name only where content is silent."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from pathlib import Path
from typing import BinaryIO

from longread.documents import packed
from longread.documents.encodings import is_binary
from longread.documents.formats import BY_KIND, BY_SUFFIX, READABLE
from longread.errors import DocumentError

# What begins so is no document that longread reads; the user learns what it is.
_FOREIGN = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"%!PS", "a PostScript file"),
    (b"AT&TFORM", "a DjVu file"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"GGUF", "a model (GGUF)"),
)
# Entries of a zip file that show its kind.
_ENTRIES = {
    kind: re.compile(pattern)
    for kind, pattern in (
        ("epub", r"meta-inf/container\.xml"),
        ("xps", r".*\.fdseq"),
        ("fb2", r".*\.fb2"),
        ("docx", r"word/.*"),
        ("xlsx", r"xl/.*"),
        ("pptx", r"ppt/.*"),
    )
}
_OPEN_DOCUMENTS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
# What lies in compound files, by how its name begins: the kind, or what it is that cannot be read.
_STREAMS = {
    "EncryptedPackage": "an encrypted Office file",
    "Workbook": "xls",
    "PowerPoint Document": "an old PowerPoint file (PPT)",
    "WordDocument": "an old Word file (DOC)",
    "__substg1.0_": "msg",
    "Book": "xls",
}
_SAVED = {
    "EncryptedPackage": "without a password",
    "PowerPoint Document": "as PPTX",
    "WordDocument": "as DOCX",
}
# How much of a file is looked at to tell what it is.
_GLANCE = 4096
_SAVE_AS = "save it as PDF, DOCX, XLSX, PPTX or plain text first"
_UNPACK = "unpack it, and name the files"
_EPUB = "save it as EPUB first"
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(
    rb"^(?:received|return-path|delivered-to|mime-version|date|subject|message-id|from|to"
    rb"|content-type|snapshot-content-location):",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER = re.compile(rb"[\w-]+:|From ")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FB2 = re.compile(rb"<FictionBook\b")


def why_not(file_name: str) -> str | None:
    """Why a file in a folder would not be read, as far as its first bytes show; else None.

    Raises OSError for a file that cannot be opened.
    """
    # Opened whatever it begins with: a fault in one of these is worth more words.
    if file_name.lower().endswith(READABLE):
        return None
    path = Path(file_name)
    with path.open("rb") as file:
        head = file.read(_GLANCE)
        try:
            if head.startswith((_ZIP, _OLE)):
                file.seek(0)
                _by_content(file.read(), path.name)
                return None
            return _no_text(head, path.name)
        except DocumentError as error:
            return error.message.removeprefix(path.name).strip(" .")


def _no_text(head: bytes, name: str) -> str | None:
    if head.startswith(packed.MAGIC):
        head, name = packed.beginning(head, _GLANCE), packed.inner_name(name)
        if name.lower().endswith(READABLE):
            return None
    if not head:
        return "is empty (0 bytes)"
    return "is not a text" if _by_content(head, name) is None and is_binary(head) else None


def sniff(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The document's kind, and a warning where content and name disagree.

    Raises DocumentError for kinds that longread does not read.
    """
    named = next((kind for end, kind in BY_SUFFIX.items() if name.lower().endswith(end)), "text")
    kind = _by_content(data, name)
    if kind is None:
        return _by_name(data, name, named), ()
    if kind == "email" and named == "mht":
        return named, ()
    if BY_KIND[named].shown and kind != named:
        right, wrong = BY_KIND[kind].name, BY_KIND[named].name
        return kind, (f"{name} is not {wrong} but {right}, and was read as that",)
    return kind, ()


def _by_content(data: bytes, name: str) -> str | None:
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise DocumentError(f"{name} is {what}, which longread cannot read.", _SAVE_AS)
    if data[60:68] == b"BOOKMOBI":
        raise DocumentError(f"{name} is a Kindle book (MOBI), which longread cannot read.", _EPUB)
    if data[257:262] == b"ustar":
        raise DocumentError(f"{name} is a tar archive, which longread cannot read.", _UNPACK)
    if data.startswith(_ZIP):
        return _zipped(io.BytesIO(data), name)
    if data.startswith(_OLE):
        return _compound(data, name)
    if data.startswith(packed.MAGIC):
        return "packed"
    # Mailers and scanners put lines before the header; readers search the first kilobyte.
    return "pdf" if b"%PDF-" in data[:1024] or b"%FDF-" in data[:16] else _by_markup(data)


def _by_markup(data: bytes) -> str | None:
    start = data[:2048].removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.replace(b"\0", b"")[2:]
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if _FB2.search(start):
        return "fb2"
    if _HTML.match(start):
        return "html"
    if looks_like_mail(start):
        return "mbox" if start.startswith(b"From ") else "email"
    return None


def _by_name(data: bytes, name: str, named: str) -> str:
    if BY_KIND[named].sure and not (named == "pdf" and b"endobj" in data):
        what = f"{'a ' if named == 'pdf' else ''}{BY_KIND[named].name}"
        raise DocumentError(f"{name} is not {what}, whatever its name says.", "try another copy")
    if named == "text" and data.lstrip()[:5] == b"<?xml":
        return "xml"
    if named == "text" and looks_delimited(data[:_GLANCE].decode("utf-8", "replace")):
        return "tsv"
    return named


def looks_like_mail(head: bytes) -> bool:
    """Do headers of a mail stand at the head, and nothing else?"""
    top = _BLANK_LINE.split(head, maxsplit=1)[0]
    lines = [line for line in top.splitlines() if line.strip() and line[:1] not in b" \t"]
    return len(_MAIL.findall(top)) >= 3 and all(map(_HEADER.match, lines))


def looks_delimited(head: str) -> bool:
    """Are these the first lines of a table with tabs between its cells?"""
    lines = [line for line in head.split("\n")[:-1] if line.strip()]
    tabs = {line.count("\t") for line in lines}
    return len(lines) > 2 and len(tabs) == 1 and tabs.pop() >= 1


def _zipped(file: BinaryIO, name: str) -> str:
    try:
        archive = zipfile.ZipFile(file)
        entries = {entry.lower() for entry in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise DocumentError(
            f"{name} is damaged: its archive is incomplete.", "try another copy"
        ) from error
    for kind, shows in _ENTRIES.items():
        if any(map(shows.fullmatch, entries)):
            return kind
    if "content.xml" in entries:
        with contextlib.suppress(KeyError, zipfile.BadZipFile, RuntimeError, ValueError, OSError):
            mimetype = archive.read("mimetype").decode("ascii", "replace").strip()
            for beginning, kind in _OPEN_DOCUMENTS.items():
                if mimetype.startswith(f"application/vnd.oasis.opendocument.{beginning}"):
                    return kind
        raise DocumentError(
            f"{name} is an OpenDocument file of a kind that longread cannot read.", _SAVE_AS
        )
    raise DocumentError(f"{name} is a zip archive, which longread cannot read.", _UNPACK)


def _compound(data: bytes, name: str) -> str:
    """What a compound file of old Office programs is, by the names of the streams in it."""
    names = _outermost(data)
    for stream, kind in _STREAMS.items():
        if any(name.startswith(stream) for name in names):
            if kind in BY_KIND:
                return kind
            hint = f"save it {_SAVED[stream]}"
            raise DocumentError(f"{name} is {kind}, which longread cannot read.", hint)
    raise DocumentError(
        f"{name} is an old Office file, damaged or of a kind that longread cannot read.", _SAVE_AS
    )


def _outermost(data: bytes) -> list[str]:
    """Names of the streams and storages that lie in no other: a message with a workbook has the
    workbook's in an attachment."""
    from olefile import OleFileIO

    try:
        with OleFileIO(io.BytesIO(data)) as file:
            return [each.name for each in file.root.kids]
    # Damaged in ways of all kinds; what is left of its directory may still tell what it was.
    except Exception:
        return [name for name in _STREAMS if name.encode("utf-16-le") in data]
