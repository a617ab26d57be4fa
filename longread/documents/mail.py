"""E-mail (EML, MBOX) and web archives (MHT): headers and text decoded, attachments handed on."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from longread.documents.compiler import Compiler
from longread.documents.encodings import decode
from longread.documents.markup import Heading, Markup, declared_encoding, parse
from longread.documents.normalize import tidy
from longread.documents.text import Read, add_attachment
from longread.errors import DocumentError

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
# Where a message begins in an MBOX: "From ines@example.org Tue Mar  4 10:15:00 1997".
_BEGINS = re.compile(rb"(?:\A|(?<=\n))From [^\n]*\d\d:\d\d[^\n]*\n")
# A plain text is a stub where the same in HTML is so many times as long.
_STUB = 3
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


class _Mails:
    """Messages, read one after the other into one text."""

    def __init__(self, name: str, encoding: str | None) -> None:
        self._name = name
        self._encoding = encoding
        self.compiler = Compiler()
        self.attachments: dict[str, bytes] = {}
        self.warnings: list[str] = []

    def add(self, data: bytes, place: str = "") -> str:
        """Append a message; its subject comes back. With a place it is one of several."""
        message = message_from_bytes(data, policy=policy.default)
        assert isinstance(message, EmailMessage)
        subject = _header(message, "Subject")
        shown = [f"{key}: {value}" for key in _SHOWN if (value := _header(message, key))]
        markup = Markup(title=subject)
        if message.get_content_type() != "multipart/related" or message.get("From"):
            markup.blocks.append("\n".join(shown))
        if place:
            self.compiler.mark(place)
            markup.headings.append(Heading(subject or place, 1, 0))
        self.compiler.add(markup)
        for part in self._texts(message):
            self._add_text(part, int(bool(place)))
        return subject

    def _add_text(self, part: EmailMessage, level: int) -> None:
        markup, doubts = self._parsed(part)
        self.compiler.add(markup, level)
        self.warnings.extend(doubts)

    def _parsed(self, part: EmailMessage) -> tuple[Markup, tuple[str, ...]]:
        """A part's text, and a warning where its encoding had to be guessed."""
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        html = part.get_content_type() == "text/html"
        charset = part.get_content_charset() or (declared_encoding(body) if html else None)
        text, doubts = decode(body, self._name, charset, self._encoding)
        return parse(text) if html else Markup(blocks=_paragraphs(tidy(text))), doubts

    def _texts(self, message: EmailMessage) -> list[EmailMessage]:
        """The parts to read, one of alternatives; files in any of them are attachments."""
        kind = message.get_content_type()
        if kind == "message/rfc822":
            for inner in message.iter_parts():
                subject = str(inner.get("Subject", "")) or "message"
                name = f"{' '.join(subject.split())}.eml"
                add_attachment(self.attachments, name, inner.as_bytes())
            return []
        if message.is_multipart():
            parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
            ways = [self._texts(part) for part in parts]
            if kind == "multipart/alternative":
                return self._best(ways)
            return [text for way in ways for text in way]
        if kind in ("text/plain", "text/html") and not message.is_attachment():
            return [message]
        if message.is_attachment() or message.get_filename():
            payload = message.get_payload(decode=True)
            data = payload if isinstance(payload, bytes) else b""
            add_attachment(self.attachments, message.get_filename() or kind, data)
        return []

    def _best(self, ways: list[list[EmailMessage]]) -> list[EmailMessage]:
        """Of a text in several ways the plain one, where it is more than a word that there is
        another ("Your program shows no HTML"); else the last, which the sender thinks best."""
        ways = [way for way in ways if way] or [[]]
        plain = next((way for way in ways if _is_plain(way)), ways[-1])
        whole = plain is ways[-1] or _STUB * self._length(plain) >= self._length(ways[-1])
        return plain if whole else ways[-1]

    def _length(self, texts: list[EmailMessage]) -> int:
        try:
            return sum(len(block) for part in texts for block in self._parsed(part)[0].blocks)
        except DocumentError:
            return 0

    def read(self, title: str) -> Read:
        warnings = list(dict.fromkeys(self.warnings))
        compiler = self.compiler
        return compiler.read(
            title, tuple(compiler.sections), warnings, tuple(self.attachments.items())
        )


def read_mail(data: bytes, name: str, encoding: str | None = None) -> Read:
    """Headers that people see, then the text; attachments come with it."""
    mails = _Mails(name, encoding)
    return mails.read(mails.add(data))


def read_mbox(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The messages of a mailbox in order, a section each. Raises DocumentError for none."""
    mails = _Mails(name, encoding)
    begins = list(_BEGINS.finditer(data))
    if not begins:
        raise DocumentError(f"{name} is no mailbox (MBOX).", "try another copy")
    ends = [*(found.start() for found in begins[1:]), len(data)]
    for number, (found, end) in enumerate(zip(begins, ends, strict=True), 1):
        message = _ESCAPED.sub(rb"\1", data[found.end() : end])
        try:
            mails.add(message, f"message {number}")
        except DocumentError:
            mails.warnings.append(f"message {number} could not be read to its end")
    return mails.read("")


def _header(message: EmailMessage, key: str) -> str:
    try:
        value = str(message.get(key, ""))
    # The library's parser of addresses fails on some in several ways: the header as it stands.
    except Exception:
        raw = message.raw_items()
        value = next((str(each) for name, each in raw if name.lower() == key.lower()), "")
    return " ".join(tidy(value).split())


def _is_plain(texts: list[EmailMessage]) -> bool:
    return all(part.get_content_type() == "text/plain" for part in texts)


def _paragraphs(text: str) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
