"""Tokenizer of a loaded model: text to token ids and back."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

import llama_cpp.llama_cpp as llama


class Vocabulary:
    """The tokenizer inside a loaded model."""

    def __init__(self, model: Any) -> None:
        self._vocab = llama.llama_model_get_vocab(model)
        self.size = int(llama.llama_vocab_n_tokens(self._vocab))
        self.adds_bos = bool(llama.llama_vocab_get_add_bos(self._vocab))
        self.bos_id = int(llama.llama_vocab_bos(self._vocab))
        self.bos = self._special(self.bos_id)
        self.eos = self._special(int(llama.llama_vocab_eos(self._vocab)))
        self._pieces: dict[int, bytes] = {}

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        """Token ids of `text`; with `special`, control tokens written in it are recognised."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        while True:
            tokens = (llama.llama_token * room)()
            count = llama.llama_tokenize(self._vocab, data, len(data), tokens, room, False, special)
            if count >= 0:
                return list(tokens[:count])
            room = -count

    def tokenize_prompt(self, prompt: str) -> list[int]:
        """Token ids of a rendered prompt, with the BOS token where the model wants one.

        Templates that write the BOS token themselves do not get a second one.
        """
        tokens = self.tokenize(prompt, special=True)
        if self.adds_bos and tokens[:1] != [self.bos_id]:
            tokens.insert(0, self.bos_id)
        return tokens

    def piece(self, token: int) -> bytes:
        """The bytes of one token; they need not be whole UTF-8 characters."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._read_piece(token, special=False)
        return known

    def text(self, tokens: Sequence[int]) -> str:
        """The text of `tokens`, control tokens left out."""
        return b"".join(self.piece(token) for token in tokens).decode("utf-8", "replace")

    def spans(self, text: str, tokens: Sequence[int]) -> tuple[tuple[int, int], ...]:
        """Where each of the `tokens` of `text` stands in it: characters (start, end)."""
        return _spans(text, [self._read_piece(token, special=True) for token in tokens])

    @cached_property
    def control_tokens(self) -> re.Pattern[str]:
        """Matches the text of every token that is not plain text (`<|im_end|>`, `</s>`, …).

        llama.cpp recognises control and user-defined tokens when it parses special ones.
        """
        special = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_USER_DEFINED
        texts = {
            self._special(token)
            for token in range(self.size)
            if llama.llama_vocab_get_attr(self._vocab, token) & special
        }
        words = sorted((text for text in texts if text.strip()), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, words)) or "(?!)")

    def ends_turn(self, token: int) -> bool:
        """Whether the model says with `token` that its turn is over."""
        return bool(llama.llama_vocab_is_eog(self._vocab, token))

    def _special(self, token: int) -> str:
        return (
            self._read_piece(token, special=True).decode("utf-8", "replace") if token >= 0 else ""
        )

    def _read_piece(self, token: int, *, special: bool) -> bytes:
        # llama-cpp-python's own buffer of 32 bytes drops longer pieces (its issue 2362).
        room = 64
        while True:
            buffer = ctypes.create_string_buffer(room)
            length = llama.llama_token_to_piece(self._vocab, token, buffer, room, 0, special)
            if length >= 0:
                return buffer.raw[:length]
            room = -length


def _spans(text: str, pieces: Sequence[bytes]) -> tuple[tuple[int, int], ...]:
    """Where each token's bytes stand in `text`, as character offsets.

    A token without text of its own (BOS, a blank that the tokenizer put in front) gets an
    empty span. A token that ends inside a character ends before it.
    """
    data = text.encode("utf-8", "replace")
    # The character that each byte belongs to: continuation bytes to the one before them.
    places = accumulate(byte & 0xC0 != 0x80 for byte in data)
    character = [*(place - 1 for place in places), len(text)]
    cursor, found = 0, []
    for piece in pieces:
        begin, length = cursor, len(piece)
        if not data.startswith(piece, cursor):
            length = len(piece.lstrip(b" "))
            if not length or not data.startswith(piece.lstrip(b" "), cursor):
                length = 0
        cursor += length
        found.append((character[begin], character[cursor]))
    return tuple(found)
