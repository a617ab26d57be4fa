"""HTTP to a model server: JSON calls and event streams, with time-outs and retries.

A call is tried again, with exponential backoff and jitter, where the connection fails or
breaks off, the server is busy (408, 425, 429, 5xx; `Retry-After` is heeded), or answers what
is no JSON. A server that has never answered is not waited for: its name may be wrong.
Redirects are not followed: the user named one host, and the documents go to no other.
Raises ModelError; the key is in none of its messages.
"""

from __future__ import annotations

import http.client
import json
import logging
import random
import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from longread.engine.http.address import Address
from longread.errors import ModelError
from longread.version import __version__

# Seconds to reach the server, and seconds without a byte before it counts as gone: a large
# model on a slow machine reads a prompt for minutes before the first one.
_CONNECT, _SILENCE = 10.0, 600.0
# A call is tried so often; the pauses double from the first and end at the longest. Together
# they outlast a server that is started anew and loads its model.
_TRIES, _LONGEST_PAUSE = 8, 30.0
# A server that took the call and is silent for ten minutes is asked once more.
_TRIES_OF_SILENCE = 2
_LONGEST_RETRY_AFTER = 120.0
# The user hears of a call that failed so often.
_WORTH_TELLING = 3
# Some servers answer 500 to what they do not know. Asked whether they do, they are believed
# after so many times.
_TRIES_OF_PROBES = 3
_REFUSALS = {400, 404, 405, 415, 422, 500, 501}
_BUSY = {408, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}
_OVERFLOW = ("exceed_context_size_error", "context_length_exceeded")

_LOG = logging.getLogger("longread.engine.http")

Result = TypeVar("Result")
Event = dict[str, Any]


class RetryableError(Exception):
    """The same call may succeed later, if it is tried up to `tries` times.

    `status` as in ServerError; `after`: seconds to wait.
    """

    def __init__(self, reason: str, status: int = 0, tries: int = _TRIES) -> None:
        super().__init__(reason)
        self.status = status
        self.tries = tries
        self.after = 0.0


class ServerError(ModelError):
    """The server refused, or stayed away. `status` is HTTP's, 0 where there was no answer."""

    def __init__(self, message: str, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint)
        self.status = status

    @property
    def refusal(self) -> bool:
        """Whether the server does not know what it was asked for, and will not tomorrow."""
        return self.status in _REFUSALS


@contextmanager
def understood(address: Address) -> Iterator[None]:
    """Around what reads answers: JSON of another shape is the server's fault, and told as such."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ServerError(
            f"{address.place} answers what this API does not have ({error!r}).",
            "write http://HOST:PORT for llama-server, or openai:http://HOST:PORT/v1#MODEL",
        ) from error


class Client:
    """Calls to one server, from as many threads as wanted.

    `report` gets one line when a call fails several times in a row.
    """

    first_pause = 0.5
    silence = _SILENCE

    def __init__(self, address: Address, report: Callable[[str], None]) -> None:
        self.address = address
        self._report = report
        self._key = address.key()
        self._reached = False
        self._closed = threading.Event()

    def get(self, path: str) -> Any:
        """The JSON at `path`."""
        return self._patiently(lambda: self._call("GET", path, None))

    def post(self, path: str, body: dict[str, Any], *, probe: bool = False) -> Any:
        """The JSON that `path` answers to `body`. A `probe` asks whether the server can."""
        return self._patiently(lambda: self._call("POST", path, body), probe)

    def stream(
        self,
        path: str,
        body: dict[str, Any],
        fold: Callable[[Iterator[Event]], Result],
        *,
        probe: bool = False,
    ) -> Result:
        """What `fold` makes of the events that `path` answers to `body`.

        It is called anew, with all events from the first, when the stream breaks off.
        """

        def once() -> Result:
            with self._answer("POST", path, body) as response, understood(self.address):
                return fold(self._events(response))

        return self._patiently(once, probe)

    def close(self) -> None:
        """Wait for nothing any more. Safe to call twice."""
        self._closed.set()

    def _patiently(self, call: Callable[[], Result], probe: bool = False) -> Result:
        failed = 0
        while not self._closed.is_set():
            try:
                return call()
            except RetryableError as error:
                failed += 1
                refused = probe and error.status in _REFUSALS
                most = _TRIES_OF_PROBES if refused else error.tries
                if failed >= most or not self._reached:
                    raise self._gone(error, failed) from error
                _LOG.debug("%s %s; failed %d times", self.address.place, error, failed)
                if failed == _WORTH_TELLING:
                    self._report(f"{self.address.place} {error}: trying again")
                self._closed.wait(error.after or self._pause(failed))
        raise ServerError(f"the connection to {self.address.place} was closed.")

    def _pause(self, failed: int) -> float:
        longest = min(_LONGEST_PAUSE, self.first_pause * 2.0 ** (failed - 1))
        return longest * random.uniform(0.5, 1.0)

    def _gone(self, error: RetryableError, tries: int) -> ServerError:
        if not self._reached:
            return ServerError(
                f"{self.address.place} {error}.",
                "is the model server running there? --model names its host and port",
            )
        return ServerError(
            f"{self.address.place} {error}, {tries} times in a row.",
            "what was read is kept: the same command goes on when the server is back",
            error.status,
        )

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        with self._answer(method, path, body) as response:
            with self._on_the_line():
                data = response.read()
            return self._decoded(data)

    @contextmanager
    def _answer(
        self, method: str, path: str, body: dict[str, Any] | None
    ) -> Iterator[http.client.HTTPResponse]:
        """The response to one request, its status seen to."""
        connection = self._connect()
        with closing(connection):
            with self._on_the_line():
                response = self._request(connection, method, path, body)
            if response.status // 100 != 2:
                raise self._failure(response)
            yield response

    @contextmanager
    def _on_the_line(self) -> Iterator[None]:
        """Around what waits for the other side: its failures are told apart."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise ServerError(
                f"the certificate of {self.address.place} is not trusted: {error.verify_message}.",
                "SSL_CERT_FILE names a file of certificates to trust",
            ) from error
        except TimeoutError as error:
            raise RetryableError("does not answer in time", tries=_TRIES_OF_SILENCE) from error
        except socket.gaierror as error:
            raise RetryableError(f"is not known: {error.strerror}") from error
        except (OSError, http.client.HTTPException) as error:
            why = (getattr(error, "strerror", None) or "the connection broke off").lower()
            raise RetryableError(f"cannot be reached: {why}") from error

    def _connect(self) -> http.client.HTTPConnection:
        """A connection to the server, or to the proxy that the environment names for it."""
        address = self.address
        kind: type[http.client.HTTPConnection] = (
            http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        )
        proxy = self._proxy()
        if proxy is None:
            return kind(address.host, address.port, timeout=_CONNECT)
        connection = kind(proxy[0], proxy[1], timeout=_CONNECT)
        if address.scheme == "https":
            connection.set_tunnel(address.host, address.port)
        return connection

    def _proxy(self) -> tuple[str, int] | None:
        """Host and port of the proxy; none for this machine and for what NO_PROXY lists."""
        address = self.address
        local = address.host in ("localhost", "::1") or address.host.startswith("127.")
        named = urllib.request.getproxies().get(address.scheme, "")
        if local or not named or urllib.request.proxy_bypass(address.host):
            return None
        parts = urlsplit(named if "://" in named else f"http://{named}")
        return unquote(parts.hostname or ""), parts.port or 80

    def _request(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: dict[str, Any] | None,
    ) -> http.client.HTTPResponse:
        headers = {"User-Agent": f"longread/{__version__}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.connect()
        except TimeoutError as error:
            raise RetryableError(f"cannot be reached in {_CONNECT:.0f} seconds") from error
        self._reached = True
        connection.sock.settimeout(self.silence)
        target = f"{self.address.path}{path}"
        if self.address.scheme == "http" and connection.host != self.address.host:
            target = f"http://{self.address.place}{target}"
            headers["Host"] = self.address.place
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, target, body=data, headers=headers)
        return connection.getresponse()

    def _decoded(self, data: bytes | str) -> Any:
        try:
            return json.loads(data)
        except ValueError as error:
            raise RetryableError("answers what is no JSON") from error

    def _events(self, response: http.client.HTTPResponse) -> Iterator[Event]:
        """The events of a server-sent stream; pings and comments are passed over."""
        while True:
            with self._on_the_line():
                line = response.readline()
            if not line:
                return
            name, _, value = line.decode("utf-8", "replace").strip().partition(":")
            if name not in ("data", "error") or value.strip() == "[DONE]":
                continue
            event = self._decoded(value)
            trouble = event if name == "error" else event.get("error")
            if trouble:
                code = trouble.get("code") if isinstance(trouble, dict) else None
                raise self._refusal(code if isinstance(code, int) else 500, trouble)
            yield event

    def _failure(self, response: http.client.HTTPResponse) -> Exception:
        with self._on_the_line():
            data = response.read()
        try:
            said = json.loads(data)
        except ValueError:
            said = {}
        said = said.get("error", said) if isinstance(said, dict) else {}
        after = response.headers.get("Retry-After", "")
        error = self._refusal(response.status, said)
        if isinstance(error, RetryableError) and after.isdigit():
            error.after = min(float(after), _LONGEST_RETRY_AFTER)
        return error

    def _refusal(self, status: int, said: Any) -> Exception:
        """What an answer that is none means: wait, or give up."""
        place, reason = self.address.place, self._words(said)
        kind = said.get("type") or said.get("code") if isinstance(said, dict) else ""
        if kind in _OVERFLOW:
            return ServerError(
                f"{place}: the prompt is longer than the context that the server gives it.",
                "use smaller --chunk-tokens and --memory-tokens, or give the server more context",
                status,
            )
        if status in _BUSY:
            return RetryableError(f"answers {status}{reason}", status)
        if status in (401, 403):
            refused = "refuses the key" if self._key else "wants a key"
            return ServerError(
                f"{place} {refused} ({status}).",
                f"set {' or '.join(self.address.key_variables)}",
                status,
            )
        return ServerError(f"{place} answers {status}{reason}.", status=status)

    def _words(self, said: Any) -> str:
        """The server's own words, in one short line, without the key."""
        text = said.get("message") or said.get("detail") if isinstance(said, dict) else said
        line = " ".join(str(text or "").split())
        if self._key:
            line = line.replace(self._key, "…")
        return f": {line[:200].rstrip('.')}" if line else ""
