"""SHA-256 of a model's file, so that what was made with it is never used with another.

All of its bytes are read: a file replaced under the same name may differ anywhere. That
takes 0.1 s for the bundled model and seconds for a large one, so it is remembered, together
with the file's size, times and inode. The time of change (ctime) cannot be set by hand: a
copy that keeps the old file's date is noticed.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from longread import paths
from longread.models import gguf


def file_digest(model: Path) -> str:
    """The sha256 of a model's bytes, over all of its shards, in hexadecimal.

    Raises OSError where it cannot be read.
    """
    files = gguf.shards(model.resolve())
    marks = [_mark(file) for file in files]
    remembered = _place(files[0])
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads(remembered.read_text("utf-8"))
        if record["marks"] == marks and isinstance(record["sha256"], str):
            return str(record["sha256"])
    hasher = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while piece := opened.read(1 << 22):
                hasher.update(piece)
    # A file that was written to while it was read is not remembered.
    if marks == [_mark(file) for file in files]:
        with suppress(OSError):
            record = {"marks": marks, "sha256": hasher.hexdigest()}
            with paths.write_atomically(remembered) as part:
                part.write_text(json.dumps(record), "utf-8")
    return hasher.hexdigest()


def _mark(file: Path) -> list[int]:
    found = file.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


def _place(file: Path) -> Path:
    name = hashlib.sha256(str(file).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return paths.cache_folder() / "digests" / f"{name}.json"
