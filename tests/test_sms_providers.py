"""Twilio, Kavenegar and a mapped provider: signatures, documented samples, every answer, reports, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels.sandbox.sms_providers import FakeKavenegar, FakeTwilio, Provider
from channels.sms import kavenegar, twilio
from channels.sms.adapter import PROVIDERS, Adapter, Settings
from channels.sms.parse import Arrival
from channels.sms.provider import Incoming
from router.errors import (
    Doubtful,
    InvalidMessage,
    Misconfigured,
    OptedOut,
    Refused,
    SendError,
    Throttled,
    Unreachable,
)
from router.model import DeliveryId, DeliveryState, Receipt, Said, Signal, SignalKind
from settings import ChannelSettings, Secret
from tests.recorder import Recorder, until
from tests.servers.kannel import free_ports
from tests.test_sms_send import out

CASES = Path(__file__).parent / "cases" / "sms" / "providers"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
async def house() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    (recorder.port,) = free_ports(1)
    yield recorder
    await recorder.hang_up()


@pytest.fixture(params=["twilio", "kavenegar"])
async def pair(request: pytest.FixtureRequest, house: Recorder) -> AsyncIterator[tuple[Adapter, Any]]:
    fake: Provider = FakeTwilio() if request.param == "twilio" else FakeKavenegar()
    await fake.start()
    base = f"{house.base_url}/channels/town-sms"
    own = {"password": Secret("pw"), "webhook_secret": Secret("s3cret"), "api_base": fake.url, "answer_seconds": 1.0,
           "dialect": request.param}
    if request.param == "twilio":
        own |= {"account": FakeTwilio.account, "sender": "+15005550006"}
        fake.inbound_url = f"{base}/inbound"
    else:
        own |= {"sender": "10004346"}
        fake.inbound_url, fake.report_url = f"{base}/inbound?secret=s3cret", f"{base}/delivery?secret=s3cret"
    adapter = Adapter("town-sms", Settings(**own), ChannelSettings(medium="sms"), house.wire())
    await house.listen(adapter)
    yield adapter, fake
    await fake.stop()


ANSWERS: list[tuple[str, type[SendError], int]] = [
    ("400", InvalidMessage, 0), ("403", Misconfigured, 0), ("429", Throttled, 0), ("503", Unreachable, 0),
    ("500", Doubtful, 0), ("610", OptedOut, 0), ("420", Refused, 0), ("408", Doubtful, 1), ("666", Doubtful, 1),
    ("777", Doubtful, 1)]


@pytest.mark.parametrize(("last", "error", "went"), ANSWERS)
async def test_every_answer(pair: tuple[Adapter, Any], last: str, error: type[SendError], went: int) -> None:
    adapter, fake = pair
    with pytest.raises(SendError) as caught:
        await adapter.send(out(to=f"+98912000{last:0>4}"))
    assert type(caught.value) is error
    assert len(fake.sent) == went
    if isinstance(caught.value, Throttled):
        assert caught.value.retry_after == timedelta(seconds=2)
    assert "+98" not in caught.value.detail


@pytest.mark.parametrize(("last", "states"), [
    ("002", ["sent", "failed"]), ("181", ["delivered", "sent"]), ("111", ["sent", "delivered"]), ("000", []),
    ("567", ["sent", "delivered"])])
async def test_reports(pair: tuple[Adapter, Any], house: Recorder, last: str, states: list[str]) -> None:
    adapter, fake = pair
    sent = await adapter.send(out(to=f"+98912000{last:0>4}", text="سلام", delivery=9))
    (taken,) = fake.sent
    assert sent.parts[0].external_id == taken.id
    assert taken.text == "سلام"
    await until(lambda: len(house.receipts) == len(states) and len(fake.pushed) >= len(states))
    await until(lambda: len(fake.pushed) == (4 if last == "111" else len(states)))
    assert [str(each.state) for each in house.receipts] == states
    assert {each.part_id for each in house.receipts} <= {taken.id}
    assert {status for _, status in fake.pushed} <= {200}


async def test_a_message_comes_in_once(pair: tuple[Adapter, Any], house: Recorder) -> None:
    _, fake = pair
    same = {"sid": f"SM{7:032}"} if isinstance(fake, FakeTwilio) else {"number": "77"}
    for _ in range(2):
        assert await fake.say("+989121234567", "سلام دنیا 😀", **same) == 200
    (said,) = house.said
    assert (said.sender.value, said.text, said.language) == ("+989121234567", "سلام دنیا 😀", "fa")
    assert len(house.duplicates) == 1
    house.down = True
    assert await fake.say("+989121234567", "دوباره") == 503


async def test_forged_and_secretless_are_refused(pair: tuple[Adapter, Any], house: Recorder) -> None:
    adapter, fake = pair
    if isinstance(fake, FakeTwilio):
        fake.token = "other"
    else:
        fake.inbound_url = fake.inbound_url.replace("s3cret", "other")
    assert await fake.say("+989121234567", "x") == 403
    from dataclasses import replace
    adapter.settings = replace(adapter.settings, password=Secret(""), webhook_secret=Secret(""))
    assert await fake.say("+989121234567", "x") == 403
    assert house.items == []
    assert house.refusals[-1] == "no-secret-configured"


async def test_the_light_and_the_check(pair: tuple[Adapter, Any]) -> None:
    from dataclasses import replace
    adapter, _ = pair
    assert all(finding.ok for finding in await adapter.check())
    assert (await adapter._health()).code == "ok"
    adapter.settings = replace(adapter.settings, password=Secret("wrong"))
    assert not all(finding.ok for finding in await adapter.check())
    assert (await adapter._health()).code == "misconfigured"
    with pytest.raises(Misconfigured):
        await adapter.send(out())


# --- Twilio

def test_the_signature_is_the_providers_own() -> None:
    """Signed by the provider's own library: ours says the same, and no field may change."""
    settings = Settings(dialect="twilio", account="AC1", password=Secret("12345"))
    url = "https://desk.example.org/channels/t/inbound?delivery=7&x=%D8%B3"
    form = {"CallSid": "CA1", "From": "+989121234567", "Body": "سلام & خداحافظ", "To": "3000", "Empty": ""}
    seal = RequestValidator("12345").compute_signature(url, form)

    def refusal(**changes: Any) -> str:
        values: dict[str, Any] = {"method": "POST", "url": url, "query": "", "body": urlencode(form).encode(),
                                  "headers": {"x-twilio-signature": seal}} | changes
        return PROVIDERS["twilio"].refusal(Incoming(**values), settings, "t")
    assert refusal() == ""
    for wrong in ({"url": url + "1"}, {"body": urlencode(form | {"Body": "x"}).encode()}, {"headers": {}},
                  {"body": b"a=1&" * 500}, {"body": b"\xff\xfe"}):
        assert refusal(**wrong) == "bad-signature"


async def test_stop_at_twilio(pair: tuple[Adapter, Any], house: Recorder) -> None:
    adapter, fake = pair
    if not isinstance(fake, FakeTwilio):
        assert await fake.say("+989121234567", "لغو") == 200
        assert house.signals[0].data == {"confirm": True}
        return
    assert await fake.say("+989121234567", "STOP", OptOutType="STOP") == 200
    (signal,) = house.signals
    assert (signal.kind, signal.data) == (SignalKind.OPT_OUT, {}), "the provider has answered it already"
    await adapter.send(out(to="+989120000000", delivery=3))
    form = {"MessageSid": fake.sent[0].id, "MessageStatus": "undelivered", "ErrorCode": "21610", "To": "+989120000000"}
    assert await fake.push(fake.sent[0].callback, form) == 200
    assert [each.sender.value for each in house.signals] == ["+989121234567", "+989120000000"]
    assert house.receipts[0].delivery == 3


@pytest.mark.parametrize(("code", "status", "error"), [
    (21610, 400, OptedOut), (20429, 429, Throttled), (30001, 400, Throttled), (21611, 429, Throttled),
    (20003, 401, Misconfigured), (21606, 400, Misconfigured), (21212, 400, Misconfigured), (21211, 400, InvalidMessage),
    (21614, 400, InvalidMessage), (21617, 400, InvalidMessage), (21408, 400, Refused), (30007, 400, Refused),
    (99999, 400, Refused), (0, 503, Unreachable), (0, 500, Doubtful), (0, 404, Misconfigured), (20500, 500, Doubtful)])
def test_the_error_dictionary(code: int, status: int, error: type[SendError]) -> None:
    assert type(twilio.error(status, code, "", Settings(dialect="twilio"))) is error


@pytest.mark.parametrize(("code", "error"), [
    (400, InvalidMessage), (401, Misconfigured), (402, Refused), (403, Misconfigured), (406, InvalidMessage),
    (409, Unreachable), (411, InvalidMessage), (412, Misconfigured), (413, InvalidMessage), (416, Misconfigured),
    (418, Misconfigured), (420, Refused), (422, InvalidMessage), (429, Throttled), (451, Throttled),
    (501, Misconfigured), (502, Doubtful), (607, Refused)])
def test_kavenegars_codes(code: int, error: type[SendError]) -> None:
    assert type(kavenegar.error(code, "", Settings(dialect="kavenegar"))) is error


@pytest.mark.parametrize(("number", "theirs"), [
    ("+989121234567", "09121234567"), ("+4915112345678", "004915112345678")])
def test_numbers_at_kavenegar(number: str, theirs: str) -> None:
    assert kavenegar.national(number, Settings()) == theirs


# --- documented samples

def _shown(item: Any) -> dict[str, Any]:
    if isinstance(item, Said):
        return {"said": item.text, "from": item.sender.value, "id": item.external_id, "to": item.data.get("to", ""),
                **({"quarantine": item.quarantine} if item.quarantine else {})}
    if isinstance(item, Signal):
        return {"signal": item.kind.value, "from": item.sender.value}
    assert isinstance(item, Receipt)
    return {"receipt": item.state.value, "part": item.part_id, **({"delivery": item.delivery} if item.delivery else {})}


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_samples(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    settings = Settings(**{"dialect": case["dialect"], **case.get("settings", {})})
    provider = PROVIDERS[case["dialect"]]
    if "answer" in case:
        try:
            sent = provider.answer(case["status"], case["answer"].encode(), case.get("retry_after", ""), settings)
        except SendError as error:
            assert error.code == case["gives"]
        else:
            assert [part.external_id for part in sent.parts] == case["gives"]
        return
    incoming = Incoming(method=case.get("method", "POST"), url="", query=case.get("query", ""),
                        body=case.get("body", "").encode(), media_type="application/x-www-form-urlencoded")
    arrival = Arrival(channel="town-sms", settings=settings, now=NOW,
                      delivery=DeliveryId(case["delivery"]) if "delivery" in case else None)
    read: Callable[..., Any] = provider.reports if case["what"] == "report" else provider.inbound
    assert [_shown(item) for item in read(incoming, arrival)] == case["gives"]


# --- a provider that the settings map

@pytest.mark.parametrize(("mapped", "method", "seen"), [
    ({"request": "form", "send": {"to": "recipient", "text": "body"}}, "POST", b"recipient=%2B989121234567&body=x"),
    ({"request": "json", "send": {"to": "messages.0.to", "text": "messages.0.content.text"}}, "PUT",
     b'{"messages":[{"to":"+989121234567","content":{"text":"x"}}]}'),
    ({"request": "query", "send": {"to": "n", "text": "t", "key": "k"}}, "GET", b"")])
def test_requests_are_mapped(mapped: dict[str, Any], method: str, seen: bytes) -> None:
    settings = Settings(dialect="generic", send_url="https://x.example/send", method=method, **mapped)
    request = PROVIDERS["generic"].request(out(text="x"), "x", settings, "https://desk.example")
    if mapped["request"] == "form":
        assert request.data == seen.replace(b"%2B989121234567", urlencode({"": "+989121234567"}).encode()[1:])
    elif mapped["request"] == "json":
        assert request.data == seen
    else:
        assert list(request.params) == [("n", "+989121234567"), ("t", "x"), ("k", "key-7")]
    assert request.method == method


@pytest.mark.parametrize(("answer", "gives"), [
    ({"code": "0", "id": "m1"}, ["m1"]), ({"code": 0, "id": 5}, ["5"]), ({"code": "13", "id": "m1"}, "opted_out"),
    ({"code": "20"}, "throttled"), ({"code": "77"}, "refused"), ({}, "refused")])
def test_answers_are_mapped(answer: dict[str, Any], gives: Any) -> None:
    settings = Settings(dialect="generic", send_url="https://x.example", answer_code="code", answer_ok=("0",),
                        answer_errors={"13": "opted_out", "20": "throttled"})
    try:
        sent = PROVIDERS["generic"].answer(200, json.dumps(answer).encode(), "7", settings)
    except SendError as error:
        assert error.code == gives
        assert not isinstance(error, Throttled) or error.retry_after == timedelta(seconds=7)
    else:
        assert [part.external_id for part in sent.parts] == gives
        assert sent.state is DeliveryState.SENT
