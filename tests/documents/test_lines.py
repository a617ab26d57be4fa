"""Logs, subtitles and other text by lines; form feeds, mail and notebooks."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from longread.documents import Document, load
from longread.documents.sentences import sentences


def read(folder: Path, name: str, text: str) -> Document:
    path = folder / name
    path.write_text(text, "utf-8")
    return load(str(path), use_cache=False)


def cut(document: Document) -> list[str]:
    spans = sentences(document.text, by_line=document.by_line)
    return [document.text[start:end] for start, end in spans]


LOG = "".join(
    f"2026-03-01T0{hour}:00:07Z INFO pump[{hour}]: pressure {hour}.5 bar\n" for hour in range(6)
)


@pytest.mark.parametrize("name", ["app.log", "app.txt"])
def test_a_line_of_a_log_is_a_sentence(tmp_path: Path, name: str) -> None:
    assert cut(read(tmp_path, name, LOG)) == LOG.splitlines()


def test_lines_of_any_other_kind(tmp_path: Path) -> None:
    text = "port: Alder\nfee: 12\n  note: paid yearly\n"
    document = read(tmp_path, "a.yaml", text)
    assert cut(document) == ["port: Alder", "fee: 12", "note: paid yearly"]
    assert document.locate(document.text.index("fee")).line == 2


def test_escaped_letters_of_json_lines_are_letters(tmp_path: Path) -> None:
    line = r'{"port": "Z\u00fcrich 1\u00a0234 \ud83d\ude00", "note": "a\u000ab \\u00fc \u0022"}'
    shown = r'{"port": "Zürich 1 234 😀", "note": "a\u000ab \\u00fc \u0022"}'
    assert read(tmp_path, "a.jsonl", f"{line}\n{line}\n").text == f"{shown}\n{shown}\n"
    assert read(tmp_path, "a.py", f"{line}\n").text == f"{line}\n"


def test_lists_are_cut_at_their_items_and_prose_is_not() -> None:
    items = "• one thing\n• another thing\n• the last thing"
    assert len(sentences(items)) == 3
    prose = "The road went on\nbetween the hills\nand no one came by.\nThen rain."
    assert len(sentences(prose)) == 2
    speech = "“Come,” he said,\n“and bring the lamp,\n“for it is dark.”"
    assert len(sentences(speech)) == 1


SUBTITLES = (
    "1\n00:00:00,000 --> 00:00:02,000\n<i>Welcome</i> to the harbour.\n\n"
    "2\n00:00:03,000 --> 00:00:05,000\nIt was Greta Solheim,\na ship's carpenter.\n"
)


def test_subtitles_lose_numbers_and_times_and_keep_their_lines(tmp_path: Path) -> None:
    document = read(tmp_path, "talk.srt", SUBTITLES)
    assert cut(document) == [
        "Welcome to the harbour.",
        "It was Greta Solheim,",
        "a ship's carpenter.",
    ]
    assert document.locate(document.text.index("Greta")).line == 7
    web = read(tmp_path, "talk.vtt", "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ines>Hello.\n")
    assert cut(web) == ["Ines: Hello."]


MEETING = """WEBVTT
Kind: captions

NOTE Confidence: 0.93

STYLE
::cue { color: red }

8a1d2b4c-1/12-0
00:00:03.120 --> 00:00:05.000
<v.loud Ines Falk>We ship on Monday.</v>

00:00:06.120 --> 00:00:09.000
<v Ove Lund>No, R&amp;D wants</v>
it<00:00:07.500><c> later</c>.
"""


def test_who_speaks_is_read_and_what_is_no_speech_is_not(tmp_path: Path) -> None:
    document = read(tmp_path, "a.vtt", MEETING)
    assert cut(document) == [
        "Ines Falk: We ship on Monday.",
        "Ove Lund: No, R&D wants",
        "it later.",
    ]
    place = document.locate(document.text.index("Ove"))
    assert place.place == "0:00:06"


def test_form_feeds_part_pages(tmp_path: Path) -> None:
    document = read(
        tmp_path, "a.txt", "The fee is 12.\n\fThe berth\nis 40 m.\n\f\n\fThe pilot.\n\f"
    )
    assert document.text == "The fee is 12.\n\nThe berth\nis 40 m.\n\n\n\nThe pilot."
    assert [document.text[page.start : page.end] for page in document.pages] == [
        "The fee is 12.",
        "The berth\nis 40 m.",
        "",
        "The pilot.",
    ]
    assert document.locate(document.text.index("pilot")).page == 4


def test_comments_of_tex_are_not_read(tmp_path: Path) -> None:
    document = read(tmp_path, "a.tex", "% old: 12 metres\nThe mast is 19\\,m, 50\\% more. % 20?\n")
    assert document.text.strip() == "The mast is 19\\,m, 50\\% more."


def test_an_address_in_tex_is_no_comment(tmp_path: Path) -> None:
    text = "See \\url{https://example.org/a%20b}: the mast is 19 m. % old\n"
    assert read(tmp_path, "a.tex", text).text.rstrip() == text[: text.index(" % old")]


def mail(body: str) -> str:
    coded = base64.b64encode(body.encode()).decode()
    return (
        "From: Ines <ines@example.org>\nTo: Board <board@example.org>\n"
        "Subject: =?utf-8?B?S8O8bmRpZ3VuZw==?=\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=XX\n\n--XX\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        f"{coded}\n--XX\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<p>The penalty is 5=26nbsp;000 =\neuros.</p>\n--XX\n"
        'Content-Type: application/pdf; name="plan.pdf"\n'
        "Content-Disposition: attachment; filename=plan.pdf\n"
        "Content-Transfer-Encoding: base64\n\nAAAA\n--XX--\n"
    )


@pytest.mark.parametrize("name", ["a.eml", "a.txt"])
def test_mail_is_decoded_and_its_attachments_named(tmp_path: Path, name: str) -> None:
    document = read(tmp_path, name, mail("The contract ends on 30 June."))
    assert (document.kind, document.title) == ("email", "Kündigung")
    assert document.text.startswith("Subject: Kündigung\nFrom: Ines <ines@example.org>\n")
    assert document.text.endswith("The contract ends on 30 June.\n\nThe penalty is 5 000 euros.")
    assert document.warnings == (
        "1 attachment is not read: plan.pdf is not a PDF, whatever its name says",
    )


def test_a_web_archive_is_its_page(tmp_path: Path) -> None:
    text = (
        "From: <Saved by a browser>\nSubject: Harbour\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; boundary="XX"; type="text/html"\n\n--XX\n'
        "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
        "<html><h1>Harbour</h1><p>The crane lifts 45=C2=A0tonnes.</p></html>\n--XX\n"
        "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n--XX--\n"
    )
    document = read(tmp_path, "page.mht", text)
    assert document.text.endswith("Harbour\n\nThe crane lifts 45 tonnes.")
    assert document.warnings == ()


def test_a_notebook_without_its_pictures(tmp_path: Path) -> None:
    outputs = [{"text": ["4.2\n"]}, {"data": {"image/png": "AAAA", "text/plain": "<Figure>"}}]
    cells = [
        {"cell_type": "markdown", "source": ["# Tide\n", "The error is small."]},
        {"cell_type": "code", "source": "print(error)", "outputs": outputs},
    ]
    document = read(tmp_path, "a.ipynb", json.dumps({"cells": cells}))
    assert document.title == "Tide"
    assert document.text == (
        "# Tide\nThe error is small.\n\n```\nprint(error)\n```\n\n```\n4.2\n\n```\n\n"
        "```\n<Figure>\n```"
    )


def test_a_notebook_that_is_none_is_its_own_trouble(tmp_path: Path) -> None:
    from longread.errors import DocumentError

    with pytest.raises(DocumentError, match=r"a\.ipynb is damaged: it is not a complete notebook"):
        read(tmp_path, "a.ipynb", '{"a": [')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.srt", "1\n01:02:03,500 --> 01:02:05,000\n<i>The mast</i>\nis pine.\n\n"
                  "2\n01:02:06,000 --> 01:02:07,000\nThe keel is oak.\n"),
        ("a.vtt", "WEBVTT\n\n62:03.500 --> 62:05.000\nThe mast is pine.\n\n"
                  "01:02:06.000 --> 01:02:07.000\nThe keel is oak.\n"),
    ],
)  # fmt: skip
def test_the_time_of_a_cue_is_the_place_of_what_is_said(
    tmp_path: Path, name: str, text: str
) -> None:
    document = read(tmp_path, name, text)
    place = document.locate(document.text.index("oak"))
    assert place.place == "1:02:06"
    assert place.line == text[: text.index("oak")].count("\n") + 1
    assert document.locate(document.text.index("pine")).place in ("1:02:03", "0:62:03")
