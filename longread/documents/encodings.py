"""Character encodings: bytes → text, by what the file says, by UTF-8, or by a detector's guess."""

from __future__ import annotations

import codecs
import re

from longread.documents.formats import READS
from longread.errors import DocumentError, UsageError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Bytes that no text has: control characters other than tab, line ends, form feed, escape.
_BINARY = bytes(code for code in range(32) if code not in (8, 9, 10, 11, 12, 13, 26, 27))
# The encodings that texts are found in, each with the name that people know it by. A detector
# that may choose among all of Python's takes a short German text for a Turkish or Baltic one.
_NAMES = {
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "gb18030": "GBK (GB 18030)",
    "big5": "Big5",
    "cp949": "EUC-KR",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp866": "CP866 (Cyrillic)",
    "cp1252": "Windows-1252",
    "iso8859_2": "ISO 8859-2 (Central European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp874": "Windows-874 (Thai)",
}
# What a detector looks at.
_SAMPLE = 64 * 1024
# A text is UTF-8 with stray bytes where its UTF-8 letters outnumber these by so much.
_OUTNUMBERED = 4
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254")
_HIGH = re.compile(rb"[\x80-\xff]")
# A letter with an accent: alone, next to a letter without one.
_ACCENT = re.compile(
    rb"(?<![\x80-\xff])[\x80-\xff](?=[a-zA-Z])|(?<=[a-zA-Z])[\x80-\xff](?![\x80-\xff])"
)
# Letters of Central Europe where Windows-1250 and ISO 8859-2 differ.
_WINDOWS_ONLY = re.compile(rb"[\x8a-\x8f\x9a-\x9f]")
_ISO_ONLY = re.compile(rb"[a-zA-Z][\xa1\xa6\xac\xb1\xb6\xbc\xa9\xae\xab\xb9\xbe\xbb]")
# Characters of texts; and those that stand in all of them, which bytes read in pairs of the wrong
# order, or that are no pairs at all, do not give.
_LETTERS = re.compile(
    "[\\n\\r\\t\x20-\x7e\xa0-\u06ff\u0e00-\u0e7f\u1e00-\u206f\u20a0-\u20bf\u3000-\u30ff\u4e00-\u9fff"
    "\uac00-\ud7af\uff00-\uffef]"
)
_COMMON = re.compile("[\\n\x20-\x7e\u3001\u3002\uff0c\u3040-\u30ff]")


def decode(
    data: bytes, name: str, declared: str | None = None, encoding: str | None = None
) -> tuple[str, tuple[str, ...]]:
    """The characters of `data` and a warning where the encoding had to be guessed.

    `encoding` is the user's word and holds; `declared` is the file's own. Tried in turn: byte
    order mark, UTF-16 without one, UTF-8, UTF-8 with a few stray bytes, `declared`, a detector.
    Raises DocumentError for bytes that are no text, UsageError for an unknown `encoding`.
    """
    if encoding:
        return _as_told(data, encoding)
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], marked, name), ()
    wide = _without_mark(data)
    if wide:
        return _strictly(data, wide, name), ()
    if _has_controls(data):
        raise not_text(name)
    return _as_utf8(data) or _as_declared(data, declared) or _guessed(data)


def is_binary(head: bytes) -> bool:
    """Are these the first bytes of something else than a text?"""
    marked = any(head.startswith(mark) for mark, _ in _BOMS)
    return not marked and _without_mark(head[: len(head) // 2 * 2]) is None and _has_controls(head)


def _has_controls(data: bytes) -> bool:
    return len(data.translate(None, _BINARY)) < len(data) * 0.995


def _as_utf8(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    # ISO-2022-JP is written in ASCII bytes alone, and switches with this.
    if b"\x1b$" in data:
        return None
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _with_stray_bytes(data)


def _as_declared(data: bytes, declared: str | None) -> tuple[str, tuple[str, ...]] | None:
    try:
        return (data.decode(declared), ()) if declared else None
    except (LookupError, ValueError):
        return None


def canonical(encoding: str) -> str:
    """Python's name of the encoding that the user named. Raises UsageError for none."""
    try:
        name = encoding if _known(encoding) else encoding.replace("-", "").replace("_", "")
        # Codecs that are no character encodings ("hex", "rot13") fail here.
        "a".encode(name).decode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(
            f"--encoding ({encoding[:40]}) is no encoding that is known.",
            "such as shift_jis, euc_jp, gbk, big5, euc_kr, cp1251, koi8_r, cp1252, latin-2, utf-16",
        ) from error


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        return False
    return True


def _as_told(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    encoding = canonical(encoding)
    text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
    lost = text.count("\ufffd")
    if not lost:
        return text, ()
    return text, (f"{_bytes(lost)} not valid {encoding}; some letters are missing",)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    text = data.decode(encoding, errors="replace")
    if text.count("\ufffd") > 0.01 * len(text) + 1:
        raise not_text(name)
    return text


def _without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark: read one way nearly all of it is letters, blanks among them."""
    sample = data[:4096]
    if len(data) % 2 or len(sample) < 4 or (b"\0" not in sample and _is_utf8(sample)):
        return None
    found = {way: sample.decode(way, errors="replace") for way in ("utf-16-le", "utf-16-be")}
    letters = {way: len(_LETTERS.findall(text)) for way, text in found.items()}
    common = {way: len(_COMMON.findall(text)) for way, text in found.items()}
    way = max(found, key=lambda way: (letters[way], common[way]))
    length = len(found[way])
    return way if letters[way] > 0.95 * length and common[way] >= 0.02 * length else None


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(sample) - 4
    return True


def _with_stray_bytes(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """UTF-8 in which a few bytes are not; those are read as Windows-1252."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = [character for character in text if "\udc80" <= character <= "\udcff"]
    if len(stray) * _OUTNUMBERED >= len(_MULTIBYTE.findall(data)):
        return None
    table = {
        ord(character): bytes([ord(character) - 0xDC00]).decode("cp1252", errors="replace")
        for character in set(stray)
    }
    return text.translate(table), (
        f"{_bytes(len(stray))} not valid UTF-8; some letters may be wrong",
    )


def _guessed(data: bytes) -> tuple[str, tuple[str, ...]]:
    from charset_normalizer import from_bytes

    cut = data.rfind(b"\n", 0, _SAMPLE) + 1 or _SAMPLE
    sample = data if len(data) <= _SAMPLE else data[:cut]
    best = from_bytes(sample, cp_isolation=list(_NAMES), enable_fallback=False).best()
    found = _of_latin_letters(sample, best.encoding if best is not None else "cp1252")
    warning = (
        f"the text is not valid UTF-8 and was read as {_NAMES.get(found, found)}, a guess; "
        "--encoding names another"
    )
    return data.decode(found, errors="replace"), (warning,)


def _of_latin_letters(sample: bytes, guess: str) -> str:
    """The guess, put right where letters with accents stand between plain ones.

    In so little that is not ASCII a detector finds Arabic or Chinese, and what Western and
    Central European texts share it calls the latter.
    """
    accents = len(_HIGH.findall(sample))
    if guess not in _LATIN:
        between = len(_ACCENT.findall(sample))
        return "cp1252" if 0.7 * accents < between and accents < 0.25 * len(sample) else guess
    western = sample.decode("cp1252", errors="replace")
    if guess != "cp1252" and western == sample.decode(guess, errors="replace"):
        return "cp1252"
    if guess == "cp1250" and not _WINDOWS_ONLY.search(sample) and _ISO_ONLY.search(sample):
        return "iso8859_2"
    return guess


def _bytes(count: int) -> str:
    return "1 byte is" if count == 1 else f"{count:,} bytes are"


def not_text(name: str) -> DocumentError:
    return DocumentError(f"{name} is not a text that can be read.", READS)
