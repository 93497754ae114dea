"""Runs dialogues inside the transactions that take words in: loads the state, asks the engine, writes what follows.

Plain synchronous units; talks to no network and no provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from desk.book import Book
from desk.flows import engine, states, words
from desk.flows.model import Heard, Outcome, Program, State, Turn, Waits
from desk.speaking import Speaker
from desk.surveys import Surveys
from desk.world import InTx, Place
from router import signals
from router.events import ArticlesSuggested, ContactChanged, FlowStarted
from router.model import DeliveryState, Said, Signal, SignalKind
from router.records import Contact, ContactState, KnownAddress, Message, Timer
from router.rules import states as contact_states
from router.rules.text import language as script
from router.rules.told import Told
from router.rules.triage import ChannelPolicy
from storage.flows import Dialogue
from storage.tx import StoreTx

#: Dialogues that one address may begin in a day; whoever begins more is given to people.
PER_DAY = 20
_WHOLE = 100_000  #: characters of a message with its quotes that are looked at
_OVER = (ContactState.CLOSED, ContactState.ABANDONED)


class Dialogues:
    """See `router.dialogue.Flow`. `flows` and `surveys` name each channel's flow; `policies` is filled later."""

    def __init__(self, book: Book, place: Place, policies: Mapping[str, ChannelPolicy], *,
                 flows: Mapping[str, str], surveys: Surveys | None = None) -> None:
        self.book, self.place, self.policies = book, place, policies
        self.flows, self.surveys = flows, surveys or Surveys()
        self._speaker = Speaker(place)

    # --- what intake asks

    def answers(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact | None, said: Said,
                address: KnownAddress) -> bool:
        """See the Protocol. A robot's mail, a voice message and a word meant for a queue are never answered."""
        if said.automatic or said.bounce is not None or said.data.get("voicemail"):
            return False
        if contact is None:
            return not said.queue and self._may_begin(tx, policy, address)
        if contact.state is ContactState.SELF_SERVICE:
            return tx.flows.live(contact.id) is not None or (
                not policy.connects and self._may_begin(tx, policy, address))
        live = self._unless_taken(tx, contact)
        if contact.state is ContactState.WRAP_UP and policy.connects:
            return live is not None  # asked while the caller is still on the line
        if contact.state not in _OVER:
            return False
        if live is not None:
            return True
        last = tx.flows.newest(contact.id)
        alone = last is not None and last.purpose == "main" and last.outcome != Outcome.HANDED_OVER
        return alone and contact.answered_at is None and not said.queue and self._may_begin(tx, policy, address)

    def _unless_taken(self, tx: StoreTx, contact: Contact) -> Dialogue | None:
        """The running dialogue of a contact that left self-service; one that a colleague took over is over."""
        live = tx.flows.live(contact.id)
        if live is not None and live.purpose == "main":
            self._speaker.end(tx, live, Outcome.HANDED_OVER, "taken")
            return None
        return live

    def _may_begin(self, tx: StoreTx, policy: ChannelPolicy, address: KnownAddress) -> bool:
        return policy.name in self.flows and tx.flows.begun_by(address.id, tx.now - timedelta(days=1)) < PER_DAY

    def heard(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, said: Said,
              message: Message) -> tuple[Contact, Told | None]:
        """See the Protocol."""
        dialogue = tx.flows.live(contact.id)
        where = said.data.get("location")
        heard = Heard(
            kind="words", text=message.new_text or message.text, whole=message.text[:_WHOLE],
            button=str(said.data.get("button", ""))[:100],
            files=tuple((file.name, file.media_type) for file in message.attachments), location=_place(where),
            early=dialogue is not None and self._unsent(tx, dialogue))
        if dialogue is None:
            contact = self._back_to_self_service(tx, contact)
            return self._begin(tx, policy, contact, heard)
        return self.advance(tx, policy, contact, dialogue, heard)

    def _other_words(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, dialogue: Dialogue) -> Contact:
        """Whoever was asked how it went and says something else goes on with what they came for: to people."""
        self._speaker.end(tx, dialogue, Outcome.DROPPED, "other-words")
        queue = contact.queue or tx.desk.queues()[0].id
        return signals.enqueue(tx, contact, queue, reason="reopened", actor=f"customer:{contact.customer}")

    def signalled(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact,
                  signal: Signal) -> tuple[Contact, Told | None]:
        """See the Protocol."""
        dialogue = tx.flows.live(contact.id)
        if signal.kind is SignalKind.OPEN:
            may = contact.state is ContactState.SELF_SERVICE and dialogue is None and self._may_begin(
                tx, policy, tx.people.address(contact.id))
            if may:
                return self._begin(tx, policy, contact, Heard(kind="open", text=""))
            return contact, self.standing(tx, contact)
        if signal.kind is SignalKind.LEFT and signal.data.get("listening"):
            self._unless_taken(tx, contact)
            wanted = self.surveys.listening(tx, contact)
            return self._ask(tx, policy, contact, wanted) if wanted else (contact, None)
        if dialogue is None:
            return contact, None
        asked = contact.state is ContactState.SELF_SERVICE or dialogue.purpose == "survey"
        if signal.kind is SignalKind.CHOICE and asked:
            heard = Heard(kind="words" if signal.value.strip() else "silence", text=signal.value.strip().rstrip("#"))
            return self.advance(tx, policy, contact, dialogue, heard)
        if signal.kind is SignalKind.LEFT:
            return self.advance(tx, policy, contact, dialogue, Heard(kind="left"))
        if contact.state is not ContactState.SELF_SERVICE and dialogue.purpose == "main":
            self._speaker.end(tx, dialogue, Outcome.HANDED_OVER, "asked")
        return contact, None

    def standing(self, tx: StoreTx, contact: Contact) -> Told | None:
        """See the Protocol."""
        dialogue = tx.flows.newest(contact.id)
        if dialogue is None or not dialogue.told:
            return None
        told = dialogue.told
        return Told(texts=tuple(told["texts"]), language=told["language"], over=dialogue.outcome != "",
                    takes="moment" if dialogue.pending else told["takes"], turn=told["turn"])

    # --- the walk

    def _begin(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, heard: Heard, *, flow: str = "",
               purpose: str = "main") -> tuple[Contact, Told | None]:
        program = self.book.program(flow or self.flows[policy.name])
        language = contact.language
        said = words.language(heard.text, script(heard.text)) if len(heard.text.split()) > 1 else ""
        if said in program.head.languages:
            language = said
        elif language not in program.head.languages:
            language = program.head.languages[0]
        tx.flows.keep(program.name, program.version, self.book.sources_of(program))
        dialogue = tx.flows.begin(
            contact=contact.id, customer=contact.customer, address=contact.address, channel=contact.channel,
            flow=program.name, version=program.version, purpose=purpose)
        tx.emit(FlowStarted(about=contact.id, dialogue=dialogue.id, flow=program.name, version=program.version,
                            purpose=purpose), actor="flow")
        state = states.begin(program, mark=f"{dialogue.id:x}", language=language)
        opening = Heard(kind="open", text=heard.text, files=heard.files, location=heard.location)
        return self._step(tx, policy, contact, dialogue, program, state, opening)

    def advance(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, dialogue: Dialogue,
                heard: Heard) -> tuple[Contact, Told | None]:
        """One input to a dialogue under way, by the version it began with or, where that is gone, the newest."""
        state = states.load(dialogue.state)
        newest = self.book.program(dialogue.flow) if dialogue.flow in self.book.definitions else None
        program = self.book.pinned(tx, dialogue.flow, dialogue.version)
        if program is None and newest is None:
            return self._apply(tx, policy, contact, dialogue, None, _given_up(state))
        if newest is not None and newest is not program and (program is None or newest.head.upgrade == "now"):
            tx.flows.keep(newest.name, newest.version, self.book.sources_of(newest))
            dialogue = tx.flows.change(dialogue, version=newest.version)
            state, how = states.moved(state, newest)
            if how != "same" and heard.kind != "left":
                world = InTx(tx, self.place, policy, contact)
                turn = engine.reopen(newest, state, world, politely=how == "restart")
                return self._apply(tx, policy, contact, dialogue, newest, turn)
            program = newest
        assert program is not None
        return self._step(tx, policy, contact, dialogue, program, state, heard)

    def _step(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, dialogue: Dialogue, program: Program,
              state: State, heard: Heard) -> tuple[Contact, Told | None]:
        turn = engine.advance(program, state, heard, InTx(tx, self.place, policy, contact))
        if dialogue.purpose == "survey":
            over = turn.outcome is Outcome.HANDED_OVER
            if not policy.connects and (turn.understood == "no" or over):
                return self._other_words(tx, policy, contact, dialogue), None
            if over and turn.reason != "asked":  # a caller who presses nothing is let go, one who asks is not
                turn = replace(turn, outcome=Outcome.DROPPED, prompts=())
        return self._apply(tx, policy, contact, dialogue, program, turn)

    def _apply(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, dialogue: Dialogue,
               program: Program | None, turn: Turn) -> tuple[Contact, Told | None]:
        return self._speaker.apply(tx, policy, contact, dialogue, program, turn)

    # --- time, answers from elsewhere, and surveys

    def timer(self, tx: StoreTx, timer: Timer) -> None:
        """The citizen did not answer for a while."""
        dialogue = tx.flows.get(timer.subject)
        if dialogue is None or dialogue.outcome:
            return
        contact = tx.contacts.get(dialogue.contact)
        policy = self.policies.get(contact.channel)
        if dialogue.purpose == "survey":
            self._speaker.leave(tx, contact, dialogue, "time")
        elif contact.state is not ContactState.SELF_SERVICE:
            self._speaker.end(tx, dialogue, Outcome.HANDED_OVER, "taken")
        elif policy is None or tx.people.address(contact.id).opted_out_at is not None:
            self._speaker.leave(tx, contact, dialogue, "gone")
        else:
            kind = "remind" if timer.data.get("remind") else "late"
            self.advance(tx, policy, contact, dialogue, Heard(kind=kind))

    def came(self, tx: StoreTx, number: int, kind: str, turn: int, result: Mapping[str, Any] | None) -> None:
        """Knowledge or another system answered a dialogue, if it still waits for that."""
        dialogue = tx.flows.get(number)
        if dialogue is None or dialogue.outcome or dialogue.job.get("turn") != turn or not dialogue.pending:
            return
        tx.timers.clear("flow-job", number)
        contact = tx.contacts.get(dialogue.contact)
        policy = self.policies.get(contact.channel)
        dialogue = tx.flows.change(dialogue, pending="", job={})
        if result and isinstance(result.get("article"), int):
            shown = (int(result["article"]), float(result.get("confidence", 0)))
            tx.knowledge.show(contact.id, [(*shown, {"flow": dialogue.flow})])
            tx.emit(ArticlesSuggested(about=contact.id, shown=(shown,)), actor="flow")
        if policy is not None and contact.state is ContactState.SELF_SERVICE:
            self.advance(tx, policy, contact, dialogue, Heard(kind=kind, result=result))

    def survey(self, tx: StoreTx, contact: Contact) -> None:
        """Ask how it went, after a colleague has closed a contact."""
        self._unless_taken(tx, contact)
        self.surveys.closed(tx, contact, self.policies, self._ask)

    def _ask(self, tx: StoreTx, policy: ChannelPolicy, contact: Contact, wanted: str) -> tuple[Contact, Told | None]:
        return self._begin(tx, policy, contact, Heard(kind="open"), flow=wanted, purpose="survey")

    @staticmethod
    def _unsent(tx: StoreTx, dialogue: Dialogue) -> bool:
        """Whether the open question has not left the house yet: then nobody can have answered it."""
        asked = dialogue.told.get("message")
        if asked is None:
            return False
        delivery = tx.messages.get(asked).delivery
        return delivery is not None and delivery.state is DeliveryState.PENDING and delivery.attempts == 0

    @staticmethod
    def _back_to_self_service(tx: StoreTx, contact: Contact) -> Contact:
        if contact.state is ContactState.SELF_SERVICE:
            return contact
        changed = tx.contacts.change(contact, state=contact_states.move(contact.state, ContactState.SELF_SERVICE),
                                     closed_at=None, disposition="", queued_at=None)
        tx.emit(ContactChanged(about=contact.id, was=contact.state.value, state=changed.state.value, reason="flow"),
                actor=f"customer:{contact.customer}")
        return changed


def _given_up(state: State) -> Turn:
    """No version of the definition can be read: a person goes on."""
    return Turn(state=replace(state, waits=Waits.NOTHING), outcome=Outcome.HANDED_OVER, reason="broken")


def _place(found: Any) -> tuple[float, float] | None:
    if not isinstance(found, Mapping):
        return None
    latitude, longitude = found.get("latitude"), found.get("longitude")
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        return float(latitude), float(longitude)
    return None
