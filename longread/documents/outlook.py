"""Outlook messages (MSG): the properties in a compound file become a mail, which `mail` reads.

By MS-OXMSG: text lies in a stream for each property, numbers and times in one for them all;
recipients and attachments are storages of their own, and a message in a message is one again.
"""

from __future__ import annotations

import codecs
import datetime
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email import encoders
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import Any

from longread.documents.mail import read_mail
from longread.documents.rich_text import read_rich_text
from longread.documents.text import Read
from longread.errors import DocumentError

# Properties by their numbers (MS-OXPROPS).
_CLASS, _SUBJECT, _HEADERS = 0x001A, 0x0037, 0x007D
_SENT, _RECEIVED = 0x0039, 0x0E06
_SENDER, _SENDER_ADDRESSES = (0x0C1A, 0x0042), (0x5D01, 0x0C1F, 0x5D02, 0x0065)
_SHOWN_TO, _SHOWN_COPIED = 0x0E04, 0x0E03
_BODY, _HTML, _RICH_TEXT = 0x1000, 0x1013, 0x1009
_NAME, _ADDRESSES, _ROLE = 0x3001, (0x39FE, 0x3003), 0x0C15
_FILE, _FILE_NAMES = 0x3701, (0x3707, 0x3704, _NAME)
_PAGE, _BODY_PAGE = 0x3FFD, 0x3FDE
# Their types: text in UTF-16 or in the message's code page, bytes, an object.
_WIDE, _NARROW, _BYTES, _OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
# What stands before the numbers and times of a message, of one in another, and of their parts.
_TOP, _WITHIN, _PART = 32, 24, 8
_ENTRY = 16
_TO, _COPIED = 1, 2
_NUMBERS = "__properties_version1.0"
_RECIPIENT, _ATTACHMENT = "__recip_version1.0_#", "__attach_version1.0_#"
# Code pages of Windows that Python has under other names than "cp1252".
_PAGES = {
    936: "gbk", 1200: "utf-16-le", 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u",
    50220: "iso2022_jp", 50221: "iso2022_jp", 51932: "euc_jp", 51949: "euc_kr", 54936: "gb18030",
    65001: "utf-8", **{28590 + part: f"iso8859-{part}" for part in range(1, 17)},
}  # fmt: skip
_DATE = re.compile(r"^date:[ \t]*([ -~]+)", re.IGNORECASE | re.MULTILINE)
_FIRST_DAY = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_UNFOLDED = compat32.clone(max_line_length=None)

_INCOMPLETE = "it is damaged: a part of it is missing"

_Path = tuple[str, ...]


def read_outlook(data: bytes, name: str, encoding: str | None = None) -> Read:
    """Headers that people see, then the text; attachments come with it."""
    from olefile import OleFileIO

    try:
        with OleFileIO(io.BytesIO(data)) as file:
            outlook = _Outlook(file, name, encoding)
            if len(outlook.stream(_NUMBERS)) < _TOP:
                raise OSError(_NUMBERS)
            mail = outlook.mail().as_bytes(policy=_UNFOLDED)
    except OSError as error:  # its class for all that is missing in a compound file
        raise DocumentError(
            f"{name} is damaged: it is not a complete Outlook message.", "try another copy"
        ) from error
    read = read_mail(mail, name)
    return replace(read, warnings=(*read.warnings, *outlook.warnings))


class _Outlook:
    """A compound file that holds a message."""

    def __init__(self, file: Any, name: str, encoding: str | None) -> None:
        self.file = file
        self.name = name
        self.encoding = encoding
        self.warnings: list[str] = []
        self._storages = sorted(map(tuple, file.listdir(streams=False, storages=True)))

    def stream(self, *path: str) -> bytes:
        """What lies there; nothing where there is no such stream."""
        if not self.file.exists(path):
            return b""
        data: bytes = self.file.openstream(path).read()
        if len(data) < self.file.get_size(path) and _INCOMPLETE not in self.warnings:
            self.warnings.append(_INCOMPLETE)
        return data

    def mail(self, path: _Path = ()) -> Message:
        """The message in a storage, as a mail."""
        message = _Properties(self, path, _WITHIN if path else _TOP)
        # Everything in it is base64 and the same each time, and so is what is made of it.
        made = MIMEMultipart(boundary=f"=_{len(path)}")
        for key, value in self._headers(message).items():
            if value:
                made[key] = value
        made.attach(self._text(message))
        for attachment in self._parts(message, _ATTACHMENT):
            made.attach(self._attachment(attachment, message))
        return made

    def _headers(self, message: _Properties) -> dict[str, str]:
        recipients = list(self._parts(message, _RECIPIENT))

        def named(role: int, shown: int) -> str:
            people = (
                _person(each.text(_NAME), each.address(*_ADDRESSES))
                for each in recipients
                if each.number(_ROLE) == role
            )
            names = message.text(shown).split(";")
            return ", ".join(filter(None, people)) or ", ".join(_person(each) for each in names)

        sent = message.time(_SENT) or message.time(_RECEIVED)
        # What its sender's mailer wrote knows his time zone.
        written = _DATE.search(message.text(_HEADERS))
        return {
            "Subject": _encoded(message.text(_SUBJECT)),
            "From": _person(message.text(*_SENDER), message.address(*_SENDER_ADDRESSES)),
            "To": named(_TO, _SHOWN_TO),
            "Cc": named(_COPIED, _SHOWN_COPIED),
            "Date": written[1].strip() if written else format_datetime(sent) if sent else "",
        }

    def _text(self, message: _Properties) -> Message:
        """Of several forms of the text the plain one, as in other mail."""
        text = message.text(_BODY)
        if text.strip():
            return MIMEText(text, "plain", "utf-8")
        wide, html = message.text(_HTML), message.data(_HTML)
        if self.encoding and not wide:
            wide = html.decode(self.encoding, "replace")
        if wide or html:
            return _part(wide.encode("utf-8-sig") if wide else html, "text", "html")
        return MIMEText(self._rich_text(message), "plain", "utf-8")

    def _rich_text(self, message: _Properties) -> str:
        from compressed_rtf import decompress

        packed = message.data(_RICH_TEXT)
        try:
            return read_rich_text(decompress(packed), self.name).text if packed else ""
        # The library raises what has no class of its own; headers and attachments are there.
        except Exception:
            self.warnings.append("its text (RTF) is damaged, and was left out")
            return ""

    def _attachment(self, attachment: _Properties, message: _Properties) -> Message:
        inner = (*attachment.path, _stream(_FILE, _OBJECT))
        if self.file.exists([*inner, _NUMBERS]):
            return MIMEMessage(self.mail(inner))
        name = attachment.text(*_FILE_NAMES)
        # A message that is signed is a whole mail in one attachment.
        if message.text(_CLASS).lower().endswith(".multipartsigned") and name.endswith(".p7m"):
            name = f"{message.text(_SUBJECT) or 'message'}.eml"
        try:
            data = attachment.data(_FILE)
        except OSError:  # damaged: the others are there
            data = b""
        made = _part(data, "application", "octet-stream")
        shown: Any = name if name.isascii() else ("utf-8", "", name)
        made.add_header("Content-Disposition", "attachment", filename=shown)
        return made

    def _parts(self, message: _Properties, kind: str) -> Iterator[_Properties]:
        for path in self._storages:
            if path[:-1] == message.path and path[-1].startswith(kind):
                yield _Properties(self, path, _PART, message.page)


class _Properties:
    """What is known of a message, a recipient or an attachment."""

    def __init__(self, outlook: _Outlook, path: _Path, before: int, page: str = "") -> None:
        self._outlook = outlook
        self.path = path
        numbers = self._read(_NUMBERS)
        entries = (numbers[at : at + _ENTRY] for at in range(before, len(numbers), _ENTRY))
        self._fixed = {int.from_bytes(entry[2:4], "little"): entry[8:] for entry in entries}
        self.page = outlook.encoding or page or self._code_page()

    def _code_page(self) -> str:
        number = self.number(_PAGE) or self.number(_BODY_PAGE)
        try:
            return codecs.lookup(_PAGES.get(number, f"cp{number}")).name
        except LookupError:
            return "cp1252"

    def text(self, *numbers: int) -> str:
        """The first of these properties that says something."""
        for number in numbers:
            wide, narrow = (self._read(_stream(number, kind)) for kind in (_WIDE, _NARROW))
            text = wide.decode("utf-16-le", "replace") or narrow.decode(self.page, "replace")
            if text := text.rstrip("\0"):
                return text
        return ""

    def address(self, *numbers: int) -> str:
        """The first that is an address outside the sender's house."""
        return next((text for each in numbers if "@" in (text := self.text(each))), "")

    def data(self, number: int) -> bytes:
        return self._read(_stream(number, _BYTES))

    def number(self, number: int) -> int:
        return int.from_bytes(self._fixed.get(number, b"")[:4], "little")

    def time(self, number: int) -> datetime.datetime | None:
        ticks = int.from_bytes(self._fixed.get(number, b""), "little")
        try:
            return _FIRST_DAY + datetime.timedelta(seconds=ticks // 10_000_000) if ticks else None
        except OverflowError:
            return None

    def _read(self, stream: str) -> bytes:
        return self._outlook.stream(*self.path, stream)


def _stream(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def _part(data: bytes, kind: str, sort: str) -> MIMEBase:
    made = MIMEBase(kind, sort)
    made.set_payload(data)
    encoders.encode_base64(made)
    return made


def _person(name: str, address: str = "") -> str:
    name, address = " ".join(name.split()), "".join(address.split())
    if name == address:
        name = ""
    if not address.isascii():
        return _encoded(f"{name} <{address}>" if name else address)
    if address:
        return formataddr((name, address))
    # Quoted where it would be two people.
    return formataddr((name, "")).removesuffix("<>").strip() if name else ""


def _encoded(text: str) -> str:
    text = " ".join(text.split())
    return text if text.isascii() else Header(text, "utf-8").encode(maxlinelen=0)
