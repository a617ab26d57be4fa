"""`longread config`: what is in force, and where each value comes from."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from longread import paths
from longread.cli.settings import settings_in_force


def config(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the settings in force and where each comes from."""
    in_force = settings_in_force()
    rows = [(name, _shown(name, found.value), found.origin) for name, found in in_force.items()]
    if as_json:
        record = {
            "config_file": str(paths.config_file()),
            "settings": {
                name: {"value": _secret(name, found.value), "origin": found.origin}
                for name, found in in_force.items()
            },
        }
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
        return
    names = max(len(name) for name, _value, _origin in rows)
    values = max(len(value) for _name, value, _origin in rows)
    for name, value, origin in rows:
        typer.echo(f"{name:<{names}}  {value:<{values}}  {origin}")
    exists = "" if paths.config_file().exists() else " (not there yet)"
    typer.echo(f"\nconfig file: {paths.config_file()}{exists}", err=True)
    typer.echo(f"cache:       {paths.cache_folder()}", err=True)
    typer.echo(f"models:      {paths.data_folder() / 'models'}", err=True)


def _secret(name: str, value: Any) -> Any:
    return "…" if name == "password" and value else value


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(_secret(name, value))
