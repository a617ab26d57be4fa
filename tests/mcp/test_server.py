"""`longread mcp` as chat clients use it: the official client, a process of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.cli.conftest import ANSWER, FIXTURES, QUESTION, TALE, model, paragraphs, run, warm

pytest.importorskip("mcp", reason="no client here: pip install 'longread[mcp]'")

from mcp import Client, StdioServerParameters

__all__ = ["model", "warm"]

SECRET = "the code of the vault is 7291"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two documents, a secret beside it, and links that lead there."""
    (tmp_path / "secret.txt").write_text(SECRET)
    served = tmp_path / "served"
    (served / "old").mkdir(parents=True)
    shutil.copy(TALE, served / "tale.txt")
    shutil.copy(FIXTURES / "voyage.pdf", served / "old" / "voyage.pdf")
    (served / "link.txt").symlink_to(tmp_path / "secret.txt")
    (served / "way").symlink_to(tmp_path, target_is_directory=True)
    (served / ".hidden.txt").write_text(SECRET)
    (served / "draft.txt").write_text(SECRET)
    (served / ".longreadignore").write_text("draft.txt\n")
    return served


def with_client(work: Callable[[Client], Awaitable[None]], *folders: Path) -> None:
    """Start the server on `folders`, and end it when `work` is done."""
    call = ["-m", "longread", "mcp", *map(str, folders), "--no-blocks"]

    async def session() -> None:
        server = StdioServerParameters(
            command=sys.executable, args=call, env=dict(os.environ), cwd=Path.cwd()
        )
        with anyio.fail_after(110):
            async with Client(server) as client:
                await work(client)

    anyio.run(session)


async def called(client: Client, tool: str, /, **arguments: Any) -> tuple[Any, str]:
    """What a tool gives, and its error; one of the two is empty."""
    result = await client.call_tool(tool, arguments)
    if result.is_error:
        (said,) = result.content
        return None, str(getattr(said, "text", ""))
    return result.structured_content, ""


def test_what_can_be_known_without_a_model(folder: Path) -> None:
    async def work(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "inspect", "read_page"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        assert "context" not in tools["ask"].input_schema["properties"]
        listed, _ = await called(client, "inspect")
        names = [each["document"] for each in listed["documents"]]
        assert sorted(names) == ["old/voyage.pdf", "tale.txt"]
        inside, _ = await called(client, "inspect", document="old")
        assert [each["document"] for each in inside["documents"]] == ["old/voyage.pdf"]
        voyage, _ = await called(client, "inspect", document="old/voyage.pdf")
        assert voyage["title"] == "The Voyage of the Aurora"
        assert voyage["pages"] == voyage["parts"] == 5
        hits, _ = await called(client, "search", query="ship's boy diary", documents=["old"])
        first = hits["hits"][0]
        assert (first["document"], "Anders" in first["text"]) == ("old/voyage.pdf", True)
        page, _ = await called(client, "read_page", document="old/voyage.pdf", page=first["page"])
        assert page["of"] == 5
        assert "Anders" in page["pages"][0]["text"]
        both, _ = await called(client, "read_page", document="old/voyage.pdf", page=1, last_page=2)
        assert [each["label"] for each in both["pages"]] == ["i", "1"]
        part, _ = await called(client, "read_page", document="tale.txt")
        assert part["pages"][0]["text"].startswith("THE AURORA")
        _, error = await called(client, "read_page", document="tale.txt", page=99)
        assert "has the pages 1 to" in error

    with_client(work, folder)


def test_nothing_else_can_be_read(folder: Path) -> None:
    outside = str(folder.parent / "secret.txt")
    names = (outside, "../secret.txt", "old/../../secret.txt", "way/secret.txt", "way",
             "link.txt", ".hidden.txt", "draft.txt", "/etc/passwd", "~/.bashrc", "*",
             "old/..", "..", "/", "tale.txt\0", "-")  # fmt: skip

    async def work(client: Client) -> None:
        for name in names:
            for tool, arguments in (
                ("inspect", {"document": name}),
                ("read_page", {"document": name}),
                ("search", {"query": "code of the vault", "documents": [name]}),
                ("ask", {"question": "What is the code?", "documents": [name]}),
            ):
                found, error = await called(client, tool, **arguments)
                assert found is None, (tool, name)
                assert "there is no document" in error
                assert str(folder) not in error
        everything, _ = await called(client, "search", query="code vault 7291")
        assert "7291" not in str(everything)

    with_client(work, folder)


def test_of_several_folders_names_begin_with_theirs(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(TALE, other / "tale.txt")

    async def work(client: Client) -> None:
        listed, _ = await called(client, "inspect")
        names = [each["document"] for each in listed["documents"]]
        assert sorted(names) == ["other/tale.txt", "served/old/voyage.pdf", "served/tale.txt"]
        found, _ = await called(client, "search", query="came home", documents=["other"])
        assert found["hits"][0]["document"] == "other/tale.txt"

    with_client(work, folder, other)


@pytest.mark.model
@pytest.mark.usefixtures("model")
def test_ask_answers_with_progress_and_can_be_cancelled(folder: Path) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def progress(done: float, total: float | None, message: str | None) -> None:
        told.append((done, total, message))

    (folder / "minutes.txt").write_text("\n\n".join(paragraphs(12)))

    async def work(client: Client) -> None:
        asked = {"question": QUESTION, "documents": ["minutes.txt"]}
        with anyio.move_on_after(0.05):
            await client.call_tool("ask", asked)
        result = await client.call_tool("ask", asked, progress_callback=progress)
        answer = result.structured_content
        assert answer is not None
        assert answer["schema"] == "longread.answer/1"
        assert "Margit Solheim" in answer["answer"]
        assert answer["citations"][0]["quote"] == ANSWER
        assert {each["document"] for each in answer["citations"]} == {"minutes.txt"}
        shares = [done for done, _total, _message in told]
        assert len(shares) > 2
        assert shares == sorted(set(shares))
        assert all(total == 1.0 for _done, total, _message in told)
        assert any("of" in (message or "") and "chunks" in (message or "") for *_, message in told)

    with_client(work, folder)


def test_what_is_no_folder_is_refused() -> None:
    message, hint = run("mcp", TALE).trouble()
    assert message == f"{TALE} is no folder."
    assert hint == "longread mcp ~/filings"
