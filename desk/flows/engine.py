"""Walks a program: one input in, words and deeds out. Pure: the same state, input and world give the same turn.

Every input is answered within `MOST_STEPS` steps; whoever goes on for `MOST_TURNS` inputs is given to a person.
"""

from __future__ import annotations

import re
from dataclasses import replace

from desk.flows import answers, filling, words
from desk.flows.asking import World
from desk.flows.model import Answer, Heard, Outcome, Program, Prompt, State, Step, Turn, Waits
from desk.flows.walk import Walk
from router.rules import codes
from router.rules.text import digits_latin, fold

MOST_TURNS = 100
_FIRST_WORDS = 200  #: characters in which a code is looked for
_CODE = re.compile(r"(?<!\d)\d{3}[- ]?\d{3}[- ]?\d{4}(?!\d)")


def advance(program: Program, state: State, heard: Heard, world: World) -> Turn:
    """The answer to one input."""
    walk = Walk(program, replace(state, turn=state.turn + 1), world)
    if state.waits is Waits.NOTHING:
        return walk.turn(understood="ignored")
    if heard.kind == "left":
        return walk.ends(Outcome.DROPPED, "left")
    if heard.kind == "open":
        return _opened(walk, heard)
    if state.turn >= MOST_TURNS:
        return walk.hand_over("too-many-turns")
    if state.step not in program.steps:
        return walk.hand_over("broken")
    if heard.kind in ("remind", "late"):
        return _timed(walk, heard)
    if heard.kind in ("found", "called"):
        return _came_back(walk, heard)
    if heard.early:
        return _went_on(walk, heard)
    return _heard(walk, heard)


def reopen(program: Program, state: State, world: World, *, politely: bool) -> Turn:
    """Go on in a program that changed under the dialogue: at the state's step, or `politely` from the beginning."""
    walk = Walk(program, replace(state, turn=state.turn + 1, waits=Waits.ANSWER), world)
    if politely:
        walk.say("changed")
    walk.enter(program.start if politely else state.step)
    return walk.turn(understood="command")


def standing(program: Program, state: State, world: World) -> tuple[Prompt, ...]:
    """The open question once more, without any effect."""
    walk = Walk(program, state, world)
    walk.ask_again()
    return tuple(walk.prompts)


def _opened(walk: Walk, heard: Heard) -> Turn:
    """The first question; when the citizen's first words choose one of its options already, what follows that; when
    they carry the tracking code of something we know, how that stands."""
    if walk.program.head.on_code and (code := _known_code(walk, heard.text)):
        walk.values["given_code"] = code
        walk.enter(f"{walk.program.name}/{walk.program.head.on_code}")
        return walk.turn()
    walk.enter(walk.state.step)
    asked = walk.here
    if heard.text and walk.state.waits is Waits.ANSWER and asked.kind == "ask" and asked.answer is Answer.CHOICE:
        understood = walk.understand(heard, "")
        if understood is not None and not walk.turn().outcome:
            walk.prompts.pop()
            walk.answered(understood)
    return walk.turn()


def _known_code(walk: Walk, text: str) -> str:
    for match in _CODE.finditer(digits_latin(text[:_FIRST_WORDS])):
        code = codes.read(match.group())
        if code is not None and walk.world.status(code) is not None:
            return code
    return ""


def _timed(walk: Walk, heard: Heard) -> Turn:
    if walk.state.waits is not Waits.ANSWER:
        return walk.turn(understood="ignored")
    if heard.kind == "remind":
        walk.say("remind")
        walk.ask_again()
        walk.state = replace(walk.state, reminded=True, turn=walk.state.turn - 1)
        return walk.turn(understood="ignored")
    if walk.program.head.on_timeout == "hand-over":
        return walk.hand_over("time")
    walk.say("bye")
    return walk.ends(Outcome.DROPPED, "time")


def _came_back(walk: Walk, heard: Heard) -> Turn:
    """Knowledge or another system has answered, or could not."""
    step = walk.here
    wanted = Waits.LOOKUP if heard.kind == "found" else Waits.CALL
    if walk.state.waits is not wanted:
        return walk.turn(understood="ignored")
    walk.state = replace(walk.state, waits=Waits.ANSWER)
    if heard.kind == "found":
        if not heard.result:
            walk.enter(step.otherwise)  # not sure enough: nothing is said about it
            return walk.turn()
        walk.prompts.append(Prompt(text=str(heard.result.get("text", ""))))
        walk.values["article"] = heard.result.get("article")
        walk.state = replace(walk.state, part="helped", visit=walk.state.visit + 1)
        walk.ask_again()
        return walk.turn()
    if heard.result is None:
        walk.enter(step.failed)
        return walk.turn()
    for name in step.values:
        walk.values[name] = heard.result.get(name)
    walk.state = replace(walk.state, trail=())
    walk.enter(step.next)
    return walk.turn()


def _went_on(walk: Walk, heard: Heard) -> Turn:
    """Said before the question could be read: it belongs to the answer before, or to nothing."""
    if words.command(heard.text) == "human":
        return walk.hand_over("asked")
    last = walk.program.steps.get(walk.state.trail[-1][0]) if walk.state.trail else None
    said = walk.values.get(last.save) if last is not None else None
    if last is not None and last.kind == "ask" and last.answer is Answer.TEXT and isinstance(said, str):
        walk.values[last.save] = f"{said}\n{heard.text.strip()}"[: answers.LONGEST]
        return walk.turn(understood="ignored", added=last.save)
    return walk.turn(understood="ignored")


def _heard(walk: Walk, heard: Heard) -> Turn:
    if heard.text.startswith("/start "):  # a link into a messenger, followed in the middle of a dialogue
        walk.values.clear()
        walk.state = replace(walk.state, step=walk.program.start, trail=(), stack=(), misses=0, part="",
                             waits=Waits.ANSWER)
        return _opened(walk, heard)
    pressed = _pressed(walk, heard)
    if isinstance(pressed, Turn):
        return pressed
    free = walk.here.kind == "ask" and walk.here.answer in (Answer.TEXT, Answer.LOCATION) and not pressed
    if walk.state.waits is not Waits.ANSWER or (free and words.command(heard.text)):
        return _commanded(walk, heard) or walk.turn(understood="ignored")
    if heard.kind == "silence" and (walk.here.optional or walk.state.part == "comment"):
        walk.answered(answers.Understood(value=None, shown=""))
        return walk.turn()
    if walk.open():
        return _filled_in(walk, heard)
    if pressed:
        heard = replace(heard, text=pressed)
    understood = walk.understand(heard, pressed)
    if understood is not None:
        walk.answered(understood)
        return walk.turn()
    return _commanded(walk, heard) or _missed(walk, heard)


def _filled_in(walk: Walk, heard: Heard) -> Turn:
    """An answer to one of several questions, or to all."""
    found = filling.read(walk, heard)
    walk.wrong = tuple(found.wrong)
    if found.understood:
        walk.fill(found)
        return walk.turn()
    return _commanded(walk, heard) or _missed(walk, heard)


def _pressed(walk: Walk, heard: Heard) -> Turn | str:
    """What the button stood for; "" without a button; a whole turn when the button is of an earlier question."""
    if not heard.button.startswith("f:"):
        return ""
    mark, _, rest = heard.button[2:].partition(".")
    visit, _, value = rest.partition(".")
    if mark == walk.state.mark and visit == str(walk.state.visit) and walk.state.waits is Waits.ANSWER:
        return value
    if mark == walk.state.mark and visit == str(walk.state.visit - 1):
        return walk.turn(understood="ignored")  # pressed twice
    if walk.state.waits is Waits.ANSWER:
        walk.say("stale")
        walk.ask_again()
    return walk.turn(understood="ignored")


def _commanded(walk: Walk, heard: Heard) -> Turn | None:
    """Words that mean the same at any point; None when these are none."""
    command = words.command(heard.text)
    if not command and walk.world.carries.keys and fold(heard.text) == "0":
        command = "human"
    asks_in_words = walk.here.answer is not Answer.TEXT or walk.here.kind != "ask"
    if command == "human" or (not command and asks_in_words and words.wants_person(heard.text)):
        return walk.hand_over("asked")
    if command == "again":
        walk.restart()
    elif walk.state.waits is not Waits.ANSWER:
        return None
    elif command == "back":
        walk.back()
    elif command in walk.program.head.languages:
        walk.state = replace(walk.state, language=command, chosen=True)
        walk.ask_again()
    else:
        return None
    return walk.turn(understood="command")


def _missed(walk: Walk, heard: Heard) -> Turn:
    misses = walk.state.misses + 1
    walk.state = replace(walk.state, misses=misses)
    if misses >= walk.program.head.misses:
        return walk.hand_over("not-understood")
    step: Step = walk.here
    if len(walk.open()) < 2 and (heard.kind != "silence" or (not walk.state.part and step.again)):
        walk.prompts.append(Prompt(text=walk.hint(step, heard.text)))
    walk.ask_again()
    return walk.turn(understood="no")
