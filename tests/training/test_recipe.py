"""`models/reader/make`: steps in order, what is done stays done, and where figures go."""

from __future__ import annotations

import ast
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.training.conftest import FOLDER


def printing(recipe: ModuleType, name: str, words: str, to: Path, **facts: Any) -> Any:
    return recipe.Step(name, (sys.executable, "-c", f"print({words!r})"), to, **facts)


def test_what_is_done_is_not_done_again(recipe: ModuleType, tmp_path: Path) -> None:
    files = [tmp_path / name for name in "abc"]
    plan = [
        printing(recipe, file.name, file.name, file, resumes=tmp_path / f"{file.name}-kept")
        for file in files
    ]
    recipe.make(plan, recipe.Made(tmp_path / "made.json"), tmp_path)
    assert [file.read_text() for file in files] == ["a\n", "b\n", "c\n"]
    for file in files:
        file.write_text("by hand")
        (tmp_path / f"{file.name}-kept").write_text("a part of it")
    recipe.make(plan, recipe.Made(tmp_path / "made.json"), tmp_path)
    assert [file.read_text() for file in files] == ["by hand"] * 3
    # Another command: it goes on from its own part, and all behind it begin anew.
    plan[1] = printing(recipe, "b", "new", files[1], resumes=tmp_path / "b-kept")
    recipe.make(plan, recipe.Made(tmp_path / "made.json"), tmp_path)
    assert [file.read_text() for file in files] == ["by hand", "new\n", "c\n"]
    assert [(tmp_path / f"{name}-kept").exists() for name in "abc"] == [True, True, False]


def test_a_step_that_fails_leaves_nothing_and_stops(recipe: ModuleType, tmp_path: Path) -> None:
    failing = recipe.Step(
        "fails", (sys.executable, "-c", "print('half'); raise SystemExit(3)"), tmp_path / "out"
    )
    after = printing(recipe, "after", "x", tmp_path / "after")
    made = recipe.Made(tmp_path / "made.json")
    with pytest.raises(SystemExit, match="fails failed with 3"):
        recipe.make([failing, after], made, tmp_path)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "after").exists()
    assert not made.holds(failing)


def test_every_step_is_a_script_that_is_there(recipe: ModuleType, tmp_path: Path) -> None:
    sys_argv, sys.argv = sys.argv, ["make", "--out", str(tmp_path)]
    try:
        plan = recipe.steps(recipe._arguments())
    finally:
        sys.argv = sys_argv
    assert len({step.name for step in plan}) == len(plan)
    for step in plan:
        assert step.call or step.words
        scripts = [Path(word) for word in step.words if word.endswith(".py")]
        assert all(script.is_file() for script in scripts)


FITTED = "# 96 questions\n# held out 0.9\n[reader]\nstanding = 1.000\nmatch = 2.500\n"


def test_fitted_tables_take_the_place_of_the_old_ones(recipe: ModuleType) -> None:
    old = (
        "# Fitted long ago.\n[likelihood]\nstanding = 3.747\n\n"
        "# Old figures.\n[reader]\nstanding = 0.723\nunanswerable = 0.23\n\n"
        "# By hand.\n[reader_step]\npart = 2.0\n"
    )
    text = recipe.with_tables(old, FITTED)
    assert tomllib.loads(text) == {
        "likelihood": {"standing": 3.747},
        "reader": {"standing": 1.0, "match": 2.5, "unanswerable": 0.23},
        "reader_step": {"part": 2.0},
    }
    assert "# Old figures." not in text
    assert "# held out 0.9\n[reader]" in text
    assert text.startswith("# Fitted long ago.\n[likelihood]")
    assert recipe.with_tables(text, FITTED) == text


def test_the_package_calibration_survives_the_round(recipe: ModuleType) -> None:
    (file,) = recipe.PACKAGE.rglob("calibration.toml")
    text = file.read_text("utf-8")
    assert tomllib.loads(recipe.with_tables(text, "")) == tomllib.loads(text)


def test_figures_stand_between_their_marks(recipe: ModuleType) -> None:
    card = "# Reader\n\n## What it does\n\nMuch.\n\n## What falls short\n\nLittle.\n"
    once = recipe.with_figures(card, "F1 0.7")
    assert once.index("Much.") < once.index("F1 0.7") < once.index("## What falls short")
    again = recipe.with_figures(once, "F1 0.8")
    assert "F1 0.7" not in again
    assert again.replace("F1 0.8", "F1 0.7") == once


def test_no_script_imports_itself_by_way_of_others() -> None:
    scripts = {file.stem: file for file in Path(FOLDER).glob("*.py")}
    imports: dict[str, set[str]] = {}
    for name, file in scripts.items():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            named = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            imports.setdefault(name, set()).update(set(named) & scripts.keys())
    assert imports["generated"] >= {"drafts", "hops", "tables"}
    order = list(TopologicalSorter(imports).static_order())
    assert set(order) == scripts.keys()
