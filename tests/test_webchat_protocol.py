"""The widget's protocol, tokens, pace and files as pure functions: tables and properties."""

from __future__ import annotations

import gzip
import re
import string
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.webchat import assets, protocol, views
from channels.webchat.adapter import Settings, ink_on, widget_config
from channels.webchat.files import file_name
from channels.webchat.gate import origin_of
from channels.webchat.pace import Pace
from channels.webchat.parse import Who, left, receipt, said
from channels.webchat.protocol import About, Call, Choose, Flaw, Hello, Open, Ping, Say, Seen, Typing
from channels.webchat.tokens import Sealer, Stored
from router.model import AddressId, ContactId, CustomerId, DeliveryId, DeliveryState, MessageId, QueueId
from router.ports import ThreadMessage
from router.records import Contact, ContactState, Line
from router.routes import Access
from settings import Secret

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ID = "0123abcd-4567"


def take(frame: Any, chars: int = 100) -> protocol.Command:
    return protocol.read(frame if isinstance(frame, str) else orjson.dumps(frame).decode(), text_chars=chars)


def test_every_command_states_who_may_use_it() -> None:
    assert protocol.COMMANDS and all(isinstance(access, Access) for access in protocol.COMMANDS.values())
    assert set(protocol.COMMANDS.values()) == {Access.VISITOR}
    for op in protocol.COMMANDS:
        try:
            take({"op": op, "id": ID, "text": "x", "value": "x", "name": "x", "email": "a@b.org",
                  "phone": "09121234567"})
        except Flaw as flaw:
            pytest.fail(f"{op} is in the table and not understood: {flaw.code}")


@pytest.mark.parametrize(
    ("frame", "command"),
    [
        ({"op": "hello"}, Hello(after=0)),
        (
            {"op": "hello", "after": 41, "language": "fa", "name": " Ali\n", "page": "https://t.example/a?secret=1#x"},
            Hello(after=41, language="fa", name="Ali", page="https://t.example/a"),
        ),
        ({"op": "hello", "language": "xx", "name": ["x"], "page": "javascript:1"}, Hello(after=0)),
        ({"op": "say", "id": ID, "text": " سلام\r\nدنیا\x00 "}, Say(id=ID, text="سلام\nدنیا")),
        ({"op": "say", "id": ID, "uploads": ["u1"]}, Say(id=ID, text="", uploads=("u1",))),
        ({"op": "seen", "seq": 7}, Seen(seq=7, read=False)),
        ({"op": "seen", "seq": 7, "read": True}, Seen(seq=7, read=True)),
        ({"op": "seen", "seq": 7, "read": 1}, Seen(seq=7, read=False)),
        ({"op": "choose", "id": ID, "value": "yes"}, Choose(id=ID, value="yes")),
        ({"op": "call", "id": ID, "phone": "۰۹۱۲ ۱۲۳-۴۵۶۷"}, Call(id=ID, phone="+989121234567")),
        ({"op": "call", "id": ID, "phone": "٠٢١ ٨٨٧٧ ٦٦٥٥"}, Call(id=ID, phone="+982188776655")),
        ({"op": "open", "id": ID}, Open(id=ID)),
        ({"op": "typing", "text": "shown where the channel says so"}, Typing(text="shown where the channel says so")),
        ({"op": "typing", "text": "x" * 501}, Typing()),
        (
            {"op": "about", "id": ID, "name": " سارا ", "email": "Sara@Example.ORG ", "phone": "۰۹۱۲ ۱۲۳ ۴۵۶۷"},
            About(id=ID, name="سارا", email="sara@example.org", phone="+989121234567"),
        ),
        ({"op": "hello", "email": "no", "phone": "110"}, Hello(after=0)),
        ({"op": "ping"}, Ping()),
    ],
)
def test_commands(frame: dict[str, Any], command: protocol.Command) -> None:
    assert take(frame) == command


@pytest.mark.parametrize(
    ("frame", "code", "about"),
    [
        ("", "bad_json", ""),
        ("{", "bad_json", ""),
        ("[]", "bad_json", ""),
        ("1", "bad_json", ""),
        ("null", "bad_json", ""),
        ('{"op":"say","id":"0123abcd","text":"\\ud800"}', "bad_json", ""),
        ("[" * 5000, "bad_json", ""),
        ("NaN", "bad_json", ""),
        ("{}", "unknown_op", ""),
        ({"op": "shout"}, "unknown_op", ""),
        ({"op": ["say"]}, "unknown_op", ""),
        ({"op": "__class__"}, "unknown_op", ""),
        ({"op": "hello", "after": -1}, "bad_command", ""),
        ({"op": "hello", "after": "1"}, "bad_command", ""),
        ({"op": "hello", "after": True}, "bad_command", ""),
        ({"op": "hello", "after": 2**60}, "bad_command", ""),
        ({"op": "hello", "after": 1.5}, "bad_command", ""),
        ({"op": "say", "text": "x"}, "bad_command", ""),
        ({"op": "say", "id": "short", "text": "x"}, "bad_command", ""),
        ({"op": "say", "id": "x" * 65, "text": "x"}, "bad_command", ""),
        ({"op": "say", "id": "a:b:c:d:e"}, "bad_command", ""),
        ({"op": "say", "id": ID + "\n", "text": "x"}, "bad_command", ""),
        ({"op": "say", "id": ID}, "empty", ID),
        ({"op": "say", "id": ID, "text": " \x00\u0007 "}, "empty", ID),
        ({"op": "say", "id": ID, "text": 5}, "bad_command", ID),
        ({"op": "say", "id": ID, "text": "x" * 101}, "too_long", ID),
        ({"op": "say", "id": ID, "uploads": [1]}, "bad_command", ID),
        ({"op": "say", "id": ID, "uploads": ["a", "a"]}, "bad_command", ID),
        ({"op": "say", "id": ID, "uploads": [str(n) for n in range(11)]}, "bad_command", ID),
        ({"op": "choose", "id": ID}, "bad_command", ID),
        ({"op": "call", "id": ID}, "bad_phone", ID),
        ({"op": "call", "id": ID, "phone": "12345"}, "bad_phone", ID),
        ({"op": "call", "id": ID, "phone": ["09121234567"]}, "bad_phone", ID),
        ({"op": "call", "id": ID, "phone": "9" * 9000}, "bad_phone", ID),
        ({"op": "call", "phone": "09121234567"}, "bad_command", ""),
        ({"op": "choose", "id": ID, "value": "x" * 201}, "bad_command", ID),
    ],
)
def test_flaws(frame: Any, code: str, about: str) -> None:
    with pytest.raises(Flaw) as flaw:
        take(frame)
    assert (flaw.value.code, flaw.value.about) == (code, about)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["op", "id", "text", "uploads", "after", "seq", "read", "value", "language", "name", "page"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(FIELDS, JSON | st.sampled_from([*protocol.COMMANDS, ID])))
def test_whatever_comes_is_a_command_or_a_flaw(frame: dict[str, Any]) -> None:
    try:
        command = take(orjson.dumps(frame, option=orjson.OPT_PASSTHROUGH_DATETIME).decode())
    except (Flaw, TypeError):
        return
    assert isinstance(command, protocol.Command)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_command_or_a_flaw_and_what_is_kept_can_be_stored(frame: str) -> None:
    try:
        protocol.read(frame.encode("utf-8", "replace").decode(), text_chars=100)
    except Flaw as flaw:
        assert flaw.code in ("bad_json", "unknown_op", "bad_command", "empty", "too_long")
    kept = protocol.clean(frame)
    assert "\x00" not in kept and not any(ord(c) < 32 and c not in "\n\t" for c in kept)


def contact(state: ContactState) -> Contact:
    return Contact(
        id=ContactId(5),
        reference="R",
        token="T",
        channel="web",
        medium="webchat",
        thread_key="v1",  # type: ignore[arg-type]
        customer=CustomerId(1),
        address=AddressId(1),
        state=state,
        state_since=NOW,
        queue=QueueId(1),
        agent=None,
        opened_at=NOW,
        version=3,
    )


@pytest.mark.parametrize("state", list(ContactState))
def test_a_citizen_learns_of_the_line_only_what_concerns_them(state: ContactState) -> None:
    view = views.line_view(
        Line(
            contact=contact(state),
            place=2,
            wait_low=60,
            wait_high=120,
            agent_name="Sara",
            agent_phone="+98",
            queue_name="vip",
            ready_agents=1,
            open=False,
            opens_at=NOW,
        )
    )
    assert view is not None and set(view) == {"state", "place", "wait_low", "wait_high", "agent", "staffed", "open",
                                              "opens_at", "answer_by", "instead", "callback"}
    assert view["state"] in ("self-service", "waiting", "active", "closed")
    assert (view["place"] > 0) == (view["state"] == "waiting")
    assert (view["agent"] == "Sara") == (view["state"] == "active")
    assert (view["opens_at"] == int(NOW.timestamp() * 1000)) == (view["state"] == "waiting") == (not view["open"])
    assert views.line_view(None) is None


def message(**fields: Any) -> ThreadMessage:
    values = {
        "seq": 1,
        "id": MessageId(1),
        "mine": False,
        "at": NOW,
        "text": "x",
        "author": "Sara",
        "external_id": "",
        "state": "sent",
        "attachments": (),
        "data": {},
    }
    return ThreadMessage(**values | fields)


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("pending", False),
        ("sending", False),
        ("failed", False),
        ("sent", True),
        ("delivered", True),
        ("read", True),
        ("uncertain", True),
    ],
)
def test_an_answer_is_shown_once_it_is_sent(state: str, seen: bool) -> None:
    assert bool(views.shown([message(state=state)])) is seen
    assert len(views.shown([message(state="", mine=True)])) == 1


def test_a_message_view_gives_back_the_widgets_own_id_and_hides_the_rest() -> None:
    view = views.message_view(message(mine=True, external_id=f"v1:{ID}", author="Ali", state=""), "v1", [])
    assert view["key"] == ID and view["author"] == "" and "v1" not in orjson.dumps(view).decode()
    assert views.message_view(message(), "v1", [])["key"] == ""


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({}, []),
        ({"buttons": None}, []),
        ({"buttons": "x"}, []),
        ({"buttons": [{"label": "a"}, 1]}, []),
        ({"buttons": [{"label": "a", "value": 1, "x": 2}]}, [{"label": "a", "value": "1"}]),
    ],
)
def test_buttons(data: dict[str, Any], found: list[Any]) -> None:
    assert views.buttons(data) == found


def test_core_words_carry_the_visitor_in_every_key() -> None:
    who = Who(channel="web", visitor="v1", language="fa", name="Ali", page="https://t.example/a")
    item = said(who, Say(id=ID, text="سلام"), [], NOW)
    assert (item.external_id, item.thread.key, item.sender.value, item.data) == (
        f"v1:{ID}",
        "v1",
        "v1",
        {"page": "https://t.example/a"},
    )
    assert left(who, contact(ContactState.WAITING), NOW).external_id == "v1:left:5:3"
    report = receipt("web", DeliveryId(9), read=True, at=NOW)
    assert (report.external_id, report.part_id, report.delivery, report.state) == (
        "seen:9:read",
        "",
        9,
        DeliveryState.READ,
    )


LIFE = timedelta(days=180)
SEALER = Sealer(key=b"k" * 32, channel="web")


def test_a_token_holds_for_its_channel_key_and_time_only() -> None:
    token = SEALER.token("v123", NOW)
    assert SEALER.visitor(token, NOW + timedelta(days=179), LIFE) == "v123"
    assert SEALER.visitor(token, NOW + timedelta(days=181), LIFE) == ""
    assert Sealer(key=b"j" * 32, channel="web").visitor(token, NOW, LIFE) == ""
    assert Sealer(key=b"k" * 32, channel="other").visitor(token, NOW, LIFE) == ""


@pytest.mark.parametrize(
    "token", ["", ".", "..", "v1.0.", "v1.zz.x", "v1..", "é.é.é", "x" * 500, "v1.0.AAAA", "v1.-1.A", "\n\n\n"]
)
def test_what_is_no_token(token: str) -> None:
    assert SEALER.visitor(token, NOW, LIFE) == ""


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 200), st.sampled_from(string.ascii_letters + string.digits + "-_."))
def test_a_token_changed_in_one_place_is_forged(place: int, letter: str) -> None:
    token = SEALER.token("v" + "a" * 22, NOW)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or SEALER.visitor(changed, NOW, LIFE) == ""


def test_upload_ids_belong_to_one_visitor_for_a_while() -> None:
    stored = Stored(nonce="n", digest="d" * 64, name="قبض.png", media_type="image/png", size=5)
    upload = SEALER.upload("v1", stored, NOW)
    assert SEALER.stored("v1", upload, NOW + timedelta(days=1)) == stored
    assert SEALER.stored("v2", upload, NOW) is None
    assert SEALER.stored("v1", upload, NOW + timedelta(days=3)) is None
    for forged in ("", ".", "x.y", upload[:-1], "A" + upload, "x" * 5000, "é.é"):
        assert SEALER.stored("v1", forged, NOW) is None


def test_a_ticket_is_the_same_all_day_and_ends() -> None:
    noon = NOW.replace(hour=12)
    ticket = SEALER.ticket("v1", "d", noon)
    assert (
        ticket == SEALER.ticket("v1", "d", noon.replace(hour=23)) != SEALER.ticket("v1", "d", noon + timedelta(days=1))
    )
    assert SEALER.admits(ticket, "d", noon + timedelta(days=1))
    assert not SEALER.admits(ticket, "d", noon + timedelta(days=3))
    assert not SEALER.admits(ticket, "e", noon)


def test_pace_lets_a_burst_through_then_the_rate_and_forgets_the_quiet() -> None:
    pace = Pace(60, keys=2)
    assert [pace.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert pace.wait("a", 0.0) == pytest.approx(1.0)
    assert pace.wait("a", 1.0) == 0.0 and pace.wait("a", 1.0) > 0
    assert pace.wait("b", 1.0) == 0.0 and pace.wait("c", 1.0) == 0.0
    assert len(pace._buckets) == 2


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("a.png", "a.png"),
        ("%D9%82%D8%A8%D8%B6.png", "قبض.png"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("C%3A%5Cx%5Cy.txt", "y.txt"),
        ("", "file"),
        ("%00%0A", "file"),
        (".", "file"),
        ("a%E2%80%AEgpj.exe", "agpj.exe"),
        ("%ff%fe.txt", "\ufffd\ufffd.txt"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_file_names(header: str, name: str) -> None:
    assert file_name(header) == name


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Town.example/", "https://town.example"),
        ("http://t.example:8080/a/b?c", "http://t.example:8080"),
        ("town.example", ""),
        ("*", ""),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc", ""),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("colour", "ink"), [("#000000", "#ffffff"), ("#ffffff", "#111111"), ("#0f6b5c", "#ffffff"), ("#ffeb3b", "#111111")]
)
def test_words_on_the_accent_can_be_read(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink


@pytest.mark.parametrize(
    "wrong", [{"accent": "red"}, {"accent": "#fff;}"}, {"text_chars": 0}, {"text_chars": 99999}, {"uploads": 11},
              {"ask": ("shoe",)}, {"ask": ("name", "name")}, {"ask_required": True},
              {"identity_secret": Secret("short")}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_the_widget_stays_small_and_whole() -> None:
    script = assets.script(widget_config(Settings(title_fa="</script>\u2028", greeting_en="`${x}`")))
    assert len(gzip.compress(script, mtime=0)) < 30_000
    text = script.decode()
    assert "</script" not in text and "\u2028" not in text
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
    assert (
        "innerHTML" not in text and "eval(" not in text and "new Function" not in text and "document.write" not in text
    )


def test_modules_joined_into_one_scope_do_not_share_a_name() -> None:
    names: dict[str, str] = {}
    for module in assets.MODULES:
        source = (assets.STATIC / f"{module}.js").read_text(encoding="utf-8")
        for name in re.findall(r"^(?:export )?(?:async )?(?:function|const|let|class) (\w+)", source, re.MULTILINE):
            assert name not in names, f"{name} stands in {names.get(name)}.js and {module}.js"
            names[name] = module
        assert source.count("\n") <= 300
    assert set(assets.MODULES) == {path.stem for path in assets.STATIC.glob("*.js")}


def test_both_languages_say_the_same_things() -> None:
    source = (assets.STATIC / "words.js").read_text(encoding="utf-8")
    fa, en = source.split("  en: {")
    keys = [re.findall(r"^    (\w+):", part, re.MULTILINE) for part in (fa, en)]
    assert keys[0] == keys[1] and len(keys[0]) > 30
    assert "ي" not in fa and "ك" not in fa and not re.search("[۰-۹]", en)
