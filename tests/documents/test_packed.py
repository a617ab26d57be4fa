"""Compressed files: the document inside, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from longread.documents import discover, load
from longread.errors import DocumentError

FIXTURES = Path(__file__).parents[1] / "fixtures"
WAYS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize(("ending", "compress"), WAYS.items())
def test_the_file_inside_is_read(
    tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    plain = load(str(FIXTURES / "voyage.pdf"))
    path = tmp_path / f"voyage.pdf.{ending}"
    path.write_bytes(compress((FIXTURES / "voyage.pdf").read_bytes()))
    document = load(str(path))
    assert (document.kind, document.text, document.pages) == ("pdf", plain.text, plain.pages)
    assert (document.path, document.title) == (str(path), plain.title)
    assert discover([str(tmp_path)]) == [str(path)]


def test_its_kind_is_told_by_the_name_inside(tmp_path: Path) -> None:
    path = tmp_path / "masts.csv.gz"
    path.write_bytes(gzip.compress(b"ship,mast\nAurora,19\nVega,23\n"))
    document = load(str(path))
    assert (document.kind, document.title) == ("csv", "masts")
    assert document.tables[0].columns == ("ship", "mast")
    assert document.locate(document.text.index("Vega")).line == 3


def test_what_is_no_document_is_named(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a.txt"))
    whole = gzip.compress(b"The mast is 19 metres high. " * 50)
    for name, data, said in (
        ("a.tar.gz", gzip.compress(archive.getvalue()), "is a tar archive"),
        ("a.txt.gz", whole[:-20], "is damaged: it does not unpack to its end"),
        ("b.txt.gz", gzip.compress(b""), "is empty"),
        ("b.png.gz", gzip.compress(b"\x89PNG\r\n"), "is a picture"),
        ("c.txt.gz", b"No gzip.", "is not a compressed file, whatever its name says"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DocumentError, match=said) as caught:
            load(str(tmp_path / name))
        assert caught.value.message.startswith(name)


def test_a_bomb_ends_at_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"x " * 60_000_000, 1))
    with pytest.raises(DocumentError, match="unpacks to more than 54 MB"):
        load(str(path), file_memory=1)


def test_packed_in_itself(tmp_path: Path) -> None:
    data, name = b"The mast is 19 metres high.", "a.txt"
    for _ in range(6):
        data, name = gzip.compress(data), f"{name}.gz"
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DocumentError, match="is packed in itself"):
        load(str(tmp_path / name))
