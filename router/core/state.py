"""All that the core remembers, and how contacts come into line and out of it. No choosing in here."""

from __future__ import annotations

from heapq import heappush
from typing import Any

from router.core.config import Config, Id
from router.core.crews import Agent, Crew
from router.core.decisions import Decision, Servable, Step, Unservable
from router.core.floor import Floor, bits
from router.core.holders import LANGUAGE
from router.core.learning import Learner, guess, weigh
from router.core.order import GUARDED, Group
from router.core.waiting import WAITING, Contact, Line, Need

#: Kinds of what the core wakes for, in the order in which they are looked at within one moment.
WAKE_LINE, WAKE_HOLD, WAKE_AWAY, WAKE_DECLINE, WAKE_KEPT = range(5)
EVER = 1 << 62
_ASKED = 20_000  #: so many different things asked are remembered
Base = tuple[Any, ...]  #: what a contact asks for, its queue's rules put in; contacts alike share one


class State:
    """Lines, groups, floor, learner, and the moments to come."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.floor = Floor(config)
        self.learner = Learner(config)
        self.contacts: dict[Id, Contact] = {}
        self.bases: dict[Id, Base] = {}
        self.lines: dict[tuple[Any, ...], Line] = {}
        self.plain: dict[int, tuple[Base, Line]] = {}  #: the line of those who have just come, by the base's identity
        self.groups: dict[str, Group] = {}
        self.paused: dict[Id, int] = {}  #: queue -> ms it was closed in all
        self.closed: dict[Id, int] = {queue.id: 0 for queue in config.queues if not queue.open}  #: -> since when
        self.now = 0
        self.wakes: list[tuple[int, int, int, Any]] = []  #: (when, kind, number, what)
        self.guards: list[tuple[int, int, Line]] = []
        self.count = 0  #: makes entries of those heaps different
        self.held_lines: dict[Id, dict[Line, None]] = {}  #: agent -> lines kept for him
        self.ringed: dict[Line, None] = {}  #: lines with rings to come
        self.kept: dict[Line, None] = {}  #: lines that a reserve keeps from agents who are free
        self.met: list[Line] = []  #: lines that a reserve kept from the agent just looked at
        self.draining: dict[Line, dict[Id, None]] = {}  #: starving line -> agents whose seats empty for its head
        self.retry: dict[Id, None] = {}  #: of those, whoever may take something again
        self.finely = False  #: reserves that depend on more than seats of one kind are about
        self.seen_idle = self.seen_staff = 0  #: when the reserves were last asked
        self.unserved: dict[Id, None] = {}  #: contacts said to be unservable
        self.out: list[Decision] = []
        self.told: int | None = None  #: the timer that is set
        self.seen: dict[Id, None] = {}  #: ids of events
        self.turn = 0
        self.asked: dict[Base, Base] = {}  #: what contacts asked for -> with their queues' rules
        self.asked_of: Config | None = None  #: the configuration of which those are
        self.counts = True  #: some policy counts idle agents one by one

    # what a contact asks

    def base(self, contact: Contact) -> Base:
        """What it asks for, with its queue's rules."""
        asked = (contact.queue, contact.medium, contact.segment, contact.requires, contact.prefers, contact.language,
                 contact.priority, contact.target, contact.points, contact.rings)
        base = self.known(asked)
        if base is None:
            if len(self.asked) > _ASKED:
                self.asked.clear()
            base = self.asked[asked] = self._base(contact)
        return base

    def known(self, asked: Base) -> Base | None:
        """The same for what was asked before, as long as nothing is set otherwise."""
        if self.asked_of is not self.config:
            self.asked_of = self.config
            self.asked.clear()
            self.counts = any(each.scarce_idle or each.vip_idle for each in self.config.policies.values())
        return self.asked.get(asked)

    def _base(self, contact: Contact) -> Base:
        queue = self.floor.queues[contact.queue]  # type: ignore[index]
        medium = self.config.media[contact.medium]
        skills = dict(queue.requires)
        for skill, level in contact.requires:
            skills[skill] = max(level, skills.get(skill, 0))
        if contact.language:
            skills[LANGUAGE + contact.language] = 1
        wanted = dict(queue.prefers) | dict(contact.prefers)
        points = contact.points or queue.points.get(contact.medium, medium.points)
        target = contact.target or queue.targets.get((contact.medium, contact.segment), medium.target_ms)
        rings = queue.rings if contact.rings is None else contact.rings
        rank = self.config.segments.index(contact.segment)
        return (queue.id, contact.medium, points, tuple(sorted(skills.items())), tuple(sorted(wanted.items())), rings,
                contact.segment, rank, contact.priority + queue.priority, target, queue.group)

    def need(self, base: Base, ring: int, backup: int) -> Need:
        """What is asked of an agent, so many rings on."""
        return self.floor.need_for((*base[:6], ring, backup))

    def offset(self, queue: Id) -> int:
        """Real time less the queue's own clock."""
        return self.paused.get(queue, 0) + (self.now - self.closed[queue] if queue in self.closed else 0)

    def waited(self, contact: Contact) -> int:
        """How long its queue was open while it waited."""
        return self.now - self.offset(contact.queue) - contact.born  # type: ignore[arg-type]

    # into line and out of it

    def enqueue(self, contact: Contact) -> None:
        """It waits, with the age it has; said at once if nobody could ever take it."""
        base = self.bases[contact.id]
        contact.state = WAITING
        contact.agent = None
        if contact.ring == 0 and contact.backup == 0 and not contact.excluded and not contact.hold:
            plain = self.plain.get(id(base))
            if plain is None:
                plain = self.plain[id(base)] = base, self._line(base, self.need(base, 0, 0), None, None)
            line = plain[1]
        else:
            need = self.need(base, contact.ring, contact.backup)
            line = self._line(base, need, frozenset(contact.excluded) or None, contact.sticky if contact.hold else None)
        line.push(contact)
        if not line.need.crews and contact.id not in self.unserved:
            self.judge(contact)
        if line.entry is None or (contact.born, contact.id) == line.heap[0][:2]:
            self.rehead(line)

    def _line(self, base: Base, need: Need, excluded: frozenset[Id] | None, only: Id | None) -> Line:
        return self.line((need.key, *base[6:10], excluded, only, base[10]))

    def line(self, key: tuple[Any, ...]) -> Line:
        """The line of that key, made when it is new."""
        line = self.lines.get(key)
        if line is None:
            need, only = self.floor.need_for(key[0]), key[6]
            line = self.lines[key] = Line(key, need)
            need.uses += 1
            if only is not None:
                self.held_lines.setdefault(only, {})[line] = None
        return line

    def dequeue(self, contact: Contact) -> None:
        """It waits no more."""
        line = contact.line
        if line is None:
            return
        line.drop(contact)
        if line.entry is not None and line.entry[1] == contact.id:
            self.rehead(line)
        if not line.n and (line.excluded is not None or line.only is not None or len(self.lines) > 20_000):
            self.forget(line)

    def forget(self, line: Line) -> None:
        """Nobody waits in it, and it is not the usual one."""
        del self.lines[line.key]
        if line.only is not None:
            self.held_lines[line.only].pop(line, None)
            if not self.held_lines[line.only]:
                del self.held_lines[line.only]
        if line.excluded is None and line.only is None:
            self.plain = {number: each for number, each in self.plain.items() if each[1] is not line}
        line.need.uses -= 1
        if not line.need.uses and not line.need.lines:
            self.floor.forget(line.need)

    def group(self, name: str) -> Group:
        """The lines of the queues with that policy."""
        group = self.groups.get(name)
        if group is None:
            group = self.groups[name] = Group(name, self.floor.policy(name))
        return group

    def rehead(self, line: Line) -> None:
        """The line's first contact is another one now: put it where it belongs among the lines."""
        group, need = self.groups.get(line.group) or self.group(line.group), line.need
        if line.entry is not None:
            group.take(line)
        head = line.head() if line.n else None
        if head is None or need.queue in self.closed:
            self._unhead(line, need)
            return
        if line not in need.lines:
            need.lines[line] = None
            self.floor.waiting |= need.bit
        star = group.put(line, head, self.paused.get(need.queue, 0), self.now)
        if self.draining and line.level != GUARDED and line in self.draining:
            self.undrain(line)
        if star is not None and (line.star_at is None or star < line.star_at):
            line.star_at = star
            self.count += 1
            heappush(self.guards, (star, self.count, line))
        if need.rings or self.floor.backups:
            self.rewake(line, head)

    def _unhead(self, line: Line, need: Need) -> None:
        """Nobody of it stands among the lines."""
        if line in need.lines:
            del need.lines[line]
            if not need.lines:
                self.floor.waiting &= ~need.bit
        self.kept.pop(line, None)
        self.ringed.pop(line, None)
        if line in self.draining:
            self.undrain(line)

    def undrain(self, line: Line) -> None:
        """Nobody in it starves any more: those whose seats emptied for it may take something."""
        for number in self.draining.pop(line):
            agent = self.floor.agents.get(number)
            if agent is not None and agent.drain is line:
                self.retry[number] = None

    def rewake(self, line: Line, head: Contact) -> None:
        """When does its head come to its next ring, or to those who only help later?"""
        need = line.need
        if line.only is not None:
            return  # rings wait until it is kept for nobody
        after = need.rings[need.ring].after_ms if need.ring < len(need.rings) else EVER
        if need.ring < len(need.rings):
            self.ringed[line] = None
        after = min([after, *(each for each in self.floor.backups if each > need.backup)])
        when = head.born + self.paused.get(need.queue, 0) + after
        if after < EVER and (line.wake_at is None or when < line.wake_at):
            line.wake_at = max(when, self.now + 1)
            self.wake(line.wake_at, WAKE_LINE, line)

    def wake(self, when: int, kind: int, what: Any) -> None:
        """Look at something then."""
        self.count += 1
        heappush(self.wakes, (when, kind, self.count, what))

    # who could

    def possible(self, contact: Contact) -> bool:
        """Is there anybody, in any ring, whatever he does now?"""
        base = self.bases[contact.id]
        if self.need(base, contact.ring, contact.backup).crews:
            return True
        need = self.need(base, len(base[5]), max(self.floor.backups, default=0))
        found = bool(need.crews)
        if not need.uses and not need.lines:
            self.floor.forget(need)
        return found

    def judge(self, contact: Contact) -> None:
        """Say that nobody could take it, or that somebody can again."""
        able = self.possible(contact)
        if able and contact.id in self.unserved:
            del self.unserved[contact.id]
            self.out.append(Servable(contact=contact.id))
        elif not able and contact.id not in self.unserved:
            self.unserved[contact.id] = None
            self.out.append(Unservable(contact=contact.id, missing=self.missing(contact)))

    def missing(self, contact: Contact) -> tuple[str, ...]:
        """What nobody brings; "combination" when each is there but not in one person."""
        base = self.bases[contact.id]
        crews = self.floor.crew_of.values()
        lacking = [skill for skill, level in base[3] if not any(c.skills.get(skill, 0) >= level for c in crews)]
        if not lacking and not any(base[1] in crew.media for crew in crews):
            lacking.append("medium")  # of skills that nobody has it is no news that they take no medium
        return tuple(lacking) or ("combination",)

    def enter(self, contact: Contact, ring: int, backup: int, skipped: int) -> None:
        """It goes on to a ring, or to those who only help later."""
        rings = self.bases[contact.id][5]
        self.out.append(Step(contact=contact.id, ring=ring, skipped=skipped, backup_ms=backup,
                             alarm=any(each.alarm for each in rings[contact.ring:ring])))
        self.dequeue(contact)
        contact.ring, contact.backup = ring, backup
        self.enqueue(contact)

    # learning

    def weigh(self, crews: list[Crew]) -> None:
        """Set the flexibility of crews by the table in force."""
        skilled, used = self.floor.holders.skilled, self.learner.used
        for crew in weigh(crews, used) if used else guess(crews, len(skilled)):
            for number in bits(crew.needs):
                need = self.floor.needs[number]
                if need is not None:
                    need.tiers.clear()

    def agent(self, agent: Id | None) -> Agent | None:
        """An agent, if there is one."""
        return self.floor.agents.get(agent) if agent is not None else None
