#!/usr/bin/env python3
"""Puts a mix of clients on a server under a memory limit, and checks that it loses nothing.

Usage: tools/soak_clients.py BINARY [MINUTES] [LIMIT_MIB]

Starts `BINARY serve` with the built-in model; its data may take LIMIT_MIB (RLIMIT_DATA, default 512).
Threads send it, for MINUTES (default 10): chats of OpenAI's form with and without streams, with images,
schemas and tools, responses, Anthropic's messages, completions, embeddings, Ollama's chats, bodies that are
cut, broken and too large, and connections that are closed in the middle of a reply. Each request has one
right status, and one that is deterministic always has the same reply. At the end: memory may not have grown
by more than 2 % since the first tenth, and what the server adds to the model's own time is printed.
"""
import base64
import collections
import http.client
import json
import pathlib
import random
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOST_GROWTH = 0.02
QUESTION = "how many ducks are there?"
SCHEMA = {"type": "object", "properties": {"count": {"type": "integer", "minimum": 0, "maximum": 99}},
          "required": ["count"], "additionalProperties": False}
TOOL = {"name": "open_gate", "description": "Opens the gate.",
        "parameters": {"type": "object", "properties": {"gate": {"type": "string"}}, "required": ["gate"]}}


def image_url(name):
    data = base64.b64encode((ROOT / "examples" / name).read_bytes()).decode()
    return "data:image/png;base64," + data


DUCKS = image_url("ducks.png")


def openai(text, **more):
    parts = [{"type": "image_url", "image_url": {"url": DUCKS}}, {"type": "text", "text": text}]
    return {"model": "default", "temperature": 0, "max_tokens": 16, "messages": [{"role": "user", "content": parts}],
            **more}


def valid_requests():
    """(name, path, body): each is answered with 200, always in the same way."""
    plain = [{"role": "user", "content": QUESTION}]
    source = {"type": "base64", "media_type": "image/png", "data": DUCKS.split(",")[1]}
    return [
        ("chat", "/v1/chat/completions", openai(QUESTION)),
        ("chat stream", "/v1/chat/completions", openai(QUESTION, stream=True)),
        ("chat schema", "/v1/chat/completions", openai(QUESTION, response_format={
            "type": "json_schema", "json_schema": {"name": "count", "strict": True, "schema": SCHEMA}})),
        ("chat tools", "/v1/chat/completions", openai(QUESTION, tools=[{"type": "function", "function": TOOL}],
                                                      tool_choice="none")),
        ("chat n", "/v1/chat/completions", openai(QUESTION, n=3)),
        ("chat logprobs", "/v1/chat/completions", openai(QUESTION, logprobs=True, top_logprobs=3)),
        ("responses", "/v1/responses", {"model": "default", "temperature": 0, "max_output_tokens": 16, "input": [
            {"role": "user", "content": [{"type": "input_image", "image_url": DUCKS},
                                         {"type": "input_text", "text": QUESTION}]}]}),
        ("messages", "/v1/messages", {"model": "default", "max_tokens": 16, "temperature": 0, "messages": [
            {"role": "user", "content": [{"type": "image", "source": source}, {"type": "text", "text": QUESTION}]}]}),
        ("completions", "/v1/completions", {"model": "default", "prompt": "a red", "max_tokens": 8, "temperature": 0}),
        ("embeddings", "/v1/embeddings", {"model": "default", "input": ["a duck", "two ducks"]}),
        ("ollama chat", "/api/chat", {"model": "default", "stream": True, "options": {"temperature": 0}, "messages": [
            {"role": "user", "content": QUESTION, "images": [source["data"]]}]}),
        ("ollama generate", "/api/generate", {"model": "default", "prompt": QUESTION, "stream": False,
                                              "images": [source["data"]], "options": {"temperature": 0}}),
        ("text", "/v1/chat/completions", {"model": "default", "messages": plain, "max_tokens": 8, "temperature": 0}),
    ]


def invalid_requests():
    """(name, path, bytes, status)"""
    cut = json.dumps(openai(QUESTION)).encode()[:-2000]
    return [
        ("broken", "/v1/chat/completions", b"{\"messages\": [", 400),
        ("cut image", "/v1/chat/completions", cut, 400),
        ("not an image", "/v1/messages", json.dumps({"model": "default", "max_tokens": 4, "messages": [
            {"role": "user", "content": [{"type": "image", "source": {
                "type": "base64", "media_type": "image/png", "data": "AAAA"}}]}]}).encode(), 415),
        ("unknown path", "/v1/nothing", b"{}", 404),
        ("deep", "/v1/chat/completions", b"[" * 100_000, 413),
    ]


def what_was_said(text):
    """A reply without what differs each time: numbers of requests, times."""
    kept = []
    for line in text.split("\n"):
        line = line.removeprefix("data: ")
        if not line.startswith("{"):
            continue
        kept.append(contents(json.loads(line)))
    return "".join(kept)


def contents(value):
    if isinstance(value, dict):
        return "".join(contents(v) for k, v in value.items()
                       if isinstance(v, (dict, list)) or k in ("content", "text", "response", "delta"))
    if isinstance(value, list):
        return "".join(contents(each) for each in value)
    return value if isinstance(value, str) else ""


class Soak:
    def __init__(self, port, seconds):
        self.port, self.until = port, time.monotonic() + seconds
        self.lock = threading.Lock()
        self.counts, self.said, self.faults = collections.Counter(), {}, []
        self.added_ms = []

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def post(self, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        begin = time.perf_counter()
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, text, 1000 * (time.perf_counter() - begin)

    def ask(self, draw):
        name, path, body = draw.choice(valid_requests())
        status, text, ms = self.post(path, json.dumps(body))
        if status == 429:  # too many at a time, said so
            return self.count("refused")
        if status != 200:
            return self.fault(f"{name}: expected 200, found {status}: {text[:200]}")
        self.count(name)
        said = what_was_said(text)
        with self.lock:
            before = self.said.setdefault(name, said)
            if name == "chat":
                self.added_ms.append(ms - json.loads(text)["timings"]["e2e_ms"])
        if said != before:
            self.fault(f"{name}: expected {before[:200]!r}, found {said[:200]!r}")

    def be_wrong(self, draw):
        name, path, body, expected = draw.choice(invalid_requests())
        status, text, _ = self.post(path, body)
        self.count(name)
        if status not in (expected, 429):
            self.fault(f"{name}: expected {expected}, found {status}: {text[:200]}")

    def leave(self, draw):
        body = json.dumps(openai("what is in this image?", stream=True)).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall((head + body)[:draw.randrange(1, len(head) + len(body) + 1)])
            if draw.random() < 0.5:
                connection.settimeout(0.05)
                try:
                    connection.recv(64)
                except TimeoutError:
                    pass
        self.count("left")

    def count(self, name):
        with self.lock:
            self.counts[name] += 1

    def run(self, seed):
        draw = random.Random(seed)
        while time.monotonic() < self.until and len(self.faults) < 20:
            try:
                draw.choices([self.ask, self.be_wrong, self.leave], [8, 1, 1])[0](draw)
            except (OSError, http.client.HTTPException, ValueError, KeyError) as failed:
                self.fault(f"{type(failed).__name__}: {failed}")


def anonymous_bytes(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics", headers={"Accept": "application/json"})
    return json.loads(connection.getresponse().read())["system"]["anonymous_bytes"]


def main():
    if not 2 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    seconds = 60 * float(sys.argv[2]) if len(sys.argv) > 2 else 600
    limit = (int(sys.argv[3]) if len(sys.argv) > 3 else 512) << 20
    server = subprocess.Popen([sys.argv[1], "serve", "--port", "0", "--image-cache-mib", "8"], stdout=subprocess.PIPE,
                              text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
    try:
        port = int(server.stdout.readline().strip().rsplit(":", 1)[1])
        soak = Soak(port, seconds)
        threads = [threading.Thread(target=soak.run, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(seconds / 10)
        first = anonymous_bytes(port)
        for thread in threads:
            thread.join()
        last = anonymous_bytes(port)
        alive = server.poll() is None
    finally:
        server.terminate()
        server.wait()
    print(", ".join(f"{name} {count}" for name, count in sorted(soak.counts.items())))
    print(f"{sum(soak.counts.values())} requests; memory {first / 1e6:.1f} MB after a tenth, "
          f"{last / 1e6:.1f} MB at the end")
    if soak.added_ms:
        print(f"added to the model's own time by the server, and by this client: p50 "
              f"{statistics.median(soak.added_ms):.2f} ms")
    for fault in soak.faults:
        print(fault)
    if not alive or soak.faults or last > first * (1 + MOST_GROWTH):
        sys.exit(f"failed: {len(soak.faults)} faults, the server {'runs' if alive else 'is gone'}, "
                 f"memory {last / first - 1:+.1%}")


if __name__ == "__main__":
    main()
