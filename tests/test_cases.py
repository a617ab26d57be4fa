"""Each kind of report in cases.toml has its tests, and none of the reports is left out."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent
REPORTS = TESTS.parents[1] / "shared" / "cases"
CASES: dict[str, dict[str, str | list[str]]] = tomllib.loads(
    (TESTS / "cases.toml").read_text("utf-8")
)


@pytest.mark.parametrize("case", CASES)
def test_every_check_names_a_test_that_there_is(case: str) -> None:
    for held in CASES[case].values():
        for node in [held] if isinstance(held, str) else held:
            file, _, name = node.partition("::")
            body = ast.parse((TESTS / file).read_text("utf-8")).body
            defined = {each.name for each in body if isinstance(each, ast.FunctionDef)}
            assert name in defined, node
            assert name.startswith("test_"), node


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the reports (../shared/cases) are not here")
def test_every_report_is_in_the_table_with_all_its_checks() -> None:
    checks = {
        recipe.parent.name: len(re.findall("^source:", recipe.read_text("utf-8"), re.MULTILINE))
        for recipe in REPORTS.glob("*/recipe.txt")
    }
    assert {case: len(tests) for case, tests in CASES.items()} == checks
