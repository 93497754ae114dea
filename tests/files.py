"""Small picture files of every format that claim any size, for tests: some bytes are enough to claim everything."""

from __future__ import annotations

import struct
import zlib

SHORT = b"\0" * 12


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int) -> bytes:
    """Whole where it is small: black."""
    rows = zlib.compress(b"".join(b"\0" + b"\0" * width for _ in range(height)) if width * height < 10_000 else b"")
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + _chunk(b"IDAT", rows) + _chunk(b"IEND", b""))


def gif(width: int, height: int, *frames: tuple[int, int, int, int]) -> bytes:
    """`frames` are (left, top, width, height); without any, one as large as the screen."""
    made = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    made += b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    for left, top, wide, high in frames or ((0, 0, width, height),):
        made += b"\x21\xf9\x04\x00\x0a\x00\x00\x00"
        made += b"\x2c" + struct.pack("<HHHHB", left, top, wide, high, 0x80) + b"\0\0\0\xff\xff\xff"
        made += b"\x02\x02\x44\x01\x00"
    return made + b"\x3b"


def jpeg(width: int, height: int, *, marker: int = 0xC0, before: bytes = b"", thumb: bytes = b"") -> bytes:
    """`thumb` stands within an EXIF segment: its own header is not the picture's."""
    exif = b"\xff\xe1" + struct.pack(">H", 8 + len(thumb)) + b"Exif\0\0" + thumb
    tables = b"\xff\xdb\x00\x43\0" + bytes(64)
    return (b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + exif + tables + before + b"\xff\xff"
            + bytes([marker]) + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
            + b"\xff\xda\x00\x08\x01\x01\0\0\x3f\0" + SHORT + b"\xff\xd9")


def _riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
                              for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _three(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


def lossy(width: int, height: int) -> tuple[bytes, bytes]:
    """A `VP8 ` chunk; it holds 14 bits a side."""
    return b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + SHORT


def webp(width: int, height: int, way: str = "canvas") -> bytes:
    """`way`: canvas, frame, lossy or lossless."""
    frame = b"ANMF", bytes(6) + _three(width - 1) + _three(height - 1) + bytes(4) + b"VP8 " + SHORT
    return {"canvas": lambda: _riff((b"VP8X", bytes(4) + _three(width - 1) + _three(height - 1)), lossy(1, 1)),
            "frame": lambda: _riff((b"VP8X", bytes(4) + _three(0) + _three(0)), (b"ANIM", bytes(6)), frame),
            "lossy": lambda: _riff(lossy(width, height)),
            "lossless": lambda: _riff((b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | (height - 1) << 14) + SHORT)),
            }[way]()


def svg(width: str, height: str) -> bytes:
    """As somebody draws it."""
    return f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"/>'.encode()
