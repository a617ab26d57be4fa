"""`longread mcp`: documents for chat clients that speak the Model Context Protocol."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from longread.cli.options import ServeOptions, takes_options
from longread.cli.process import keep_logs_quiet
from longread.errors import UsageError


@takes_options("mcp")
def mcp(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER...", help="The folders whose documents may be read."),
    ],
    *,
    options: ServeOptions,
) -> None:
    """Serve documents to a chat client (Model Context Protocol, stdio).

    Tools: ask, search, inspect, read_page. Only documents below the folders named here can be
    read; links are not followed.
    """
    from longread.models import store

    try:
        from longread.mcp.server import serve
    except ImportError as error:
        raise UsageError(
            "the Model Context Protocol is not installed.", "pip install 'longread[mcp]'"
        ) from error
    from longread.mcp.service import Service

    keep_logs_quiet()
    model = options.model.model
    find = partial(store.resolve, model) if model else store.resolve_default
    if model:
        find()
    service = Service(folders, options.documents, options.reading, options.model, find)
    try:
        serve(service)
    finally:
        service.close()
