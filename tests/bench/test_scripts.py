"""The scripts of benchmarks/ import what there is in longread: nothing else would say so."""

from __future__ import annotations

import pytest

from tests.bench.scripts import BENCHMARKS, script


@pytest.mark.parametrize("name", sorted(file.stem for file in BENCHMARKS.glob("*.py")))
def test_a_script_can_be_imported(name: str) -> None:
    assert script(name).__doc__
