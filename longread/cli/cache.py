"""`longread cache info|clear|limit`: what is kept so that the next question is faster."""

from __future__ import annotations

import json
import re
from typing import Annotated

import typer

from longread import paths
from longread.cli.complete import group
from longread.cli.options import AsJson
from longread.errors import LongreadError, UsageError, reason_of

app = group(
    "Show, limit or delete what is kept for the next question. That is blocks (what "
    "the model knows of a passage once it has read it), parsed documents, and their index."
)

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", re.IGNORECASE)


@app.command()
def info(as_json: AsJson = False) -> None:
    """Show how much is kept, and the limit."""
    from longread.display.phrasing import counted
    from longread.documents import cache as documents
    from longread.prefix_cache import BlockStore
    from longread.retrieval.store import index_file

    store, index = BlockStore(), index_file()
    blocks, texts = store.holdings(), documents.holdings()
    indexed = index.stat().st_size if index.exists() else 0
    if as_json:
        record = {
            "folder": str(paths.cache_folder()),
            "blocks": {
                "number": blocks.blocks,
                "documents": blocks.documents,
                "bytes": blocks.size,
                "limit": store.limit,
            },
            "documents": {"number": texts[0], "bytes": texts[1]},
            "index": {"bytes": indexed},
        }
        typer.echo(json.dumps(record, indent=2))
        return
    typer.echo(
        f"blocks     {_shown(blocks.size)} of {_shown(store.limit)}: "
        f"{counted(blocks.blocks, 'passage')} of {counted(blocks.documents, 'document')}"
    )
    typer.echo(f"documents  {_shown(texts[1])}: {counted(texts[0], 'parsed text')}")
    typer.echo(f"index      {_shown(indexed)}")
    typer.echo(f"folder     {paths.cache_folder()}")


@app.command()
def clear(
    what: Annotated[
        str, typer.Argument(metavar="[all|blocks|documents]", help="What to delete.")
    ] = "all",
) -> None:
    """Delete what is kept; the next question reads the document anew.

    Optimised models and runs to be gone on with are left alone.
    """
    from longread.documents import cache as documents
    from longread.prefix_cache import BlockStore
    from longread.retrieval.store import index_file

    if what not in ("all", "blocks", "documents"):
        raise UsageError(f"there is nothing called {what} in the cache.", "all, blocks, documents")
    freed = BlockStore().clear() if what != "documents" else 0
    if what != "blocks":
        freed += documents.clear()
        if (index := index_file()).exists():
            freed += index.stat().st_size
            index.unlink()
    typer.echo(f"{_shown(freed)} freed")


@app.command()
def limit(
    size: Annotated[
        str | None, typer.Argument(help="The most that blocks may take: 500MB, 8GB.")
    ] = None,
) -> None:
    """Show or set how much disk blocks may take.

    What is over a lower limit is deleted, least recently used first. Blocks never take more
    than half of the free disk.
    """
    from longread import prefix_cache

    if size is not None:
        wanted = _parsed(size)
        try:
            prefix_cache.set_limit(wanted)
        except OSError as error:
            raise LongreadError(
                f"the limit could not be saved: {reason_of(error)}.",
                f"check {paths.data_folder()}",
            ) from error
        freed = prefix_cache.BlockStore().shrink()
        if freed:
            typer.echo(f"{_shown(freed)} freed", err=True)
    typer.echo(_shown(prefix_cache.limit()))


def _parsed(size: str) -> int:
    match = _SIZE.fullmatch(size.strip())
    if match is None:
        raise UsageError(f"{size} is no size.", "longread cache limit 8GB")
    return int(float(match.group(1)) * _UNITS[match.group(2).upper()])


def _shown(size: int) -> str:
    """Bytes as people say them."""
    for unit in ("GB", "MB", "kB"):
        factor = _UNITS[unit[0].upper()]
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
