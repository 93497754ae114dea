"""SMPP 3.4 against an independent message centre (another implementation): in, out, parts, reports, every refusal."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from channels.sms import pdu
from channels.sms.center import item_of, meaning
from channels.sms.parse import Arrival
from channels.sms.settings import Settings
from router.errors import InvalidMessage, Misconfigured, Refused, SendError, Throttled, Unreachable
from router.model import DeliveryState, Receipt, Said
from tests.benches import reply, words
from tests.house import free_port, read, running, until
from tests.suites import command

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
REFUSALS = {"014": 0x14, "058": 0x58, "011": 0x0B, "069": 0x45, "008": 0x08, "010": 0x0A}


class Centre:
    """The message centre; the last three digits of a recipient refuse it with a status."""

    def __init__(self, port: int) -> None:
        self.port, self.taken, self.esmes = port, [], []  # type: ignore[var-annotated]
        self.reports: list[asyncio.Task[bool]] = []  # a task that nobody keeps may be gone before it is done
        self.silent = self.hasty = False

    async def run(self) -> None:
        self.server = smpp34.Server("127.0.0.1", self.port, system_id="SMSC")
        await self.server.start()
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.Esme):
                self.esmes.append(event)
            elif isinstance(event, smpp34.SubmitSmEvent):
                await self._submitted(event)

    async def _submitted(self, event: Any) -> None:
        self.taken.append(event)
        if self.silent:
            return
        status = REFUSALS.get(event.destination_addr[-3:])
        if status:
            event.reject(status)
            return
        number = f"m{len(self.taken)}"
        if not self.hasty:
            event.accept(number)
        if event.registered_delivery and not event.destination_addr.endswith("000"):
            text = (f"id:{number} sub:001 dlvrd:001 submit date:2611211900 done date:2611211901 "
                    "stat:DELIVRD err:000 text:x")
            self.reports.append(asyncio.create_task(self.say(text.encode(), esm_class=4)))
        if self.hasty:
            await asyncio.wait(self.reports)
            event.accept(number)

    async def say(self, body: bytes, sender: str = "989121234567", **more: Any) -> bool:
        """Deliver something; whether it was acknowledged as good."""
        answer = await self.esmes[-1].deliver_sm("3000", body, source_addr=sender, **more)
        return bool(answer.is_success)


@contextlib.asynccontextmanager
async def town(tmp_path: Path, *, light: str = "ok", centre: Any = 0, **own: Any) -> AsyncIterator[tuple[Any, Centre]]:
    centre = Centre(centre or free_port())
    task = asyncio.create_task(centre.run())
    settings = {"medium": "sms", "dialect": "smpp", "host": "127.0.0.1", "port": centre.port, "username": "app",
                "sender": "3000", "answer_seconds": 2.0, **own}
    try:
        async with running(tmp_path, {"town": settings}, environ={"PISHKHAN_TOWN_PASSWORD": "pw"}) as house:
            await until(lambda: house.health["town"].code == light, seconds=15, what=f"the light is {light}")
            yield house, centre
    finally:
        task.cancel()
        await asyncio.wait([task])
        await centre.server.stop()


async def settled(house: Any, delivery: Any, state: DeliveryState, error: str = "") -> Any:
    async def there() -> Any:
        now = await read(house, lambda tx: tx.outbox.get(delivery.id))
        return now if now.state is state and now.error == error else None
    return await until(there, seconds=40, what=f"{state} {error}")


async def test_a_talk_with_a_long_answer_in_parts(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, centre):
        assert await centre.say("سلام، سفارش ۱۲۳؟".encode("utf-16-be"), data_coding=8)
        assert await words(house) == ["سلام، سفارش ۱۲۳؟"]
        long = "پاسخ " * 30
        await settled(house, await reply(house, long), DeliveryState.DELIVERED)
        assert len(centre.taken) == 3
        assert "".join(each.short_message.decode("utf-16-be") for each in centre.taken) == long.strip()
        refs = [{tlv.tag: tlv.as_int() for tlv in each.tlvs} for each in centre.taken]
        assert [tags[0x020F] for tags in refs] == [1, 2, 3]
        assert {tags[0x020E] for tags in refs} == {3}
        parts = await read(house, lambda tx: tx.connection.exec_driver_sql(
            "SELECT external_id FROM parts").scalars().all())
        assert sorted(parts) == ["m1", "m2", "m3"]


async def test_parts_that_come_in_are_joined_and_kept_over_a_break(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, centre):
        for number, text in ((2, "دوم"), (1, "اول ")):
            udh = bytes([5, 0, 3, 9, 2, number])
            assert await centre.say(udh + text.encode("utf-16-be"), data_coding=8, esm_class=0x40)
        assert await words(house) == ["اول دوم"]


async def test_what_cannot_be_committed_is_not_acknowledged(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, centre):
        writer = house.store.writer
        usual, writer._limit = writer._limit, 0
        with contextlib.suppress(Exception):
            async with asyncio.timeout(3):
                assert not await centre.say(b"hello")
        assert await words(house) == []
        writer._limit = usual
        await until(lambda: len(centre.esmes) > 1, seconds=20)
        assert await centre.say(b"hello")
        assert await words(house) == ["hello"]


@pytest.mark.parametrize(("last", "state", "error"), [
    ("014", DeliveryState.PENDING, "throttled"), ("011", DeliveryState.FAILED, "invalid_message"),
    ("069", DeliveryState.FAILED, "refused"), ("008", DeliveryState.PENDING, "unreachable"),
    ("010", DeliveryState.PENDING, "misconfigured")])
async def test_refusals(tmp_path: Path, last: str, state: DeliveryState, error: str) -> None:
    async with town(tmp_path) as (house, centre):
        assert await centre.say(b"hello", sender=f"98912000{last:0>4}")
        delivery = await reply(house)

        async def there() -> bool:
            return bool((await read(house, lambda tx: tx.outbox.get(delivery.id))).error == error)
        await until(there, seconds=15)


async def test_no_answer_is_doubtful_and_not_sent_again(tmp_path: Path) -> None:
    async with town(tmp_path) as (house, centre):
        assert await centre.say(b"hello")
        centre.silent = True
        await settled(house, await reply(house), DeliveryState.UNCERTAIN, "doubtful")
        assert len(centre.taken) == 1


async def test_without_a_centre_it_waits_and_says_so(tmp_path: Path) -> None:
    own = {"medium": "sms", "dialect": "smpp", "host": "127.0.0.1", "port": free_port(), "username": "app"}
    async with running(tmp_path, {"town": own}, environ={"PISHKHAN_TOWN_PASSWORD": "pw"}) as house:
        await until(lambda: house.health["town"].code == "down", seconds=10)
    async with running(tmp_path, {"town": own}) as house:
        await until(lambda: house.health["town"].code == "misconfigured", seconds=10)


@pytest.mark.parametrize(("status", "error"), [
    (0x14, Throttled), (0x58, Throttled), (0x0B, InvalidMessage), (0x01, InvalidMessage), (0x0A, Misconfigured),
    (0x0E, Misconfigured), (0x08, Unreachable), (0x45, Refused), (0x4FF, Refused)])
def test_statuses(status: int, error: type[SendError]) -> None:
    assert type(meaning(status)) is error


def deliver(body: bytes, **more: Any) -> bytes:
    return bytes(smpp34.DeliverSm("989121234567", "3000", body, **more).encode())


@pytest.mark.parametrize(("raw", "shown"), [
    (deliver(b"hello"), "hello"), (deliver("سلام".encode("utf-16-be"), data_coding=8), "سلام"),
    (deliver(b"\x1b\x65 5", data_coding=0), "€ 5"), (deliver(b"caf\xe9", data_coding=3), "café"),
    (deliver(b"", tlvs=[smpp34.Tlv(0x0424, "بلند".encode("utf-16-be"))], data_coding=8), "بلند")])
def test_texts(raw: bytes, shown: str) -> None:
    found = item_of(raw, Arrival(channel="town", settings=Settings(), now=NOW))
    assert isinstance(found, Said)
    assert (found.text, found.sender.value, found.quarantine) == (shown, "+989121234567", "")


@pytest.mark.parametrize(("raw", "why"), [
    (deliver(bytes([3, 0x25, 1, 13]) + b"abc", esm_class=0x40), "national-shift"),
    (deliver(b"\x01", data_coding=4), "binary"),
    (deliver(b"x" * 50)[:40], "cut-off"), (deliver(b"no report", esm_class=4), "report")])
def test_what_cannot_be_read_is_put_aside(raw: bytes, why: str) -> None:
    found = item_of(raw, Arrival(channel="town", settings=Settings(), now=NOW))
    assert isinstance(found, Said)
    assert found.quarantine == why


def test_a_report_by_parameters() -> None:
    tlvs = [smpp34.Tlv(0x001E, b"abc\0"), smpp34.Tlv(0x0427, bytes([5]))]
    found = item_of(deliver(b"", esm_class=4, tlvs=tlvs), Arrival(channel="town", settings=Settings(), now=NOW))
    assert isinstance(found, Receipt)
    assert (found.part_id, found.state) == ("abc", DeliveryState.FAILED)


@given(st.binary(max_size=400))
def test_any_bytes_are_an_item(content: bytes) -> None:
    raw = bytes([0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]) + content
    found = item_of(raw, Arrival(channel="town", settings=Settings(), now=NOW))
    assert isinstance(found, Said | Receipt)
    assert pdu.header(raw).command == pdu.DELIVER


# --- over TLS

class Wrapped:
    """TLS before the centre, as operators have it: their own certificate, and everything passed on as it is."""

    def __init__(self, folder: Path, name: str = "IP:127.0.0.1") -> None:
        self.cert, self._key, self._name = folder / "cert.pem", folder / "key.pem", name
        self.port, self.inner = free_port(), 0
        self.seen = 0  #: bytes that came through
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        await asyncio.to_thread(
            subprocess.run, [command("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                             "/CN=centre", "-addext", f"subjectAltName={self._name}", "-keyout", str(self._key),
                             "-out", str(self.cert)], check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.cert, self._key)
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=tls)

    async def stop(self) -> None:
        self.server.close()
        self.drop()
        await self.server.wait_closed()

    def drop(self) -> None:
        """Break every session."""
        for writer in self._open:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside, out = await asyncio.open_connection("127.0.0.1", self.inner)
        self._open |= {writer, out}

        async def pass_on(one: asyncio.StreamReader, other: asyncio.StreamWriter, counts: bool) -> None:
            with contextlib.suppress(OSError):
                while data := await one.read(65_536):
                    self.seen += len(data) if counts else 0
                    other.write(data)
                    await other.drain()
            other.close()
        with contextlib.suppress(asyncio.CancelledError):  # the loop ends, and tells us as a fault
            await asyncio.gather(pass_on(reader, out, True), pass_on(inside, writer, False))
        self._open -= {writer, out}


@contextlib.asynccontextmanager
async def wrapped(tmp_path: Path, name: str = "IP:127.0.0.1", **own: Any) -> AsyncIterator[tuple[Any, Centre, Wrapped]]:
    tls = Wrapped(tmp_path, name)
    await tls.start()
    try:
        ca = {} if own.pop("strange", False) else {"ca_file": str(tls.cert)}
        settings = {"tls": True, "answer_seconds": 20.0, **ca, **own}  # a slow machine is no doubt about a message
        tls.inner = free_port()
        async with town(tmp_path / "house", port=tls.port, centre=tls.inner, **settings) as (house, centre):
            yield house, centre, tls
    finally:
        await tls.stop()


async def test_a_report_that_comes_before_the_answer_is_not_lost(tmp_path: Path) -> None:
    """Message centres answer and report from different machines; and reports of others do not hold ours up."""
    async with town(tmp_path) as (house, centre):
        assert await centre.say("سلام".encode("utf-16-be"), data_coding=8)
        assert await words(house) == ["سلام"]
        centre.hasty = True
        strange = "id:x{} sub:001 dlvrd:001 submit date:2611211900 done date:2611211901 stat:DELIVRD err:000 text:x"
        for number in range(5):
            centre.reports.append(asyncio.create_task(centre.say(strange.format(number).encode(), esm_class=4)))
        await settled(house, await reply(house, "پاسخ"), DeliveryState.DELIVERED)
        assert all(each.result() for each in centre.reports), "each was acknowledged before the answer came"


async def test_a_talk_over_tls_that_breaks_and_goes_on(
        tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with wrapped(tmp_path) as (house, centre, tls):
        assert await centre.say("سلام".encode("utf-16-be"), data_coding=8)
        assert await words(house) == ["سلام"]
        await settled(house, await reply(house, "پاسخ " * 30), DeliveryState.DELIVERED)
        assert len(centre.taken) == 3 and tls.seen > 0
        before = len(centre.esmes)
        tls.drop()
        await until(lambda: len(centre.esmes) > before and house.health["town"].code == "ok", what="dialled again")
        await settled(house, await reply(house, "دوباره"), DeliveryState.DELIVERED)
    assert "does not end" not in caplog.text, "the session is let go of"


@pytest.mark.parametrize(("name", "strange"), [("IP:127.0.0.1", True), ("DNS:elsewhere.example", False)])
async def test_no_login_is_sent_to_whoever_proves_nothing(tmp_path: Path, name: str, strange: bool) -> None:
    async with wrapped(tmp_path, name, strange=strange, light="misconfigured") as (house, centre, tls):
        assert "certificate" in house.health["town"].en and house.health["town"].fa
        assert not centre.esmes and not tls.seen


async def test_a_centre_without_tls_gets_no_login_either(tmp_path: Path) -> None:
    heard = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.read(10_000))
        writer.write(b"\0\0\0\x10\x80\0\0\0\0\0\0\x03\0\0\0\0")  # a generic refusal, in clear
        writer.close()
    port = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with town(tmp_path, tls=True, port=port, light="down"):
        await until(lambda: heard, what="it was dialled")
        assert heard[0] == 0x16, "the beginning of TLS, and nothing else"
        assert b"app" not in heard and b"pw" not in heard
    server.close()
    await server.wait_closed()


async def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    async with town(tmp_path, tls=True, ca_file=str(tmp_path / "nothing.pem"), light="misconfigured") as (house, _):
        assert house.health["town"].en == "ca_file cannot be read"


def test_tls_is_for_smpp() -> None:
    for wrong in ({"tls": True}, {"dialect": "smpp", "ca_file": "x"}):
        with pytest.raises(ValueError, match="tls belongs to smpp"):
            Settings(**wrong)  # type: ignore[arg-type]
