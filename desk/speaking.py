"""Writes what a dialogue's turn brings about: messages, notes, timers, events, the contact's state. Plain units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from desk.flows import phrases, render, states
from desk.flows.model import Outcome, Program, State, Turn, Waits
from desk.world import Place, carries
from router import signals
from router.events import (
    ArticleOutcome,
    ContactChanged,
    ContactEdited,
    CustomerChanged,
    FlowEnded,
    FlowStep,
    MessageAdded,
    SurveyAnswered,
)
from router.model import ContactId, DeliveryState, Limits, OutKind, Sent
from router.records import Contact, ContactState, Direction, Message
from router.rules import states as contact_states
from router.rules.told import Told
from router.rules.triage import ChannelPolicy
from storage.flows import Dialogue
from storage.tx import StoreTx

_ACTOR = "flow"
_LABEL = 80  #: characters of a question beside its answer
_NOTED = 1_000  #: characters of one answer in the note


class Speaker:
    """One instance serves all dialogues."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def apply(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, dialogue: Dialogue,
              program: Program | None, turn: Turn) -> tuple[Contact, Told | None]:
        """Everything that follows from a turn, in one transaction."""
        state = turn.state
        if state.language != contact.language:
            contact = tx.contacts.change(contact, language=state.language)
            tx.emit(ContactEdited(about=contact.id, fields=("language",)), actor=_ACTOR)
        shown = render.rendered(turn.prompts, state.language, carries(self._place, policy.name, tx.now))
        last = None
        for at, piece in enumerate(shown):
            last = self._say(tx, contact, dialogue, state, piece, f"flow:{dialogue.id}:{dialogue.rev}:{at}")
        told = dict(dialogue.told)
        if shown:
            told = {"texts": [piece.text for piece in shown], "language": state.language, "takes": shown[-1].takes,
                    "turn": state.turn, "message": last.id if last else None}
        rated = state.values.get("survey_score")
        if rated is not None and rated != dialogue.state.get("values", {}).get("survey_score"):
            asked = ContactId(int(contact.data.get("survey_of", contact.id)))
            tx.emit(SurveyAnswered(about=asked, dialogue=dialogue.id, score=int(rated),
                                   scale="yes-no" if isinstance(rated, bool) else "five"), actor=_ACTOR)
        article = state.values.get("article")
        if isinstance(article, int) and article != dialogue.state.get("values", {}).get("article"):
            tx.emit(ArticleOutcome(about=contact.id, article=article, step="sent"), actor=_ACTOR)
        if dialogue.state.get("part") == "helped" and turn.understood == "yes" and isinstance(article, int):
            tx.emit(ArticleOutcome(about=contact.id, article=article, step="said",
                                   value=float(bool(state.values.get("helped")))), actor=_ACTOR)
        if turn.remember:
            self._remember(tx, contact, turn.remember)
        job = {**asdict(turn.job), "turn": state.turn} if turn.job else {}
        dialogue = tx.flows.change(dialogue, state=states.dump(state), told=told, job=job,
                                   pending=turn.job.kind if turn.job else "")
        tx.emit(FlowStep(about=contact.id, dialogue=dialogue.id, step=state.step, heard=turn.understood,
                         waits=state.waits.value), actor=_ACTOR)
        if turn.outcome is None:
            self._wait(tx, dialogue, program, state)
        else:
            contact = self._over(tx, policy, contact, dialogue, program, turn)
        takes = "moment" if turn.job else told.get("takes", "")
        return contact, Told(texts=tuple(told.get("texts", ())) if shown else (), language=state.language, takes=takes,
                             over=turn.outcome is not None, turn=state.turn)

    def _say(self, tx: StoreTx, contact: Contact, dialogue: Dialogue, state: State, piece: render.Rendered,
             key: str) -> Message:
        buttons = [{"label": each.label, "value": each.value} for each in piece.buttons]
        data: dict[str, Any] = {"lane": "answer", "flow": dialogue.flow} | ({"buttons": buttons} if buttons else {})
        message = tx.messages.add(contact.id, Direction.OUT, at=tx.now, text=piece.text, language=state.language,
                                  kind=OutKind.NOTICE.value, data=data,
                                  author=self._place.desk_names.get(state.language, ""))
        delivery = tx.outbox.add(message, contact, OutKind.NOTICE, key=key)
        if self._place.limits.get(contact.channel, Limits()).immediate:
            tx.outbox.settle(delivery.id, Sent(state=DeliveryState.DELIVERED))
        tx.emit(MessageAdded(about=contact.id, message=message.id, direction="out", delivery=delivery.id,
                             channel=contact.channel), actor=_ACTOR)
        return message

    @staticmethod
    def _remember(tx: StoreTx, contact: Contact, facts: Mapping[str, Any]) -> None:
        customer = tx.people.customer(contact.customer)
        known = dict(customer.data.get("told") or {})
        tx.people.change(customer.id, data={**customer.data, "told": {**known, **facts}})
        tx.emit(CustomerChanged(customer=customer.id), actor=_ACTOR)

    @staticmethod
    def _wait(tx: StoreTx, dialogue: Dialogue, program: Program | None, state: State) -> None:
        """The reminder first, then the end of patience."""
        assert program is not None
        head = program.head
        reminds = 0 < head.reminder_minutes < head.timeout_minutes and not state.reminded
        minutes = head.reminder_minutes if reminds and state.waits is Waits.ANSWER else head.timeout_minutes
        if state.reminded:
            minutes = max(head.timeout_minutes - head.reminder_minutes, 0.01)
        tx.timers.set("flow", dialogue.id, tx.now + timedelta(minutes=minutes), {"remind": reminds})

    def _over(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, dialogue: Dialogue,
              program: Program | None, turn: Turn) -> Contact:
        assert turn.outcome is not None
        self.end(tx, dialogue, turn.outcome, turn.reason)
        if turn.outcome is Outcome.HANDED_OVER:
            self._gathered(tx, contact, dialogue, program, turn)
            return self._hand_over(tx, policy, contact, turn, survey=dialogue.purpose == "survey")
        if dialogue.purpose == "main" and contact.state is ContactState.SELF_SERVICE:
            contact = self._close(tx, contact, "self-service" if turn.outcome is Outcome.CONTAINED else "dropped")
        return contact

    @staticmethod
    def _hand_over(tx: StoreTx, policy: ChannelPolicy, contact: Contact, turn: Turn, *,
                   survey: bool) -> Contact:
        waits = contact.state in (ContactState.SELF_SERVICE, ContactState.CLOSED, ContactState.ABANDONED) or (
            survey and contact.state is ContactState.WRAP_UP)
        if not waits:
            return contact
        if survey and contact.queue is not None:  # back to those who know them
            return signals.enqueue(tx, contact, contact.queue, reason="asked", actor=_ACTOR)
        queue = tx.desk.queue_named(turn.queue or policy.queue) or tx.desk.queue_named(policy.queue) or (
            tx.desk.queues()[0])
        return signals.enqueue(tx, contact, queue.id, reason="asked", actor=_ACTOR, language=turn.state.language)

    def leave(self, tx: StoreTx, contact: Contact, dialogue: Dialogue, reason: str) -> None:
        """End a dialogue without a word."""
        self.end(tx, dialogue, Outcome.DROPPED, reason)
        if dialogue.purpose == "main" and contact.state is ContactState.SELF_SERVICE:
            self._close(tx, contact, "dropped")

    @staticmethod
    def end(tx: StoreTx, dialogue: Dialogue, outcome: Outcome, reason: str) -> None:
        """The dialogue is over; its timers are gone."""
        tx.flows.change(dialogue, outcome=outcome.value, reason=reason, ended_at=tx.now, pending="", job={})
        for kind in ("flow", "flow-job"):
            tx.timers.clear(kind, dialogue.id)
        tx.emit(FlowEnded(about=dialogue.contact, dialogue=dialogue.id, flow=dialogue.flow, outcome=outcome.value,
                          reason=reason, purpose=dialogue.purpose), actor=_ACTOR)

    @staticmethod
    def _close(tx: StoreTx, contact: Contact, disposition: str) -> Contact:
        changed = tx.contacts.change(contact, state=contact_states.move(contact.state, ContactState.CLOSED),
                                     closed_at=tx.now, disposition=disposition)
        tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value, reason="flow",
                               disposition=disposition), actor=_ACTOR)
        return changed

    @staticmethod
    def _gathered(tx: StoreTx, contact: Contact, dialogue: Dialogue, program: Program | None, turn: Turn) -> None:
        """A note for the colleague who goes on: every answer beside its question."""
        lines = [f"{label}: {value}" for label, value in gathered(program, turn.state)]
        values = {name: value for name, value in turn.state.values.items() if value is not None}
        message = tx.messages.add(
            contact.id, Direction.NOTE, at=tx.now, text="\n".join(lines) or "-", kind="gathered",
            author=_title(program, turn.state.language) or dialogue.flow, language=turn.state.language,
            data={"kind": "gathered", "flow": dialogue.flow, "reason": turn.reason, "values": values})
        tx.emit(MessageAdded(about=contact.id, message=message.id, direction="note", channel=contact.channel),
                actor=_ACTOR)


def _title(program: Program | None, language: str) -> str:
    return program.head.title.get(language, "") if program is not None else ""


def gathered(program: Program | None, state: State) -> list[tuple[str, str]]:
    """The answers of a dialogue in the order of its questions, worded for people."""
    found = []
    seen = set()
    for step in program.steps.values() if program is not None else ():
        if not step.save or step.save in seen or state.values.get(step.save) is None:
            continue
        seen.add(step.save)
        value = state.values[step.save]
        option = next((each for each in step.options if each.id == value), None)
        label = " ".join((step.text.get(state.language) or step.save).split())[:_LABEL]
        if option is not None:
            value = option.label.get(state.language, value)
        elif isinstance(value, bool):
            value = phrases.say("yes" if value else "no", state.language)
        elif isinstance(value, Mapping):
            value = ", ".join(f"{part}" for part in value.values())
        elif isinstance(value, list):
            value = ", ".join(map(str, value))
        found.append((label, str(value)[:_NOTED]))
    code = state.values.get("case_code")
    return [*found, ("case", str(code))] if code else found
