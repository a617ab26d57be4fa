"""Encodings: what the text says, UTF-8, a guess that is named, and the user's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.documents import load
from longread.errors import UsageError

GERMAN = "Die Fähre kostet zwölf Kronen. Der Kapitän heißt Jörg Möller und wohnt in Münster."
POLISH = "Żółta łódź kosztuje dwanaście koron. Książka o latarni morskiej została wydana w Łodzi."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Přístav byl postaven v roce 1911."
RUSSIAN = "Паром отходит в полдень. Стоимость проезда для взрослых составляет двенадцать крон."
JAPANESE = "この港は一九一一年に建てられた。費用は二百四十万クローネであった。"
CHINESE = "渡轮的费用是十二元。港口建于一九一一年，第一任港务长是王伟。"
KOREAN = "항구는 1911년에 지어졌다. 비용은 이백사십만 크로네였다."
GREEK = "Το λιμάνι χτίστηκε το 1911. Ο πρώτος λιμενάρχης ήταν ο Γιώργος."


def written(folder: Path, data: bytes) -> str:
    path = folder / "a.txt"
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (GERMAN, "cp1252", "Windows-1252"),
        ("Öl und Käse", "cp1252", "Windows-1252"),
        ("Le bac a été réparé à l'été. Ça coûte très cher.", "cp1252", "Windows-1252"),
        (POLISH, "iso8859_2", "ISO 8859-2"),
        (POLISH, "cp1250", "Windows-1250"),
        (CZECH, "iso8859_2", "ISO 8859-2"),
        (CZECH, "cp1250", "Windows-1250"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (GREEK, "cp1253", "Windows-1253"),
        (JAPANESE, "cp932", "Shift-JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "ISO-2022-JP"),
        (CHINESE, "gbk", "GBK"),
        (KOREAN, "cp949", "EUC-KR"),
    ],
)
def test_what_is_not_utf_8_is_guessed_and_named(
    tmp_path: Path, text: str, encoding: str, named: str
) -> None:
    document = load(written(tmp_path, text.encode(encoding)))
    assert document.text == text
    (warning,) = document.warnings
    assert f"was read as {named}" in warning
    assert "--encoding" in warning


@pytest.mark.parametrize(
    "data",
    [
        b"A plain line.\n" * 2000 + GERMAN.encode(),
        b"A plain line.\n" * 200 + b"\0\0\0\0" + GERMAN.encode(),
        b"\xef\xbb\xbf" + GERMAN.encode(),
        b"\xff\xfe" + GERMAN.encode("utf-16-le"),
    ],
    ids=["umlauts late", "zeros of a crash", "mark of UTF-8", "mark of UTF-16"],
)
def test_what_is_unicode_is_read_without_a_word(tmp_path: Path, data: bytes) -> None:
    document = load(written(tmp_path, data))
    assert document.text.endswith(GERMAN)
    assert document.text[0] in "AD"
    assert document.warnings == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [GERMAN, JAPANESE, CHINESE])
def test_utf_16_without_a_mark(tmp_path: Path, text: str, encoding: str) -> None:
    document = load(written(tmp_path, text.encode(encoding)))
    assert (document.text, document.warnings) == (text, ())


def test_a_stray_byte_leaves_utf_8_what_it_is(tmp_path: Path) -> None:
    data = (GERMAN + "\n").encode() * 20 + b"Ende \xe4.\n"
    document = load(written(tmp_path, data))
    assert document.text.splitlines()[-2:] == [GERMAN, "Ende ä."]
    assert document.warnings == ("1 byte is not valid UTF-8; some letters may be wrong",)


def test_the_user_knows_the_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, "Árvíztűrő tükörfúrógép".encode("cp1250"))
    assert load(path, encoding="cp1250").text == "Árvíztűrő tükörfúrógép"
    assert load(path, encoding="cp1250").warnings == ()
    assert load(path, encoding="latin-1").text != load(path, encoding="CP-1250").text


def test_bytes_that_the_named_encoding_lacks_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, b"abc \xff\xfe def")
    assert load(path, encoding="ascii").warnings == (
        "2 bytes are not valid ascii; some letters are missing",
    )


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "undefined", "\0"])
def test_an_unknown_encoding_is_a_usage_error(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(UsageError, match="--encoding") as caught:
        load(written(tmp_path, b"abc"), encoding=encoding)
    assert "shift_jis" in caught.value.hint


def test_an_html_page_in_an_encoding_that_it_does_not_declare(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"<html><p>{RUSSIAN}</p></html>".encode("koi8_r"))
    assert load(str(path)).text == RUSSIAN
    assert load(str(path), encoding="koi8-r").warnings == ()
