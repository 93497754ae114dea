"""The agents' actions over HTTP: reads the body, runs one unit of work, answers with the view. No rule lives here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from aiohttp import web

from agents import contacts, deliveries, notes, offers, projector, reading, replies, state
from agents.asks import moment_in, number_in, number_of, numbers_in, text_in, texts_in
from agents.given import Given
from agents.guard import who
from agents.schemas import MAYBE_NUMBER, MAYBE_TEXT, MOMENT, NUMBER, TEXT, fields, many, maybe, obj, one_of, ref
from router.errors import BadRequest
from router.events import AgentChanged
from router.model import ContactId, DeliveryId, MessageId, OfferId
from router.records import Agent, AgentState, Contact
from router.routes import Access, Route
from router.web import json_answer, json_body
from storage.tx import StoreTx

_CONTACT = obj(contact=ref("Contact"))
_MESSAGE = obj(message=ref("Message"))
_NOTHING = fields()
_NOTE = 20_000
_DONE = (404, 409)
_CODE = re.compile(r"[a-z0-9-]*")  #: it goes into the journal, which keeps no words of people


class Actions:
    """One method an action."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def routes(self) -> list[Route]:
        """See the table in docs/console.md."""
        post = partial(Route, method="POST", access=Access.AGENT, api=True)
        upon = partial(post, answer=_CONTACT, errors=_DONE)
        return [
            post(path="/api/me/state", handler=self.state, summary="Say whether you take work",
                 body=obj({"reason": TEXT}, state=one_of(AgentState)),
                 answer=obj(me=ref("Me"), held=many(NUMBER), warning=maybe(ref("Words")))),
            post(path="/api/me/language", handler=self.language, summary="Choose the console's language",
                 body=obj(language=one_of(("fa", "en"))), answer=obj(me=ref("Me"))),
            upon(path="/api/offers/{id}/accept", handler=self.accept, summary="Accept an offer", body=_NOTHING),
            upon(path="/api/offers/{id}/decline", handler=self.decline, summary="Decline an offer",
                 body=fields(reason=TEXT)),
            upon(path="/api/contacts/{id}/take", handler=self.take, summary="Take a contact by hand", body=_NOTHING),
            post(path="/api/contacts/{id}/reply", handler=self.reply, summary="Answer the citizen", errors=_DONE,
                 body=obj({"html": TEXT, "attachments": many(NUMBER), "suggestion": MAYBE_NUMBER,
                            "suggestion_version": MAYBE_NUMBER, "cc": many(TEXT)},
                          key=TEXT, text=TEXT),
                 answer=_MESSAGE),
            post(path="/api/contacts/{id}/note", handler=self.note, summary="Leave a note for colleagues", errors=_DONE,
                 body=obj(key=TEXT, text=TEXT), answer=_MESSAGE),
            upon(path="/api/contacts/{id}/transfer", handler=self.transfer,
                 summary="Give a contact to a queue, or offer it to a colleague",
                 body=fields(queue={"type": ["integer", "string", "null"]}, agent=MAYBE_NUMBER, note=TEXT)),
            upon(path="/api/contacts/{id}/snooze", handler=self.snooze, summary="Put a contact aside until a time",
                 body=obj(until=MOMENT)),
            upon(path="/api/contacts/{id}/finish", handler=self.finish, summary="End the talk; wrap-up begins",
                 body=_NOTHING),
            upon(path="/api/contacts/{id}/close", handler=self.close, summary="Close a contact with a disposition",
                 body=obj({"note": MAYBE_TEXT}, disposition=TEXT)),
            upon(path="/api/contacts/{id}/reopen", handler=self.reopen, summary="Go on with a contact that was over",
                 body=_NOTHING),
            *(upon(path=f"/api/contacts/{{id}}/{deed}", handler=act, summary=says, body=_NOTHING)
              for deed, act, says in self._on_calls()),
            post(path="/api/deliveries/{id}/retry", handler=self.retry, summary="Send a failed message once more",
                 body=_NOTHING, answer=_MESSAGE, errors=_DONE),
            post(path="/api/deliveries/{id}/give-up", handler=self.give_up, summary="Leave a failed message at that",
                 body=_NOTHING, answer=_MESSAGE, errors=_DONE),
        ]

    def _on_calls(self) -> Sequence[tuple[str, Callable[[web.Request], Awaitable[web.Response]], str]]:
        return (("hangup", self.hangup, "End a live call"), ("hold", self.hold, "Let a caller wait with music"),
                ("resume", self.resume, "Talk on with a caller who was on hold"))

    async def _upon(self, unit: Callable[[StoreTx], Contact]) -> web.Response:
        changed = await self._given.store.run(unit)
        view = await self._given.store.snapshot(lambda tx: reading.contact_view(
            tx, changed.id, self._given.routing.plan))
        return json_answer({"contact": view})

    async def _said(self, unit: Callable[[StoreTx], MessageId]) -> web.Response:
        number = await self._given.store.run(unit)
        found = await self._given.store.snapshot(lambda tx: projector.message_views(tx, tx.messages.many([number])))
        return json_answer({"message": found[number]})

    async def _me(self, agent: Agent, **more: Any) -> web.Response:
        view = await self._given.store.snapshot(lambda tx: reading.me_view(tx, agent.id))
        return json_answer({"me": view, **more})

    async def state(self, request: web.Request) -> web.Response:
        """Who goes offline is told what stays theirs."""
        agent, data = who(request), await json_body(request)
        wanted, reason = text_in(data, "state", most=20), text_in(data, "reason", most=100, default="")
        reasons = self._given.settings.desk.away_reasons
        now, held = await self._given.store.run(lambda tx: state.change(tx, agent, wanted, reason, reasons=reasons))
        warning = None if not held else {
            "en": f"You still have {len(held)} contacts; they stay yours and nobody else answers them.",
            "fa": f"هنوز {len(held)} تماس نزد شماست؛ نزد شما می‌ماند و کس دیگری به آن‌ها پاسخ نمی‌دهد."}
        return await self._me(now, held=[contact.id for contact in held], warning=warning)

    async def language(self, request: web.Request) -> web.Response:
        """Remember the console's language."""
        agent, data = who(request), await json_body(request)
        language = text_in(data, "language", most=2)
        if language not in ("fa", "en"):
            raise BadRequest("language must be fa or en", field="language")

        def unit(tx: StoreTx) -> None:
            tx.desk.set_agent(agent.id, language=language)
            tx.emit(AgentChanged(agent=agent.id, profile=True), actor=f"agent:{agent.id}")
        await self._given.store.run(unit)
        return await self._me(agent)

    async def accept(self, request: web.Request) -> web.Response:
        """Offered -> active."""
        agent, offer = who(request), OfferId(number_of(request))
        return await self._upon(lambda tx: offers.accept(tx, agent, offer, limits=self._given.limits))

    async def decline(self, request: web.Request) -> web.Response:
        """Offered -> waiting."""
        agent, offer, data = who(request), OfferId(number_of(request)), await optional_body(request)
        reason = text_in(data, "reason", most=40, default="")
        if not _CODE.fullmatch(reason):
            raise BadRequest("reason is a short code of the characters a-z 0-9 -", field="reason")
        return await self._upon(lambda tx: offers.decline(tx, agent, offer, reason))

    async def take(self, request: web.Request) -> web.Response:
        """Waiting -> active."""
        agent, contact = who(request), _contact(request)
        return await self._upon(lambda tx: contacts.take(tx, agent, contact, limits=self._given.limits))

    async def reply(self, request: web.Request) -> web.Response:
        """A message and its place in the outbox."""
        agent, contact, data = who(request), _contact(request), await json_body(request)
        draft = replies.Draft(
            key=text_in(data, "key", most=200), text=text_in(data, "text", most=500_000),
            html=text_in(data, "html", most=replies.LONGEST_HTML, default=""),
            uploads=numbers_in(data, "attachments", most=100), suggestion=number_in(data, "suggestion", default=None),
            suggestion_version=number_in(data, "suggestion_version", default=None),
            cc=texts_in(data, "cc", most=100))
        return await self._said(lambda tx: replies.reply(
            tx, agent, contact, draft, limits=self._given.limits, quoted=self._given.quoted))

    async def note(self, request: web.Request) -> web.Response:
        """A line for colleagues."""
        agent, contact, data = who(request), _contact(request), await json_body(request)
        key, text = text_in(data, "key", most=200), text_in(data, "text", most=_NOTE * 2)
        return await self._said(lambda tx: notes.note(tx, agent, contact, key, text))

    async def transfer(self, request: web.Request) -> web.Response:
        """To a queue (by number or name) or to a colleague."""
        agent, contact, data = who(request), _contact(request), await json_body(request)
        queue, to = data.get("queue"), number_in(data, "agent", default=None)
        if queue is not None and not isinstance(queue, str):
            queue = number_in(data, "queue")
        note = text_in(data, "note", most=_NOTE * 2, default="")
        return await self._upon(lambda tx: contacts.transfer(tx, agent, contact, queue=queue, to=to, note=note))

    async def snooze(self, request: web.Request) -> web.Response:
        """Active -> snoozed."""
        agent, contact = who(request), _contact(request)
        until = moment_in(await json_body(request), "until")
        return await self._upon(lambda tx: contacts.snooze(tx, agent, contact, until))

    async def finish(self, request: web.Request) -> web.Response:
        """Active -> wrap-up."""
        agent, contact = who(request), _contact(request)
        return await self._upon(lambda tx: contacts.finish(tx, agent, contact))

    async def close(self, request: web.Request) -> web.Response:
        """-> closed."""
        agent, contact, data = who(request), _contact(request), await json_body(request)
        disposition = text_in(data, "disposition", most=100)
        note = text_in(data, "note", most=_NOTE * 2, default=None) if data.get("note") else ""
        known = self._given.settings.desk.dispositions
        return await self._upon(
            lambda tx: contacts.close(tx, agent, contact, disposition, dispositions=known, note=note))

    async def reopen(self, request: web.Request) -> web.Response:
        """-> active again."""
        agent, contact = who(request), _contact(request)
        return await self._upon(lambda tx: contacts.reopen(tx, agent, contact))

    async def hangup(self, request: web.Request) -> web.Response:
        """Ask the channel to end the call."""
        agent, contact = who(request), _contact(request)
        return await self._upon(lambda tx: contacts.hangup(tx, agent, contact, limits=self._given.limits))

    async def hold(self, request: web.Request) -> web.Response:
        """The agent's telephone is free, the caller hears music."""
        agent, contact = who(request), _contact(request)
        return await self._upon(lambda tx: contacts.hold(tx, agent, contact, limits=self._given.limits, on=True))

    async def resume(self, request: web.Request) -> web.Response:
        """The agent's telephone rings, and they talk on."""
        agent, contact = who(request), _contact(request)
        return await self._upon(lambda tx: contacts.hold(tx, agent, contact, limits=self._given.limits, on=False))

    async def retry(self, request: web.Request) -> web.Response:
        """Failed or uncertain -> pending."""
        agent, delivery = who(request), DeliveryId(number_of(request))
        return await self._said(lambda tx: deliveries.retry(tx, agent, delivery).message)

    async def give_up(self, request: web.Request) -> web.Response:
        """Failed or uncertain -> failed for good."""
        agent, delivery = who(request), DeliveryId(number_of(request))
        return await self._said(lambda tx: deliveries.give_up(tx, agent, delivery).message)


def _contact(request: web.Request) -> ContactId:
    return ContactId(number_of(request))


async def optional_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request, or {} where none was sent."""
    return await json_body(request) if request.can_read_body else {}
