"""Only the barcode reader's own thread may compile WebAssembly; no page may, and everything comes from this server."""

from __future__ import annotations

import re

import httpx


def _reader(stranger: httpx.Client) -> str:
    found = re.search(r'<meta name="reader" content="(/assets/reader-[A-Z0-9]{8}\.js)">', stranger.get("/sign-in").text)
    assert found is not None
    return found[1]


def test_only_the_readers_thread_may_compile(stranger: httpx.Client) -> None:
    policy = stranger.get(_reader(stranger)).headers["content-security-policy"]
    assert policy == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    others = re.findall(r'(?:src|href)="(/assets/[^"]+)"', stranger.get("/sign-in").text)
    assert others
    for each in others:
        assert "unsafe" not in stranger.get(each).headers["content-security-policy"], each


def test_what_it_compiles_comes_from_this_server(stranger: httpx.Client) -> None:
    """The library would fetch it from elsewhere if it were not told where it is."""
    script = stranger.get(_reader(stranger)).text
    named = re.findall(r"/assets/zxing_reader-[A-Z0-9]{8}\.wasm", script)
    assert len(named) == 1
    answer = stranger.get(named[0])
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.content[:4] == b"\0asm"
