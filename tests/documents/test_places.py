"""The place of an answer in files of every format that can be made here without pandoc."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from longread.reading.options import ReadingOptions
from longread.runs.lookup import cut_up, search
from longread.runs.opening import read_documents
from tests.bench.scripts import script

ENDINGS = ("xlsx", "xls", "ods", "pptx", "eml", "mbox", "csv", "json", "xml", "ipynb", "srt")


@pytest.fixture
def formats() -> Any:
    return script("formats")


@pytest.mark.parametrize("ending", ENDINGS)
def test_search_finds_the_place_that_was_written(formats: Any, tmp_path: Path, ending: str) -> None:
    for seed, kind in enumerate(formats.KINDS):
        ships = formats.fleet(seed)
        ship = random.Random(seed).choice(formats.remarks(ships))
        path = tmp_path / f"{kind}.{ending}"
        gold = formats.WRITERS[ending](path, ships, ship, kind)
        words = {
            "prose": f"{ship.captain} {ship.name} {ship.cargo}",
            "table": f"{ship.name} {ship.coal} {ship.men}",
            "remark": ship.remark,
        }
        hits = search(cut_up(read_documents([str(path)]), ReadingOptions()), words[kind], 1)
        assert gold.holds(hits[0]), (kind, gold, hits[0])
