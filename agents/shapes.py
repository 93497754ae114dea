"""JSON Schemas of what routing adds to agents, queues and contacts. Values only."""

from __future__ import annotations

from typing import Any

from router.model import Medium
from router.rules.plan import LANGUAGES, SEGMENTS

_TEXT: dict[str, Any] = {"type": "string"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_LEVELS: dict[str, Any] = {"type": "object",
                           "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 5}}
_POINTS: dict[str, Any] = {"type": "object",
                           "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 100}}
_MEDIA: dict[str, Any] = {"type": "array", "items": {"type": "string", "enum": [each.value for each in Medium]}}
MATCHES = ("no", "prefer", "require")
DOORS = ("when_full", "when_closed", "when_unstaffed", "leave_unstaffed")

AGENT: dict[str, Any] = {
    "languages": {"type": "array", "items": {"type": "string", "enum": list(LANGUAGES)}}, "paused": _MEDIA,
    "limits": _POINTS, "group": _TEXT, "backup_after": _NUMBER, "shift": _TEXT}
QUEUE: dict[str, Any] = {
    "levels": _LEVELS, "prefers": _LEVELS, "match_language": {"type": "string", "enum": list(MATCHES)},
    "policy": _TEXT, "calendar": _TEXT, "efforts": _POINTS, "most_waiting": _NUMBER, **dict.fromkeys(DOORS, _TEXT),
    "overflow": {"type": "array", "items": {"type": "object"}}}
MERGED: dict[str, Any] = {"merged_into": {"type": ["integer", "null"]}}
CONTACT: dict[str, Any] = {
    "needs": _LEVELS, "prefers": _LEVELS, "priority": {"type": "integer", "minimum": -100, "maximum": 100},
    "kind": _TEXT, "segment": {"type": "string", "enum": list(SEGMENTS)}, "patience": _NUMBER}
