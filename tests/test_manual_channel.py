"""Records by hand through the whole house, with scans, and replies that a person carries."""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from channels.manual.adapter import Adapter, Settings
from router.errors import InvalidMessage
from router.model import Address, ContactId, DeliveryId, DeliveryState, Medium, Outbound, OutKind
from router.records import ContactState, Direction
from router.routes import Access, Route
from router.web import application
from settings import ChannelSettings
from tests.house import agent, read, running
from tests.recorder import Recorder
from tests.voicing import accept, contact_of, delivery_of, in_state, messages, outgoing

PDF = b"%PDF-1.7\n" + b"x" * 1000
PNG = b"\x89PNG\r\n\x1a\n" + b"y" * 500
CHANNELS = {name: {"medium": name} for name in ("phone", "fax", "letter", "counter")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A house, and its manual channels' routes with nobody at the door: who may enter is not the channels' business."""

    house: Any
    url: str
    session: aiohttp.ClientSession

    async def record(self, channel: str = "letter", **fields: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.url}/channels/{channel}/record", json=fields) as answer:
            return answer.status, await answer.json()

    async def delivered(self, channel: str = "letter", **fields: Any) -> tuple[int, Any]:
        async with self.session.post(f"{self.url}/channels/{channel}/delivered", json=fields) as answer:
            return answer.status, await answer.json()


async def _open(request: web.Request, route: Route) -> None:
    assert route.access is Access.AGENT


@contextlib.asynccontextmanager
async def desk(tmp_path: Path, **letter: Any) -> AsyncIterator[Desk]:
    """All four media configured."""
    async with (running(tmp_path, CHANNELS | {"letter": {"medium": "letter", **letter}}) as house,
                aiohttp.ClientSession() as session):
        routes = [route for channel in house.channels.values() for route in channel.routes()]
        runner = web.AppRunner(application(routes, _open), access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield Desk(house=house, url=f"http://127.0.0.1:{runner.addresses[0][1]}", session=session)
        finally:
            await runner.cleanup()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_record_waits_like_every_contact(tmp_path: Path, channel: str) -> None:
    async with desk(tmp_path) as at:
        status, body = await at.record(channel, key="key-00000001", name="مریم", phone="09121234567",
                                    text="پرسید", subject="آب", date="۱۴۰۴/۰۱/۰۵")
        assert status == 201 and body["fate"] == "new" and body["contact"] == 1
        contact = await contact_of(at.house)
        assert (contact.state, contact.medium, contact.channel) == (ContactState.WAITING, channel, channel)
        assert contact.reference == body["reference"] and contact.subject == "آب"
        message = (await messages(at.house))[0]
        assert message.at.isoformat().startswith("2025-03-24T20:30") and message.data["recorded"] is True
        await agent(at.house)
        await in_state(at.house, ContactState.OFFERED)


async def test_the_same_key_is_the_same_record(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        first = await at.record(key="key-00000001", name="مریم", text="نامه")
        again = await at.record(key="key-00000001", name="مریم", text="نامه")
        assert (first[0], again[0]) == (201, 200) and again[1]["fate"] == "duplicate"
        assert again[1]["reference"] == first[1]["reference"]
        assert len(await messages(at.house)) == 1


async def test_scans_in_json_and_in_a_browser_form(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        uploads = [{"name": "نامه.pdf", "content": base64.b64encode(PDF).decode()}]
        status, _ = await at.record(key="key-00000001", name="مریم", uploads=uploads)
        assert status == 201
        form = aiohttp.FormData()
        for name, value in (("key", "key-00000002"), ("name", "رضا"), ("text", "فکس"), ("csrf", "x")):
            form.add_field(name, value)
        form.add_field("scan", PNG, filename="page.jpg", content_type="image/jpeg")
        form.add_field("scan", PDF, filename="page2.pdf", content_type="application/pdf")
        async with at.session.post(f"{at.url}/channels/fax/record", data=form) as answer:
            assert answer.status == 201
        letter, fax = (await messages(at.house, 1))[0], (await messages(at.house, 2))[0]
        assert [(a.name, a.media_type, a.size) for a in letter.attachments] == [
            ("نامه.pdf", "application/pdf", len(PDF))]
        assert [(a.name, a.media_type) for a in fax.attachments] == [("page.jpg.png", "image/png"),
                                                                   ("page2.pdf", "application/pdf")]
        assert await at.house.store.blobs.read(fax.attachments[0].digest) == PNG


BAD_SCANS = [
    ("an exe", [{"name": "a.pdf", "content": base64.b64encode(b"MZ\x90").decode()}], 400, "not of a kind"),
    ("empty", [{"name": "a.pdf", "content": ""}], 400, "not of a kind"),
    ("no base64", [{"name": "a.pdf", "content": "%%%"}], 400, "not valid base64"),
    ("no content", [{"name": "a.pdf"}], 400, "needs a 'name' and its 'content'"),
    ("no list", {"a": 1}, 400, "must be a list"),
    ("too many", [{"content": base64.b64encode(PDF).decode()}] * 4, 400, "at most 3 files"),
    ("one too large", [{"content": base64.b64encode(PDF + b"x" * 2000).decode()}], 413, "larger than 2000 bytes"),
    ("together too large", [{"content": base64.b64encode(PDF + b"x" * 900).decode()}] * 2, 413, "together"),
]


@pytest.mark.parametrize(("uploads", "status", "words"), [c[1:] for c in BAD_SCANS], ids=[c[0] for c in BAD_SCANS])
async def test_scans_that_are_not_taken(tmp_path: Path, uploads: Any, status: int, words: str) -> None:
    async with desk(tmp_path, scans=3, scan_bytes=2000, total_bytes=3500) as at:
        got, body = await at.record(key="key-00000001", name="x", text="y", uploads=uploads)
        assert got == status and words in body["error"]["message"] and body["error"]["field"] == "uploads"
        assert await read(at.house, lambda tx: tx.contacts.listed()) == []


async def test_a_body_that_is_none(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        url = f"{at.url}/channels/letter/record"
        headers = {"Content-Type": "multipart/form-data"}
        async with at.session.post(url, data=b"nonsense", headers=headers) as answer:
            assert answer.status == 400
        async with at.session.post(url, data=b"[1]", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
        async with at.session.post(url, data=io.BytesIO(b"x" * 41_000_000)) as answer:
            assert answer.status == 413


async def test_a_reply_goes_by_hand_and_is_confirmed_later(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.record(key="key-00000001", name="مریم", address="یزد", text="نامه")
        made = await outgoing(at.house, 1, "پاسخ نامهٔ شما", "r1")
        sent = await delivery_of(at.house, made, DeliveryState.SENT)
        assert sent.detail == "by hand"
        assert await at.delivered(delivery=made.id, detail="پست سفارشی") == (200, {"fate": "receipt"})
        done = await delivery_of(at.house, made, DeliveryState.DELIVERED)
        assert done.detail == "پست سفارشی"
        assert await at.delivered(delivery=made.id) == (200, {"fate": "duplicate"})
        assert (await at.delivered(delivery=999))[0] == 404
        assert (await at.delivered("fax", delivery=made.id))[0] == 404, "another channel's delivery"


async def test_a_letter_that_came_back(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.record(key="key-00000001", name="مریم", text="نامه")
        made = await outgoing(at.house, 1, "پاسخ", "r1")
        await delivery_of(at.house, made, DeliveryState.SENT)
        assert (await at.delivered(delivery=made.id, state="failed", detail="برگشت خورد"))[0] == 200
        await delivery_of(at.house, made, DeliveryState.FAILED)


async def test_the_whole_life_of_a_counter_visit(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await agent(at.house)
        await at.record("counter", key="key-00000001", name="رضا", phone="09121234567",
                     text="مدارک را آورد")
        at.house.channels["line"] = at.house.channels["counter"]
        assert await accept(at.house) is None
        assert (await contact_of(at.house)).state is ContactState.ACTIVE
        await at.record("counter", key="key-00000002", phone="۰۹۱۲۱۲۳۴۵۶۷", text="دوباره آمد")
        said = [m.text for m in await messages(at.house) if m.direction is Direction.IN]
        assert said == ["مدارک را آورد", "دوباره آمد"]


async def test_routes_are_for_agents_and_no_call_is_live() -> None:
    adapter = Adapter("notes", Settings(), ChannelSettings(medium="phone"), Recorder().wire())
    assert adapter.medium is Medium.PHONE and not adapter.limits.live
    assert {route.access for route in adapter.routes()} == {Access.AGENT} and all(r.api for r in adapter.routes())
    out = Outbound(delivery=DeliveryId(1), contact=ContactId(1), key="k", kind=OutKind.CONNECT, channel="notes",
                   to=Address(medium=Medium.PHONE, value="+989121234567"), thread_key="x", text="")
    with pytest.raises(InvalidMessage):
        await adapter.send(out)
    assert all(finding.ok for finding in await adapter.check())


async def test_nobody_records_without_signing_in(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        for path in ("record", "delivered"):
            url = f"{at.house.url}/channels/letter/{path}"
            async with at.session.post(url, json={"key": "key-00000001"}) as answer:
                assert answer.status == 401
        assert await read(at.house, lambda tx: tx.contacts.listed()) == []
