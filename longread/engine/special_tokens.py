"""Special tokens in text that is not ours: made harmless, so that it stays plain text."""

from __future__ import annotations

import re

# What chat templates of common models are made of, for engines that do not show their
# vocabulary: <|im_end|>, <｜User｜>, <end_of_turn>, </s>, [INST], <<SYS>>.
COMMON = re.compile(
    r"<\|[^\s|<>]{1,40}\|>|<｜[^｜<>]{1,40}｜>"
    r"|</?(?:s|bos|eos|pad|unk|think|start_of_turn|end_of_turn|turn|channel)\|?>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<</?SYS>>"
)


def broken(match: re.Match[str]) -> str:
    """A special token's text with a zero-width space in it: looks the same, is plain text."""
    word = match.group()
    return f"{word[:1]}\u200b{word[1:]}"
