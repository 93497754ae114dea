"""Messages handed to a gateway: every answer it can give, against the fake gateway over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from channels.sandbox.sms import FakeGateway
from channels.sms import compose
from channels.sms.adapter import Adapter, Settings
from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    Refused,
    SendError,
    Throttled,
    Unreachable,
)
from router.model import (
    Address,
    Attachment,
    Button,
    ContactId,
    DeliveryId,
    DeliveryState,
    Medium,
    Outbound,
    OutKind,
)
from settings import ChannelSettings, Secret
from tests.recorder import Recorder, until
from tests.servers.kannel import free_ports

WELL = "+989121234567"


def out(to: str = WELL, text: str = "سلام", delivery: int = 7, **fields: Any) -> Outbound:
    values: dict[str, Any] = {
        "delivery": DeliveryId(delivery), "contact": ContactId(1), "key": f"key-{delivery}", "kind": OutKind.REPLY,
        "channel": "town-sms", "to": Address(medium=Medium.SMS, value=to), "thread_key": "", "text": text}
    return Outbound(**(values | fields))


@pytest.fixture
async def house() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    (recorder.port,) = free_ports(1)
    yield recorder
    await recorder.hang_up()


@pytest.fixture
async def gateway(house: Recorder) -> AsyncIterator[FakeGateway]:
    fake = FakeGateway(inbound_url=f"{house.base_url}/channels/town-sms/inbound", secret="s3cret", retry_seconds=0.05)
    await fake.start()
    yield fake
    await fake.stop()


def channel(house: Recorder, **settings: Any) -> Adapter:
    values: dict[str, Any] = {"username": "app", "password": Secret("pw"), "webhook_secret": Secret("s3cret"),
                              "sender": "3000", "answer_seconds": 1.0, "connect_seconds": 1.0}
    return Adapter("town-sms", Settings(**(values | settings)), ChannelSettings(medium="sms"), house.wire())


@pytest.fixture
async def kannel(house: Recorder, gateway: FakeGateway) -> AsyncIterator[Adapter]:
    adapter = channel(house, send_url=gateway.send_url)
    await house.listen(adapter)
    yield adapter


@pytest.fixture
async def generic(house: Recorder, gateway: FakeGateway) -> AsyncIterator[Adapter]:
    adapter = channel(house, dialect="generic", send_url=gateway.json_url, check="header",
                      send={"to": "to", "text": "text", "from": "from", "report_url": "report_url"})
    await house.listen(adapter)
    yield adapter


async def test_a_message_goes_and_is_reported(house: Recorder, gateway: FakeGateway, kannel: Adapter) -> None:
    sent = await kannel.send(out(text="سلام {€}"))
    assert sent.state is DeliveryState.SENT and not sent.detail.startswith("queued")
    (taken,) = gateway.sent
    assert (taken.to, taken.sender, taken.text, taken.coding) == (WELL, "3000", "سلام {€}", "2")
    assert "s3cret" not in taken.report_url
    await until(lambda: len(house.receipts) == 2)
    assert [(r.delivery, r.part_id, r.state) for r in house.receipts] == [
        (7, "", DeliveryState.SENT), (7, "", DeliveryState.DELIVERED)]


@pytest.mark.parametrize(("text", "coding", "expected"), [
    ("hello {€}", "auto", "0"), ("hello", "ucs2", "2"), ("سلام", "auto", "2"), ("it`s", "auto", "2")])
async def test_coding(house: Recorder, gateway: FakeGateway, text: str, coding: str, expected: str) -> None:
    adapter = channel(house, send_url=gateway.send_url, coding=coding)
    await adapter.send(out(text=text, to=WELL[:-3] + "000"))
    assert [(each.text, each.coding) for each in gateway.sent] == [(text, expected)]


ANSWERS: list[tuple[str, type[SendError], int]] = [
    # last digits of the recipient, what the caller is told to do, how many messages did go
    ("400", InvalidMessage, 0), ("403", Misconfigured, 0), ("429", Throttled, 0), ("500", Doubtful, 0),
    ("503", Unreachable, 0), ("408", Doubtful, 1), ("666", Doubtful, 1), ("777", Doubtful, 1),
]


@pytest.mark.parametrize(("last", "error", "went"), ANSWERS)
@pytest.mark.parametrize("dialect", ["kannel", "generic"])
async def test_errors(house: Recorder, gateway: FakeGateway, dialect: str, last: str, error: type[SendError],
                      went: int) -> None:
    url = gateway.send_url if dialect == "kannel" else gateway.json_url
    adapter = channel(house, dialect=dialect, send_url=url)
    with pytest.raises(SendError) as caught:
        await adapter.send(out(to="+98912000" + "0" + last))
    assert type(caught.value) is error
    assert len(gateway.sent) == went, "a doubtful message must have been handed over at most once"
    assert "+98" not in caught.value.detail and "سلام" not in caught.value.detail
    if isinstance(caught.value, Throttled) and dialect == "generic":
        assert caught.value.retry_after == timedelta(seconds=2)


async def test_queued_is_sent_with_a_word(kannel: Adapter) -> None:
    sent = await kannel.send(out(to="+989120000103"))
    assert sent.state is DeliveryState.SENT and "queued" in sent.detail


async def test_nobody_listens(house: Recorder) -> None:
    (port,) = free_ports(1)
    adapter = channel(house, send_url=f"http://127.0.0.1:{port}/cgi-bin/sendsms")
    with pytest.raises(Unreachable):
        await adapter.send(out())
    assert (await adapter.check())[-1].ok is False


async def test_a_wrong_password_and_a_missing_address(house: Recorder, gateway: FakeGateway) -> None:
    for settings in ({"send_url": gateway.send_url, "password": Secret("no")}, {"send_url": ""}):
        adapter = channel(house, **settings)
        with pytest.raises(Misconfigured):
            await adapter.send(out())
        assert not all(finding.ok for finding in await adapter.check())
    assert gateway.sent == []


@pytest.mark.parametrize("message", [
    out(text=""), out(text=" \n\x00"), out(text="س" * (67 * 8 + 1)),
    out(kind=OutKind.CONNECT), out(kind=OutKind.HANGUP),
    out(attachments=(Attachment(name="a.pdf", media_type="application/pdf", size=1, digest="0" * 64),)),
], ids=["empty", "blank", "nine parts", "connect", "hang up", "file"])
async def test_what_never_goes_is_refused_before(gateway: FakeGateway, kannel: Adapter, message: Outbound) -> None:
    with pytest.raises(InvalidMessage):
        await kannel.send(message)
    assert gateway.asked == []


async def test_the_longest_text_goes(gateway: FakeGateway, kannel: Adapter) -> None:
    text = "س" * (67 * 8)
    assert len(text) == kannel.limits.text_chars
    await kannel.send(out(text=text, to="+989120000000"))
    assert gateway.sent[0].text == text


async def test_choices_become_numbered_lines(gateway: FakeGateway, kannel: Adapter) -> None:
    buttons = (Button(label="بله", value="y"), Button(label="خیر", value="n"))
    await kannel.send(out(text="مشکل حل شد؟", buttons=buttons, to="+989120000000"))
    assert gateway.sent[0].text == "مشکل حل شد؟\n۱) بله\n۲) خیر"


async def test_what_went_before_does_not_go_again(gateway: FakeGateway, kannel: Adapter) -> None:
    await kannel.send(out(parts_done={0: "x"}))
    assert gateway.sent == []


@pytest.mark.parametrize(("last", "states"), [
    ("002", ["sent", "failed"]), ("016", ["failed"]), ("181", ["delivered", "sent"]), ("111", ["sent", "delivered"]),
])
async def test_reports(house: Recorder, gateway: FakeGateway, kannel: Adapter, last: str, states: list[str]) -> None:
    await kannel.send(out(to="+98912000" + "0" + last))
    await until(lambda: gateway.reports and len(gateway.reports) >= len(states)
                and all(report.statuses == [200] for report in gateway.reports))
    await until(lambda: len(house.receipts) == len(states))
    assert [str(receipt.state) for receipt in house.receipts] == states
    assert len(house.duplicates) == (2 if last == "111" else 0)


async def test_generic_reports_and_idempotency(house: Recorder, gateway: FakeGateway, generic: Adapter) -> None:
    first = await generic.send(out(delivery=9))
    again = await generic.send(out(delivery=9))
    assert first.parts == again.parts and first.parts[0].external_id == gateway.sent[0].id
    assert len(gateway.sent) == 1 and gateway.sent[0].key == "key-9"
    await until(lambda: len(house.receipts) == 2)
    assert {(r.delivery, r.part_id) for r in house.receipts} == {(9, "")}


async def test_a_provider_that_honours_our_key_may_be_asked_again(house: Recorder, gateway: FakeGateway) -> None:
    adapter = channel(house, dialect="generic", send_url=gateway.json_url, idempotent=True)
    message = out(to="+989120000777")
    with pytest.raises(Unreachable):
        await adapter.send(message)
    assert (await adapter.send(message)).parts[0].external_id == gateway.sent[0].id
    assert len(gateway.sent) == 1


async def test_login_in_the_body(house: Recorder, gateway: FakeGateway) -> None:
    adapter = channel(house, dialect="generic", login="fields", send_url=gateway.json_url, send_extra={"flash": "0"})
    body = compose.generic_body(out(), "سلام", adapter.settings, house.base_url)
    assert body == {"to": WELL, "from": "3000", "text": "سلام", "username": "app", "password": "pw", "flash": "0"}
    basic = compose.headers(out(), channel(house, dialect="generic", login="basic").settings)
    assert basic["Authorization"] == "Basic YXBwOnB3"
    with pytest.raises(Misconfigured):
        await adapter.send(out())  # this provider wants a bearer token


@pytest.mark.parametrize(("status", "body", "error"), [
    (200, None, Doubtful), (200, {"x": 1}, Doubtful), (422, {}, InvalidMessage), (410, {}, Refused),
    (302, {}, Misconfigured), (402, {}, Misconfigured), (502, None, Doubtful),
])
def test_generic_answers(status: int, body: Any, error: type[SendError]) -> None:
    with pytest.raises(error):
        compose.generic_answer(status, body, "", Settings(dialect="generic"))


def test_retry_after() -> None:
    assert compose.wait("120") == timedelta(minutes=2) and compose.wait("99999999") == timedelta(hours=1)
    assert compose.wait("Wed, 21 Oct 2026 07:28:00 GMT") is None and compose.wait("-1") is None
    with pytest.raises(Throttled):
        compose.generic_answer(503, {}, "5", Settings(dialect="generic"))


async def test_the_light(house: Recorder, gateway: FakeGateway) -> None:
    for settings, code in (({"send_url": gateway.send_url}, "ok"), ({"send_url": ""}, "misconfigured"),
                           ({"send_url": gateway.send_url, "password": Secret("no")}, "misconfigured"),
                           ({"send_url": "http://127.0.0.1:9"}, "down"),
                           ({"send_url": gateway.send_url, "webhook_secret": Secret("")}, "misconfigured")):
        house.lights.clear()
        adapter = channel(house, **settings)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(adapter.run())
            light = await until(lambda: house.lights)
            running.cancel()
        assert light[0].code == code and light[0].en and light[0].fa
    assert gateway.sent == [], "looking at the gateway sends nothing"
