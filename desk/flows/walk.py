"""The steps of one turn: what each kind of step does, and what it asks. Pure; used by the engine only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from desk.flows import expr, phrases, render, sheet
from desk.flows.answers import Understood
from desk.flows.asking import Asking, World
from desk.flows.filling import Filled
from desk.flows.model import END, Job, Outcome, Program, Prompt, State, Step, Turn, Waits
from router.rules.text import digits_fa

MOST_STEPS = 60
MOST_TRAIL = 30


class Walk(Asking):
    """One turn in the making."""

    def __init__(self, program: Program, state: State, world: World) -> None:
        super().__init__(program, state, world)
        self.steps: list[str] = []
        self._job: Job | None = None
        self._ended: tuple[Outcome, str, str] | None = None
        self._remember: dict[str, Any] = {}

    def turn(self, *, understood: str = "yes", added: str = "") -> Turn:
        """What came of it."""
        outcome, reason, queue = self._ended or (None, "", "")
        waits = Waits.NOTHING if outcome else self.state.waits
        return Turn(state=replace(self.state, values=self.values, waits=waits), prompts=tuple(self.prompts),
                    steps=tuple(self.steps), understood=understood, job=self._job, outcome=outcome, reason=reason,
                    queue=queue, remember=self._remember, added=added)

    # --- going on

    def enter(self, target: str) -> None:
        """Walk from a step until something is to be waited for, or the end."""
        for _ in range(MOST_STEPS):
            if target == END:
                if not self.state.stack:
                    self._ended = (Outcome.CONTAINED, "end", "")
                    return
                caller, self.state = self.state.stack[-1], replace(self.state, stack=self.state.stack[:-1])
                target = self.program.steps[caller].next if caller in self.program.steps else END
                continue
            step = self.program.steps.get(target)
            if step is None:
                self.hand_over("broken")
                return
            self.steps.append(target)
            self.state = replace(self.state, step=target, part="", sheet=(), stacks=(), filled=())
            following = self._do(step)
            if following is None:
                return
            target = following
        self.hand_over("loop")

    def _do(self, step: Step) -> str | None:
        """What a step does; the next one, or None when the walk stops here."""
        match step.kind:
            case "say":
                self.prompts.append(Prompt(text=self.words(step.text)))
                return step.next
            case "branch":
                return self._branch(step)
            case "remember":
                self._remember |= {key: self.values.get(name) for key, name in step.values.items()}
                return step.next
            case "run":
                if len(self.state.stack) >= sheet.MOST_STACK:
                    self.hand_over("loop")
                    return None
                self.state = replace(self.state, stack=(*self.state.stack, step.id))
                return step.flow
            case "case":
                return self._case(step)
            case "status":
                return self._status(step)
            case "lookup" | "call":
                return self._job_of(step)
            case "hand-over":
                return self._over(step)
            case "end":
                if step.text:
                    self.prompts.append(Prompt(text=self.words(step.text)))
                if self.state.stack and step.outcome is Outcome.CONTAINED:
                    return END
                self._ended = (step.outcome, "end", "")
                return None
        found = sheet.together(self.program, step.id, self._branch, self.state.stack) if (
            self.world.carries.several) else ()
        found = found if len(found) > 1 else ()
        self.state = replace(self.state, waits=Waits.ANSWER, visit=self.state.visit + 1, misses=0,
                             sheet=tuple(each.step for each in found), stacks=tuple(each.stack for each in found))
        self.ask_again()
        return None

    def _branch(self, step: Step) -> str:
        values = {**self.values, **self.world.given(), "language": self.state.language}
        for when, target in step.cases:
            if expr.value(when, values, self.world.is_open):
                return target
        return step.otherwise

    def _case(self, step: Step) -> str:
        subject = str(self.values.get(step.question) or "")
        self.values["case_code"] = self.world.open_case(step.service, subject, self.values)
        self.state = replace(self.state, trail=())  # what is registered is not registered again by going back
        if step.text:
            self.prompts.append(Prompt(text=self.words(step.text)))
        return step.next

    def _status(self, step: Step) -> str:
        code = str(self.values.get(step.question) or "")
        self.values.pop("given_code", None)  # a code from the first words is asked for once
        found = self.world.status(code)
        self.values["case_state"] = found.state if found else ""
        if found is None:
            self.say("not-found")
            return step.otherwise
        language, shown = self.state.language, digits_fa(code) if self.state.language == "fa" else code
        state, day = phrases.say(f"state-{found.state}", language), found.day.get(language, "")
        if day:
            self.say("status-since", code=shown, state=state, day=day)
        else:
            self.say("status", code=shown, state=state)
        return step.next

    def _job_of(self, step: Step) -> str | None:
        if step.kind == "lookup":
            question = str(self.values.get(step.question) or "").strip()
            if not question:
                return step.otherwise
            self._job = Job(kind="lookup", request={"question": question[:1000], "language": self.state.language})
            self.state = replace(self.state, waits=Waits.LOOKUP)
            return None
        if step.text:
            self.prompts.append(Prompt(text=self.words(step.text)))
        self._job = Job(kind="call", request={
            "endpoint": step.endpoint, "method": step.method, "path": step.path,
            "values": {name: self.values.get(name) for name in render.filled_names(step.path)},
            "send": {key: self.values.get(name) for key, name in step.send.items()}, "take": dict(step.values)})
        self.state = replace(self.state, waits=Waits.CALL)
        return None

    def _over(self, step: Step) -> str | None:
        queue = step.queue or self.program.head.queue
        if step.closed and not self.world.is_open(queue):
            return step.closed
        self.hand_over("step", queue=queue, text=self.words(step.text) if step.text else "")
        return None

    def hand_over(self, reason: str, *, queue: str = "", text: str = "") -> Turn:
        """To a person, with everything gathered."""
        queue = queue or self.program.head.queue
        self.prompts.append(Prompt(text=text or phrases.say("to-person", self.state.language)))
        if not self.world.carries.keys:  # on the telephone the line itself says how long the wait is
            reference = str(self.world.given().get("reference", ""))
            shown = digits_fa(reference) if self.state.language == "fa" else reference
            self.say("queued" if self.world.is_open(queue) else "closed", reference=shown)
        elif not self.world.is_open(queue):
            self.say("closed-heard")
        return self.ends(Outcome.HANDED_OVER, reason, queue)

    def ends(self, outcome: Outcome, reason: str, queue: str = "") -> Turn:
        """The dialogue is over."""
        self._ended, self._job = (outcome, reason, queue), None
        return self.turn()

    def back(self) -> None:
        """To the question before."""
        if not self.state.trail:
            self.say("no-back")
            self.ask_again()
            return
        step, *stack = self.state.trail[-1]
        self.state = replace(self.state, trail=self.state.trail[:-1], stack=tuple(stack))
        self.enter(step)

    def restart(self) -> None:
        """From the beginning; what was gathered is forgotten."""
        self.values.clear()
        self.state = replace(self.state, trail=(), stack=(), misses=0, part="", waits=Waits.ANSWER)
        self.enter(self.program.start)

    def answered(self, understood: Understood) -> None:
        """Keep an answer and go on."""
        step, part = self.here, self.state.part
        self.state = replace(self.state, misses=0, reminded=False)
        if self.state.sheet:
            self.fill(Filled(understood={step.id: understood}))
        elif part == "helped":
            self.values["helped"] = understood.value
            self.enter(step.helped if understood.value else step.unhelped)
        elif step.kind == "survey":
            self._rated(step, part, understood)
        elif step.kind == "language":
            self.state = replace(self.state, language=str(understood.value), chosen=True)
            self.enter(step.next)
        else:
            self._keep(step, understood)
            self.enter((understood.option.to if understood.option else "") or step.next)

    def _keep(self, step: Step, understood: Understood) -> None:
        self.values[step.save] = understood.value
        here = (step.id, *self._stack_of(step.id))
        self.state = replace(self.state, trail=(*self.state.trail, here)[-MOST_TRAIL:])

    def _stack_of(self, name: str) -> tuple[str, ...]:
        """By which steps a question was entered: those of one message may stand in several flows."""
        known = dict(zip(self.state.sheet, self.state.stacks, strict=False))
        return known.get(name, self.state.stack)

    def fill(self, found: Filled) -> None:
        """Keep the answers to questions of the sheet; ask what is left alone, or go on from the last of them."""
        for step in [step for _, step in self.open() if step.id in found.understood]:
            self._keep(step, found.understood[step.id])
        filled = {*self.state.filled, *found.understood}
        asked = self.questions()
        out = [name for name in asked if name not in filled and name not in found.wrong]
        if found.all and all(self.program.steps[name].optional for name in out):
            self.values |= {self.program.steps[name].save: None for name in out}
            filled |= set(out)
        left = [name for name in asked if name not in filled]
        if not left:
            last = self.program.steps[asked[-1]]
            self.state = replace(self.state, stack=self._stack_of(last.id))
            chosen = next((each for each in last.options if each.id == self.values.get(last.save)), None)
            self.enter((chosen.to if chosen else "") or last.next)
            return
        self.state = replace(self.state, step=left[0], stack=self._stack_of(left[0]), misses=0, reminded=False,
                             filled=tuple(n for n in asked if n in filled), visit=self.state.visit + 1)
        if len(left) == 1 and left[0] in self.wrong:
            self.prompts.append(Prompt(text=self.hint(self.here, "")))
        self.ask_again()

    def _rated(self, step: Step, part: str, understood: Understood) -> None:
        if part:
            self.values["survey_comment"] = understood.value
            self.enter(step.next)
            return
        self.values["survey_score"] = understood.value
        if self.rates_at_once(step):
            self.values["survey_comment"] = understood.comment or None
        if not step.comment or self.rates_at_once(step):
            self.enter(step.next)
            return
        self.state = replace(self.state, part="comment", visit=self.state.visit + 1)
        self.ask_again()
