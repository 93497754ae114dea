"""The API says what it is and is what it says: every answer against the OpenAPI document, paging, sight, uploads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_spec_validator import validate

from agents.api import file_name, media_type
from router.records import Role
from tests.agents_front import Client, Desk, fronted

CONSOLE = (Path(__file__).parent.parent / "docs" / "console.md").read_text(encoding="utf-8")


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with fronted(tmp_path) as made:
        yield made


class Checked:
    """A client whose every exchange is held against the document."""

    def __init__(self, document: Mapping[str, Any], client: Client) -> None:
        self.spec, self.client, self.seen = OpenAPI.from_dict(document), client, set()
        self.paths = {re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): path for path in document["paths"]}

    async def __call__(self, method: str, path: str, body: Any = None, *, expect: int = 200, **query: str) -> Any:
        how: dict[str, Any] = {} if body is None else {"json": body}
        async with self.client.http.request(method, path, params=query, **how) as answer:
            content = await answer.read()
            assert answer.status == expect, (method, path, answer.status, content[:300])
        request = MockRequest("http://127.0.0.1", method.lower(), path, args=query,
                              data=None if body is None else json.dumps(body).encode(), content_type="application/json")
        if expect == 200:
            self.spec.validate_request(_signed(request))
        self.spec.validate_response(_signed(request), MockResponse(content, status_code=expect,
                                                                   content_type="application/json"))
        self.seen.add((method, next(known for shape, known in self.paths.items() if shape.fullmatch(path))))
        return json.loads(content)


def _signed(request: MockRequest) -> MockRequest:
    request.parameters.header["Authorization"] = "Bearer x"  # type: ignore[index]
    return request


async def document(desk: Desk) -> Any:
    status, answer = await desk.client().get("/api/openapi.json")
    assert status == 200
    return answer


async def test_the_document_is_valid_and_complete(desk: Desk) -> None:
    described = await document(desk)
    validate(described)
    assert described["openapi"].startswith("3.1")
    listed = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert listed == {(route.method, route.path) for route in desk.routes if route.api}
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    promised = set(re.findall(r"`(?:GET|POST|GET/POST|DELETE) (/api/[^`? ]*)", CONSOLE)) - {"/api/live"}
    missing = {path for path in promised if path not in described["paths"] and "suggestions" not in path}
    assert missing <= {"/api/items/{id}/raw", "/api/openapi.json"}, missing


async def test_every_documented_answer_is_what_it_says(tmp_path: Path, database: str) -> None:
    async with fronted(tmp_path, database=database) as desk:
        await every_operation(desk)


async def every_operation(desk: Desk) -> None:
    """Each operation of the document at least once."""
    admin = await desk.agent("admin", role=Role.ADMIN, phone="200")
    omid = await desk.agent("omid")
    described = await document(desk)
    ask = Checked(described, admin)
    held, waiting, offered = await desk.held(admin, name="علی"), await desk.say("reza"), await desk.say("mina")
    await desk.offer(offered, admin)
    declined = await desk.offer(await desk.say("nika"), admin)
    mail = await desk.held(admin, "ali@example.org", channel="mail")
    call = await desk.held(admin, "989", channel="phone")
    hour = (desk.clock() + timedelta(hours=1)).isoformat()
    await ask("POST", "/api/me/state", {"state": "ready"})
    await ask("POST", "/api/me/state", {"state": "away", "reason": "nonsense"}, expect=400)
    await ask("POST", "/api/me/language", {"language": "fa"})
    await ask("GET", "/api/me")
    offer = (await ask("GET", f"/api/contacts/{offered}"))["contact"]["offer"]["id"]
    await ask("POST", f"/api/offers/{offer}/accept")
    await ask("POST", f"/api/offers/{offer}/accept", expect=409)
    await ask("POST", f"/api/offers/{declined}/decline", {"reason": "busy"})
    await ask("POST", f"/api/contacts/{waiting}/take")
    sent = await ask("POST", f"/api/contacts/{mail}/reply", {"key": "k", "text": "پاسخ", "html": "<b>پاسخ</b>"})
    await ask("POST", f"/api/contacts/{held}/reply", {"key": "k2", "text": "x" * 400}, expect=400)
    await ask("POST", f"/api/contacts/{held}/note", {"key": "n", "text": "یادداشت"})
    delivery = sent["message"]["delivery"]["id"]

    def fail(tx: Any) -> Any:
        return tx.outbox.fail(delivery, state="failed", error="refused", detail="", due_at=None)
    await desk.store.run(fail)
    await ask("POST", f"/api/deliveries/{delivery}/retry")
    await desk.store.run(fail)
    await ask("POST", f"/api/deliveries/{delivery}/give-up")
    await ask("POST", f"/api/deliveries/{delivery + 100}/retry", expect=404)
    await ask("POST", f"/api/contacts/{held}/join", expect=409)
    address = await desk.store.run(lambda tx: tx.people.suppress(tx.people.address(mail), "bounced") or (
        tx.people.address(mail).id))
    await ask("POST", f"/api/addresses/{address}/lift")
    await ask("POST", f"/api/addresses/{address}/lift", expect=409)
    await ask("POST", f"/api/contacts/{held}/snooze", {"until": hour})
    await ask("POST", f"/api/contacts/{held}/reopen")
    await ask("POST", f"/api/contacts/{held}/finish")
    await ask("POST", f"/api/contacts/{held}/close", {"disposition": "resolved", "note": "تمام"})
    await ask("POST", f"/api/contacts/{waiting}/transfer", {"queue": "town", "note": "ببینید"})
    await ask("POST", f"/api/contacts/{offered}/transfer", {"agent": omid.agent})
    await ask("POST", f"/api/contacts/{call}/hold")
    await ask("POST", f"/api/contacts/{call}/resume")
    await ask("POST", f"/api/contacts/{call}/hangup")
    for path in (f"/api/contacts/{held}", f"/api/contacts/{held}/messages", f"/api/contacts/{waiting}/why",
                 f"/api/contacts/{offered}/why", f"/api/contacts/{held}/journal", "/api/customers/1", "/api/contacts",
                 "/api/board", "/api/agents", "/api/queues", "/api/tokens", "/api/channels", "/api/quarantine",
                 "/api/channels/mail/findings"):
        await ask("GET", path)
    await ask("POST", "/api/customers/1", {"segment": "vip"})
    await ask("POST", "/api/customers/1", {"segment": "royal"}, expect=400)
    await ask("GET", "/api/contacts/999", expect=404)
    await ask("GET", "/api/channels/nothing/findings", expect=404)
    await ask("GET", "/api/contacts", state="active,closed", limit="2")
    await ask("GET", "/api/contacts", expect=400, state="strange")
    made = await ask("POST", "/api/agents", {
        "login": "nika", "name": "نیکا", "password": "a long enough one", "role": "supervisor", "skills": {"town": 3},
        "efforts": {"voice": 6}, "capacity": 8, "language": "en", "phone": "+98211234", "public_name": "نیکا"})
    await ask("POST", f"/api/agents/{made['agent']['id']}", {"active": False})
    await ask("POST", "/api/agents", {"login": "nika", "password": "a long enough one"}, expect=409)
    queue = await ask("POST", "/api/queues", {"name": "water", "title_fa": "آب", "title_en": "Water", "skills": ["w"]})
    await ask("POST", f"/api/queues/{queue['queue']['id']}", {"priority": 5, "target_seconds": 60})
    await ask("POST", "/api/queues", {"name": "water"}, expect=409)
    await routing_operations(ask, queue["queue"]["id"], waiting)
    await ask("POST", "/api/channels/mail/pause", {"reason": "نوسازی"})
    await ask("POST", "/api/channels/mail/pause", {"reason": "نوسازی"}, expect=409)
    await ask("POST", "/api/channels/mail/resume")
    await ask("GET", "/api/channels/mail/exchanges", limit="5")
    token = await ask("POST", "/api/tokens", {"name": "t", "role": "agent"})
    await ask("DELETE", f"/api/tokens/{token['id']}")
    await ask("POST", "/api/uploads", expect=400)
    status, upload = await admin.post("/api/uploads", data=b"x", headers={"X-File-Name": "x.txt"})
    assert status == 200 and set(upload) == {"id", "name", "media_type", "size"}
    ask.seen.add(("POST", "/api/uploads"))
    listed = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert listed - ask.seen == set(), "every operation is tried here"


async def routing_operations(ask: Any, queue: int, contact: int) -> None:
    """Hours, policies, promises, merging, what a contact needs: right, and refused with the key."""
    week = {"week": {"saturday": ["08:00-12:00", "13:00-16:00"]}}
    await ask("POST", "/api/calendars/office", week)
    refused = await ask("POST", "/api/calendars/office", {"week": {"someday": "08:00-12:00"}}, expect=400)
    assert refused["error"]["field"] == "calendars.office.week.someday"
    await ask("POST", "/api/policies/fast", {"rule": "promise", "parameters": {"guard": 6, "idle_first_seconds": 300}})
    refused = await ask("POST", "/api/policies/fast", {"rule": "promise", "parameters": {"guard": 1}}, expect=400)
    assert "guard" in refused["error"]["message"]
    await ask("POST", "/api/policies/fast", {"rule": "magic"}, expect=400)
    await ask("POST", f"/api/queues/{queue}", {
        "calendar": "office", "policy": "fast", "levels": {"w": 2}, "when_closed": "callback", "most_waiting": 50,
        "overflow": [{"after": 60, "relax": 1, "alarm": True}], "efforts": {"sms": 3}, "match_language": "prefer"})
    for wrong, key in (({"overflow": [{"after": 60}]}, "overflow.0"), ({"when_full": "queue:moon"}, "when_full"),
                       ({"calendar": "moon"}, "calendar"), ({"policy": "moon"}, "policy"),
                       ({"efforts": {"telepathy": 1}}, "efforts"), ({"match_language": "maybe"}, "match_language")):
        refused = await ask("POST", f"/api/queues/{queue}", wrong, expect=400)
        assert refused["error"]["field"].startswith(key), refused
    await ask("DELETE", "/api/calendars/office", expect=409)
    await ask("DELETE", "/api/policies/fast", expect=409)
    target = await ask("POST", "/api/targets", {"seconds": 60, "segment": "vip", "medium": "voice"})
    again = await ask("POST", "/api/targets", {"seconds": 90, "segment": "vip", "medium": "voice"})
    assert target["target"]["id"] == again["target"]["id"] and again["target"]["seconds"] == 90
    await ask("POST", "/api/targets", {"seconds": 60, "segment": "royal"}, expect=400)
    run = await ask("POST", "/api/routing/what-if", {"day": "2020-01-01", "rule": "promise"})
    await ask("GET", f"/api/routing/what-if/{run['run']['id']}")
    await ask("DELETE", f"/api/routing/what-if/{run['run']['id']}")
    await ask("GET", "/api/routing/what-if/999", expect=404)
    await ask("POST", "/api/routing/what-if", {"day": "2020-01-01", "rule": "magic"}, expect=400)
    found = await ask("GET", "/api/routing")
    assert [each["name"] for each in found["calendars"]] == ["office"] and found["targets"] == [again["target"]]
    await ask("GET", "/api/routing/state")
    await ask("GET", "/api/routing/efforts")
    await ask("POST", f"/api/contacts/{contact}/routing", {"needs": {"w": 1}, "priority": 2, "kind": "complaint"})
    await ask("POST", f"/api/contacts/{contact}/routing", {"needs": {"w": 9}}, expect=400)
    await ask("GET", f"/api/contacts/{contact}/promises")
    other = await ask("POST", "/api/queues", {"name": "rivers", "title_fa": "رود", "title_en": "Rivers"})
    merged = await ask("POST", f"/api/queues/{queue}/merge", {"into": other["queue"]["id"]})
    assert merged["queue"]["merged_into"] == other["queue"]["id"] and not merged["queue"]["active"]
    await ask("POST", f"/api/queues/{queue}/merge", {"into": queue}, expect=409)
    await ask("POST", f"/api/queues/{queue}", {"calendar": "", "policy": ""})
    await ask("POST", "/api/policies/default", {"rule": "promise"})
    await ask("DELETE", "/api/policies/default", expect=409)  # queues that name none follow it
    await ask("DELETE", "/api/calendars/office")
    await ask("DELETE", "/api/policies/fast")
    await ask("DELETE", f"/api/targets/{again['target']['id']}")
    await ask("DELETE", f"/api/targets/{again['target']['id']}", expect=404)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"text":1}', b'{"key":"\\ud800"}',
                                  b'{"key":null,"text":"x"}', b'{"key":"k","text":"x","attachments":[-1]}',
                                  b'{"key":"k","text":"x","attachments":"no"}', b'{"key":"k","text":{}}',
                                  b'{"key":"k\\u0000","text":"x"}', b'{"key":"k","text":"x","suggestion":true}'])
async def test_bad_bodies_are_told_what_is_wrong(desk: Desk, body: bytes) -> None:
    sara = await desk.agent("sara")
    contact = await desk.held(sara)
    status, answer = await sara.post(f"/api/contacts/{contact}/reply", data=body)
    assert status == 400 and answer["error"]["code"] == "bad_request" and answer["error"]["message"]


@pytest.mark.parametrize("number", ["x", "-1", "1e3", "99999999999999999999999", "%D9%A1", "0"])
async def test_strange_numbers_are_not_found(desk: Desk, number: str) -> None:
    sara = await desk.agent("sara")
    assert (await sara.get(f"/api/contacts/{number}"))[0] == 404


async def test_lists_go_on_where_they_stopped(desk: Desk) -> None:
    boss = await desk.agent("boss", role=Role.SUPERVISOR)
    made = [await desk.say(f"c{number}") for number in range(7)]
    seen, before = [], None
    while True:
        _, page = await boss.get("/api/contacts?limit=3" + (f"&before={before}" if before else ""))
        seen += [each["id"] for each in page["contacts"]]
        before = page["next"]
        if before is None:
            break
        await desk.say(f"later{before}")
    assert seen == made[::-1]


async def test_lists_hold_only_what_one_may_read(desk: Desk) -> None:
    sara, town = await desk.agent("sara"), await desk.agent("town", skills={"town": 1})
    general, hidden = await desk.held(sara, "a"), await desk.say("b", queue="town")
    assert [each["id"] for each in (await sara.get("/api/contacts"))[1]["contacts"]] == [general]
    assert [each["id"] for each in (await town.get("/api/contacts"))[1]["contacts"]] == [hidden, general]
    customer = (await desk.contact(hidden)).customer
    assert (await sara.get(f"/api/customers/{customer}"))[0] == 404
    assert (await town.get(f"/api/customers/{customer}"))[0] == 200
    for what in ("", "/messages", "/why", "/journal"):
        assert (await sara.get(f"/api/contacts/{hidden}{what}"))[0] == 404


async def test_why(desk: Desk) -> None:
    sara = await desk.agent("sara")
    contact = await desk.say()
    offer = await desk.offer(contact, sara)
    await sara.ok(f"/api/offers/{offer}/decline")
    _, answer = await sara.get(f"/api/contacts/{contact}/why")
    waiting, declined = answer["decisions"]
    assert waiting["outcome"] == "waiting" and waiting["fa"] and waiting["en"]
    assert declined["outcome"] == "declined" and declined["agent"] == sara.agent and declined["fa"]
    assert {"code": "candidates", "value": 1, "en": "Colleagues who could", "fa": "شمار همکارانی که می‌توانستند"} in (
        declined["terms"])


@pytest.mark.parametrize(("given", "kept"), [
    ("سند.pdf", "سند.pdf"), ("", "file"), ("../../etc/passwd", "passwd"), ("a\\b.txt", "b.txt"), (".", "file"),
    ("a\x00b\u202egpj.exe", "abgpj.exe"), ("می‌روم.txt", "می‌روم.txt"), ("x" * 300 + ".docx", "x" * 130 + ".docx")])
def test_names_of_files(given: str, kept: str) -> None:
    assert file_name(given) == kept


@pytest.mark.parametrize(("given", "kept"), [
    ("text/plain; charset=utf-8", "text/plain"), ("IMAGE/PNG", "image/png"), ("", "application/octet-stream"),
    ("text/html\r\nX: y", "application/octet-stream"), ("nonsense", "application/octet-stream")])
def test_media_types(given: str, kept: str) -> None:
    assert media_type(given) == kept
