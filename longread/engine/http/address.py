"""Addresses of model servers: `http://HOST:PORT` and `openai:http://HOST:PORT/v1#NAME`.

Keys come from the environment and stand in no address: an address is shown, logged and kept.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urlsplit

from longread.errors import ModelError, UsageError

Api = Literal["llama-server", "openai"]

_OPENAI = "openai:"
_HINT = "write http://HOST:PORT for llama-server, or openai:http://HOST:PORT/v1#MODEL"


def is_address(reference: str) -> bool:
    """Whether a `--model` names a server and not a file or a name on this machine."""
    return reference.startswith((_OPENAI, "http://", "https://"))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is and what it speaks. `model` is one of its models, or empty: the only one.

    `path` is what all of the API's paths begin with, without a slash at its end.
    """

    api: Api
    scheme: str
    host: str
    port: int
    path: str = ""
    model: str = ""

    @classmethod
    def parse(cls, reference: str) -> Self:
        """Reads what the user wrote; raises UsageError."""
        api: Api = "openai" if reference.startswith(_OPENAI) else "llama-server"
        try:
            parts = urlsplit(reference.removeprefix(_OPENAI))
            port = parts.port
        except ValueError as error:
            raise UsageError(f"{reference} is not an address: {error}.", _HINT) from None
        if parts.username or parts.password or parts.query:
            # Not repeated: it may be a key.
            raise UsageError(
                "an address of a model server holds no user, password or query.",
                "a key goes into the environment: LONGREAD_API_KEY",
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"{reference} is not an address of a model server.", _HINT)
        default = 443 if parts.scheme == "https" else 80
        path = parts.path.rstrip("/")
        if api == "openai" and not path:
            path = "/v1"
        return cls(api, parts.scheme, parts.hostname, port or default, path, parts.fragment)

    @property
    def place(self) -> str:
        """`host:port`, as it is shown."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        prefix = _OPENAI if self.api == "openai" else ""
        name = f"#{self.model}" if self.model else ""
        return f"{prefix}{self.scheme}://{self.place}{self.path}{name}"

    @property
    def key_variables(self) -> tuple[str, ...]:
        """The environment variables that may hold the server's key, the first that is set wins."""
        own = ("LONGREAD_API_KEY",)
        return (*own, "OPENAI_API_KEY") if self.api == "openai" else own

    def key(self) -> str:
        """The key from the environment, or nothing. Raises ModelError for what cannot be one."""
        for name in self.key_variables:
            key = os.environ.get(name, "").strip()
            if key and not (key.isascii() and key.isprintable()):
                raise ModelError(f"{name} holds what cannot be a key.", f"set {name} anew")
            if key:
                return key
        return ""
