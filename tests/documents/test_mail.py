"""Mail: headers and text, attachments as documents of their own, mailboxes message by message."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from longread.documents import load
from longread.errors import DocumentError
from longread.runs.opening import read_documents

FIXTURES = Path(__file__).parents[1] / "fixtures"


def message(subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "Ines <ines@example.org>", "b@example.org"
    made["Date"] = "Tue, 04 Mar 1997 10:15:00 +0000"
    made.set_content(text)
    return made


def with_voyage(subject: str = "The voyage") -> EmailMessage:
    made = message(subject, "The log is attached.\n")
    voyage = (FIXTURES / "voyage.pdf").read_bytes()
    made.add_attachment(voyage, maintype="application", subtype="pdf", filename="voyage.pdf")
    made.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="mast.png")
    return made


def test_attachments_are_documents_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(with_voyage().as_bytes())
    for _cached in (False, True):
        mail = load(str(path))
        (voyage,) = mail.attachments
        assert voyage.path == f"{path}/voyage.pdf"
        assert len(voyage.pages) == 5
        assert "Captain Ingrid Halvorsen" in voyage.text
        assert "Captain" not in mail.text
        assert mail.warnings == (
            "1 attachment is not read: mast.png is a picture (PNG), which longread cannot read",
        )
    assert [each.path for each in read_documents([str(path)])] == [mail.path, voyage.path]


def test_a_forwarded_message_is_one_too_with_its_own_attachments(tmp_path: Path) -> None:
    outer = message("Fwd", "See below.\n")
    outer.add_attachment(with_voyage("Der Törn"))
    path = tmp_path / "a.eml"
    path.write_bytes(outer.as_bytes())
    paths = [each.path for each in load(str(path)).with_attachments()]
    assert paths == [str(path), f"{path}/Der Törn.eml", f"{path}/Der Törn.eml/voyage.pdf"]


def test_files_beside_one_of_several_texts_are_attachments(tmp_path: Path) -> None:
    """Apple Mail puts them next to the HTML that the plain text stands for."""
    made = message("Voyage", "The log is attached.\n")
    made.add_alternative("<p>The log is attached.</p>", subtype="html")
    html = made.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_attachment("The fee is 77 euros.", filename="fee.txt")
    path = tmp_path / "a.eml"
    path.write_bytes(made.as_bytes())
    mail = load(str(path))
    assert mail.text.count("The log is attached.") == 1
    assert [each.path for each in mail.attachments] == [f"{path}/fee.txt"]


@pytest.mark.parametrize("plain", ["\n", "Your program shows no HTML.\n"])
def test_html_is_read_where_the_plain_text_says_nothing(tmp_path: Path, plain: str) -> None:
    made = message("Order", plain)
    rows = "".join(f"<tr><td>Rope {number}<td>{number} EUR" for number in range(9))
    made.add_alternative(f"<table><tr><th>Item<th>Price{rows}</table>", subtype="html")
    path = tmp_path / "a.eml"
    path.write_bytes(made.as_bytes())
    mail = load(str(path))
    assert "Rope 8 | 8 EUR" in mail.text
    assert "program" not in mail.text


def test_html_is_decoded_as_its_header_says(tmp_path: Path) -> None:
    made = message("Fee", "")
    made.set_content("<p>Цена договора 500 рублей.</p>", subtype="html", charset="koi8-r")
    path = tmp_path / "a.eml"
    path.write_bytes(made.as_bytes())
    mail = load(str(path))
    assert "Цена договора 500 рублей." in mail.text
    assert mail.warnings == ()


def test_mails_within_mails_end(tmp_path: Path) -> None:
    inner = message("Core", "Deep.\n")
    for _ in range(8):
        outer = message("Layer", "More.\n")
        outer.add_attachment(inner)
        inner = outer
    path = tmp_path / "a.eml"
    path.write_bytes(inner.as_bytes())
    documents = load(str(path)).with_attachments()
    assert len(documents) == 5
    assert documents[-1].warnings == ("1 attachment is not read: Layer.eml lies too deep",)


def test_a_mailbox_is_read_message_by_message(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    box = mailbox.mbox(path)
    box.add(mailbox.mboxMessage(message("Mast", "The mast is 19 metres high.\n")))
    box.add(mailbox.mboxMessage(message("Keel", "From the yard:\nThe keel is oak.\n")))
    box.add(mailbox.mboxMessage(with_voyage()))
    box.close()
    # What `mailbox` writes where the message does not say who sent it when.
    path.write_bytes(path.read_bytes().replace(b"From MAILER-DAEMON", b"From ines@example.org"))
    document = load(str(path))
    assert document.kind == "mbox"
    assert [section.title for section in document.sections] == ["Mast", "Keel", "The voyage"]
    place = document.locate(document.text.index("oak"))
    assert (place.section, place.place) == ("Keel", "message 2")
    assert "\nFrom the yard:" in document.text
    assert [each.path for each in document.attachments] == [f"{path}/voyage.pdf"]


def test_a_message_of_a_mailbox_that_cannot_be_read_does_not_end_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    begin = b"From ines@example.org Tue Mar  4 10:15:00 1997\n"
    noise = b"Subject: Odd\nTo: a: b:;c@d <e\nFrom: :;@\n\n" + bytes(range(32)) * 40 + b"\n\n"
    path.write_bytes(begin + noise + begin + b"Subject: Mast\n\nThe mast is pine.\n")
    document = load(str(path))
    assert document.locate(document.text.index("pine")).place == "message 2"
    assert document.warnings == ("message 1 could not be read to its end",)


def test_a_mailbox_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_text("The mast is 19 metres high.\n")
    with pytest.raises(DocumentError, match=r"a\.mbox is no mailbox"):
        load(str(path))
    path.write_bytes(b"")
    with pytest.raises(DocumentError, match=r"a\.mbox is empty"):
        load(str(path))
