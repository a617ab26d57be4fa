"""Outlook messages: headers, text and attachments of a mail in a compound file's properties."""

from __future__ import annotations

import struct
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from compressed_rtf import compress
from extract_msg.ole_writer import OleWriter

from longread.documents import Document, load
from longread.errors import DocumentError
from longread.reading.options import ReadingOptions
from longread.runs.lookup import cut_up, search
from longread.runs.opening import read_documents

FIXTURES = Path(__file__).parents[1] / "fixtures"
VOYAGE = FIXTURES / "office" / "voyage.msg"
# In tenths of microseconds since 1601.
SENT = int((datetime(1997, 3, 4, 10, 15) - datetime(1601, 1, 1)).total_seconds()) * 10_000_000
Values = dict[int, Any]


class Made:
    """A message, written property by property; a number of one is its key."""

    def __init__(self, page: str = "") -> None:
        self._writer = OleWriter()
        self._page = page

    def put(self, path: list[str], before: int, values: Values) -> None:
        numbers = bytes(before)
        for number, value in values.items():
            kind, payload = 0x0102, value
            if isinstance(value, int):
                kind = 0x0040 if value > 1 << 32 else 0x0003
                numbers += struct.pack("<HHIQ", kind, number, 6, value)
                continue
            if isinstance(value, str):
                kind = 0x001E if self._page else 0x001F
                payload = value.encode(self._page or "utf-16-le")
            numbers += struct.pack("<HHIQ", kind, number, 6, len(payload))
            self._writer.addEntry([*path, f"__substg1.0_{number:04X}{kind:04X}"], payload)
        self._writer.addEntry([*path, "__properties_version1.0"], numbers)

    def part(self, kind: str, index: int, values: Values, path: tuple[str, ...] = ()) -> list[str]:
        place = [*path, f"__{kind}_version1.0_#{index:08X}"]
        self.put(place, 8, values)
        return place

    def save(self, path: Path) -> Path:
        self._writer.write(str(path))
        return path


def mail(subject: str, **more: Any) -> Values:
    values: Values = {
        0x001A: "IPM.Note",
        0x0037: subject,
        0x0C1A: "Ines",
        0x0C1F: "ines@example.org",
    }
    values |= {0x0039: SENT, 0x1000: "The mast is pine.\r\n"}
    return values | {int(key[1:], 16): value for key, value in more.items()}


def read(path: Path) -> Document:
    return load(str(path), use_cache=False)


def refusal(path: Path) -> str:
    try:
        read(path)
    except DocumentError as error:
        return error.message
    return ""


def test_a_message_of_a_mail_program_is_read_with_its_attachments() -> None:
    for _cached in (False, True):
        document = load(str(VOYAGE))
        assert document.kind == "msg"
        assert document.title == "The voyage of the Nordstjernen"
        assert document.text == (
            "Subject: The voyage of the Nordstjernen\nFrom: Inés Aldecoa <ines@example.org>\n"
            'To: "Halvorsen, Ingrid" <ingrid@example.org>\nCc: Ola <ola@example.org>\n'
            "Date: Tue, 04 Mar 1997 10:15:00 +0000\n\nDear Ingrid,\n\n"
            "the pilot boards at noon, off Skudenes.\n\nInés"
        )
        (voyage,) = document.attachments
        assert (voyage.path, voyage.kind) == (f"{VOYAGE}/Törn.docx", "docx")
        assert document.warnings == (
            "1 attachment is not read: mast.png is a picture (PNG), which longread cannot read",
        )


def test_a_quote_is_cited_by_its_attachment() -> None:
    documents = read_documents([str(VOYAGE)])
    (hit,) = search(cut_up(documents, ReadingOptions()), "Who counted twenty men?", 1)
    assert hit.document == f"{VOYAGE}/Törn.docx"
    assert "The harbour master counted twenty." in hit.text


def test_a_message_in_a_message_has_attachments_of_its_own(tmp_path: Path) -> None:
    made = Made()
    made.put([], 32, mail("Fwd", x1000="See below."))
    place = made.part("attach", 0, {0x3705: 5, 0x3001: "Der Törn"})
    inner = (*place, "__substg1.0_3701000D")
    made.put(list(inner), 24, mail("Der Törn"))
    pdf = (FIXTURES / "voyage.pdf").read_bytes()
    made.part("attach", 0, {0x3701: pdf, 0x3707: "voyage.pdf", 0x3705: 1}, inner)
    made.part("recip", 0, {0x3001: "Ola", 0x0C15: 1}, inner)
    path = made.save(tmp_path / "a.msg")
    document = read(path)
    outer, forwarded, voyage = document.with_attachments()
    assert outer.text.endswith("See below.")
    assert forwarded.path == f"{path}/Der Törn.eml"
    assert "To: Ola\nDate: Tue, 04 Mar 1997 10:15:00 +0000\n\nThe mast is pine." in forwarded.text
    assert voyage.path == f"{path}/Der Törn.eml/voyage.pdf"
    assert len(voyage.pages) == 5
    assert read(path) == document


def test_old_messages_are_written_in_a_code_page(tmp_path: Path) -> None:
    for page, number, word in (("cp1251", 1251, "Мачта"), ("cp932", 932, "帆柱")):
        made = Made(page)
        made.put([], 32, mail(word, x1000=f"{word}.", x3ffd=number, x0c1a=word))
        made.part("attach", 0, {0x3701: b"The keel is oak.", 0x3704: f"{word}.txt"})
        document = read(made.save(tmp_path / f"{page}.msg"))
        assert document.title == word
        assert f"From: {word} <ines@example.org>" in document.text
        assert document.text.endswith(f"\n\n{word}.")
        assert document.attachments[0].path.endswith(f"/{word}.txt")
    made = Made("cp1252")
    made.put([], 32, mail("Törn", x3ffd=12))
    assert read(made.save(tmp_path / "a.msg")).title == "Törn"


def test_a_text_that_is_html_or_rtf_only(tmp_path: Path) -> None:
    row = "<tr><td>Mast</td><td>Bergen {}</td></tr>"
    html = f"<table>{row.format('pine')}{row.format('oak')}</table>"
    for form in (html.encode(), html):
        made = Made()
        made.put([], 32, mail("Mast", x1000="", x1013=form))
        path = made.save(tmp_path / "a.msg")
        assert "Mast | Bergen oak" in read(path).text
        assert "Mast | Bergen oak" in load(str(path), encoding="latin-1").text
    rtf = compress(rb"{\rtf1\ansi The mast is {\b nineteen} metres high.\par}")
    for data, said, warnings in (
        (rtf, "The mast is nineteen metres high.", ()),
        (rtf[:40] + b"x" + rtf[41:], "", ("its text (RTF) is damaged, and was left out",)),
    ):
        made = Made()
        made.put([], 32, mail("Mast", x1000=" ", x1009=data))
        document = read(made.save(tmp_path / "a.msg"))
        assert document.text.endswith(said)
        assert document.warnings == warnings


def test_headers_are_what_people_see(tmp_path: Path) -> None:
    made = Made()
    exchange = "/O=YARD/OU=ONE/CN=RECIPIENTS/CN=OLA"
    headers = (
        "Microsoft Mail Internet Headers Version 2.0\r\nDate: Tue, 4 Mar 1997 12:15:00 +0200\r\n"
    )
    made.put([], 32, mail("Mast\r\nTo: nobody", x0c1f=exchange, x007d=headers, x0e04="Yard; Dock"))
    made.part("recip", 0, {0x3001: "Ola\n Åse", 0x3003: exchange, 0x0C15: 2})
    made.part("recip", 1, {0x3001: "öl@example.org", 0x39FE: "öl@example.org", 0x0C15: 2})
    assert read(made.save(tmp_path / "a.msg")).text.split("\n\n")[0].split("\n") == [
        "Subject: Mast To: nobody",
        "From: Ines",
        "To: Yard, Dock",
        'Cc: "Ola Åse", "öl@example.org"',
        "Date: Tue, 04 Mar 1997 12:15:00 +0200",
    ]


def test_a_signed_message_lies_in_one_attachment(tmp_path: Path) -> None:
    made = Made()
    signed = (
        b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n'
        b"\r\nThe keel is oak.\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\n0\r\n"
        b"--b--\r\n"
    )
    made.put([], 32, mail("Keel", x001a="IPM.Note.SMIME.MultipartSigned", x1000=""))
    made.part("attach", 0, {0x3701: signed, 0x3707: "smime.p7m"})
    path = made.save(tmp_path / "a.msg")
    (inner,) = read(path).attachments
    assert inner.path == f"{path}/Keel.eml"
    assert inner.text == "The keel is oak."


def test_what_a_compound_file_is_says_its_outermost_storage(tmp_path: Path) -> None:
    """The directory of a workbook that is attached stands in the message's bytes as well."""
    import xlwt

    book = xlwt.Workbook()
    book.add_sheet("Masts").write(0, 0, "nineteen metres")
    book.save(str(tmp_path / "masts.xls"))
    made = Made()
    made.put([], 32, mail("Masts", x1000="Workbook attached."))
    made.part("attach", 0, {0x3701: (tmp_path / "masts.xls").read_bytes(), 0x3707: "masts.xls"})
    path = made.save(tmp_path / "a.xls")
    document = read(path)
    assert document.kind == "msg"
    assert document.warnings == (
        "a.xls is not an old Excel workbook but an Outlook message, and was read as that",
    )
    assert [each.kind for each in document.attachments] == ["xls"]


def test_damaged_empty_and_other_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    whole = VOYAGE.read_bytes()
    damaged = 0
    for size in range(600, len(whole), 4096):
        path.write_bytes(whole[:size])
        message = refusal(path)
        assert not message or "damaged" in message
        damaged += bool(message)
    assert damaged > 4
    path.write_bytes(whole[:-512])
    assert read(path).warnings[0] == "it is damaged: a part of it is missing"
    for at in range(0, len(whole) - 512, 1536):
        path.write_bytes(whole[:at] + b"\xa5" * 64 + whole[at + 64 :])
        message = refusal(path)
        assert not message or "a.msg" in message
    made = Made()
    made.put([], 32, {0x001A: "IPM.Note"})
    with pytest.raises(DocumentError, match=r"a\.msg holds no text"):
        read(made.save(path))
    path.write_bytes(b"")
    with pytest.raises(DocumentError, match=r"a\.msg is empty"):
        read(path)
    path.write_bytes(b"The mast is pine.")
    with pytest.raises(DocumentError, match="is not an Outlook message, whatever its name says"):
        read(path)


def test_an_attachment_that_lies_elsewhere_is_named(tmp_path: Path) -> None:
    made = Made()
    made.put([], 32, mail("Mast"))
    made.part("attach", 0, {0x3705: 2, 0x3707: "plans.docx"})
    assert read(made.save(tmp_path / "a.msg")).warnings == (
        "1 attachment is not read: plans.docx is empty, locked, or too large",
    )
