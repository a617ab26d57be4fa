"""E-mail (EML) and web archives (MHTML): the parts that hold text, decoded."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from longread.documents.compiler import Compiler
from longread.documents.encodings import decode
from longread.documents.markup import Markup, decode_markup, parse
from longread.documents.normalize import tidy
from longread.documents.text import Read

_SHOWN = ("Subject", "From", "To", "Cc", "Date")


def read_mail(data: bytes, name: str, encoding: str | None = None) -> Read:
    """Headers that people see, then the text; attachments are named in a warning."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    subject = _header(message, "Subject")
    markup = Markup(title=subject)
    shown = [f"{key}: {value}" for key in _SHOWN if (value := _header(message, key))]
    if message.get_content_type() != "multipart/related" or message.get("From"):
        markup.blocks.append("\n".join(shown))
    compiler = Compiler()
    compiler.add(markup)
    warnings: list[str] = []
    attachments: list[str] = []
    for part in _texts(message, attachments):
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        charset = encoding or part.get_content_charset()
        if part.get_content_type() == "text/html":
            source, doubts = decode_markup(body, name, charset if encoding else None)
            compiler.add(parse(source))
        else:
            text, doubts = decode(body, name, charset, encoding)
            compiler.add(Markup(blocks=_paragraphs(tidy(text))))
        warnings.extend(doubts)
    if attachments:
        count = (
            "1 attachment is" if len(attachments) == 1 else f"{len(attachments)} attachments are"
        )
        warnings.append(f"{count} not read ({', '.join(attachments[:5])})")
    return compiler.read(subject, tuple(compiler.sections), list(dict.fromkeys(warnings)))


def _header(message: EmailMessage, key: str) -> str:
    return " ".join(tidy(str(message.get(key, ""))).split())


def _texts(message: EmailMessage, attachments: list[str]) -> list[EmailMessage]:
    """The parts to read, of alternatives the plain one; names of attachments are appended."""
    if message.is_multipart():
        parts = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
        if message.get_content_type() == "multipart/alternative":
            plain = [part for part in parts if part.get_content_type() == "text/plain"]
            parts = plain[:1] or parts[-1:]
        return [text for part in parts for text in _texts(part, attachments)]
    readable = message.get_content_type() in ("text/plain", "text/html")
    if readable and not message.is_attachment():
        return [message]
    if message.get_content_disposition() == "attachment" or message.get_filename():
        attachments.append(message.get_filename() or message.get_content_type())
    return []


def _paragraphs(text: str) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
