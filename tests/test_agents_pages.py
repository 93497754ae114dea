"""Pages, files and citizens' HTML: what is shown to whom, and that nothing of a stranger's can run or load."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from agents import markup
from agents.assets import FOLDER, Assets
from agents.files import disposition
from router.errors import BadRequest, NotFound
from router.model import Attachment
from router.records import Direction, Role
from tests.agents_front import Client, Desk, fronted

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path, desk={"name_fa": "شهرداری <b>", "name_en": "Town & Co"}) as made:
        yield made


async def page(client: Client, path: str) -> tuple[int, Any, str]:
    async with client.http.get(path, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.text()


def boot_of(text: str) -> Any:
    return json.loads(re.search(r'<script type="application/json" id="boot">(.*?)</script>', text, re.S).group(1))


@pytest.mark.parametrize("name", ["console", "board", "admin"])
async def test_shells(desk: Desk, name: str) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN, public_name="</script><script>x()</script>")
    status, headers, text = await page(admin, f"/{name}")
    assert status == 200 and "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store" and "</script><script>x" not in text
    boot = boot_of(text)
    assert set(boot) == {"page", "me", "csrf", "language", "now", "desk", "media", "channels"}
    assert boot["page"] == name and boot["csrf"] == "c" * 32 and boot["me"]["login"] == "admin"
    assert boot["desk"]["dispositions"][0] == "resolved" and boot["desk"]["timezone"] == "Asia/Tehran"
    assert boot["media"]["sms"]["parts"] == {"gsm": [160, 153], "ucs2": [70, 67]}
    assert boot["media"]["email"]["parts"] is None
    channels = {channel["name"]: channel for channel in boot["channels"]}
    assert channels["line"]["limits"]["text_chars"] == 300 and channels["phone"]["record"] == "/channels/phone/record"
    assert 'dir="rtl"' in text and html.escape("شهرداری <b>") in text
    await admin.ok("/api/me/language", {"language": "en"})
    _, _, text = await page(admin, f"/{name}")
    assert 'lang="en" dir="ltr"' in text and "Town &amp; Co" in text


async def test_the_start_page_tells_strangers_little(desk: Desk) -> None:
    near, far = desk.client(), desk.client(headers={"X-Forwarded-For": "192.0.2.1"})
    _, _, text = await page(near, "/")
    assert "line" in text
    _, _, text = await page(far, "/")
    assert "phone" not in text and "line" not in re.sub(r"inline", "", text)
    agent = await desk.agent("agent")
    _, _, text = await page(agent, "/")
    assert "lamp" not in text, "nor agents"
    _, _, text = await page(near, "/?language=en")
    assert 'lang="en"' in text
    _, _, text = await page(near, "/?language=xx")
    assert 'lang="fa"' in text


async def mail(desk: Desk, client: Client, body: str,
               files: list[tuple[str, str, str, bytes]]) -> tuple[int, list[int]]:
    """A message with formatted text and files in a contact of this agent; (message, its attachments)."""
    contact = await desk.held(client, "ali@example.org", channel="mail")
    kept = [Attachment(name=name, media_type=kind, size=len(content), digest=await desk.store.blobs.put(content),
                       inline_id=inline) for name, kind, inline, content in files]
    message = await desk.store.run(lambda tx: tx.messages.add(
        contact, Direction.IN, at=tx.now, text="متن <ساده>", html=body, attachments=kept).id)
    return message, (await desk.read(lambda tx: tx.messages.attachment_ids([message])))[message]


async def test_a_citizens_html(desk: Desk) -> None:
    sara, town = await desk.agent("sara"), await desk.agent("town")
    body = ('<p dir="rtl" onclick="x()" style="color:red;position:fixed">سلام <a href="javascript:x()">a</a>'
            '<a href="https://example.org/">b</a><img src="cid:logo"><img src="https://evil.example/track.gif">'
            '<script>x()</script><form action="https://evil.example"><input name=p></form></p>')
    message, _ = await mail(desk, sara, body, [("logo.png", "image/png", "logo", PNG),
                                               ("x.svg", "image/svg+xml", "bad", b"<svg onload=x()>")])
    status, headers, text = await page(sara, f"/messages/{message}/html")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:;") and "sandbox" in policy and "script" not in policy
    assert "frame-ancestors 'self'" in policy and headers["X-Content-Type-Options"] == "nosniff"
    shown = text.split("<body", 1)[1]
    assert "data:image/png;base64," in shown and 'dir="rtl"' in shown and "https://example.org/" in shown
    for bad in ("javascript:", "evil.example", "<script", "onclick", "<form", "position", "cid:", "svg"):
        assert bad not in shown, bad
    assert (await town.get(f"/messages/{message}/html"))[0] == 200, "a colleague of the same queue"
    hidden = await desk.say("reza", queue="town")
    other = (await desk.read(lambda tx: tx.messages.of(hidden)))[0].id
    assert (await sara.get(f"/messages/{other}/html"))[0] == 404
    plain = (await desk.read(lambda tx: tx.messages.of((tx.messages.get(message)).contact)))[0].id
    assert (await sara.get(f"/messages/{plain}/html"))[0] == 404


async def test_html_that_cannot_be_shown_is_shown_as_text(desk: Desk) -> None:
    sara = await desk.agent("sara")
    message, _ = await mail(desk, sara, "<div>" * 5000, [])
    _, _, text = await page(sara, f"/messages/{message}/html")
    assert "<pre>متن &lt;ساده&gt;</pre>" in text


async def test_attachments(desk: Desk) -> None:
    sara, boss = await desk.agent("sara"), await desk.agent("boss", role=Role.SUPERVISOR)
    files = [("سند مهم.pdf", "application/pdf", "", b"%PDF"), ("a.html", "text/html", "", b"<script>x()</script>"),
             ("logo.png", "image/png", "", PNG), ("x.svg", "image/svg+xml", "", b"<svg/>"),
             ("t.txt", "text/plain", "", b"x")]
    _, numbers = await mail(desk, sara, "<p>x</p>", files)
    expected = [("application/pdf", "attachment"), ("application/octet-stream", "attachment"), ("image/png", "inline"),
                ("application/octet-stream", "attachment"), ("text/plain", "attachment")]
    for number, (kind, way), (name, _, _, content) in zip(numbers, expected, files, strict=True):
        async with sara.http.get(f"/attachments/{number}") as answer:
            assert answer.status == 200 and await answer.read() == content
            assert answer.content_type == kind and answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Disposition"].startswith(way), name
            assert "sandbox" in answer.headers["Content-Security-Policy"]
    contact = (await desk.read(lambda tx: tx.contacts.listed()))[0].id
    await boss.ok(f"/api/contacts/{contact}/transfer", {"queue": "town"})
    await boss.ok(f"/api/contacts/{contact}/take")
    stranger = await desk.agent("stranger")
    assert (await stranger.get(f"/attachments/{numbers[0]}"))[0] == 404
    _, upload = await sara.post("/api/uploads", data=b"x")
    assert (await boss.get(f"/attachments/{upload['id']}"))[0] == 404, "what nobody sent yet"


@pytest.mark.parametrize(("name", "header"), [
    ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
    ("سند.pdf", "attachment; filename=\"pdf\"; filename*=UTF-8''%D8%B3%D9%86%D8%AF.pdf"),
    ('a"; x=y\r\nz.txt', "attachment; filename=\"a_x_y_z.txt\"; filename*=UTF-8''a%22%3B%20x%3Dy%0D%0Az.txt"),
    ("", "attachment; filename=\"file\"; filename*=UTF-8''")])
def test_any_name_fits_into_a_header(name: str, header: str) -> None:
    assert disposition(name, inline=False) == header


async def test_originals_of_items(desk: Desk) -> None:
    admin = await desk.agent("admin", role=Role.ADMIN)
    from datetime import UTC, datetime

    from router.model import Address, Medium, Said
    bad = Said(channel="mail", external_id="q", sender=Address(medium=Medium.EMAIL, value="x"), at=datetime.now(UTC),
               text="", quarantine="no-from", raw=b"From: <script>x()</script>\r\n")
    large = Said(channel="mail", external_id="q2", sender=bad.sender, at=bad.at, text="", quarantine="too-deep",
                 raw=b"x" * 20_000)
    await desk.intake(bad)
    await desk.intake(large)
    _, answer = await admin.get("/api/quarantine?limit=1")
    newest = answer["items"][0]
    assert newest["reason"] == "too-deep" and newest["size"] is None and answer["next"]
    _, answer = await admin.get(f"/api/quarantine?before={answer['next']}")
    assert answer["items"][0]["size"] == len(bad.raw) and answer["next"] is None
    for item, raw in ((answer["items"][0], bad.raw), (newest, large.raw)):
        async with admin.http.get(f"/api/items/{item['id']}/raw") as got:
            assert await got.read() == raw and got.content_type == "application/octet-stream"
            assert got.headers["Content-Disposition"].startswith("attachment")
    assert (await admin.get("/api/items/999/raw"))[0] == 404


async def test_static_files(desk: Desk) -> None:
    client = desk.client()
    async with client.http.get("/static/live.js") as answer:
        assert answer.status == 200 and answer.content_type == "text/javascript"
        assert answer.headers["Cache-Control"] == "public, no-cache"
        mark = answer.headers["ETag"]
    async with client.http.get("/static/live.js", headers={"If-None-Match": mark}) as answer:
        assert answer.status == 304 and await answer.read() == b""
    async with client.http.get(f"/static/live.js?v={mark.strip(chr(34))}") as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    async with client.http.get("/static/live.js?v=old") as answer:
        assert "immutable" not in answer.headers["Cache-Control"]
    for path in ("/static/nothing.js", "/static/../front.py", "/static/%2e%2e/front.py", "/static/..%2ffront.py",
                 "/static/%2e%2e%2ffront.py", "/static/", "/static/vendor", "/static/.hidden"):
        async with client.http.get(path) as answer:
            assert answer.status == 404, path


def test_every_static_file_can_be_asked_for(tmp_path: Path) -> None:
    known = Assets()
    for path in FOLDER.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(FOLDER).as_posix()
            assert known.address(name).startswith(f"/static/{name}?v="), name
            assert name.count("/") < 5
    (tmp_path / "a.js").write_text("1")
    made = Assets(tmp_path)
    first = made.address("a.js")
    (tmp_path / "a.js").write_text("2")
    import os
    os.utime(tmp_path / "a.js", (1, 1))
    assert made.address("a.js") != first
    with pytest.raises(NotFound):
        made.address("b.js")


@pytest.mark.parametrize(("given", "kept"), [
    ("<b>x</b>", "<b>x</b>"), ("<p style='color:red;position:fixed'>x</p>", '<p style="color:red">x</p>'),
    ("<a href='https://example.org'>x</a>", '<a href="https://example.org" rel="noopener noreferrer nofollow">x</a>'),
    ("<a href='javascript:x()'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
    ("<a href='\u2028javascript:x()'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
    ("<img src=x onerror=y()>", ""), ("<script>x()</script>y", "y"), ("<p dir=rtl>سلام</p>", '<p dir="rtl">سلام</p>'),
    ("<p style='background:url(https://x)'>x</p>", "<p>x</p>"), ("<!-- x -->y", "y")])
def test_what_agents_may_format(given: str, kept: str) -> None:
    assert markup.sanitised(given) == kept


@pytest.mark.parametrize("bomb", [
    "<div>" * 200_000, "<b>" * 100_000, "<div></b>" * 50_000, "<div><table></div>" * 30_000, "<" * 900_000,
    "<a " + "x=1 " * 200_000 + ">", "<p>" * 300_000, "<a<" * 300_000, "x" * 2_000_000, "<a " * 300_000,
    "".join(f"<b id={n}>" for n in range(1000)) + "<p>x</p>" * 2000])
def test_bombs_are_cheap(bomb: str) -> None:
    began = time.process_time()
    shown = markup.shown(bomb, {}, "x")
    try:
        markup.sanitised(bomb)
    except BadRequest:
        assert shown.startswith("<pre>")
    assert time.process_time() - began < 2.0
