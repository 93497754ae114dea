"""The contact form: without script and as JSON, its seal, its traps, its files, its page, and where answers go."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.form import page, parse
from channels.form.adapter import Pace
from channels.form.settings import Settings
from channels.form.words import WORDS
from channels.sandbox.mail import FakeMail
from channels.sandbox.sms import FakeGateway
from router.errors import TooMany
from router.model import DeliveryState, MessageId
from router.ports import ThreadMessage
from settings import Secret, SettingsError
from tests.benches import reply, words
from tests.house import configured, read, running, until

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRETS = {"PISHKHAN_FORM_FORM_SECRET": "s3cret", "PISHKHAN_MAIL_PASSWORD": "sandbox", "PISHKHAN_SMS_PASSWORD": "pw",
           "PISHKHAN_SMS_WEBHOOK_SECRET": "hook"}
GOOD = {"name": "علی", "email": "Ali@Example.org", "text": "سلام، چراغ کوچه خاموش است.", "language": "fa"}


class Site:
    """A house with a form, and a browser."""

    def __init__(self, house: Any, http: aiohttp.ClientSession) -> None:
        self.house, self.http, self.base = house, http, f"{house.url}/channels/form"

    async def get(self, path: str) -> str:
        async with self.http.get(f"{self.base}/{path}") as got:
            assert got.status == 200
            return await got.text()

    async def ticket(self) -> str:
        found = re.search(r'name="ticket" value="([^"]+)"', await self.get("form"))
        assert found
        return found.group(1)

    async def submit(self, fields: dict[str, str], files: tuple[tuple[str, bytes, str], ...] = (),
                     origin: str | None = None) -> tuple[int, str]:
        form = aiohttp.FormData()
        for name, value in fields.items():
            form.add_field(name, value)
        for name, content, kind in files:
            form.add_field("files", content, filename=name, content_type=kind)
        headers = {"Origin": origin} if origin else {}
        async with self.http.post(f"{self.base}/submit", data=form(), headers=headers) as got:
            return got.status, await got.text()

    async def json(self, body: Any, **headers: str) -> tuple[int, Any, Any]:
        async with self.http.post(f"{self.base}/messages", json=body, headers=headers) as got:
            return got.status, await got.json(), got.headers


@contextlib.asynccontextmanager
async def site(tmp_path: Path, secrets: bool = True, others: dict[str, Any] | None = None,
               desk: dict[str, Any] | None = None, **own: Any) -> AsyncIterator[Site]:
    settings = {"medium": "form", "least_seconds": 0.0, "origins": ["https://www.example.org"], "per_hour": 100,
                "per_hour_address": 50, **own}
    queues = {name: {"title_fa": name, "title_en": name} for name in ("general", "bills")}
    async with running(tmp_path, {"form": settings, **(others or {})}, environ=SECRETS if secrets else {},
                       queues=queues, desk=desk) as house, aiohttp.ClientSession() as http:
        yield Site(house, http)


async def test_a_form_without_script_is_taken_once(tmp_path: Path) -> None:
    async with site(tmp_path, topics={"قبض": "bills"}) as here:
        ticket = await here.ticket()
        for _ in range(2):
            status, text = await here.submit({**GOOD, "ticket": ticket, "topic": "قبض", "website": ""})
            assert status == 200
            assert WORDS["fa"]["thanks"] in text
        (contact,) = await read(here.house, lambda tx: tx.contacts.listed())
        assert (contact.medium, contact.subject) == ("form", "قبض")
        assert (await read(here.house, lambda tx: tx.desk.queue(contact.queue))).name == "bills"
        address = await read(here.house, lambda tx: tx.people.address(contact.id))
        assert (address.medium, address.value, address.name) == ("email", "ali@example.org", "علی")
        assert await words(here.house) == [GOOD["text"]]


async def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        fields = {"name": '<img src=x onerror="alert(1)">', "email": "no address", "mobile": "12", "text": "متن <b>"}
        status, text = await here.submit({**fields, "ticket": await here.ticket(), "language": "en"})
        assert status == 422
        assert text.count('aria-invalid="true"') == 2
        assert WORDS["en"]["no-email"] in text
        assert "<img" not in text
        assert "متن &lt;b&gt;" in text
        assert await words(here.house) == []


async def test_an_old_ticket_shows_the_form_again_with_its_words(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        settings = here.house.channels["form"].settings
        old = parse.ticket(settings, "form", here.house.clock() - timedelta(hours=25), "abc")
        status, text = await here.submit({**GOOD, "ticket": old})
        assert status == 200
        assert WORDS["fa"]["late"] in text
        assert GOOD["text"] in text
        fresh = re.search(r'name="ticket" value="([^"]+)"', text)
        assert fresh
        await here.submit({**GOOD, "ticket": fresh.group(1)})
        assert await words(here.house) == [GOOD["text"]]


async def test_machines_are_kept_out(tmp_path: Path) -> None:
    async with site(tmp_path, least_seconds=60.0) as here:
        ticket = await here.ticket()
        assert (await here.submit({**GOOD, "ticket": ticket, "website": "http://spam"}))[0] == 200
        assert WORDS["fa"]["early"] in (await here.submit({**GOOD, "ticket": ticket}))[1]
        assert (await here.submit({**GOOD, "ticket": ticket + "0"}))[0] == 403
        assert (await here.submit(GOOD, origin="https://evil.example"))[0] == 403
        assert (await here.submit(GOOD, origin="null"))[0] == 403
        assert await words(here.house) == []
        refused = [each.data["reason"] for each in await read(here.house, lambda tx: tx.journal.after(0))
                   if each.name == "request-refused"]
        assert refused == ["bad-ticket", "bad-origin", "bad-origin"]


async def test_a_site_may_post_its_own_form(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        for _ in range(2):
            assert (await here.submit(GOOD, origin="https://www.example.org"))[0] == 200
        assert await words(here.house) == [GOOD["text"]], "the same words within the hour are the same form"


async def test_without_a_secret_nothing_is_taken(tmp_path: Path) -> None:
    async with site(tmp_path, secrets=False) as here:
        assert (await here.submit(GOOD))[0] == 403
        assert (await here.json(GOOD))[0] == 403
        await until(lambda: here.house.health["form"].code == "misconfigured")


async def test_json_with_a_key(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        answers = [await here.json({**GOOD, "mobile": "۰۹۱۲۱۲۳۴۵۶۷"}, **{
            "Idempotency-Key": "5f0c-1234-abcd", "Origin": "https://www.example.org"}) for _ in range(2)]
        assert [status for status, _, _ in answers] == [201, 201]
        assert [body["repeated"] for _, body, _ in answers] == [False, True]
        assert answers[0][1]["track"] == answers[1][1]["track"]
        assert answers[0][1]["reference"]
        assert answers[0][2]["Access-Control-Allow-Origin"] == "https://www.example.org"
        for body in ({"text": "x"}, {**GOOD, "email": 7}, {**GOOD, "mobile": "0"}, [], {**GOOD, "text": "x" * 9000}):
            assert (await here.json(body))[0] == 400
        async with here.http.options(f"{here.base}/messages", headers={"Origin": "https://www.example.org"}) as got:
            assert got.status == 204
        async with here.http.options(f"{here.base}/messages", headers={"Origin": "https://evil.example"}) as got:
            assert got.status == 403


async def test_while_nothing_can_be_committed_nobody_is_thanked(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        ticket, writer = await here.ticket(), here.house.store.writer
        usual, writer._limit = writer._limit, 0
        assert (await here.submit({**GOOD, "ticket": ticket}))[0] == 503
        writer._limit = usual
        assert (await here.submit({**GOOD, "ticket": ticket}))[0] == 200
        assert await words(here.house) == [GOOD["text"]]


async def test_files(tmp_path: Path) -> None:
    async with site(tmp_path, file_bytes=1000) as here:
        good = ("../../نامه", b"%PDF-1.7 x", "application/pdf")
        assert (await here.submit({**GOOD, "ticket": await here.ticket()}, (good,)))[0] == 200
        for wrong in (("a.exe", b"MZ", "application/x-msdownload"), ("a.pdf", b"no pdf", "application/pdf"),
                      ("a.txt", b"\x00\x01", "text/plain"), ("a.pdf", b"%PDF-" + b"x" * 1000, "application/pdf")):
            assert (await here.submit({**GOOD, "ticket": await here.ticket()}, (wrong,)))[0] == 422
        assert (await here.submit({**GOOD, "ticket": await here.ticket()}, (good,) * 4))[0] in (413, 422)
        (message,) = await read(here.house, lambda tx: tx.messages.of(1))
        (file,) = message.attachments
        assert file.name.endswith(".pdf")
        assert "/" not in file.name
        status, text = await here.submit({**GOOD, "ticket": "x"}, ((("b.pdf"), b"x" * 200_000, "application/pdf"),))
        assert status == 413, text


async def test_the_page_of_the_form_shows_answers_and_takes_more(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        body = (await here.json(GOOD))[1]
        delivery = await reply(here.house, "فردا درست می\u200cشود. <script>")

        async def sent() -> bool:
            return (await read(here.house, lambda tx: tx.outbox.get(delivery.id))).state is DeliveryState.SENT
        await until(sent)
        async with here.http.get(body["track"]) as got:
            text = await got.text()
            assert "script-src" not in got.headers["Content-Security-Policy"].replace("default-src 'none'", "")
            assert "frame-ancestors 'self' https://www.example.org" in got.headers["Content-Security-Policy"]
        assert "فردا درست می\u200cشود. &lt;script&gt;" in text
        assert GOOD["text"] in text
        async with here.http.post(body["track"], data={"text": "ممنون"}, allow_redirects=False) as got:
            assert got.status == 303
        assert await words(here.house) == [GOOD["text"], "ممنون"]
        assert len(await read(here.house, lambda tx: tx.contacts.listed())) == 1
        for path in ("track/" + "0" * 40, "track/x"):
            async with here.http.get(f"{here.base}/{path}") as got:
                assert got.status == 404


@pytest.mark.parametrize("zone", ["Asia/Tehran", "Europe/Berlin", "America/St_Johns"])
async def test_times_on_the_page_are_the_desks(tmp_path: Path, zone: str) -> None:
    async with site(tmp_path, desk={"timezone": zone}) as here:
        body = (await here.json(GOOD))[1]
        (message,) = await read(here.house, lambda tx: tx.messages.of(1))
        async with here.http.get(body["track"], params={"language": "en"}) as got:
            assert f">{message.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}</time>" in await got.text()


@pytest.mark.parametrize(("zone", "at", "en", "fa"), [
    ("Asia/Tehran", datetime(2026, 7, 1, 8, tzinfo=UTC), "2026-07-01 11:30", "۱۴۰۵/۴/۱۰ ۱۱:۳۰"),
    ("Asia/Tehran", datetime(2021, 7, 1, 8, tzinfo=UTC), "2021-07-01 12:30", "۱۴۰۰/۴/۱۰ ۱۲:۳۰"),  # summer time, then
    ("Asia/Tehran", datetime(2026, 3, 20, 20, 30, tzinfo=UTC), "2026-03-21 00:00", "۱۴۰۵/۱/۱ ۰۰:۰۰"),
    ("Europe/Berlin", datetime(2026, 7, 1, 8, tzinfo=UTC), "2026-07-01 10:00", "۱۴۰۵/۴/۱۰ ۱۰:۰۰"),
    ("Europe/Berlin", datetime(2026, 12, 1, 8, tzinfo=UTC), "2026-12-01 09:00", "۱۴۰۵/۹/۱۰ ۰۹:۰۰"),
])
def test_a_time_in_each_season(zone: str, at: datetime, en: str, fa: str) -> None:
    said = ThreadMessage(seq=1, id=MessageId(1), mine=True, at=at, text="x", author="", external_id="", state="",
                         attachments=(), data={}, delivery=None)
    for lang, shown in (("en", en), ("fa", fa)):
        assert f">{shown}</time>" in page.track("/f", lang, "482", "active", [said], "/more", ZoneInfo(zone))


@pytest.mark.parametrize(("given_", "channel"), [
    ({"email": "ali@example.org"}, "mail"), ({"mobile": "09121234567"}, "sms"),
    ({"email": "ali@example.org", "mobile": "09121234567"}, "mail")])
async def test_the_answer_goes_to_the_address_given(tmp_path: Path, given_: dict[str, str], channel: str) -> None:
    mail, gateway = FakeMail(), FakeGateway(secret="hook")
    await mail.start()
    await gateway.start()
    others = {"mail": mail.settings(), "sms": {"medium": "sms", "send_url": gateway.send_url, "username": "app"}}
    try:
        async with site(tmp_path, others=others, failover=["mail", "sms"], acknowledge=True) as here:
            await here.json({"text": GOOD["text"], **given_})
            await until(lambda: mail.sent if channel == "mail" else gateway.sent, seconds=15)
            await reply(here.house, "پاسخ کارشناس")
            await until(lambda: len(mail.sent if channel == "mail" else gateway.sent) == 2, seconds=15)
            moved = [each for each in await read(here.house, lambda tx: tx.journal.after(0))
                     if each.name == "delivery-rerouted"]
            assert {each.data["channel"] for each in moved} == {channel}
            assert len(moved) == 2
    finally:
        await mail.stop()
        await gateway.stop()


# --- rules

@pytest.mark.parametrize(("written", "canonical"), [
    ("a@b.co", "a@b.co"), ("Ali.R+x@Example.ORG", "ali.r+x@example.org"), ("a@b", ""),
    ("a b@c.de", ""), ("a@b..de", ""),
    ("a@b.de\r\nBcc: x@y.z", ""), ("@b.de", ""), ("a" * 65 + "@b.de", ""), ("علی@b.de", ""),
    ("a@" + "b" * 260 + ".de", "")])
def test_email(written: str, canonical: str) -> None:
    assert parse.email_of(written) == canonical


@pytest.mark.parametrize(("written", "canonical"), [
    ("09121234567", "+989121234567"), ("۰۹۱۲ ۱۲۳ ۴۵۶۷", "+989121234567"), ("+989121234567", "+989121234567"),
    ("02112345678", ""), ("0912123456", ""), ("+4915112345678", "+4915112345678"), ("abc", ""), ("", "")])
def test_mobile(written: str, canonical: str) -> None:
    assert parse.mobile_of(written, Settings()) == canonical


@given(st.dictionaries(st.sampled_from(["name", "email", "mobile", "subject", "topic", "text"]), st.text(max_size=300)))
def test_any_form_is_taken_or_refused_by_field(fields: dict[str, str]) -> None:
    settings = Settings(form_secret=Secret("x"), topics={"a": "b"})
    filled = parse.filled(fields, [], settings)
    assert set(filled.wrong.values()) <= set(WORDS["fa"])
    for lang in WORDS:
        shown = page.form(settings, "/channels/f", lang, "t", filled)
        assert shown.lower().count("<script") == 1 and page.HELP.format(lang=lang) in shown, "only the one of ours"
    if not filled.wrong:
        said = parse.said(filled, settings, channel="f", key="k" * 10, now=NOW, lang="fa", raw=b"")
        assert said.sender.value
        assert said.text


def test_a_ticket_is_ours_for_a_day() -> None:
    settings = Settings(form_secret=Secret("x"))
    made = parse.ticket(settings, "f", NOW, "chance")
    assert parse.punched(made, settings, "f", NOW + timedelta(minutes=1)) == ("chance", "")
    assert parse.punched(made, settings, "g", NOW + timedelta(minutes=1)) == ("", "forged")
    assert parse.punched(made, settings, "f", NOW) == ("", "early")
    assert parse.punched(made, settings, "f", NOW + timedelta(days=2)) == ("", "late")
    for wrong in ("", ".", "..", "a.b.c", "9" * 5000, "é.é.é"):
        assert parse.punched(wrong, settings, "f", NOW) == ("", "forged")


def test_the_pace_is_bounded() -> None:
    pace = Pace(2)
    pace.take("a", NOW)
    pace.take("a", NOW)
    with pytest.raises(TooMany) as caught:
        pace.take("a", NOW + timedelta(minutes=10))
    assert caught.value.retry_after == timedelta(minutes=50)
    pace.take("a", NOW + timedelta(minutes=61))
    for number in range(10_100):
        pace.take(str(number), NOW)
    assert len(pace._seen) == 10_000


def test_both_languages_say_the_same_things() -> None:
    assert set(WORDS["fa"]) == set(WORDS["en"])


@pytest.mark.parametrize(("own", "word"), [({"origins": ["www.example.org"]}, "origins"), ({"reach": "fax"}, "reach"),
                                           ({"files": 99}, "files"), ({"text_chars": 5}, "text_chars")])
def test_wrong_settings(tmp_path: Path, own: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        configured(tmp_path, {"form": {"medium": "form", **own}})
