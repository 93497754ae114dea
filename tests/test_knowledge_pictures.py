"""How large a picture says it is: every format, cut off at every byte, lying, endless; at both doors of an article."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from channels import registry
from knowledge import pictures, sizes
from knowledge.reading import read as read_file
from router.errors import BadRequest
from tests import fake, files
from tests.house import read
from tests.knowledge_town import town


@pytest.fixture(autouse=True)
def line_medium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODULES, fake.Adapter.medium, "tests.fake")


#: Name: the file of a size. Those of WebP's lossy and lossless chunks hold 14 bits a side.
MADE: dict[str, Callable[[int, int], bytes]] = {
    "png": files.png, "gif": files.gif, "jpeg": files.jpeg, "webp": files.webp,
    "progressive jpeg": lambda w, h: files.jpeg(w, h, marker=0xC2),
    "webp lossy": lambda w, h: files.webp(w, h, "lossy"), "webp lossless": lambda w, h: files.webp(w, h, "lossless"),
    "webp frame": lambda w, h: files.webp(w, h, "frame"),
    "gif first frame": lambda w, h: files.gif(1, 1, (0, 0, w, h)),
    "gif later frame": lambda w, h: files.gif(9, 9, (0, 0, 9, 9), (w - 1, h - 1, 1, 1)),
}


@pytest.mark.parametrize("name", MADE)
def test_the_size_is_read_from_every_header(name: str) -> None:
    for size in ((1, 1), (300, 20), (4_000, 9_000), (16_000, 16_383), (60_000, 60_000)):
        if size[0] > 16_384 and name in ("webp lossy", "webp lossless"):
            continue
        content = MADE[name](*size)
        kind = pictures.kind_of(content)
        assert kind is not None
        least = 9 if name == "gif later frame" else 1
        assert sizes.size_of(kind, content) == (max(least, size[0]), max(least, size[1])), (name, size)


@pytest.mark.parametrize("name", MADE)
def test_a_bomb_is_refused_and_a_photograph_is_not(name: str) -> None:
    assert pictures.judged(MADE[name](6_000, 6_600), "image/png").startswith("image/")
    for size in ((16_000, 16_000), (12_001, 10), (10, 12_001), (8_000, 5_001)):
        with pytest.raises(BadRequest, match=f"{size[0]} x {size[1]} pixels") as refused:
            pictures.judged(MADE[name](*size), "image/png")
        assert refused.value.field == "picture-size"
    assert len(MADE[name](60_000 if "loss" not in name else 16_000, 16_000)) < 400, "a few bytes claim it"


@pytest.mark.parametrize("name", MADE)
def test_a_file_cut_off_anywhere_is_told_or_refused_and_never_taken_for_smaller(name: str) -> None:
    whole, told = MADE[name](16_000, 16_000), 0
    for end in range(len(whole)):
        cut = whole[:end]
        try:
            pictures.judged(cut, "image/png")
        except BadRequest as refused:
            told += refused.field in ("picture-size", "picture-broken", "picture-type")
            continue
        # What of such a file says a size is only its beginning: nobody draws a frame whose header did not come.
        assert name in ("gif later frame", "webp frame"), end
    assert told > 30


def test_lies_and_oddities() -> None:
    thumb = files.jpeg(160, 120)
    assert sizes.size_of("image/jpeg", files.jpeg(3_000, 2_000, thumb=thumb)) == (3_000, 2_000), "not the thumbnail's"
    assert sizes.size_of("image/jpeg", files.jpeg(20_000, 20_000, thumb=thumb)) == (20_000, 20_000)
    assert sizes.size_of("image/jpeg", files.jpeg(30, 20, before=b"\xff\xfe\x00\x02junk")) == (30, 20)
    for none in (files.jpeg(0, 10), files.png(0, 10), files.gif(0, 0), b"\xff\xd8\xff" + b"\xd9" * 40):
        with pytest.raises(BadRequest) as refused:
            pictures.judged(none, "image/png")
        assert refused.value.field == "picture-broken"
    sound = b"RIFF\x24\0\0\0WAVEfmt " + bytes(50)
    for lie in (b"<script>alert(1)</script>", b"\x89PNG" + bytes(60), b"%PDF-1.7", sound):
        with pytest.raises(BadRequest) as refused:
            pictures.judged(lie, "image/gif")
        assert refused.value.field == "picture-type"
    # What it is its own bytes say; what is called no picture and is none stays what it is called.
    for called in ("image/png", "text/html"):
        assert pictures.judged(files.jpeg(3, 2), called) == "image/jpeg"
    assert pictures.judged(b"%PDF-1.7", "application/pdf") == "application/pdf"


@pytest.mark.parametrize(("width", "height", "taken"), [
    ("100", "100", True), ("100%", "100%", True), ("60000", "60000", False), ("60000px", "10", False),
    ("10", "300cm", True), ("10", "400cm", False), ("20in", "2000in", False), ("9" * 15, "1", False), ("x", "y", True),
    ("1e9", "1", True), ("", "", True)])
def test_a_drawing_that_asks_for_too_much_is_refused(width: str, height: str, taken: bool) -> None:
    for content in (files.svg(width, height), files.svg(width, height).decode().encode("utf-16")):
        if taken:
            assert pictures.judged(content, "image/svg+xml") == "image/svg+xml"
        else:
            with pytest.raises(BadRequest, match="pixels"):
                pictures.judged(content, "image/svg+xml")
    assert pictures.kind_of(files.svg(width, height)) is None, "never shown, only kept"


ENDLESS = {
    "image/jpeg": [b"\xff\xd8\xff" + piece * (10_000_000 // len(piece)) for piece in (
        b"\xff", b"\xff\x00", b"\xff\xe0\x00\x02", b"x", b"\xff\xd0", b"\xff\xe0\x00\x00")],
    "image/gif": [files.gif(1, 1)[:-1] + piece * (10_000_000 // len(piece)) for piece in (
        b"\x21\xfe\x01x\x00", b"\x21\xfe\x00", b"\x2c" + bytes(9) + b"\x02\x00",
        b"\x2c\0\0\0\0\1\0\1\0\0\x02" + b"\1x" * 500)],
    "image/webp": [files.webp(1, 1)[:-4] + piece * (10_000_000 // len(piece)) for piece in (
        b"ANMF" + bytes(4), b"VP8 " + bytes(4), b"ANMF\x10\0\0\0" + bytes(16))],
    "image/png": [files.png(1, 1) + b"\0" * 10_000_000],
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_ten_megabytes_of_pieces_take_linear_time(kind: str) -> None:
    for content in ENDLESS[kind]:
        began = time.process_time()
        sizes.size_of(kind, content)
        assert time.process_time() - began < 1.0, content[:20]


def test_noise_is_answered_without_an_error() -> None:
    dice = random.Random(7)
    for made in MADE.values():
        whole = bytearray(made(300, 200))
        for _ in range(300):
            noisy = bytearray(whole)
            for _ in range(dice.randrange(1, 6)):
                noisy[dice.randrange(len(noisy))] = dice.randrange(256)
            kind = pictures.kind_of(bytes(noisy))
            if kind is not None:
                size = sizes.size_of(kind, bytes(noisy))
                assert size is None or min(size) > 0


async def test_no_bomb_becomes_a_file_of_an_article(tmp_path: Path, database: str) -> None:
    async with town(tmp_path, database) as t:
        made = await t.write(title="x", state="public")
        path = f"/api/articles/{made['id']}/files"
        for name, bomb in (("png", files.png(60_000, 60_000)), ("gif", files.gif(60_000, 60_000)),
                           ("jpeg", files.jpeg(60_000, 60_000)), ("webp", files.webp(60_000, 60_000)),
                           ("svg+xml", files.svg("60000", "60000"))):
            error = await t.refused(400, "POST", path, data=bomb, headers={"Content-Type": f"image/{name}"})
            assert error["field"] == "picture-size" and "60000 x 60000" in error["message"], name
        for lie in (files.png(9, 9)[:20], b"<html>", files.svg("9", "9")):
            error = await t.refused(400, "POST", path, data=lie, headers={"Content-Type": "image/png"})
            assert error["field"] == "picture-type"
        cut = files.jpeg(9, 9)[:40]
        assert (await t.refused(400, "POST", path, data=cut, headers={"Content-Type": "image/jpeg"}))[
            "field"] == "picture-broken"
        assert (await t.ok("GET", path))["files"] == []
        taken = (await t.ok("POST", path, data=files.jpeg(9, 9), headers={"Content-Type": "image/png"}))["file"]
        assert taken["media_type"] == "image/jpeg" and taken["picture"]


def uri(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize("bomb", [files.png, files.gif, files.jpeg, files.webp])
def test_an_import_says_which_article_has_a_picture_that_is_too_large(bomb: Callable[[int, int], bytes]) -> None:
    large, small = uri(bomb(60_000, 60_000)), uri(bomb(60, 60))
    for name, source in (("a.html", f'<title>Tax</title><p>See <img alt="x" src="{large}"><img src="{small}">'),
                         ("a.md", f"# Tax\nSee ![x]({large}) ![y]({small})"),
                         ("a.md", f"# Tax\nSee ![x][1]\n\n[1]: {large}")):
        [item] = read_file(name, source.encode())
        assert item.fault.startswith("a picture in it has 60000 x 60000 pixels"), name
    rows = f"title,body\nTax,See ![x]({large})\nBins,See ![y]({small})\n".encode()
    bad, good = read_file("a.csv", rows)
    assert bad.fault and not good.fault and len(good.pictures) == 1
    # What tells no size is no picture: its words stay, as of everything that is none.
    [item] = read_file("a.md", f"# Tax\nSee ![the form]({uri(bomb(9, 9)[:24])}) below".encode())
    assert not item.fault and item.fields["body"] == "See the form below"


async def test_the_report_of_an_import_tells_it_in_both_languages(tmp_path: Path) -> None:
    async with town(tmp_path) as t:
        rows = f"title,body\nTax,See ![x]({uri(files.png(60_000, 60_000))})\nBins,words\n".encode()
        for query in ("?try=1", ""):
            done = await t.take_in("a.csv", rows, query)
            line = next(each for each in done["report"] if each["title"] == "Tax")
            assert line["outcome"] == "refused" and "60000 x 60000" in line["why"]
            assert "بیش از اندازه بزرگ" in line["why_fa"]
        assert [each.title for each in await read(t.house, lambda tx: tx.knowledge.after(0))] == ["Bins"]
