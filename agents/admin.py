"""Setting up over HTTP: agents, queues and API tokens. Every change is journaled; the last administrator stays one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web

from agents import abilities, passwords, users, views
from agents.asks import number_in, number_of, text_in
from agents.auth import new_token
from agents.given import Given
from agents.guard import digest, who
from agents.passwords import Passwords
from agents.schemas import TEXT, many, obj, one_of, ref
from agents.staff import change_agent, change_queue, create_agent, create_queue
from router.errors import BadRequest, NotFound
from router.events import SignedIn
from router.model import AgentId, QueueId
from router.records import Role
from router.routes import Access, Route
from router.web import json_answer, json_body, take
from storage.tx import StoreTx

_WORD = re.compile(r"[\w.-]{1,40}")
_QUEUE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PHONE = re.compile(r"[+0-9A-Za-z@.:_-]{0,60}")


class Admin:
    """One method an operation."""

    def __init__(self, given: Given, words: Passwords) -> None:
        self._given, self._passwords = given, words

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        get = partial(Route, method="GET", access=Access.ADMIN, api=True)
        post = partial(Route, method="POST", access=Access.ADMIN, api=True)
        return [
            get(path="/api/agents", handler=self.agents, summary="Everybody who works here",
                answer=obj(agents=many(ref("AgentFile")))),
            post(path="/api/agents", handler=self.add_agent, summary="Add an agent", body=ref("AgentEdit"),
                 answer=obj(agent=ref("AgentFile")), errors=(409,)),
            post(path="/api/agents/{id}", handler=self.change_agent, summary="Change an agent", body=ref("AgentEdit"),
                 answer=obj(agent=ref("AgentFile")), errors=(404, 409)),
            get(path="/api/queues", handler=self.queues, summary="Every queue",
                answer=obj(queues=many(ref("QueueFile")))),
            post(path="/api/queues", handler=self.add_queue, summary="Add a queue", body=ref("QueueEdit"),
                 answer=obj(queue=ref("QueueFile")), errors=(409,)),
            post(path="/api/queues/{id}", handler=self.change_queue, summary="Change a queue", body=ref("QueueEdit"),
                 answer=obj(queue=ref("QueueFile")), errors=(404, 409)),
            get(path="/api/tokens", handler=self.tokens, summary="API tokens that are not revoked",
                answer=obj(tokens=many(ref("Token")))),
            post(path="/api/tokens", handler=self.add_token, summary="Make an API token; it is shown only now",
                 body=obj(name=TEXT, role=one_of(Role)),
                 answer=obj(id={"type": "integer"}, name=TEXT, role=one_of(Role), token=TEXT)),
            Route(method="DELETE", path="/api/tokens/{id}", handler=self.revoke, access=Access.ADMIN, api=True,
                  summary="Revoke an API token", answer=obj(revoked={"type": "boolean"}), errors=(404,)),
        ]

    async def agents(self, request: web.Request) -> web.Response:
        """Also those who left."""
        return json_answer({"agents": await users.listed(self._given.store)})

    async def add_agent(self, request: web.Request) -> web.Response:
        """Login, name and password are needed; the rest has defaults."""
        by, data = who(request), await json_body(request)
        login = users.login_of(text_in(data, "login", most=100))
        fields = agent_fields(data)
        hashed = await self._passwords.hash(passwords.fit(text_in(data, "password", most=1000), login))
        role, name = fields.pop("role", Role.AGENT), fields.pop("name", login)
        made = await self._given.store.run(
            lambda tx: create_agent(tx, by, login, name, role, hashed, fields))
        return json_answer({"agent": views.agent_file(made)})

    async def change_agent(self, request: web.Request) -> web.Response:
        """Any of the fields; a new password ends the agent's sessions."""
        by, number, data = who(request), AgentId(number_of(request)), await json_body(request)
        fields, hashed = agent_fields(data), ""
        if data.get("login") is not None:
            fields["login"] = users.login_of(text_in(data, "login", most=100))
        if data.get("password") is not None:
            password = passwords.fit(text_in(data, "password", most=1000), fields.get("login", ""))
            hashed = await self._passwords.hash(password)
        changed = await self._given.store.run(lambda tx: change_agent(tx, by, number, fields, hashed))
        return json_answer({"agent": views.agent_file(changed)})

    async def queues(self, request: web.Request) -> web.Response:
        """Also those that are closed."""
        found = await self._given.store.snapshot(lambda tx: tx.desk.queues())
        return json_answer({"queues": [views.queue_file(queue) for queue in found]})

    async def add_queue(self, request: web.Request) -> web.Response:
        """The name stays; everything else can be changed later."""
        by, data = who(request), await json_body(request)
        name = text_in(data, "name", most=100)
        if not _QUEUE.fullmatch(name):
            raise BadRequest("a queue's name has 1 to 40 of the characters a-z 0-9 -", field="name")
        fields = queue_fields(data)
        made = await self._given.store.run(lambda tx: create_queue(tx, by, name, fields, self._given.routing.base))
        return json_answer({"queue": views.queue_file(made)})

    async def change_queue(self, request: web.Request) -> web.Response:
        """Any of the fields but the name."""
        by, number, data = who(request), QueueId(number_of(request)), await json_body(request)
        fields = queue_fields(data)
        changed = await self._given.store.run(lambda tx: change_queue(
            tx, by, number, fields, data.get("name"), self._given.routing.base))
        return json_answer({"queue": views.queue_file(changed)})

    async def tokens(self, request: web.Request) -> web.Response:
        """Never the tokens themselves."""
        found = await self._given.store.snapshot(lambda tx: tx.accounts.tokens())
        return json_answer({"tokens": [
            {"id": each["id"], "name": each["name"], "role": each["role"],
             "created_at": views.moment(each["created_at"]), "used_at": views.moment(each["used_at"])}
            for each in found]})

    async def add_token(self, request: web.Request) -> web.Response:
        """It acts as whoever made it, with at most the stated role."""
        by, data = who(request), await json_body(request)
        name, role = text_in(data, "name", least=1, most=100), role_in(data)
        secret = new_token()
        number = await self._given.store.run(lambda tx: tx.accounts.add_token(by.id, name, role, digest(secret)))
        return json_answer({"id": number, "name": name, "role": role.value, "token": secret})

    async def revoke(self, request: web.Request) -> web.Response:
        """At once, also for live sockets."""
        by, number = who(request), number_of(request)

        def unit(tx: StoreTx) -> None:
            owner = next((each["agent_id"] for each in tx.accounts.tokens() if each["id"] == number), None)
            if owner is None or not tx.accounts.revoke(number):
                raise NotFound(f"there is no token {number}")
            tx.emit(SignedIn(agent=owner, outcome="token-revoked"), actor=f"agent:{by.id}")
        await self._given.store.run(unit)
        return json_answer({"revoked": True})


def role_in(data: dict[str, Any]) -> Role:
    """The field `role`."""
    role = text_in(data, "role", most=20)
    if role not in [each.value for each in Role]:
        raise BadRequest(f"role must be one of {', '.join(Role)}", field="role")
    return Role(role)


def agent_fields(data: dict[str, Any]) -> dict[str, Any]:
    """The stated fields of an agent, checked; login and password are not among them."""
    fields: dict[str, Any] = {}
    for name in ("name", "public_name"):
        if data.get(name) is not None:
            fields[name] = text_in(data, name, least=1 if name == "name" else 0, most=100).strip()
    if data.get("phone") is not None:
        fields["phone"] = text_in(data, "phone", most=60)
        if not _PHONE.fullmatch(fields["phone"]):
            raise BadRequest("phone must be a number or a SIP address", field="phone")
    if data.get("role") is not None:
        fields["role"] = role_in(data)
    if data.get("language") is not None:
        fields["language"] = text_in(data, "language", most=2)
        if fields["language"] not in ("fa", "en"):
            raise BadRequest("language must be fa or en", field="language")
    if data.get("capacity") is not None:
        fields["capacity"] = number_in(data, "capacity", least=1, most=100)
    for name, least, most in (("skills", 1, 5), ("efforts", 0, 100)):
        if data.get(name) is not None:
            fields[name] = levels_in(data, name, least, most)
    if data.get("active") is not None:
        fields["active"] = take(data, "active", bool)
    return fields | abilities.of_agent(data)


def levels_in(data: dict[str, Any], name: str, least: int, most: int) -> Mapping[str, int]:
    """Words with numbers, like skills with levels."""
    found: dict[str, Any] = take(data, name, dict)
    fits = all(_WORD.fullmatch(word) and type(level) is int and least <= level <= most for word, level in found.items())
    if len(found) > 100 or not fits:
        raise BadRequest(f"{name} holds at most 100 words, each with a number {least} to {most}", field=name)
    return found


def queue_fields(data: dict[str, Any]) -> dict[str, Any]:
    """The stated fields of a queue, checked; the name is not among them."""
    fields: dict[str, Any] = {}
    for name in ("title_fa", "title_en"):
        if data.get(name) is not None:
            fields[name] = text_in(data, name, least=1, most=100).strip()
    for name, least, most in (("priority", -100, 100), ("accept_seconds", 1, 3600), ("target_seconds", 1, 2_592_000)):
        if data.get(name) is not None:
            fields[name] = number_in(data, name, least=least, most=most)
    if data.get("skills") is not None:
        skills = take(data, "skills", list)
        if len(skills) > 20 or not all(isinstance(each, str) and _WORD.fullmatch(each) for each in skills):
            raise BadRequest("skills must be a list of at most 20 words", field="skills")
        fields["skills"] = list(dict.fromkeys(skills))
    if data.get("active") is not None:
        fields["active"] = take(data, "active", bool)
    return fields | abilities.of_queue(data)
