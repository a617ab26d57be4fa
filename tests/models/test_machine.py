from __future__ import annotations

import sys
from pathlib import Path

import pytest

from longread.models import machine

MEMINFO = "MemTotal:       16000000 kB\nMemFree: 1000 kB\nMemAvailable:    8000000 kB\n"
KIB = 1024

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and cgroups")


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up /proc and /sys/fs/cgroup; returns the cgroup root."""
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(MEMINFO)
    monkeypatch.setattr(machine, "_MEMINFO", meminfo)
    monkeypatch.setattr(machine, "_OWN_CGROUPS", tmp_path / "own")
    monkeypatch.setattr(machine, "_CGROUP_ROOT", tmp_path / "cgroup")
    return tmp_path / "cgroup"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@linux_only
def test_without_limits(system: Path) -> None:
    assert machine.memory() == machine.Memory(16_000_000 * KIB, 8_000_000 * KIB)


@linux_only
def test_the_limit_of_a_parent_group_counts(system: Path) -> None:
    write(system.parent / "own", "0::/user/app\n")
    write(system / "user/app/memory.max", "max\n")
    write(system / "user/memory.max", "4000000000\n")
    write(system / "user/memory.current", "1500000000\n")
    write(system / "user/memory.stat", "anon 1\ninactive_file 500000000\n")
    assert machine.memory() == machine.Memory(4_000_000_000, 3_000_000_000)


@linux_only
def test_a_container_sees_its_group_as_the_root(system: Path) -> None:
    write(system.parent / "own", "0::/docker/0123\n")
    write(system / "memory.max", "2000000000\n")
    write(system / "memory.current", "500000000\n")
    assert machine.memory() == machine.Memory(2_000_000_000, 1_500_000_000)


@linux_only
def test_the_older_layout_of_groups(system: Path) -> None:
    write(system.parent / "own", "5:cpu,cpuacct:/a\n4:memory:/a\n0::/\n")
    write(system / "memory/memory.limit_in_bytes", "9223372036854771712\n")
    write(system / "memory/a/memory.limit_in_bytes", "3000000000\n")
    write(system / "memory/a/memory.usage_in_bytes", "1000000000\n")
    write(system / "memory/a/memory.stat", "total_inactive_file 100000000\n")
    assert machine.memory() == machine.Memory(3_000_000_000, 2_100_000_000)


def test_macos() -> None:
    vm_stat = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\n"
        "Pages free:                    100.\nPages active:                 9999.\n"
        "Pages inactive:                 50.\nPages speculative:              10.\n"
        "Pages purgeable:                 5.\n"
    )
    assert machine.macos_memory("17179869184\n", vm_stat) == machine.Memory(2**34, 165 * 16384)


def test_this_machine_has_memory_and_disk(tmp_path: Path) -> None:
    memory = machine.memory()
    assert 0 < memory.available <= memory.total
    assert machine.free_disk(tmp_path / "not" / "there" / "yet") > 0
