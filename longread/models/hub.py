"""The model hub's protocol: what a file is, and its bytes from an offset on.

Speaks Hugging Face's `resolve` addresses, or those of any mirror named by HF_ENDPOINT.
For large files the hub answers with a redirect to a content network; what the file is
(X-Repo-Commit, X-Linked-Etag with the sha256, X-Linked-Size) stands on that first answer
only. HF_TOKEN is sent to the hub and to no other host. Proxies are urllib's own
(HTTPS_PROXY and friends). Raises ModelError, or RetryableError where trying again may help.
"""

from __future__ import annotations

import http.client
import os
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from longread.errors import ModelError, UsageError
from longread.models import gguf
from longread.version import __version__

# Seconds without a byte before a connection counts as dropped; less for a mere question, so
# that a machine that is offline hears so soon.
_TIMEOUT = 30.0
_TIMEOUT_OF_QUESTIONS = 10.0
_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_SHA256 = re.compile(r"[0-9a-f]{64}")

# What urllib hands back: an answer, or one that it would rather have raised.
Response = http.client.HTTPResponse | urllib.error.HTTPError


class RetryableError(Exception):
    """The connection failed or the server was busy: the same call may succeed later."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file on the hub: `repository` is `owner/name`, `file` its path in there."""

    repository: str
    file: str
    revision: str = "main"

    @classmethod
    def parse(cls, reference: str) -> Source:
        """Reads `hf:owner/repository/path/file.gguf[@revision]`; raises UsageError."""
        path, _, revision = reference.removeprefix("hf:").partition("@")
        parts = path.split("/")
        # A backslash or a colon would name another folder on Windows, whatever stands around it.
        strange = ".." in parts or any(sign in path for sign in "\\:")
        if len(parts) < 3 or not all(parts) or strange or not path.endswith(".gguf"):
            raise UsageError(
                f"{reference} does not name a GGUF file on the hub.",
                "write hf:owner/repository/file.gguf, with @revision if need be",
            )
        return cls("/".join(parts[:2]), "/".join(parts[2:]), revision or "main")

    def __str__(self) -> str:
        revision = "" if self.revision == "main" else f"@{self.revision}"
        return f"hf:{self.repository}/{self.file}{revision}"

    def shards(self) -> list[Source]:
        """All files of the model: this one, or every shard of `…-0000i-of-0000N.gguf`."""
        return [replace(self, file=str(file)) for file in gguf.shards(PurePosixPath(self.file))]

    def url(self, revision: str) -> str:
        """The address of the file at `revision`."""
        return f"{endpoint()}/{self.repository}/resolve/{quote(revision, '')}/{quote(self.file)}"


@dataclass(frozen=True, slots=True)
class Remote:
    """What the hub says of a file. `sha256` is empty for the few files kept outside LFS."""

    source: Source
    size: int
    etag: str
    sha256: str
    commit: str


def endpoint() -> str:
    """The hub's address: HF_ENDPOINT, or Hugging Face."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def refuse_offline(source: Source) -> None:
    """Raises ModelError when HF_HUB_OFFLINE forbids connections."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise ModelError(
            f"HF_HUB_OFFLINE is set, so {source} cannot be pulled.",
            "unset HF_HUB_OFFLINE, or name a .gguf file on this machine",
        )


def describe(source: Source) -> Remote:
    """Asks the hub for size, digest and commit of a file."""
    url, commit = source.url(source.revision), ""
    for _ in range(_MOST_REDIRECTS):
        with _open(url, source, method="HEAD", follow=False) as response:
            headers = response.headers
        commit = commit or headers.get("X-Repo-Commit", "")
        if "X-Linked-Size" in headers or response.status not in _REDIRECTS:
            break
        url = urljoin(url, headers.get("Location", ""))
    size = headers.get("X-Linked-Size") or headers.get("Content-Length") or ""
    if not size.isdigit():
        raise ModelError(f"{endpoint()} does not say how large {source.file} is.")
    etag = (headers.get("X-Linked-Etag") or headers.get("ETag") or "").removeprefix("W/").strip('"')
    return Remote(source, int(size), etag, etag if _SHA256.fullmatch(etag) else "", commit)


def fetch(remote: Remote, offset: int) -> Response:
    """Opens the file's bytes from `offset` on, pinned to the commit that `describe` saw.

    The caller looks at `status`: 206 begins at `offset`, 200 at the first byte, 416 says
    that there is nothing from `offset` on.
    """
    url = remote.source.url(remote.commit or remote.source.revision)
    ranges = {"Range": f"bytes={offset}-"} if offset else {}
    return _open(url, remote.source, headers=ranges, accept={416})


class _Redirect(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but leaves the token behind when they lead to another host."""

    def redirect_request(self, *arguments: Any) -> urllib.request.Request | None:
        request = super().redirect_request(*arguments)
        if request is not None and _origin(request.full_url) != _origin(arguments[0].full_url):
            request.remove_header("Authorization")
        return request


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _open(
    url: str,
    source: Source,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    follow: bool = True,
    accept: set[int] | frozenset[int] = frozenset(),
) -> Response:
    request = urllib.request.Request(url, headers=headers or {}, method=method)
    request.add_header("User-Agent", f"longread/{__version__}")
    token = os.environ.get("HF_TOKEN", "").strip()
    if token and _origin(url) == _origin(endpoint()):
        request.add_header("Authorization", f"Bearer {token}")
    opener = urllib.request.build_opener(_Redirect() if follow else _Stay())
    timeout = _TIMEOUT_OF_QUESTIONS if method == "HEAD" else _TIMEOUT
    try:
        response: Response = opener.open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code in accept or (not follow and error.code in _REDIRECTS):
            return error
        with error:
            raise _refusal(error, source) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise RetryableError(f"{urlsplit(url).netloc} cannot be reached: {reason}") from error
    return response


def _refusal(error: urllib.error.HTTPError, source: Source) -> Exception:
    code = error.headers.get("X-Error-Code", "")
    page = f"{endpoint()}/{source.repository}"
    if code == "GatedRepo":
        return ModelError(
            f"{source.repository} is gated: its owner wants terms accepted first.",
            f"accept them at {page}, then set HF_TOKEN to a token of yours",
        )
    if error.code == 401:
        return ModelError(
            f"{source.repository} does not exist, is private, or wants a token.",
            "check the name; for a private or gated repository set HF_TOKEN to a token of yours",
        )
    if error.code == 403:
        return ModelError(f"{page} refused access.", "HF_TOKEN may lack the right to read it")
    if error.code == 404:
        what = {
            "RepoNotFound": source.repository,
            "RevisionNotFound": f"revision {source.revision}",
        }
        return ModelError(
            f"{what.get(code, source.file)} is not on {urlsplit(endpoint()).netloc}.",
            f"see what there is at {page}/tree/main",
        )
    if error.code in {408, 429} or error.code >= 500:
        return RetryableError(f"{urlsplit(endpoint()).netloc} answered {error.code} {error.reason}")
    return ModelError(f"{page} answered {error.code} {error.reason}.")
