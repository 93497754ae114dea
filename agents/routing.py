"""Setting up routing over HTTP: hours, policies, promises, merging queues; what a contact needs; how routing stands."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from aiohttp import web

from agents import abilities, holding, reading, shapes
from agents.asks import number_in, number_of, text_in
from agents.given import Given
from agents.guard import who
from agents.schemas import FREE, NUMBER, TEXT, fields, many, obj, ref
from agents.staff import checked, known_agents, merge
from agents.views import queue_file
from router.core import NAMED
from router.errors import BadRequest, Conflict
from router.events import ContactEdited, RoutingChanged
from router.model import ContactId, QueueId
from router.promises import standing
from router.records import Policy, Target
from router.routes import Access, Route
from router.rules.plan import DEFAULT, PARAMETERS, SEGMENTS, policy_of
from router.rules.sla import CLOCKS
from router.web import json_answer, json_body, take
from storage.tx import StoreTx

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LARGEST = 200_000  #: bytes of a calendar
_CALENDAR = obj(name=TEXT, definition=FREE)
_POLICY = obj(name=TEXT, rule=TEXT, parameters=FREE)
_TARGET = obj(id=NUMBER, queue=TEXT, medium=TEXT, segment=TEXT, kind=TEXT, clock=TEXT, seconds=NUMBER)
_SERVED = obj(policy=TEXT, rule=TEXT, queues=many(obj(name=TEXT, title_fa=TEXT, title_en=TEXT)), values=FREE)
_ALL = obj(calendars=many(_CALENDAR), policies=many(_POLICY), targets=many(_TARGET), rules=many(TEXT),
           parameters=many(TEXT), segments=many(TEXT), clocks=many(TEXT), media=FREE,
           served=many(_SERVED))


class RoutingSetUp:
    """One method an operation."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See docs/api.md."""
        post = partial(Route, method="POST", access=Access.ADMIN, api=True)
        drop = partial(Route, method="DELETE", access=Access.ADMIN, api=True, errors=(404, 409),
                       answer=obj(removed={"type": "boolean"}))
        return [
            Route(method="GET", path="/api/routing", handler=self.all, access=Access.SUPERVISOR, api=True,
                  summary="Hours, policies and promises, and what can be set", answer=_ALL),
            Route(method="GET", path="/api/routing/state", handler=self.state, access=Access.SUPERVISOR, api=True,
                  summary="Queues where nobody comes, contacts nobody could serve, announced waits, own figures",
                  answer=FREE),
            post(path="/api/calendars/{name}", handler=self.put_calendar, summary="Make or replace a calendar",
                 body=FREE, answer=obj(calendar=_CALENDAR), max_bytes=_LARGEST),
            drop(path="/api/calendars/{name}", handler=self.drop_calendar, summary="Remove a calendar nobody uses"),
            post(path="/api/policies/{name}", handler=self.put_policy, summary="Make or replace a policy",
                 body=obj({"parameters": FREE}, rule=TEXT), answer=obj(policy=_POLICY)),
            drop(path="/api/policies/{name}", handler=self.drop_policy, summary="Remove a policy nobody uses"),
            post(path="/api/targets", handler=self.put_target, summary="Make or change a promise",
                 body=obj(dict.fromkeys(("queue", "medium", "segment", "kind", "clock"), TEXT), seconds=NUMBER),
                 answer=obj(target=_TARGET)),
            drop(path="/api/targets/{id}", handler=self.drop_target, summary="Remove a promise"),
            post(path="/api/queues/{id}/merge", handler=self.merge, errors=(404, 409),
                 summary="Close a queue; who waits in it and whoever asks for it goes to another",
                 body=obj(into=NUMBER), answer=obj(queue=ref("QueueFile"), moved=NUMBER)),
            Route(method="POST", path="/api/contacts/{id}/routing", handler=self.contact, access=Access.AGENT, api=True,
                  summary="Say what a contact needs: skills, priority, kind, segment", body=fields(**shapes.CONTACT),
                  answer=obj(contact=ref("Contact")), errors=(404, 409)),
            Route(method="GET", path="/api/contacts/{id}/promises", handler=self.promises, access=Access.AGENT,
                  api=True, summary="How a contact's promises stand", answer=FREE, errors=(404,)),
        ]

    async def all(self, request: web.Request) -> web.Response:
        """Everything that is set."""
        def read(tx: StoreTx) -> dict[str, Any]:
            return {"calendars": [{"name": each.name, "definition": dict(each.definition)}
                                  for each in tx.routing.calendars()],
                    "policies": [_policy(each) for each in tx.routing.policies()],
                    "targets": [_target(each) for each in tx.routing.targets()],
                    "served": _served(tx)}
        found = await self._given.store.snapshot(read)
        media = {name: {"effort": each.effort, "at_once": each.at_once, "mean_seconds": each.mean_seconds,
                        "patience_seconds": each.patience_seconds}
                 for name, each in self._given.routing.base.media.items()}
        return json_answer({**found, "rules": list(NAMED), "parameters": list(PARAMETERS), "segments": list(SEGMENTS),
                            "clocks": list(CLOCKS), "media": media})

    async def state(self, request: web.Request) -> web.Response:
        """How routing stands now."""
        return json_answer(dict(self._given.routing.state()))

    async def put_calendar(self, request: web.Request) -> web.Response:
        """Refused with the place when it cannot be meant so."""
        by, name, data = who(request), _name(request), await json_body(request)

        def unit(tx: StoreTx) -> None:
            tx.routing.put_calendar(name, data)
            checked(tx, self._given.routing.base)
            tx.emit(RoutingChanged(what="calendar", which=name), actor=holding.actor(by))
        await self._given.store.run(unit)
        return json_answer({"calendar": {"name": name, "definition": data}})

    async def drop_calendar(self, request: web.Request) -> web.Response:
        """Conflict while a queue or a shift uses it."""
        by, name = who(request), request.match_info["name"]

        def unit(tx: StoreTx) -> None:
            users = [queue.name for queue in tx.desk.queues() if queue.calendar == name]
            users += [agent.login for agent in tx.desk.agents() if agent.shift == name]
            if self._given.routing.base.calendar == name:
                users.append("the settings ([routing] calendar)")
            if users:
                raise Conflict(f"the calendar is used by {', '.join(users[:5])}")
            tx.routing.drop_calendar(name)
            tx.emit(RoutingChanged(what="calendar", which=name), actor=holding.actor(by))
        await self._given.store.run(unit)
        return json_answer({"removed": True})

    async def put_policy(self, request: web.Request) -> web.Response:
        """Refused with the parameter when it cannot be meant so."""
        by, name, data = who(request), _name(request), await json_body(request)
        rule, parameters = text_in(data, "rule", most=40), take(data, "parameters", dict, default=None) or {}

        def unit(tx: StoreTx) -> dict[str, Any]:
            made = tx.routing.put_policy(name, rule, parameters)
            checked(tx, self._given.routing.base)
            known_agents(tx, made)
            tx.emit(RoutingChanged(what="policy", which=name), actor=holding.actor(by))
            return _policy(made)
        return json_answer({"policy": await self._given.store.run(unit)})

    async def drop_policy(self, request: web.Request) -> web.Response:
        """Conflict while a queue follows it."""
        by, name = who(request), request.match_info["name"]

        def unit(tx: StoreTx) -> None:
            users = [queue.name for queue in tx.desk.queues() if (queue.policy or DEFAULT) == name]
            if users:
                raise Conflict(f"the policy is followed by {', '.join(users[:5])}")
            tx.routing.drop_policy(name)
            tx.emit(RoutingChanged(what="policy", which=name), actor=holding.actor(by))
        await self._given.store.run(unit)
        return json_answer({"removed": True})

    async def put_target(self, request: web.Request) -> web.Response:
        """The one for the same contacts is replaced."""
        by, data = who(request), await json_body(request)
        wanted: dict[str, Any] = {name: text_in(data, name, most=60, default="")
                                  for name in ("queue", "medium", "segment")}
        wanted["kind"] = abilities.kind_in(data)
        wanted["clock"] = text_in(data, "clock", most=20, default="first")
        wanted["seconds"] = number_in(data, "seconds", least=1, most=366 * 86_400)
        for name, known in (("medium", self._given.routing.base.media), ("segment", SEGMENTS)):
            if wanted[name] and wanted[name] not in known:
                raise BadRequest(f"{name} must be one of {', '.join(known)}", field=name)

        def unit(tx: StoreTx) -> dict[str, Any]:
            if wanted["queue"] and tx.desk.queue_named(wanted["queue"]) is None:
                raise BadRequest(f"queue: there is no queue {wanted['queue']!r}", field="queue")
            made = tx.routing.put_target(**wanted)
            checked(tx, self._given.routing.base)
            tx.emit(RoutingChanged(what="target", which=str(made.id)), actor=holding.actor(by))
            return _target(made)
        return json_answer({"target": await self._given.store.run(unit)})

    async def drop_target(self, request: web.Request) -> web.Response:
        """Promises that run keep what they were promised."""
        by, number = who(request), number_of(request)

        def unit(tx: StoreTx) -> None:
            tx.routing.drop_target(number)
            tx.emit(RoutingChanged(what="target", which=str(number)), actor=holding.actor(by))
        await self._given.store.run(unit)
        return json_answer({"removed": True})

    async def merge(self, request: web.Request) -> web.Response:
        """Waiting time is kept."""
        by, number, data = who(request), QueueId(number_of(request)), await json_body(request)
        into = QueueId(number_in(data, "into"))
        queue, moved = await self._given.store.run(lambda tx: merge(tx, by, number, into, self._given.routing.base))
        return json_answer({"queue": queue_file(queue), "moved": moved})

    async def contact(self, request: web.Request) -> web.Response:
        """Whoever holds it, or supervises."""
        by, number, data = who(request), ContactId(number_of(request)), await json_body(request)
        wanted = abilities.of_contact(data)

        def unit(tx: StoreTx) -> None:
            found = holding.workable(tx, by, number)
            holding.not_ended(found)
            tx.contacts.change(found, **wanted)
            tx.emit(ContactEdited(about=number, fields=tuple(wanted)), actor=holding.actor(by))
        await self._given.store.run(unit)
        view = await self._given.store.snapshot(lambda tx: reading.contact_view(tx, number, self._given.routing.plan))
        return json_answer({"contact": view})

    async def promises(self, request: web.Request) -> web.Response:
        """By clock."""
        by, number = who(request), ContactId(number_of(request))
        plan = self._given.routing.plan

        def read(tx: StoreTx) -> dict[str, Any]:
            holding.readable(tx, by, number)
            return standing(tx, number, plan)
        return json_answer({"promises": await self._given.store.snapshot(read)})


def _name(request: web.Request) -> str:
    name = request.match_info["name"]
    if not _NAME.fullmatch(name):
        raise BadRequest("a name has 1 to 40 of the characters a-z 0-9 -", field="name")
    return name


def _policy(policy: Any) -> dict[str, Any]:
    return {"name": policy.name, "rule": policy.rule, "parameters": dict(policy.parameters)}


def _served(tx: StoreTx) -> list[dict[str, Any]]:
    """The policies that queues follow, with every parameter as it is in force, and those queues."""
    stored = {each.name: each for each in tx.routing.policies()}
    groups: dict[str, list[dict[str, Any]]] = {}
    for queue in tx.desk.queues():
        if queue.active:
            name = queue.policy if queue.policy in stored else DEFAULT
            groups.setdefault(name, []).append(
                {"name": queue.name, "title_fa": queue.title_fa, "title_en": queue.title_en})
    found = []
    for name, queues in sorted(groups.items()):
        policy = stored.get(name) or Policy(name=DEFAULT, rule="promise", parameters={})
        found.append({"policy": name, "rule": policy.rule, "queues": queues, "values": _values(policy)})
    return found


def _values(policy: Policy) -> dict[str, Any]:
    core = policy_of(policy)
    return {name: getattr(core, name) if hasattr(core, name)
            else getattr(core, f"{name.removesuffix('_seconds')}_ms") // 1000 for name in PARAMETERS}


def _target(target: Target) -> dict[str, Any]:
    return {"id": target.id, "queue": target.queue, "medium": target.medium, "segment": target.segment,
            "kind": target.kind, "clock": target.clock, "seconds": target.seconds}
