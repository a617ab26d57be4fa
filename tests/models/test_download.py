from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
from typing import Any, NamedTuple

import pytest

from longread.errors import ModelError, UsageError
from longread.models import download, store
from longread.models import hub as hub_protocol
from longread.models.hub import Source
from longread.models.lock import locked
from tests.models.gguf_files import gguf_bytes
from tests.models.hub_server import COMMIT, Hub

NAME = "maker/tiny-GGUF/tiny.gguf"
REFERENCE = f"hf:{NAME}"
# Where a file would leave its folder: here, or on Windows.
OUTSIDE = ["hf:a/b/../x.gguf", "hf:a/b/..\\..\\x.gguf", "hf:a/b/C:x.gguf"]
MODEL = gguf_bytes(weights=1_000_000)  # four chunks of 1 MiB


@pytest.fixture(autouse=True)
def offered(hub: Hub) -> None:
    hub.files[NAME] = MODEL


def part() -> Any:
    return store.folder() / f"{NAME}.part"


def test_a_pull_writes_file_and_record(hub: Hub) -> None:
    model = download.pull(REFERENCE)
    assert model.path.read_bytes() == MODEL
    assert model.sha256 == hashlib.sha256(MODEL).hexdigest()
    assert (model.name, model.repository, model.commit) == ("tiny", "maker/tiny-GGUF", COMMIT)
    assert model.pulled_at
    left = {file.name for file in model.path.parent.iterdir()}
    assert left == {"tiny.gguf", "tiny.gguf.json", "tiny.gguf.lock"}


def test_the_bytes_are_pinned_to_the_commit_that_was_described(hub: Hub) -> None:
    download.pull(REFERENCE)
    (got,) = [path for method, path, _ in hub.seen if method == "GET" and "/resolve/" in path]
    assert f"/resolve/{COMMIT}/" in got


def test_progress_ends_at_the_whole(hub: Hub) -> None:
    calls: list[tuple[int, int]] = []
    download.pull(REFERENCE, on_progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(MODEL), len(MODEL))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert len(calls) > 3


def test_an_installed_model_is_not_asked_for_again(hub: Hub) -> None:
    download.pull(REFERENCE)
    hub.seen.clear()
    download.pull(REFERENCE)
    assert hub.seen == []


def test_update_downloads_only_what_has_changed(hub: Hub) -> None:
    download.pull(REFERENCE)
    download.pull(REFERENCE, update=True)
    assert hub.served == len(MODEL)
    hub.files[NAME] = gguf_bytes(weights=1_000_000, seed=2)
    model = download.pull(REFERENCE, update=True)
    assert model.path.read_bytes() == hub.files[NAME]


def test_dropped_connections_are_resumed(hub: Hub) -> None:
    hub.drops = [1_500_000, 0, 700_000, 1]
    model = download.pull(REFERENCE)
    assert model.path.read_bytes() == MODEL
    assert hub.served == len(MODEL)
    ranges = [headers.get("Range") for headers in hub.downloads()]
    assert ranges[:3] == [None, "bytes=1500000-", "bytes=1500000-"]
    assert len(ranges) == 5


def test_it_gives_up_when_nothing_arrives_any_more(hub: Hub) -> None:
    hub.drops = [1000] + [0] * 10
    with pytest.raises(ModelError, match="broke off"):
        download.pull(REFERENCE)
    assert part().stat().st_size == 1000


def test_a_second_run_goes_on_where_the_first_stopped(hub: Hub) -> None:
    hub.drops = [2_000_000] + [0] * 10
    with pytest.raises(ModelError):
        download.pull(REFERENCE)
    hub.drops = []
    assert download.pull(REFERENCE).path.read_bytes() == MODEL
    assert hub.served == len(MODEL)


def test_ctrl_c_keeps_what_has_arrived(hub: Hub) -> None:
    def stop(done: int, total: int) -> None:
        if done > 2_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download.pull(REFERENCE, on_progress=stop)
    assert part().stat().st_size > 2_000_000
    asked: list[int] = []
    download.pull(REFERENCE, on_progress=lambda done, total: asked.append(done))
    assert asked[0] > 2_000_000


def test_a_file_that_changed_between_runs_starts_over(hub: Hub) -> None:
    hub.drops = [2_000_000] + [0] * 10
    with pytest.raises(ModelError):
        download.pull(REFERENCE)
    hub.drops, hub.served = [], 0
    hub.files[NAME] = gguf_bytes(weights=1_000_000, seed=7)
    assert download.pull(REFERENCE).path.read_bytes() == hub.files[NAME]
    assert hub.served == len(MODEL)


def test_a_server_that_ignores_range_sends_everything_again(hub: Hub) -> None:
    hub.drops, hub.ignores_range = [2_000_000], True
    assert download.pull(REFERENCE).path.read_bytes() == MODEL
    assert hub.served == 2_000_000 + len(MODEL)


def test_a_server_that_refuses_the_range_is_asked_from_the_start(hub: Hub) -> None:
    hub.drops, hub.refuses_ranges = [2_000_000], True
    assert download.pull(REFERENCE).path.read_bytes() == MODEL


def test_a_wrong_digest_is_not_installed(hub: Hub) -> None:
    hub.digest = "0" * 64
    with pytest.raises(ModelError, match="sha256"):
        download.pull(REFERENCE)
    assert not part().exists()
    assert store.installed() == []


def test_a_file_outside_lfs_is_checked_by_size_alone(hub: Hub) -> None:
    hub.direct = True
    model = download.pull(REFERENCE)
    assert model.sha256 == hashlib.sha256(MODEL).hexdigest()


def test_a_renamed_repository_is_followed(hub: Hub) -> None:
    hub.renamed["old/name"] = "maker/tiny-GGUF"
    assert download.pull("hf:old/name/tiny.gguf").path.read_bytes() == MODEL


@pytest.mark.parametrize(
    ("status", "code", "message", "hint"),
    [
        (401, "RepoNotFound", "does not exist, is private", "HF_TOKEN"),
        (401, "GatedRepo", "is gated", "/maker/tiny-GGUF"),
        (403, "GatedRepo", "is gated", "HF_TOKEN"),
        (403, "", "refused access", "HF_TOKEN"),
        (404, "EntryNotFound", r"tiny\.gguf is not on", "tree/main"),
        (404, "RepoNotFound", "maker/tiny-GGUF is not on", "tree/main"),
        (404, "RevisionNotFound", "revision main is not on", "tree/main"),
        (400, "", "answered 400", ""),
    ],
)
def test_refusals_are_one_line_with_a_hint(
    hub: Hub, status: int, code: str, message: str, hint: str
) -> None:
    hub.refusal = (status, code)
    with pytest.raises(ModelError, match=message) as caught:
        download.pull(REFERENCE)
    assert "\n" not in caught.value.message
    assert hint in caught.value.hint


def test_a_busy_hub_is_asked_again(hub: Hub) -> None:
    hub.busy = 2
    assert download.pull(REFERENCE).path.exists()


def test_a_hub_that_cannot_be_reached(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="cannot be reached"):
        download.pull(REFERENCE)


def test_the_token_goes_to_the_hub_and_nowhere_else(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.token = "secret"
    with pytest.raises(ModelError, match="gated"):
        download.pull(REFERENCE)
    monkeypatch.setenv("HF_TOKEN", "secret")
    download.pull(REFERENCE)
    assert all("Authorization" not in headers for headers in hub.downloads())
    assert len(hub.downloads()) == 1


def test_a_proxy_is_used(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("http_proxy", hub.endpoint)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    assert download.pull(REFERENCE).path.read_bytes() == MODEL
    assert {headers["Host"] for _, _, headers in hub.seen} == {
        "hub.invalid",
        f"localhost:{hub.port}",
    }


@pytest.mark.parametrize("value", ["1", "true", "YES"])
def test_offline_refuses_before_any_connection(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE"):
        download.pull(REFERENCE)
    assert hub.seen == []


def test_offline_does_not_hide_what_is_installed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    download.pull(REFERENCE)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert download.pull(REFERENCE).name == "tiny"


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_disk_that_is_too_small(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    free = len(MODEL) + download.DISK_MARGIN - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**12, 0, free))
    with pytest.raises(ModelError, match="disk is too small"):
        download.pull(REFERENCE)
    assert hub.served == 0
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**12, 0, free + 1))
    download.pull(REFERENCE)


def test_what_has_arrived_needs_no_disk_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.drops = [3_000_000] + [0] * 10
    with pytest.raises(ModelError):
        download.pull(REFERENCE)
    hub.drops = []
    free = len(MODEL) - 3_000_000 + download.DISK_MARGIN
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(10**12, 0, free))
    download.pull(REFERENCE)


def test_a_file_that_is_not_gguf_is_not_kept(hub: Hub) -> None:
    hub.files[NAME] = b"<html>not found</html>" * 100
    with pytest.raises(ModelError, match="not a GGUF file"):
        download.pull(REFERENCE)
    assert not part().exists()


def test_an_embedding_model_is_not_kept(hub: Hub) -> None:
    hub.files[NAME] = gguf_bytes("nomic-bert")
    with pytest.raises(ModelError, match=r"^tiny\.gguf is an embedding model"):
        download.pull(REFERENCE)
    assert store.installed() == []


def test_all_shards_are_pulled(hub: Hub) -> None:
    shards = {f"m-0000{i}-of-00003.gguf": gguf_bytes(weights=1000 * i, seed=i) for i in (1, 2, 3)}
    hub.files = {f"maker/big/{name}": data for name, data in shards.items()}
    totals: list[tuple[int, int]] = []
    model = download.pull(
        "hf:maker/big/m-00002-of-00003.gguf",
        on_progress=lambda done, total: totals.append((done, total)),
    )
    assert model.path.name == "m-00001-of-00003.gguf"
    assert model.size == sum(map(len, shards.values()))
    assert totals[-1] == (model.size, model.size)
    assert [found.name for found in store.installed()] == ["m-00001-of-00003"]


def test_a_catalogue_name_is_pulled_under_that_name(hub: Hub) -> None:
    source = download.source_of("qwen3-4b")
    hub.files[f"{source.repository}/{source.file}"] = MODEL
    assert download.pull("qwen3-4b").name == "qwen3-4b"


@pytest.mark.parametrize(
    "reference",
    [
        "bundled",
        "nonsense",
        "hf:a/b",
        "hf:a/b/../x.gguf",
        "hf:a/b/..\\..\\x.gguf",
        "hf:a/b/C:x.gguf",
    ],
)
def test_references_that_cannot_be_pulled(hub: Hub, reference: str) -> None:
    with pytest.raises(UsageError):
        download.pull(reference)
    assert hub.seen == []


def test_a_reference_names_repository_file_and_revision() -> None:
    source = Source.parse("hf:owner/repo/sub/m.gguf@v1")
    assert source == Source("owner/repo", "sub/m.gguf", "v1")
    assert str(source) == "hf:owner/repo/sub/m.gguf@v1"


def _hold(path: Any, held: Any, done: Any) -> None:
    with locked(path):
        held.set()
        done.wait(10)


def test_two_processes_do_not_pull_the_same_file(hub: Hub) -> None:
    target = store.place(Source.parse(REFERENCE))
    target.parent.mkdir(parents=True)
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(target.with_name("tiny.gguf.lock"), held, done))
    other.start()
    try:
        assert held.wait(20)
        with pytest.raises(ModelError, match=r"another longread is pulling tiny\.gguf"):
            download.pull(REFERENCE)
    finally:
        other.kill()
        other.join()
    # A killed process leaves its lock file, but not its lock.
    assert download.pull(REFERENCE).path.exists()


def test_the_part_says_what_it_is_a_part_of(hub: Hub) -> None:
    hub.drops = [1000] + [0] * 10
    with pytest.raises(ModelError):
        download.pull(REFERENCE)
    record = json.loads(part().with_name("tiny.gguf.part.json").read_text("utf-8"))
    assert record["sha256"] == hashlib.sha256(MODEL).hexdigest()
    assert record["size"] == len(MODEL)
    assert record["url"].endswith("/maker/tiny-GGUF/resolve/main/tiny.gguf")


def test_the_endpoint_defaults_to_hugging_face(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT")
    assert hub_protocol.endpoint() == "https://huggingface.co"
