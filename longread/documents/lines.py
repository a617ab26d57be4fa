"""Text whose lines are records: logs, subtitles, settings, JSON Lines, source code."""

from __future__ import annotations

import re

from longread.documents.encodings import decode
from longread.documents.normalize import tidy
from longread.documents.text import Read

_TIMES = re.compile(r"[ \t]*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}[ \t]*-->[^\n]*")
_CUE_NUMBER = re.compile(r"[ \t]*\d{1,6}[ \t]*")
_CUE_TAG = re.compile(r"</?(?:[bicu]|v|font|lang|ruby|rt)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)


def read_lines(data: bytes, name: str, encoding: str | None = None) -> Read:
    """The text as it stands; every line begins a block."""
    decoded, warnings = decode(data, name, encoding=encoding)
    return _by_line(tidy(decoded), warnings)


def read_subtitles(data: bytes, name: str, encoding: str | None = None) -> Read:
    """SRT and WebVTT: what is said, on the lines where it stands; numbers and times are not."""
    decoded, warnings = decode(data, name, encoding=encoding)
    return _by_line(_without_times(tidy(decoded)), warnings)


def _by_line(text: str, warnings: tuple[str, ...]) -> Read:
    starts = tuple(match.start() for match in re.finditer(r"^(?=[^\n]*\S)", text, re.MULTILINE))
    return Read(text, "", (), starts, warnings)


def _without_times(text: str) -> str:
    """Subtitles without the numbers and times of their cues; what is said keeps its line."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if not _TIMES.match(line):
            continue
        lines[index] = ""
        if index and _CUE_NUMBER.fullmatch(lines[index - 1]):
            lines[index - 1] = ""
    lines[0] = "" if lines[0].startswith("WEBVTT") else lines[0]
    return _CUE_TAG.sub("", "\n".join(lines))
