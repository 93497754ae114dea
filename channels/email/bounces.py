"""What a mail system reports about a mail of ours: RFC 3464, and the free forms of systems without it. PURE.

A report speaks for itself. Free text only counts when a mail system sent it (daemon, empty return path, subject) and
it says that something was not delivered; the copy of our mail below it is cut off first and read for its Message-ID.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from channels.email import lexicon
from channels.email.addresses import boxes, canonical
from channels.email.charsets import decode
from channels.email.marks import THREAD_HEADER, ids, in_ids
from channels.email.mime import Headers, Mail, Part, read_headers
from channels.email.words import header, line
from router.model import Bounce

_SCAN = 60_000
_BLOCKS = 60
_REASON = 300
_REPORT_TYPES = ("message/delivery-status", "message/global-delivery-status", "message/xdelivery-status")
_ORIGINALS = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global",
              "message/global-headers")
_DAEMON = re.compile(
    r"(?:mailer-?daemon|postmaster|mail-?delivery(?:-?(?:sub)?system)?|mdaemon|no-?reply|bounces?|daemon|mailadm|"
    r"mmdf|uucp|smtpd?|mailmarshal)(?:[+._=-].{0,80})?")
_HEADER_COPY = re.compile(
    r"^(?:Return-Path|Received|Message-I[Dd]|DKIM-Signature|From|Date|Subject|X-[A-Za-z-]{2,40}):[ \t]", re.MULTILINE)
_INLINE_ID = re.compile(
    rb"^[ \t>]{0,6}(?:Message-Id|X-Message-Id|References|In-Reply-To)[ \t]{0,5}:[ \t]{0,5}(<[^<>\r\n]{1,250}>)",
    re.IGNORECASE | re.MULTILINE)
_INLINE_TOKEN = re.compile(rb"X-Pishkhan-Thread[ \t]*:[ \t]*([0-9a-f]{16,64})", re.IGNORECASE)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\"-]{1,64}@[A-Za-z0-9.-]{1,200}[A-Za-z0-9]")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.\w])([45]\d\d)(?=[ \-:]|$)", re.MULTILINE)


def report(mail: Mail) -> str:
    """The report-type of a multipart/report anywhere in the mail, lower case; "" when it is none."""
    for part in mail.parts[:20]:
        if part.media_type == "multipart/report":
            return part.params.get("report-type", "").lower() or "report"
        if part.media_type == "message/feedback-report":
            return "feedback-report"
        if part.media_type == "message/disposition-notification":
            return "disposition-notification"
    return ""


def read(mail: Mail, *, subject: str, sender: str, text: str, own: Collection[str]) -> Bounce | None:
    """The report in a mail, or None when it is none, or tells of success only."""
    kind = report(mail)
    if kind in ("feedback-report", "disposition-notification"):
        return _complaint(mail) if kind == "feedback-report" else None
    for part in mail.parts[:50]:
        stated = part.media_type in _REPORT_TYPES or (part.media_type.startswith("text/") and (
            b"Final-Recipient:" in part.body[:_SCAN] and b"Action:" in part.body[:_SCAN]))
        if stated and (found := _stated(part, mail)) is not None:
            return found
    return _free(mail, subject, sender, text, own)


def _complaint(mail: Mail) -> Bounce | None:
    """An abuse report (RFC 5965) about a mail of ours; None for those about something else (RFC 6591, not-spam)."""
    part = next((each for each in mail.parts[:50] if each.media_type == "message/feedback-report"), None)
    told = read_headers(part.content()[:_SCAN].lstrip()) if part is not None else Headers([])
    kind = header(told.get("feedback-type"), limit=40).lower() or "abuse"
    if kind in ("not-spam", "auth-failure", "dmarc"):
        return None
    references, tokens = _origin(mail, b"")
    stated = [canonical(header(raw, limit=400).strip("<>")) for name in (
        "original-rcpt-to", "removal-recipient") for raw in told.all(name)[:3]]
    return Bounce(permanent=True, recipient=next((each for each in stated if each), ""), code=f"arf:{kind}",
                  reason=kind, references=references, tokens=tokens, complaint=True)


def _stated(part: Part, mail: Mail) -> Bounce | None:
    """A delivery-status part: one block about the message, then one for each recipient (RFC 3464 section 2)."""
    content = re.sub(rb"\r\n?", b"\n", part.content()[:_SCAN]).strip()
    if content.lower().startswith(b"content-"):  # header fields of the part, twice
        content = content.partition(b"\n\n")[2]
    blocks = [read_headers(block) for block in re.split(rb"\n[ \t]*\n", content)[:_BLOCKS]]
    told = [block for block in blocks if "action" in block or "final-recipient" in block or "status" in block]
    if not told:
        return None
    best = next((block for block in told if _action(block) == "failed"),
                next((block for block in told if _action(block) == "delayed"), None))
    if best is None:
        if all(_action(block) in ("delivered", "relayed", "expanded") for block in told if "action" in block) and any(
                "action" in block for block in told):
            return None
        best = told[0]
    diagnosis = _typed(best.get("diagnostic-code"))
    code = _code(header(best.get("status"), limit=100), diagnosis)
    stated = _typed(best.get("final-recipient"))
    recipient = canonical(stated) or canonical(_typed(best.get("original-recipient"))) or stated[:200]
    failed = _action(best) != "delayed" and not (_action(best) == "" and code.startswith("4"))
    references, tokens = _origin(mail, b"")
    return Bounce(permanent=failed, recipient=recipient.strip("<>"), code=code or ("5.0.0" if failed else "4.0.0"),
                  reason=diagnosis[:_REASON] or _action(best), references=references, tokens=tokens)


def _action(block: Headers) -> str:
    return re.split(r"[\s;(]", header(block.get("action"), limit=60).lower(), maxsplit=1)[0]


def _typed(raw: bytes) -> str:
    """A value `type; text` of RFC 3464 without its type."""
    value = header(raw, limit=1_000)
    kind, semicolon, rest = value.partition(";")
    return rest.strip().strip("<>") if semicolon and len(kind) < 30 else value.strip("<>")


def _code(status: str, diagnosis: str) -> str:
    """The most telling enhanced status code (RFC 3463); a general x.0.0 gives way to a particular one."""
    stated = _ENHANCED.search(status)
    other = _ENHANCED.search(diagnosis)
    if stated and not (stated.group(1).endswith(".0.0") and other and other.group(1)[0] == stated.group(1)[0]):
        return stated.group(1)
    return other.group(1) if other else ""


def _free(mail: Mail, subject: str, sender: str, text: str, own: Collection[str]) -> Bounce | None:
    headers = mail.headers
    ours, copy = _parted(text[:_SCAN])
    robot = bool(
        not sender or _DAEMON.fullmatch(sender.partition("@")[0]) or "x-failed-recipients" in headers
        or any(not raw.strip(b" <>") for raw in headers.all("return-path"))
        or any(b"for bounce" in raw for raw in headers.all("received")[:3])
        or report(mail) in ("delivery-status", "report"))
    titled = bool(lexicon.BOUNCE_SUBJECT.search(subject))
    returned = bool(copy) or any(part.media_type in _ORIGINALS for part in mail.parts[:50])
    says = bool(lexicon.SAYS_FAILED.search(ours))
    absence = header(headers.get("auto-submitted"), limit=50).lower().startswith("auto-replied") and not titled
    # Two of three signs; a mail system's own header is enough.
    if not robot or absence or ("x-failed-recipients" not in headers and titled + returned + says < 2):
        return None
    return _described(mail, subject, ours, copy, own)


def _described(mail: Mail, subject: str, ours: str, copy: str, own: Collection[str]) -> Bounce:
    stated = canonical(header(mail.headers.get("x-failed-recipients"), limit=1_000).partition(",")[0])
    recipient = stated or _recipient(ours, mail, own) or _recipient(copy[:5_000], mail, own)
    reason = _reason(ours, recipient)
    code = _code("", reason) or _code("", ours)
    if not code:
        said = _REPLY.search(reason) or _REPLY.search(ours)
        meant = next((code for pattern, code in lexicon.MEANINGS if pattern.search(reason) or pattern.search(ours)), "")
        general = f"{said.group(1)[0]}.0.0" if said else ""
        code = meant if meant and (not general or meant[0] == general[0]) else general or meant
    delayed = bool(lexicon.DELAYED.search(f"{subject}\n{ours}")) and not lexicon.GIVEN_UP.search(f"{subject}\n{ours}")
    references, tokens = _origin(mail, copy.encode("utf-8", "replace"))
    return Bounce(permanent=not delayed, recipient=recipient, code=code or ("4.0.0" if delayed else "5.0.0"),
                  reason=reason, references=references, tokens=tokens)


def _parted(text: str) -> tuple[str, str]:
    """What the mail system says, and the copy of the returned mail below it."""
    marked = lexicon.COPY_BEGINS.search(text)
    copied = next((found for found in _HEADER_COPY.finditer(text) if _looks_copied(text, found.start())), None)
    places = [found.start() for found in (marked, copied) if found is not None and found.start() > 20]
    cut = min(places, default=len(text))
    return text[:cut], text[cut:]


def _looks_copied(text: str, at: int) -> bool:
    """Three header fields in a row are a copy of a mail, not a sentence."""
    lines = [each for each in text[at:at + 2_000].split("\n")[:12] if each and not each[0].isspace()]
    return sum(bool(re.match(r"[A-Za-z][A-Za-z0-9-]{1,40}:\s", each)) for each in lines[:6]) >= 3


def _recipient(text: str, mail: Mail, own: Collection[str]) -> str:
    """The address that failed: one on a line of its own first, then in angle brackets, then any."""
    ours = ("to", "from", "return-path", "delivered-to", "x-original-to")
    unlikely = set(own) | {
        box.address for name in ours for raw in mail.headers.all(name)[:2] for box in boxes(raw[:2_000])}
    ranked: list[tuple[int, int, str]] = []
    for place, found in enumerate(_ADDRESS.finditer(text)):
        address = canonical(found.group().strip("'\""))
        if place > 100:
            break
        if not address or address.startswith(("mailer-daemon", "postmaster")):
            continue
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        alone = text[start:end if end >= 0 else len(text)].strip(" \t<>():;,.*'\"-") == found.group().strip("'\"")
        bracketed = text[found.start() - 1:found.start()] == "<"
        ranked.append(((address in unlikely) * 4 + (0 if alone else 1 if bracketed else 2), place, address))
    return min(ranked)[2] if ranked else ""


def _reason(text: str, recipient: str) -> str:
    """The sentence that tells why: the first line with a status code, else the one with words of failure."""
    lines = [each.strip(" \t-*=_<>") for each in text.split("\n")[:400]]
    for pattern in (_ENHANCED, _REPLY, *(each for each, _ in lexicon.MEANINGS), lexicon.SAYS_FAILED):
        for each in lines:
            if each and pattern.search(each):
                return line(each, limit=_REASON)
    return line(next((each for each in lines if each and each != recipient), ""), limit=_REASON)


def _origin(mail: Mail, copy: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Message-IDs and tokens of the mail that came back, its own id first."""
    found: list[str] = []
    tokens: list[str] = []
    for part in mail.parts[:50]:
        content = part.content()[:_SCAN] if part.media_type in _ORIGINALS else copy if part is mail.parts[0] else b""
        if not content:
            continue
        headers = read_headers(content.lstrip())
        found += [each for name in ("message-id", "x-message-id") for raw in headers.all(name)[:2] for each in ids(raw)]
        found += [each for raw in _INLINE_ID.findall(content)[:10] for each in ids(raw)]
        tokens += [header(raw) for raw in headers.all(THREAD_HEADER.lower())[:2]]
        tokens += [decode(raw) for raw in _INLINE_TOKEN.findall(content)[:2]]
    for name in ("in-reply-to", "references", "x-original-message-id"):
        found += [each for raw in mail.headers.all(name)[:2] for each in reversed(ids(raw[-5_000:]))]
    unique = tuple(dict.fromkeys(found))[:20]
    return unique, tuple(dict.fromkeys(each.lower() for each in [*in_ids(unique), *tokens] if each))[:5]
