"""What a run reads of a folder, and what it says about the rest."""

from __future__ import annotations

from pathlib import Path

from longread.runs.opening import read_documents


def test_one_odd_file_does_not_stop_a_folder(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "a.txt").write_text("The mast is 19 metres high.\n")
    (tmp_path / "b.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "c.html").write_text("<p>a<![foo[bar]]>b</p>")
    (tmp_path / "d.fb2").write_text("<FictionBook>" + "<section>" * 1500)
    (tmp_path / "e.pdf").write_bytes(b"%PDF-1.7\n" + b"garbage " * 50)
    documents = read_documents([str(tmp_path)], report=said.append)
    assert [Path(each.path).name for each in documents] == ["a.txt", "c.html"]
    lines = [line.replace(f"{tmp_path}/", "") for line in said]
    assert lines[0] == "left out: d.fb2 is damaged: it is not complete FB2."
    assert lines[1].startswith("left out: e.pdf ")
    assert lines[2:] == ["left out: b.txt is a link to nothing"]


def test_identical_files_are_read_once(tmp_path: Path) -> None:
    said: list[str] = []
    for name in ("copy1.txt", "copy2.txt", "copy3.txt"):
        (tmp_path / name).write_text("The mast is 19 metres high.\n")
    (document,) = read_documents([str(tmp_path)], report=said.append)
    assert Path(document.path).name == "copy1.txt"
    (line,) = said
    assert line.startswith("left out: 2 copies of other files: ")
    assert line.endswith(f"the same as {tmp_path / 'copy1.txt'}")
