"""Text whose lines are records: logs, subtitles, settings, JSON Lines, source code."""

from __future__ import annotations

import re
from dataclasses import replace

from longread.documents.encodings import decode
from longread.documents.model import Mark
from longread.documents.normalize import tidy
from longread.documents.text import Read

_TIMES = re.compile(r"[ \t]*((?:\d+:)?\d{1,2}:\d{2})[.,]\d{1,3}[ \t]*-->[^\n]*")
_CUE_NUMBER = re.compile(r"[ \t]*\d{1,6}[ \t]*")
_CUE_TAG = re.compile(r"</?(?:[bicu]|v|font|lang|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)


def read_lines(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The text as it stands; every line begins a block."""
    decoded, warnings = decode(data, name, encoding=encoding)
    return _by_line(tidy(decoded), warnings)


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
    """Subtitles without the numbers and times of their cues; what is said keeps its line.

    For each line the time of the cue that begins with it, or nothing.
    """
    lines = text.split("\n")
    times = [""] * len(lines)
    for index, line in enumerate(lines):
        found = _TIMES.match(line)
        if not found:
            continue
        times[index] = _time(found[1])
        lines[index] = ""
        if index and _CUE_NUMBER.fullmatch(lines[index - 1]):
            lines[index - 1] = ""
    lines[0] = "" if lines[0].startswith("WEBVTT") else lines[0]
    return [_CUE_TAG.sub("", line) for line in lines], times


def _time(begin: str) -> str:
    """ "00:01:02" → "0:01:02"."""
    hours, minutes, seconds = (["0", *begin.split(":")])[-3:]
    return f"{int(hours)}:{minutes:0>2}:{seconds:0>2}"
