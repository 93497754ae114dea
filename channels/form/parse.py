"""A filled-in form as our words: fields checked one by one, the seal of the form, names of threads. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from channels.form.settings import Settings
from router.model import Address, Medium, Said, Thread, Upload
from router.rules.phone import canonical
from router.rules.text import clean, language

NAME_CHARS, SUBJECT_CHARS = 100, 200
TRAP = "website"  #: a field that people do not see; whoever fills it in is a machine
LASTS = timedelta(hours=24)
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_KEY = re.compile(r"[A-Za-z0-9_-]{8,100}")
_MAGIC = {"application/pdf": b"%PDF-", "image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_ENDING = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "text/plain": ".txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody filled in, with what is wrong by field (a code of `words`). Good when `wrong` is empty."""

    name: str = ""
    email: str = ""
    mobile: str = ""
    subject: str = ""
    topic: str = ""
    text: str = ""
    uploads: tuple[Upload, ...] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


def filled(fields: Mapping[str, str], files: Sequence[tuple[str, str, bytes]], settings: Settings) -> Filled:
    """Every field checked; what was written is kept as it was, so that it can be shown again."""
    values = {name: clean(fields.get(name, ""), limit=settings.text_chars + 1).strip()
              for name in ("name", "email", "mobile", "subject", "topic", "text")}
    wrong: dict[str, str] = {}
    if len(values["name"]) > NAME_CHARS:
        wrong["name"] = "long"
    if len(values["subject"]) > SUBJECT_CHARS:
        wrong["subject"] = "long"
    if not values["text"]:
        wrong["text"] = "empty"
    elif len(values["text"]) > settings.text_chars:
        wrong["text"] = "long"
    if values["email"] and not email_of(values["email"]):
        wrong["email"] = "no-email"
    if values["mobile"] and not mobile_of(values["mobile"], settings):
        wrong["mobile"] = "no-mobile"
    lacking = {"email": not values["email"], "mobile": not values["mobile"],
               "either": not (values["email"] or values["mobile"])}[settings.reach]
    if lacking:
        wrong.setdefault("mobile" if settings.reach == "mobile" else "email",
                         "either" if settings.reach == "either" else "empty")
    if values["topic"] and values["topic"] not in settings.topics:
        wrong["topic"] = "no-topic"
    uploads = [upload(*file, settings) for file in files]
    if len(files) > settings.files:
        wrong["files"] = "many-files"
    elif None in uploads:
        wrong["files"] = "no-file"
    elif any(len(file[2]) > settings.file_bytes for file in files):
        wrong["files"] = "large-file"
    return Filled(**values, uploads=tuple(each for each in uploads if each), wrong=wrong)


def email_of(written: str) -> str:
    """The address in its canonical spelling; "" when it is none."""
    plain = written.strip()
    return plain.lower() if len(plain) <= 254 and _EMAIL.fullmatch(plain) and ".." not in plain else ""


def mobile_of(written: str, settings: Settings) -> str:
    """The number in its canonical spelling; "" when it is none that takes messages."""
    found = canonical(written[:40], country=settings.country, national=settings.national_digits,
                      mobile=settings.mobile_prefix)
    own = f"+{settings.country}"
    if not found.startswith("+") or not 9 <= len(found) <= 16:
        return ""
    at_home = found.startswith(own)
    fits = len(found) == len(own) + settings.national_digits and found[len(own):].startswith(settings.mobile_prefix)
    return found if fits or not at_home else ""


def upload(name: str, media_type: str, content: bytes, settings: Settings) -> Upload | None:
    """The file, when it is of a kind that is taken and its bytes look so; its name ends as its kind does."""
    kind = media_type.split(";")[0].strip().lower()
    if kind not in settings.file_types or not content.startswith(_MAGIC.get(kind, b"")):
        return None
    if kind == "text/plain" and b"\x00" in content[:1000]:
        return None
    plain = re.sub(r"[/\\:\x00-\x1f]", "_", clean(name))[-120:] or "file"
    ending = _ENDING.get(kind, "")
    return Upload(name=plain if plain.lower().endswith(ending) else plain + ending, media_type=kind, content=content)


def said(form: Filled, settings: Settings, *, channel: str, key: str, now: datetime, lang: str, raw: bytes) -> Said:
    """The form as a message. The address given is where we answer; it proves nothing about who wrote."""
    email, mobile = email_of(form.email), mobile_of(form.mobile, settings)
    reach = [Address(medium=medium, value=value, name=form.name) for medium, value in
             ((Medium.EMAIL, email), (Medium.SMS, mobile)) if value]
    return Said(
        channel=channel, external_id=f"form-{key}", sender=reach[0], stated=tuple(reach[1:]), at=now, text=form.text,
        subject=form.subject or form.topic, uploads=form.uploads, thread=Thread(key=thread_of(settings, channel, key)),
        language=language(form.text) or lang, queue=settings.topics.get(form.topic, ""),
        data={"topic": form.topic} if form.topic else {}, raw=raw)


def key_of(stated: str, fields: Mapping[str, str], now: datetime) -> str:
    """What makes sending twice one message: the sender's own key, or the words themselves within the same hour."""
    if _KEY.fullmatch(stated):
        return stated
    words = "\0".join(f"{name}={fields.get(name, '')}" for name in ("name", "email", "mobile", "subject", "text"))
    return hashlib.sha256(f"{now:%Y%m%d%H}\0{words}".encode("utf-8", "replace")).hexdigest()[:40]


def thread_of(settings: Settings, channel: str, key: str) -> str:
    """The unguessable name of a form's thread; it opens the page that shows what became of it."""
    return _seal(settings, f"thread:{channel}:{key}")


def ticket(settings: Settings, channel: str, now: datetime, chance: str) -> str:
    """What an empty form carries: when it was given out, a number used once, our seal."""
    head = f"{int(now.timestamp())}.{chance}"
    return f"{head}.{_seal(settings, f'form:{channel}:{head}')}"


def punched(shown: str, settings: Settings, channel: str, now: datetime) -> tuple[str, str]:
    """(its number, "") when the ticket is ours and of the right age, else ("", why): forged, early, late."""
    at, _, rest = shown.partition(".")
    chance, _, seal = rest.partition(".")
    if not hmac.compare_digest(seal.encode(), _seal(settings, f"form:{channel}:{at}.{chance}").encode()):
        return "", "forged"
    age = now - datetime.fromtimestamp(int(at), UTC)
    if age < timedelta(seconds=settings.least_seconds):
        return "", "early"
    return (chance, "") if age < LASTS else ("", "late")


def _seal(settings: Settings, words: str) -> str:
    return hmac.new(settings.form_secret.encode(), words.encode(), hashlib.sha256).hexdigest()[:40]
