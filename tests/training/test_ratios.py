"""Lessons of statements: "part" where one row is missing, "yes" where both are there or noted."""

from __future__ import annotations

from types import ModuleType


def tokens(text: str) -> int:
    return len(text) // 4


def test_the_same_seed_gives_the_same_statements(ratios: ModuleType) -> None:
    once = list(ratios.statements(3, 6, tokens))
    assert once == list(ratios.statements(3, 12, tokens))[:6]


def test_every_need_is_a_row_of_its_statement(ratios: ModuleType) -> None:
    source = ratios._source()["statements"]
    for ratio in ratios.ratios():
        assert len(ratio.needs) == 2
        assert all(label in source[kind]["rows"] for kind, label in ratio.needs)


def test_quotes_and_answers_stand_there_and_what_to_look_for_does_not(ratios: ModuleType) -> None:
    needs = {label: ratio for ratio in ratios.ratios() for _kind, label in ratio.needs}
    seen: set[tuple[str, bool]] = set()
    for stated in ratios.statements(5, 80, tokens):
        lines = stated.text.splitlines()
        for asked in stated.asked:
            seen.add((asked.helps, bool(asked.notes)))
            if asked.quote:
                assert asked.quote in lines
            if asked.answer:
                assert asked.answer in stated.text
            if asked.helps == "part":
                missing = asked.look_for.rpartition(" ")[0]
                assert missing in needs
                assert not any(line.startswith((f"{missing} |", f"{missing}:")) for line in lines)
            if asked.helps == "no":
                assert asked.quote == asked.answer == asked.look_for == ""
    assert seen >= {("yes", False), ("yes", True), ("part", False), ("no", False)}
