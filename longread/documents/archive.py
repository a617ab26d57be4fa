"""Zip archives that office files are: opened with limits, and what in them is not read."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from lxml import etree

from longread.documents.xml_tree import BadXml, Element, xml
from longread.errors import DocumentError

# All the text of a file, as XML; no document comes near it.
_LARGEST_SUM = 512 * 1024 * 1024
# What a damaged file makes its readers raise.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError,
    OSError, KeyError, BadXml, etree.LxmlError,
)  # fmt: skip
# What stays unread, by the names of its parts.
_UNREAD = (
    ("picture", re.compile(r".*/media/.*\.(?!xml)\w+|Pictures/.+", re.IGNORECASE)),
    ("embedded object", re.compile(r".*/embeddings/.+|Object \d+/content\.xml", re.IGNORECASE)),
    ("chart", re.compile(r".*/charts/chart\d+\.xml", re.IGNORECASE)),
    ("macro project", re.compile(r".*vbaProject\.bin|Basic/[^/]+/script-lb\.xml", re.IGNORECASE)),
)


class Archive:
    """A zip file whose parts are XML. Raises DocumentError for a damaged one, and for a bomb."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except DAMAGE as error:
            raise self.damaged() from error
        self.names = self._zip.namelist()
        parts = (part for part in self._zip.infolist() if part.filename.lower().endswith(".xml"))
        if sum(part.file_size for part in parts) > _LARGEST_SUM:
            raise DocumentError(
                f"{name} unpacks to more than any document holds.",
                "a zip bomb, or no document; try another copy",
            )

    def damaged(self) -> DocumentError:
        return DocumentError(
            f"{self.name} is damaged: a part is missing or broken.", "try another copy"
        )

    def read(self, part: str) -> bytes:
        try:
            return self._zip.read(part)
        except DAMAGE as error:
            raise self.damaged() from error

    def xml(self, part: str) -> Element:
        try:
            return xml(self._zip.read(part))
        except DAMAGE as error:
            raise self.damaged() from error

    def replaced(self, part: str, data: bytes) -> bytes:
        """The archive with another content of one part, pictures left out."""
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            for name in self.names:
                if not _UNREAD[0][1].fullmatch(name):
                    archive.writestr(name, data if name == part else self.read(name))
        return made.getvalue()

    def unread(self, *but: str) -> list[str]:
        """Warnings: what the file holds that is not read, `but` for some of it."""
        return [
            not_read(what, sum(map(bool, map(pattern.fullmatch, self.names))))
            for what, pattern in _UNREAD
            if what not in but and any(map(pattern.fullmatch, self.names))
        ]


def not_read(what: str, count: int) -> str:
    """ "1 picture is not read", "3 pictures are not read"."""
    return f"1 {what} is not read" if count == 1 else f"{count:,} {what}s are not read"
