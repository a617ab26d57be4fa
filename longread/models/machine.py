"""What this machine has: memory (of the container, where one sets a limit) and free disk, in bytes.

No third-party library: /proc and cgroups on Linux, sysctl and vm_stat on macOS, the
Win32 call on Windows. Where the system will not say, 0 is returned and nothing fits.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_OWN_CGROUPS = Path("/proc/self/cgroup")
_CGROUP_ROOT = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of memory: all there is, and what could be had now."""

    total: int
    available: int


def memory() -> Memory:
    """The memory this process may use."""
    if sys.platform == "win32":
        return _windows_memory()
    if sys.platform == "darwin":
        return macos_memory(_output("sysctl", "-n", "hw.memsize"), _output("vm_stat"))
    return _linux_memory()


def free_disk(folder: Path) -> int:
    """Bytes free where `folder` is, or will be once it is made."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(existing).free


def _linux_memory() -> Memory:
    lines = re.findall(r"^(\w+):\s+(\d+) kB", _read(_MEMINFO), re.MULTILINE)
    kibibytes = {name: int(value) for name, value in lines}
    total = kibibytes.get("MemTotal", 0) * 1024
    available = kibibytes.get("MemAvailable", kibibytes.get("MemFree", 0)) * 1024
    for limit, used in _cgroup_limits():
        total = min(total, limit)
        available = min(available, max(0, limit - used))
    return Memory(total, available)


def _cgroup_limits() -> list[tuple[int, int]]:
    """Limit and use of every cgroup this process is in, its parents included.

    A container may see its own cgroup as the root of the tree while /proc names the
    path outside, so paths that do not exist are passed over.
    """
    limits = []
    for line in _read(_OWN_CGROUPS).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = _CGROUP_ROOT / "memory" if controllers else _CGROUP_ROOT
        names = (
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            if controllers
            else ("memory.max", "memory.current", "inactive_file")
        )
        group = root / path.lstrip("/")
        for place in (group, *group.parents):
            if not place.is_relative_to(root):
                break
            limit = _read(place / names[0]).strip()
            if limit.isdigit():
                limits.append((int(limit), _cgroup_use(place, names[1], names[2])))
    return limits


def _cgroup_use(group: Path, usage: str, cache_field: str) -> int:
    """Bytes in use that could not be dropped: file cache is given up under pressure."""
    used = _read(group / usage).strip()
    cached = re.search(rf"^{cache_field} (\d+)$", _read(group / "memory.stat"), re.MULTILINE)
    return max(0, int(used or 0) - (int(cached.group(1)) if cached else 0))


def macos_memory(memsize: str, vm_stat: str) -> Memory:
    """Memory from the output of `sysctl -n hw.memsize` and of `vm_stat`."""
    total = int(memsize.strip() or 0)
    page = re.search(r"page size of (\d+) bytes", vm_stat)
    pages = re.findall(r"^Pages (?:free|inactive|speculative|purgeable):\s+(\d+)", vm_stat, re.M)
    return Memory(total, sum(map(int, pages)) * int(page[1]) if page else total)


if sys.platform == "win32":
    import ctypes

    def _windows_memory() -> Memory:
        class MemoryStatus(ctypes.Structure):
            _fields_ = [
                ("length", ctypes.c_ulong),
                ("load", ctypes.c_ulong),
                ("total", ctypes.c_ulonglong),
                ("available", ctypes.c_ulonglong),
                *((f"unused{index}", ctypes.c_ulonglong) for index in range(5)),
            ]

        status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return Memory(status.total, status.available)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", errors="replace")
    except OSError:
        return ""


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
