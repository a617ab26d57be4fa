"""Which documents a batch reads, and how they are shared out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from longread.errors import DocumentError, UsageError
from longread.runs.batch import Shard, Unit, read_units


def slurm(task: int, count: int, least: int, most: int, step: int = 1) -> dict[str, str]:
    named = {"ID": task, "COUNT": count, "MIN": least, "MAX": most, "STEP": step}
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in named.items()}


@pytest.mark.parametrize("count", [1, 2, 7])
def test_every_document_falls_to_one_shard(count: int) -> None:
    units = [Unit(f"filings/{number}.pdf") for number in range(200)]
    shards = [Shard(number, count) for number in range(1, count + 1)]
    assert all(sum(shard.holds(unit) for shard in shards) == 1 for unit in units)
    assert min(sum(map(shard.holds, units)) for shard in shards) > 200 // count // 2


def test_an_id_decides_where_there_is_one() -> None:
    shard = Shard(1, 2)
    for number in range(50):
        here, there = Unit(f"/a/{number}.pdf", str(number)), Unit(f"/b/{number}.pdf", str(number))
        assert shard.holds(here) == shard.holds(there)


def test_shards_as_they_are_written() -> None:
    assert Shard.parse("3/64") == Shard(3, 64)
    for text in ("0/4", "5/4", "3", "a/b", "1/0", "-1/2", "1.5/2", ""):
        with pytest.raises(UsageError, match=f"--shard {text}"):
            Shard.parse(text)


def test_a_task_of_a_slurm_array_is_a_shard() -> None:
    assert Shard.of_slurm({}) is None
    assert Shard.of_slurm(slurm(0, 64, 0, 63)) == Shard(1, 64)
    assert Shard.of_slurm(slurm(64, 64, 1, 64)) == Shard(64, 64)
    assert Shard.of_slurm(slurm(30, 4, 0, 30, 10)) == Shard(4, 4)


def test_an_array_with_gaps_is_refused_since_documents_would_fall_through() -> None:
    with pytest.raises(UsageError, match="has gaps"):
        Shard.of_slurm(slurm(17, 2, 3, 17))
    with pytest.raises(UsageError, match="name no task"):
        Shard.of_slurm({"SLURM_ARRAY_TASK_ID": "3"})


def test_a_manifest_names_documents_from_where_it_is(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text(
        '{"document": "a.pdf", "id": 7}\n\n{"document": "/b.pdf"}\n{"document": "a.pdf"}\n', "utf-8"
    )
    units, left_out = read_units([str(file)])
    assert units == [Unit(str(tmp_path / "a.pdf"), "7"), Unit("/b.pdf")]
    assert left_out == []


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ('{"document": ""}', "line 2 of .* names no document"),
        ('{"other": 1}', "line 2 of .* names no document"),
        ("{", "line 2 of .* names no document"),
        ('{"document": "b", "id": true}', "line 2 of .* has an id that is no name"),
    ],
)
def test_a_line_of_a_manifest_that_is_none(tmp_path: Path, line: str, trouble: str) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text(f'{{"document": "a"}}\n{line}\n', "utf-8")
    with pytest.raises(UsageError, match=trouble):
        read_units([str(file)])


def test_json_lines_that_are_a_document_stay_one(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"level": "info"}\n', "utf-8")
    assert read_units([str(file)])[0] == [Unit(str(file))]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError):
        read_units([str(tmp_path / "empty")])
    with pytest.raises(UsageError, match="standard input"):
        read_units(["-"])


def test_what_a_batch_writes_is_none_of_its_documents(tmp_path: Path) -> None:
    """`longread batch . --out answers` is the same batch the second time; so is `--out .`."""
    own = (
        "parts/1-2.jsonl",
        "locks/1-2.lock",
        "digests/host-1.jsonl",
        "lists/3.jsonl",
        "batch.json",
    )
    for folder in (tmp_path, tmp_path / "answers"):
        for name in (*own, "parts/user.txt"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("{}\n", "utf-8")
    units, _left_out = read_units([str(tmp_path)], None, tmp_path)
    found = {unit.path.removeprefix(f"{tmp_path}{os.sep}") for unit in units}
    assert found == {f"answers/{name}" for name in (*own, "parts/user.txt")} | {"parts/user.txt"}
    units, _left_out = read_units([str(tmp_path)], None, tmp_path / "answers")
    found = {unit.path.removeprefix(f"{tmp_path}{os.sep}") for unit in units}
    assert found == {*own, "parts/user.txt", "answers/parts/user.txt"}
