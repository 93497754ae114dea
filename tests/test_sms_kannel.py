"""Text messages through a real Kannel: in, out, in parts, reported, with one side or the other down."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.sms.adapter import Adapter, Settings
from router.errors import Misconfigured, Unreachable
from router.model import Address, ContactId, DeliveryId, DeliveryState, Medium, Outbound, OutKind
from settings import ChannelSettings, Secret
from tests.recorder import Recorder, until
from tests.servers.kannel import Kannel, free_ports

pytestmark = pytest.mark.kannel

WORDS = "سلام، سفارش ۱۲۳ نرسیده است؛ پی\u200cگیری می\u200cکنید؟ گچپژ 😀"


def ucs2(text: str) -> str:
    """A text as fakesmsc takes it."""
    return "".join(f"%{octet:02X}" for octet in text.encode("utf-16-be"))


def heard(line: str) -> str:
    """The text of a part as fakesmsc prints it: printable octets as they are, space as +, others as %xx."""
    printed = line.replace("+", " ").encode("latin-1")
    octets = re.sub(rb"%([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), printed)
    return octets.decode("utf-16-be")


def out(text: str, delivery: int = 1) -> Outbound:
    return Outbound(delivery=DeliveryId(delivery), contact=ContactId(1), key=f"k{delivery}", kind=OutKind.REPLY,
                    channel="town-sms", to=Address(medium=Medium.SMS, value="+989121234567"), thread_key="", text=text)


class Town:
    """The channel, its house and the gateway."""

    def __init__(self, house: Recorder, kannel: Kannel, adapter: Adapter) -> None:
        self.house, self.kannel, self.adapter = house, kannel, adapter


def make(house: Recorder, kannel: Kannel, **settings: Any) -> Adapter:
    values: dict[str, Any] = {"send_url": kannel.send_url, "username": "app", "password": Secret("pw"),
                              "webhook_secret": Secret("s3-cret_Key"), "sender": "3000"}
    return Adapter("town-sms", Settings(**(values | settings)), ChannelSettings(medium="sms"), house.wire())


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    house = Recorder()
    (house.port,) = free_ports(1)
    kannel = Kannel(tmp_path, inbound=f"{house.base_url}/channels/town-sms/inbound", secret="s3-cret_Key")
    adapter = make(house, kannel)
    await house.listen(adapter)
    try:
        await kannel.start()
        yield Town(house, kannel, adapter)
    finally:
        await kannel.stop()
        await house.hang_up()


async def test_a_persian_message_comes_in(town: Town) -> None:
    await town.kannel.phone(f"+989121234567 3000 ucs2 {ucs2(WORDS)}")
    (said,) = await until(lambda: town.house.said, seconds=30)
    assert said.text == WORDS and said.sender.value == "+989121234567" and said.language == "fa"
    assert said.quarantine == "" and re.fullmatch(r"[0-9a-f-]{36}", said.external_id)
    assert b"s3-cret" not in said.raw and abs((said.at - town.house.wire().clock()).total_seconds()) < 60


async def test_a_plain_message_comes_in(town: Town) -> None:
    await town.kannel.phone("09121234567 3000 text hello & 100%")
    (said,) = await until(lambda: town.house.said, seconds=30)
    assert said.text == "hello & 100%" and said.sender.value == "+989121234567" and said.data["to"] == "3000"


async def test_two_hundred_equal_messages_are_two_hundred(town: Town) -> None:
    await town.kannel.phone("09121234567 3000 text ok", count=200)
    await until(lambda: len(town.house.said) >= 200, seconds=60)
    assert len({said.external_id for said in town.house.said}) == 200 and town.house.duplicates == []


async def test_a_persian_answer_goes_out_in_parts_and_is_reported(town: Town) -> None:
    heard_by_phone = await town.kannel.phone("+98 1 text x", count=0)
    text = ("پاسخ " * 51)[:252]
    await town.adapter.send(out(text, 41))
    lines = await until(lambda: _parts(heard_by_phone, 4), seconds=30)
    assert [(total, number) for total, number, _ in lines] == [("04", f"0{n}") for n in (1, 2, 3, 4)]
    assert "".join(heard(data) for _, _, data in lines) == text
    assert [len(heard(data)) for _, _, data in lines] == [67, 67, 67, 51]
    await until(lambda: len(town.house.receipts) == 2, seconds=30)
    assert {r.state for r in town.house.receipts} == {DeliveryState.SENT, DeliveryState.DELIVERED}
    # One pair of reports for all four parts; Kannel gives them in either order.
    assert {r.delivery for r in town.house.receipts} == {41}
    assert town.house.refusals == []


def _parts(path: Path, count: int) -> list[tuple[str, str, str]]:
    found = re.findall(
        r"Got message \d+: <3000 \+989121234567 udh %05%00%03(?:%[0-9a-fA-F]{2}|.)%(\d\d)%(\d\d) data (.*?)>\n",
        path.read_bytes().decode("latin-1"),
        re.DOTALL,
    )
    return found if len(found) == count else []


async def test_latin_goes_as_gsm_7_with_its_extension(town: Town) -> None:
    phone = await town.kannel.phone("+98 1 text x", count=0)
    await town.adapter.send(out("Price {100} € [net] ~ _$@§£ ÄöñÜ", 42))
    printed = await until(lambda: re.search(rb"Got message 1: <3000 \+989121234567 text ([^>]*)>", phone.read_bytes()),
                          seconds=30)
    # fakesmsc prints what Kannel gives it, in UTF-8.
    assert printed[1].decode("utf-8") == "Price {100} € [net] ~ _$@§£ ÄöñÜ"


async def test_nobody_attached_is_queued_and_goes_later(town: Town) -> None:
    sent = await town.adapter.send(out("later", 43))
    assert sent.state is DeliveryState.SENT and "queued" in sent.detail
    phone = await town.kannel.phone("+98 1 text x", count=0)
    await until(lambda: b"text later>" in phone.read_bytes(), seconds=30)
    await until(lambda: DeliveryState.DELIVERED in {r.state for r in town.house.receipts}, seconds=30)


async def test_the_gateway_is_down(town: Town) -> None:
    await town.kannel.stop_smsbox()
    with pytest.raises(Unreachable):
        await town.adapter.send(out("x"))
    assert [finding.ok for finding in await town.adapter.check()] == [True, True, False]
    await town.kannel.start_smsbox()
    assert all(finding.ok for finding in await town.adapter.check())


async def test_a_wrong_password(town: Town) -> None:
    wrong = make(town.house, town.kannel, password=Secret("no"))
    with pytest.raises(Misconfigured):
        await wrong.send(out("x"))
    assert [finding.ok for finding in await wrong.check()] == [True, True, False]


async def test_we_are_down_and_the_message_comes_again_with_its_id(town: Town) -> None:
    town.house.down = True
    tried: list[str] = []
    accept = town.house.accept

    async def watched(item: Any) -> Any:
        tried.append(item.external_id)
        return await accept(item)

    await town.house.hang_up()
    wire = town.house.wire()
    adapter = Adapter("town-sms", town.adapter.settings, town.adapter.common, type(wire)(
        **{name: getattr(wire, name) for name in wire.__slots__} | {"accept": watched}))
    await town.kannel.phone("09121234567 3000 text again")
    await asyncio.sleep(1.2)  # nobody listens at all for the first try
    await town.house.listen(adapter)
    await until(lambda: len(tried) >= 1, seconds=30)
    town.house.down = False
    (said,) = await until(lambda: town.house.said, seconds=30)
    assert said.text == "again" and len(tried) >= 2 and set(tried) == {said.external_id}


async def test_a_wrong_secret_in_the_get_url(tmp_path: Path) -> None:
    house = Recorder()
    (house.port,) = free_ports(1)
    kannel = Kannel(tmp_path, inbound=f"{house.base_url}/channels/town-sms/inbound", secret="another")
    await house.listen(make(house, kannel))
    try:
        await kannel.start()
        await kannel.phone("09121234567 3000 text hello")
        await until(lambda: house.refusals, seconds=30)
        assert house.items == [] and house.refusals[0] == "bad-secret"
    finally:
        await kannel.stop()
        await house.hang_up()
