"""A real browser, driven over its debugging pipe: what a person would see and click."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# The browser reads commands from 3 and writes to 4.
_EXEC = """import fcntl, os, sys
reading, writing = (fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3])
os.dup2(reading, 3), os.dup2(writing, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Browser:
    """One page of Debian's chromium without a window; `requested` is all that it asked for."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._calls = 0
        self._session: str | None = None
        self.requested: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")
        self.call("Network.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the DevTools protocol, and its result."""
        self._calls += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._calls, "method": method, "params": params, **session}
        self._requests.write(json.dumps(message).encode() + b"\0")
        self._requests.flush()
        while True:
            reply = self._next()
            if reply.get("id") == self._calls:
                assert "error" not in reply, reply
                result: dict[str, Any] = reply["result"]
                return result

    def _next(self) -> dict[str, Any]:
        read = bytearray()
        while (byte := self._replies.read(1)) not in (b"\0", b""):
            read += byte
        assert read, "the browser has ended"
        message: dict[str, Any] = json.loads(read)
        if message.get("method") == "Network.requestWillBeSent":
            self.requested.append(message["params"]["request"]["url"])
        return message

    def open(self, page: Path, **features: str) -> None:
        """Show a page, with media features as `prefers_color_scheme="dark"`."""
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": n.replace("_", "-"), "value": v} for n, v in features.items()],
        )
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=800, height=600, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        self.call("Page.navigate", url=page.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, expression: str) -> Any:
        """The value of some JavaScript, which the page's own policy does not hold back."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return reply["result"].get("value")

    def box(self, selector: str) -> dict[str, float]:
        """Where the first such element stands in the window."""
        found: dict[str, float] = self.evaluate(
            f"document.querySelector({selector!r}).getBoundingClientRect().toJSON()"
        )
        return found

    def click(self, selector: str) -> None:
        """Click in the middle of an element."""
        box = self.box(selector)
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)
        self.evaluate("1")

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def printed(self) -> bytes:
        """The page on paper, as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser of its own, ended afterwards."""
    assert CHROMIUM is not None
    to_read, requests = os.pipe()
    replies, to_write = os.pipe()

    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]
    process = subprocess.Popen(
        [sys.executable, "-c", _EXEC, str(to_read), str(to_write), CHROMIUM, *flags,
         f"--user-data-dir={profile}", "about:blank"],
        pass_fds=(to_read, to_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(to_read)
    os.close(to_write)
    try:
        with os.fdopen(requests, "wb") as writing, os.fdopen(replies, "rb") as reading:
            yield Browser(writing, reading)
    finally:
        process.kill()
        process.wait()
