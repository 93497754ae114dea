"""Which media there are: for each its settings and its adapter. The one place that knows them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from router.model import Medium
from router.ports import Channel, Wire
from settings import ChannelSettings

#: medium -> module with `Settings` and `Adapter`; imported only when a channel of the medium is configured, so that a
#: desk without Telegram does not pay for its library at every start.
_MODULES = {
    Medium.EMAIL: "channels.email.adapter",
    Medium.SMS: "channels.sms.adapter",
    Medium.WEBCHAT: "channels.webchat.adapter",
    Medium.TELEGRAM: "channels.telegram.adapter",
    Medium.VOICE: "channels.voice.adapter",
    Medium.PHONE: "channels.manual.adapter",
    Medium.FAX: "channels.manual.adapter",
    Medium.LETTER: "channels.manual.adapter",
    Medium.COUNTER: "channels.manual.adapter",
    Medium.FORM: "channels.form.adapter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One medium's settings class and adapter."""

    settings: type
    adapter: Callable[[str, Any, ChannelSettings, Wire], Channel]


class Media(dict[str, type]):
    """medium -> settings class, looked up when asked for; what `settings.load` wants."""

    def __init__(self) -> None:
        super().__init__({medium.value: object for medium in _MODULES})

    def __getitem__(self, medium: str) -> type:
        return kind(medium).settings


def kind(medium: str) -> Kind:
    """The settings class and adapter of a medium."""
    module = import_module(_MODULES[Medium(medium)])
    return Kind(settings=module.Settings, adapter=module.Adapter)
