"""Text whose lines are records: logs, subtitles, settings, JSON Lines, source code."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

from longread.documents.encodings import decode
from longread.documents.model import Mark
from longread.documents.normalize import tidy
from longread.documents.text import Read

_TIMES = re.compile(r"[ \t]*((?:\d+:)?\d{1,2}:\d{2})[.,]\d{1,3}[ \t]*-->[^\n]*")
# Letters of JSON that stand by their numbers; an escaped backslash before "u00e9" is none.
_ESCAPED = re.compile(r"\\\\|((?:\\u[0-9a-fA-F]{4})+)")
# Line ends, quotes and halves of letters would be read as something else.
_NO_LETTER = re.compile('[\x00-\x1f\x7f-\x9f"\\\\\u2028\u2029\ud800-\udfff]')
_CUE_NUMBER = re.compile(r"[ \t]*\d{1,6}[ \t]*")
# Who speaks, as transcripts of meetings have it: "<v Ines Falk>Hello.</v>".
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]*[^<>\s])[ \t]*>")
_CUE_TAG = re.compile(
    r"</?(?:[bicu]|v|font|lang|ruby|rt)\b[^<>]*>|<[\d:.]+>|\{\\[^{}]*\}", re.IGNORECASE
)
# Blocks of WebVTT that are no cue: the first, remarks, styles, parts of the screen.
_NO_CUE = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)\b")


def read_lines(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The text as it stands, in JSON Lines with "caf\\u00e9" as café; every line begins a block."""
    decoded, warnings = decode(data, name, encoding=encoding)
    if name.lower().endswith((".jsonl", ".ndjson", ".json")):
        decoded = _ESCAPED.sub(_unescaped, decoded)
    return _by_line(tidy(decoded), warnings)


def _unescaped(found: re.Match[str]) -> str:
    words: str = json.loads(f'"{found[1]}"') if found[1] else ""
    return found[0] if not words or _NO_LETTER.search(words) else words


def read_subtitles(data: bytes, name: str, encoding: str | None = None) -> Read:
    """SRT and WebVTT: what is said, on the lines where it stands, at the time of its cue."""
    decoded, warnings = decode(data, name, encoding=encoding)
    lines, times = _without_times(tidy(decoded))
    marks, start = [], 0
    for line, time in zip(lines, times, strict=True):
        if time:
            marks.append(Mark(start, time))
        start += len(line) + 1
    return replace(_by_line("\n".join(lines), warnings), marks=tuple(marks))


def _by_line(text: str, warnings: tuple[str, ...]) -> Read:
    starts = tuple(match.start() for match in re.finditer(r"^(?=[^\n]*\S)", text, re.MULTILINE))
    return Read(text, "", (), starts, warnings)


def _without_times(text: str) -> tuple[list[str], list[str]]:
    """Subtitles without the names and times of their cues; what is said keeps its line.

    For each line the time of the cue that begins with it, or nothing.
    """
    lines = text.split("\n")
    times = [""] * len(lines)
    web = lines[0].startswith("WEBVTT")
    first, no_cue = 0, False
    for index, line in enumerate(lines):
        if not line.strip():
            first = index + 1
            continue
        if index == first:
            no_cue = web and _NO_CUE.match(line) is not None
        found = _TIMES.match(line)
        if found:
            no_cue = False
            times[index] = _time(found[1])
            # The cue's number, or any name that it goes by, which begins its block.
            if index and (index - 1 == first or _CUE_NUMBER.fullmatch(lines[index - 1])):
                lines[index - 1] = ""
        if found or no_cue:
            lines[index] = ""
    return list(map(_said, lines)), times


def _said(line: str) -> str:
    """A line of a cue as a player shows it, behind the name of who says it."""
    return html.unescape(_CUE_TAG.sub("", _VOICE.sub(r"\1: ", line)))


def _time(begin: str) -> str:
    """ "00:01:02" → "0:01:02"."""
    hours, minutes, seconds = (["0", *begin.split(":")])[-3:]
    return f"{int(hours)}:{minutes:0>2}:{seconds:0>2}"
