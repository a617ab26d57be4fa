"""`longread config`: what is in force, and where each value comes from."""

from __future__ import annotations

import json
from typing import Any

import typer

from longread import paths
from longread.cli.options import TABLE, AsJson
from longread.options import InForce, shown


def config(as_json: AsJson = False) -> None:
    """Show the settings in force and where each comes from."""
    in_force = TABLE.in_force()
    rows = [(name, shown(_public(found)), found.origin) for name, found in in_force.items()]
    if as_json:
        record = {
            "config_file": str(paths.config_file()),
            "settings": {
                name: {"value": _public(found), "origin": found.origin}
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
    typer.echo(f"runs:        {paths.state_folder() / 'runs'}", err=True)


def _public(found: InForce) -> Any:
    return "…" if found.setting.secret and found.value else found.value
