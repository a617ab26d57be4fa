"""A model hub on 127.0.0.1 that speaks the real one's protocol, and can misbehave.

As on the real hub, `/{owner}/{repository}/resolve/{revision}/{file}` answers with a
redirect that carries digest, size and commit, and the bytes come from another host
(here `localhost`, a different origin than `127.0.0.1`).
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """What the server offers and how it behaves; `served` counts bytes of files sent."""

    files: dict[str, bytes] = field(default_factory=dict)
    drops: list[int] = field(default_factory=list)
    ignores_range: bool = False
    digest: str = ""
    refusal: tuple[int, str] | None = None
    refuses_ranges: bool = False
    busy: int = 0
    token: str = ""
    direct: bool = False
    renamed: dict[str, str] = field(default_factory=dict)
    served: int = 0
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def downloads(self) -> list[dict[str, str]]:
        """Headers of every request for a file's bytes at the content network."""
        return [headers for _, path, headers in self.seen if path.startswith("/cdn/")]


@contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        hub.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self) -> None:
        # Asked as a proxy, it is given whole addresses, and plays every host itself.
        hub, path = self.hub, unquote(urlsplit(self.path).path)
        hub.seen.append((self.command, path, dict(self.headers.items())))
        if path.startswith("/cdn/"):
            self._send_file(hub.files[path.removeprefix("/cdn/")])
            return
        if hub.busy:
            hub.busy -= 1
            self._send(503)
            return
        repository, _, rest = path[1:].partition("/resolve/")
        if repository in hub.renamed:
            self._send(307, Location=path.replace(repository, hub.renamed[repository]))
            return
        self._resolve(f"{repository}/{rest.partition('/')[2]}")

    def _resolve(self, name: str) -> None:
        hub = self.hub
        if hub.token and self.headers["Authorization"] != f"Bearer {hub.token}":
            self._send(401, **{"X-Error-Code": "GatedRepo"})
        elif hub.refusal:
            self._send(hub.refusal[0], **{"X-Error-Code": hub.refusal[1]})
        elif name not in hub.files:
            self._send(404, **{"X-Error-Code": "EntryNotFound"})
        elif hub.direct:
            self._send_file(hub.files[name], ETag='"plain"')
        else:
            digest = hub.digest or hashlib.sha256(hub.files[name]).hexdigest()
            self._send(
                302,
                **{
                    "Location": f"http://localhost:{hub.port}/cdn/{name}",
                    "X-Repo-Commit": COMMIT,
                    "X-Linked-Etag": f'"{digest}"',
                    "X-Linked-Size": str(len(hub.files[name])),
                    "ETag": '"of the redirect, not of the file"',
                },
            )

    def _send(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _send_file(self, data: bytes, **headers: str) -> None:
        hub, start, status = self.hub, 0, 200
        asked = self.headers["Range"]
        if asked and hub.refuses_ranges:
            hub.refuses_ranges = False
            self._send(416)
            return
        if asked and not hub.ignores_range:
            start, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        body = data[start:]
        self._send(status, **{**headers, "Content-Length": str(len(body))})
        if self.command == "HEAD":
            return
        cut = hub.drops.pop(0) if hub.drops else len(body)
        try:
            self.wfile.write(body[:cut])
        except ConnectionError:  # the client was stopped
            return
        hub.served += min(cut, len(body))
        if cut < len(body):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
