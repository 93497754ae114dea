"""JSON Schemas of what the API takes and answers, by name, for the OpenAPI document. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents import shapes
from router.model import DeliveryState, Medium
from router.records import AgentState, ContactState, Direction, Role

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
FREE: Schema = {"type": "object"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
MAYBE_NUMBER: Schema = {"type": ["integer", "null"]}
MAYBE_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Schema:
    """The schema, or null."""
    return {"oneOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def one_of(values: Any) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": [str(getattr(value, "value", value)) for value in values]}


def obj(optional: Mapping[str, Schema] | None = None, /, **needed: Schema) -> Schema:
    """An object: `needed` fields are always there."""
    return {"type": "object", "properties": {**needed, **(optional or {})}, "required": list(needed),
            "additionalProperties": False}


def fields(**optional: Schema) -> Schema:
    """An object of which any field may be left out."""
    return {"type": "object", "properties": optional, "additionalProperties": False}


WORDS = obj(en=TEXT, fa=TEXT)
_SKILLS: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 5}}
_EFFORTS: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_TODAY = obj(answered=NUMBER, abandoned=NUMBER, within_target=NUMBER, service_level={"type": ["number", "null"]},
             near=NUMBER, broken=NUMBER)

COMPONENTS: dict[str, Schema] = {
    "Error": obj(error=obj({"field": TEXT}, code=TEXT, message=TEXT)),
    "Words": WORDS,
    "Contact": obj(
        id=NUMBER, reference=TEXT, channel=TEXT, medium=one_of(Medium), state=one_of(ContactState), state_since=MOMENT,
        queue=MAYBE_NUMBER, agent=MAYBE_NUMBER, last_agent=MAYBE_NUMBER, subject=TEXT, language=TEXT, priority=NUMBER,
        effort=NUMBER, opened_at=MOMENT, queued_at=MAYBE_MOMENT, answered_at=MAYBE_MOMENT, closed_at=MAYBE_MOMENT,
        disposition=TEXT, wake_at=MAYBE_MOMENT,
        customer=obj(id=NUMBER, name=TEXT, segment=TEXT, address=TEXT, suppressed=TEXT),
        last=maybe(obj(direction=one_of(Direction), text=TEXT, at=MOMENT)),
        offer=maybe(obj(id=NUMBER, agent=NUMBER, expires_at=MOMENT, why=ref("Words"))),
        waiting_why=maybe(ref("Words")), data=FREE, version=NUMBER),
    "Message": obj(
        id=NUMBER, contact=NUMBER, direction=one_of(Direction), kind=TEXT, at=MOMENT, author=TEXT, agent=MAYBE_NUMBER,
        text=TEXT, new_text=TEXT, has_html=FLAG, subject=TEXT, language=TEXT, automatic=TEXT,
        attachments=many(obj(id=NUMBER, name=TEXT, media_type=TEXT, size=NUMBER, inline_id=TEXT)),
        delivery=maybe(obj(id=NUMBER, state=one_of(DeliveryState), error=TEXT, en=TEXT, fa=TEXT, attempts=NUMBER,
                           channel=TEXT, trail=many(obj(channel=TEXT, error=TEXT, en=TEXT, fa=TEXT)),
                           due_at=MAYBE_MOMENT)),
        data=FREE),
    "Me": obj(id=NUMBER, login=TEXT, name=TEXT, public_name=TEXT, role=one_of(Role), language=TEXT,
              state=one_of(AgentState), reason=TEXT, state_since=MOMENT, capacity=NUMBER, load=NUMBER, phone=TEXT),
    "Agent": obj(id=NUMBER, name=TEXT, public_name=TEXT, role=one_of(Role), state=one_of(AgentState), reason=TEXT,
                 state_since=MOMENT, skills=_SKILLS, capacity=NUMBER, load=NUMBER, online=FLAG),
    "AgentFile": obj(id=NUMBER, login=TEXT, name=TEXT, public_name=TEXT, role=one_of(Role), state=one_of(AgentState),
                     skills=_SKILLS, efforts=_EFFORTS, capacity=NUMBER, language=TEXT, phone=TEXT, active=FLAG,
                     **shapes.AGENT),
    "AgentEdit": fields(login=TEXT, name=TEXT, public_name=TEXT, role=one_of(Role), skills=_SKILLS, efforts=_EFFORTS,
                        capacity={"type": "integer", "minimum": 1, "maximum": 100}, language=one_of(("fa", "en")),
                        phone=TEXT, active=FLAG, password=TEXT, **shapes.AGENT),
    "Queue": obj(id=NUMBER, name=TEXT, title_fa=TEXT, title_en=TEXT, skills=many(TEXT), target_seconds=NUMBER,
                 waiting=NUMBER, oldest_queued_at=MAYBE_MOMENT, ready_agents=NUMBER, today=_TODAY),
    "QueueFile": obj(id=NUMBER, name=TEXT, title_fa=TEXT, title_en=TEXT, skills=many(TEXT), priority=NUMBER,
                     accept_seconds=NUMBER, target_seconds=NUMBER, active=FLAG, **shapes.QUEUE, **shapes.MERGED),
    "QueueEdit": fields(name=TEXT, title_fa=TEXT, title_en=TEXT, skills=many(TEXT),
                        priority={"type": "integer", "minimum": -100, "maximum": 100},
                        accept_seconds={"type": "integer", "minimum": 1, "maximum": 3600},
                        target_seconds={"type": "integer", "minimum": 1, "maximum": 2_592_000}, active=FLAG,
                        **shapes.QUEUE),
    "Channel": obj(name=TEXT, medium=one_of(Medium), code=TEXT, en=TEXT, fa=TEXT, since=MAYBE_MOMENT, outbox=NUMBER),
    "Exchange": obj(id=NUMBER, at=MOMENT, way=TEXT, method=TEXT, path=TEXT, status=NUMBER, millis=NUMBER, asked=TEXT,
                    answered=TEXT, outcome=TEXT),
    "Decision": obj(at=MOMENT, outcome=TEXT, agent=MAYBE_NUMBER, queue=MAYBE_NUMBER, en=TEXT, fa=TEXT,
                    terms=many(obj({"text": ref("Words")}, code=TEXT, value={}, en=TEXT, fa=TEXT))),
    "Entry": obj(seq=NUMBER, at=MOMENT, name=TEXT, actor=TEXT, data=FREE),
    "Customer": obj(id=NUMBER, name=TEXT, segment=TEXT, language=TEXT, note=TEXT, created_at=MOMENT,
                    addresses=many(obj(id=NUMBER, medium=one_of(Medium), value=TEXT, name=TEXT,
                                       opted_out_at=MAYBE_MOMENT, verified_at=MAYBE_MOMENT,
                                       suppressed=TEXT))),
    "Alarms": obj(total=NUMBER, standing=many(obj(
        code=TEXT, contact=MAYBE_NUMBER, queue=MAYBE_NUMBER, missing=many(TEXT), since=MOMENT, en=TEXT, fa=TEXT))),
    "Interval": obj(at=MOMENT, arrived=NUMBER, answered=NUMBER, abandoned=NUMBER),
    "Token": obj(id=NUMBER, name=TEXT, role=one_of(Role), created_at=MOMENT, used_at=MAYBE_MOMENT),
    "Finding": obj(check=TEXT, ok=FLAG, en=TEXT, fa=TEXT),
    "Item": obj(id=NUMBER, channel=TEXT, kind=TEXT, at=MOMENT, reason=TEXT, size=MAYBE_NUMBER),
    "Upload": obj(id=NUMBER, name=TEXT, media_type=TEXT, size=NUMBER),
}

