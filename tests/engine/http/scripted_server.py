"""A model server on 127.0.0.1 that says what the test has written, and can misbehave.

It speaks llama-server's API and OpenAI's; a token is a word. Its model says yes to a passage
that holds the fact, and writes notes and answers as the scripts of tests.scripted do.
"""

from __future__ import annotations

import json
import math
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

NAME = "scripted-4b"
VOCABULARY = {"yes": 1, "Yes": 2, "no": 3, "No": 4}


@dataclass
class Server:
    """How the server behaves; `seen` holds (path, headers, body) of every request.

    `drops_every` closes every such connection without a word, `busy` answers 503 so often,
    `garbage` answers so often with what is no JSON, `cuts` breaks so many streams off, `gone`
    refuses everything, `slow` waits so many seconds. `refuses` are fields of a request that
    it answers with 400.
    """

    says: Callable[[str], str]
    chance: Callable[[str], float]
    port: int = 0
    drops_every: int = 0
    busy: int = 0
    busy_status: int = 503
    retry_after: str = ""
    garbage: int = 0
    cuts: int = 0
    slow: float = 0.0
    gone: bool = False
    gone_after: int = 0
    key: str = ""
    logprobs: bool = True
    scores: bool = True
    template: str = ""
    adds_bos: bool = False
    refuses: tuple[str, ...] = ()
    context: int = 4000
    slots: int = 1
    models: tuple[str, ...] = (NAME,)
    seen: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def openai(self) -> str:
        return f"openai:{self.url}/v1"

    def paths(self) -> list[str]:
        return [path for path, _headers, _body in self.seen]


@contextmanager
def serving(says: Callable[[str], str], chance: Callable[[str], float]) -> Iterator[Server]:
    server = Server(says, chance)
    handler = type("Handler", (_Handler,), {"server_": server})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        server.port = listening.server_address[1]
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_: Server

    def do_GET(self) -> None:
        self._handled({})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._handled(json.loads(self.rfile.read(length)))

    def log_message(self, *_: Any) -> None:
        pass

    def _handled(self, body: dict[str, Any]) -> None:
        server = self.server_
        with server.lock:
            server.connections += 1
            dropped = server.drops_every and server.connections % server.drops_every == 0
            server.seen.append((self.path, dict(self.headers.items()), body))
            gone = server.gone or (server.gone_after and server.connections > server.gone_after)
        if dropped or gone:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._take_time()
        with suppress(ConnectionError):
            self._answer(body)

    def _take_time(self) -> None:
        """Counted here: once it is answered, the client may send the next request."""
        server = self.server_
        with server.lock:
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        time.sleep(server.slow)
        with server.lock:
            server.at_once -= 1

    def _answer(self, body: dict[str, Any]) -> None:
        server = self.server_
        if server.key and self.headers["Authorization"] != f"Bearer {server.key}":
            said = f"Incorrect API key: {self.headers['Authorization']}"
            self._send(401, {"error": {"message": said, "type": "authentication_error"}})
        elif self._misbehaves():
            return
        elif refused := [name for name in server.refuses if name in body]:
            hint = ", use max_completion_tokens" if refused[0] == "max_tokens" else ""
            self._send(400, {"error": {"message": f"Unknown field: {refused[0]}{hint}"}})
        else:
            routes = {
                "/props": self._props,
                "/tokenize": self._tokenize,
                "/apply-template": self._apply_template,
                "/completion": self._completion,
                "/v1/models": self._models,
                "/v1/chat/completions": self._chat,
                "/v1/completions": self._completions,
            }
            route = routes.get(self.path)
            if route is None:
                self._send(404, {"error": {"message": "File Not Found", "code": 404}})
            else:
                route(body)

    def _misbehaves(self) -> bool:
        server = self.server_
        with server.lock:
            busy, server.busy = server.busy, max(0, server.busy - 1)
            garbage = server.garbage if not busy else 0
            server.garbage -= 1 if garbage else 0
        if busy:
            self._send(server.busy_status, {"error": {"message": "Loading model"}})
        elif garbage:
            self._send_bytes(200, b"<html>proxy error</html>", "text/html")
        return bool(busy or garbage)

    def _props(self, _body: dict[str, Any]) -> None:
        server = self.server_
        self._send(
            200,
            {
                "default_generation_settings": {"n_ctx": server.context},
                "total_slots": server.slots,
                "model_path": f"/models/{NAME}.gguf",
                "chat_template": server.template,
                "bos_token": "<s>",
                "eos_token": "</s>",
            },
        )

    def _tokenize(self, body: dict[str, Any]) -> None:
        bos = [9] if self.server_.adds_bos and body["add_special"] else []
        self._send(200, {"tokens": [*bos, *tokens(body["content"])]})

    def _apply_template(self, body: dict[str, Any]) -> None:
        self._send(200, {"prompt": rendered(body["messages"])})

    def _completion(self, body: dict[str, Any]) -> None:
        prompt, budget = body["prompt"], body["n_predict"]
        if len(tokens(prompt)) >= self.server_.context:
            error = {"message": "exceeds the context", "type": "exceed_context_size_error"}
            self._send(400, {"error": error})
            return
        if "grammar" in body:
            self._forced(body)
            return
        if body["n_probs"] > 1:
            yes = self.server_.chance(prompt)
            likely = [_top(VOCABULARY[word], share) for word, share in _spread(yes).items()]
            self._final([{**likely[0], "top_logprobs": likely}], prompt)
            return
        words, ended = _within(self.server_.says(prompt), budget, body["stop"])
        events = [
            {"content": word, "tokens": [number], "completion_probabilities": [_top(number, 0.5)]}
            for number, word in enumerate(words, 100)
        ]
        last = {"content": "", "stop": True, "stop_type": "eos" if ended else "limit"}
        self._stream([*events, {**last, **_costs(prompt, len(words))}])

    def _forced(self, body: dict[str, Any]) -> None:
        if not self.server_.scores:
            self._send(400, {"error": {"message": "failed to parse grammar"}})
            return
        numbers = [int(part[2:-2]) for part in body["grammar"].split()[2:]]
        likely = math.exp(-0.5 if self.server_.chance(body["prompt"]) > 0.5 else -1.5)
        self._final([_top(number, likely) for number in numbers], body["prompt"])

    def _final(self, given: list[dict[str, Any]], prompt: str) -> None:
        self._send(
            200,
            {"content": "x", "completion_probabilities": given, **_costs(prompt, len(given))},
        )

    def _models(self, _body: dict[str, Any]) -> None:
        server = self.server_
        known = {"max_model_len": server.context} if server.context else {}
        self._send(200, {"data": [{"id": name, **known} for name in server.models]})

    def _chat(self, body: dict[str, Any]) -> None:
        server, prompt = self.server_, rendered(body["messages"])
        if body.get("stream"):
            budget = body.get("max_tokens") or body["max_completion_tokens"]
            words, ended = _within(server.says(prompt), budget, body.get("stop", []))
            choices: list[dict[str, Any]] = [{"delta": {"content": word}} for word in words]
            choices.append({"delta": {}, "finish_reason": "stop" if ended else "length"})
            spent = {"prompt_tokens": len(tokens(prompt)), "completion_tokens": len(words)}
            events: list[dict[str, Any]] = [{"choices": [choice]} for choice in choices]
            self._stream([*events, {"choices": [], "usage": spent}])
            return
        choice: dict[str, Any] = {"message": {"content": "Yes"}, "finish_reason": "length"}
        if server.logprobs and body.get("logprobs"):
            likely = [
                {"token": f" {word}", "logprob": math.log(share)}
                for word, share in _spread(server.chance(prompt)).items()
            ]
            choice["logprobs"] = {"content": [{**likely[0], "top_logprobs": likely}]}
        usage: dict[str, Any] = {
            "prompt_tokens": len(tokens(prompt)),
            "completion_tokens": 1,
            "prompt_tokens_details": {"cached_tokens": 1},
        }
        self._send(200, {"choices": [choice], "usage": usage})

    def _completions(self, body: dict[str, Any]) -> None:
        prompt = body["prompt"]
        if not (body.get("echo") and self.server_.scores):
            self._send(400, {"error": {"message": "echo is not supported"}})
            return
        likely = -0.5 if self.server_.chance(prompt) > 0.5 else -1.5
        offsets = [place for place, letter in enumerate(prompt) if letter == " "]
        logprobs = {"text_offset": [0, *offsets], "token_logprobs": [None, *[likely] * 999]}
        self._send(200, {"choices": [{"text": prompt, "logprobs": logprobs}], "usage": {}})

    def _stream(self, events: list[dict[str, Any]]) -> None:
        server = self.server_
        with server.lock:
            cut, server.cuts = server.cuts > 0, max(0, server.cuts - 1)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b": ping\n\n")
        for event in events[: 1 if cut else None]:
            self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
        if not cut and self.path.startswith("/v1"):
            self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        self._send_bytes(status, json.dumps(answer).encode(), "application/json")

    def _send_bytes(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if status >= 400 and self.server_.retry_after:
            self.send_header("Retry-After", self.server_.retry_after)
        self.end_headers()
        self.wfile.write(data)


def tokens(text: str) -> list[int]:
    return [VOCABULARY.get(word, 1000 + len(word)) for word in text.split()]


def rendered(messages: list[dict[str, str]]) -> str:
    return "".join(f"[{each['role']}] {each['content']}\n" for each in messages) + "[reply] "


def _spread(yes: float) -> dict[str, float]:
    """The shares of the next words, in two spellings; a tenth goes to words of other kinds."""
    return {"yes": yes * 0.5, "Yes": yes * 0.4, "no": (1 - yes) * 0.5, "No": (1 - yes) * 0.4}


def _top(number: int, share: float) -> dict[str, Any]:
    return {"id": number, "logprob": math.log(max(share, 1e-9))}


def _costs(prompt: str, generated: int) -> dict[str, Any]:
    read = len(tokens(prompt))
    return {
        "tokens_predicted": generated,
        "tokens_evaluated": read,
        "timings": {"prompt_n": read - 1, "cache_n": 1},
    }


def _within(text: str, budget: int, stop: list[str]) -> tuple[list[str], bool]:
    """The words of `text` up to a stop string or the budget, and whether it came to its end."""
    found = [text.find(word) for word in stop if word in text]
    words = [f"{word} " for word in (text[: min(found)] if found else text).split(" ")]
    words[-1] = words[-1].rstrip(" ")
    return words[:budget], len(words) <= budget
