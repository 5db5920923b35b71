"""What a camera sees, as a film for Chromium's own fake camera: codes that come into sight and go again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import barcode

WIDE, HIGH = 640, 480
A_SECOND = 10
"""Pictures a second."""
WHITE, BLACK, GREY = 235, 16, 128
MODULE, TOP, BOTTOM = 3, 160, 320
"""Width of a bar, and between which lines it stands."""


def film(path: Path, shown: Sequence[tuple[str, str]], seconds: int = 1) -> Path:
    """One code after the other (`("code128", "A100")`), nothing before and after each; Chromium repeats it."""
    frames = [_blank()] * (2 * A_SECOND * seconds)
    for kind, code in shown:
        frames += [_picture(kind, code)] * (A_SECOND * seconds) + [_blank()] * (2 * A_SECOND * seconds)
    head = f"YUV4MPEG2 W{WIDE} H{HIGH} F{A_SECOND}:1 Ip A1:1 C420\n".encode()
    colours = bytes([GREY]) * (WIDE * HIGH // 2)
    path.write_bytes(head + b"".join(b"FRAME\n" + each + colours for each in frames))
    return path


def _blank() -> bytes:
    return bytes([WHITE]) * (WIDE * HIGH)


def _picture(kind: str, code: str) -> bytes:
    """Brightness of every point: bars in the middle, white around them."""
    bars = "".join(barcode.get(kind, code).build()).replace(" ", "0")
    drawn = b"".join(bytes([BLACK if each == "1" else WHITE]) * MODULE for each in bars)
    edge = (WIDE - len(drawn)) // 2
    assert edge > 10 * MODULE, "a reader needs white at both sides"
    line = bytes([WHITE]) * edge + drawn + bytes([WHITE]) * (WIDE - edge - len(drawn))
    return bytes([WHITE]) * (WIDE * TOP) + line * (BOTTOM - TOP) + bytes([WHITE]) * (WIDE * (HIGH - BOTTOM))
