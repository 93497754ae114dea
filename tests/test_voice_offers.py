"""What a caller who waits may choose instead: said and taken exactly as it is offered, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels.voice import flow, parse, words
from channels.voice.flow import Script
from channels.voice.settings import Settings
from tests.house import until
from tests.voicing import contact_of, line, messages, telephone

ALONE = {"callback": "option-callback", "voicemail": "option-voicemail"}


def said(script: Script, instead: tuple[str, ...], place: parse.Place) -> list[str]:
    """What one round of waiting says."""
    [gather, _] = flow.hold(script, replace(line(place=1, ready=1), instead=instead), place)
    return [each.text for each in gather.prompts]  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("always", [(), ("callback",), ("voicemail",), ("callback", "voicemail")])
@pytest.mark.parametrize("instead", [(), ("callback",), ("voicemail",), ("write",), ("voicemail", "callback")])
def test_exactly_what_is_offered_is_said_and_taken(
    language: str, always: tuple[str, ...], instead: tuple[str, ...]
) -> None:
    script, place = Script(base="https://h", offers=always), parse.Place(language=language)
    offered = {*always, *instead} & set(flow.OFFERS)
    keys = ["options"] if len(offered) == 2 else [ALONE[each] for each in offered]
    everything = [words.phrase("next", language), *(words.phrase(key, language) for key in keys)]
    assert said(script, instead, place) == everything
    stands = replace(line(place=1), instead=instead)
    taken = {flow.chosen(script, stands, place, key) for key in ("", *"1234567890*#")}
    assert taken - {""} == offered


def test_a_new_offer_is_said_at_once_and_a_key_that_was_said_is_taken_though_it_is_over() -> None:
    script = Script(base="https://h", offers=())
    heard = parse.Place(n=5, said=4, place=1)
    assert said(script, (), heard) == []
    assert words.phrase("option-callback", "fa") in said(script, ("callback",), heard)
    known = parse.place(parse_query(replace(heard, offers=1).query()), "fa")
    assert known.offers == 1 and said(script, ("callback",), known) == []
    assert flow.chosen(script, line(place=1), known, "1") == "callback"
    assert flow.chosen(script, line(place=1), known, "2") == ""


def parse_query(query: str) -> dict[str, str]:
    from urllib.parse import parse_qsl
    return dict(parse_qsl(query))


def test_unknown_offers_are_refused() -> None:
    with pytest.raises(ValueError, match="offers: each is one of callback, voicemail"):
        Settings(offers=("write",))


async def test_a_step_of_the_queue_offers_the_recorder_on_the_line(tmp_path: Path) -> None:
    queues: dict[str, Any] = {"general": {"title_fa": "عمومی", "title_en": "General",
                                          "overflow": [{"length": 1, "offer": ["voicemail"]}]}}
    async with telephone(tmp_path, queues=queues, offers=[]) as (house, carrier), carrier.call() as caller:
        await caller.hears("عدد یک")
        caller.press("1")
        await caller.hears(words.phrase("option-voicemail", "fa"))
        assert words.phrase("options", "fa") not in caller.heard
        caller.press("1")  # nobody offered to call back
        caller.press("2")
        await until(lambda: words.phrase("record", "fa") in caller.heard, what="the recorder")
        assert "callback" not in (await contact_of(house)).data
        assert all(each.data.get("kind") != "callback" for each in await messages(house))
