"""An outgoing message becomes the bytes of a mail. PURE: the same message always gives the same mail.

Every header value is encoded here before the standard library sees it: on this interpreter an encoded word inside a
subject can become a header of its own (CVE-2024-6923), and the old policy writes exactly what it is given.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from typing import Any

from channels.email import marks, markup
from channels.email.addresses import canonical, same_place
from channels.email.settings import Settings
from channels.email.words import filename, line
from router.errors import InvalidMessage
from router.model import Attachment, Outbound, OutKind
from router.rules import text as words

_POLICY = compat32.clone(linesep="\r\n", max_line_length=78)
_REFERENCE = re.compile(r"[!-;=?-~]{3,250}")
_ANSWERED = re.compile(r"\s{0,5}(?:re|aw|sv|پاسخ|در پاسخ به)\s{0,3}[:：]", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"'«»]{1,1000}[^\s<>\"'«».,;:!?؟،؛)\]]")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_MAX_REFERENCES = 20
_MAX_NAME = 90  # of a file; its encoded form must stay on one line of at most 998 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail ready to be handed over, and its envelope."""

    raw: bytes
    sender: str
    to: str
    message_id: str
    copies: tuple[str, ...] = ()  #: further receivers, all named in the mail


def compose(out: Outbound, settings: Settings, files: Sequence[tuple[Attachment, bytes]], now: datetime,
            ours: Collection[str] = ()) -> Letter:
    """The mail for a message. InvalidMessage when there is no way to write it. `ours` never get a copy."""
    to = canonical(out.to.value)
    if not to or not to.isascii():
        raise InvalidMessage("the receiver's address cannot be used", provider_code="address")
    own = canonical(settings.from_address)
    identity = marks.message_id(out.token, out.key, settings.host)
    answers = marks.plus_address(own, out.token) if settings.plus_addressing and out.token else own
    copies = _copies(out, to, {*settings.own, *ours})
    mail = _with_files(_bodies(out, settings), files, out)
    headers: list[tuple[str, Any]] = [
        ("From", _mailbox(_sender_name(out, settings), own)), ("To", to), ("Subject", _subject_header(_subject(out))),
        ("Date", format_datetime(now)), ("Message-ID", f"<{identity}>"), *_threading(out, identity),
        (marks.LOOP_HEADER, own)]
    if copies:
        headers.insert(2, ("Cc", Header(", ".join(copies), "us-ascii", maxlinelen=76, header_name="Cc")))
    if answers != own:
        headers.append(("Reply-To", answers))
    if out.token:
        headers.append((marks.THREAD_HEADER, out.token))
    if out.kind in (OutKind.ACK, OutKind.NOTICE):
        headers += [("Auto-Submitted", "auto-replied" if out.kind is OutKind.ACK else "auto-generated"),
                    ("X-Auto-Response-Suppress", "All"), ("Precedence", "auto_reply")]
    if out.data.get("bulk"):
        headers += [("List-Id", f"<{re.sub('[^a-z0-9.-]', '-', out.channel.lower())}.{settings.host}>"),
                    ("List-Unsubscribe", f"<mailto:{own}?subject=unsubscribe>")]
    del mail["MIME-Version"]
    for name, value in [*headers, ("MIME-Version", "1.0")]:
        mail[name] = value
    _name_boundaries(mail, identity)
    return Letter(raw=mail.as_bytes(policy=_POLICY), sender=answers, to=to, message_id=identity,
                  copies=copies)


def _copies(out: Outbound, to: str, ours: Collection[str]) -> tuple[str, ...]:
    """Who else gets it: what the agent chose, never we ourselves, never anybody twice."""
    if out.kind is not OutKind.REPLY:
        return ()
    given = out.data.get("cc", ())
    clean = [canonical(each) for each in given if isinstance(each, str)]
    fine = [each for each in clean if each and each.isascii() and each != to and not any(
        same_place(each, own) for own in ours)]
    return tuple(dict.fromkeys(fine))[:100]


def _sender_name(out: Outbound, settings: Settings) -> str:
    agent, desk = line(out.sender_name, limit=80), line(settings.from_name, limit=80)
    return f"{agent} ({desk})" if agent and desk else agent or desk


def _mailbox(name: str, address: str) -> str:
    if not name:
        return address
    if name.isascii() and re.fullmatch(r"[A-Za-z0-9 '._-]+", name):
        return f'"{name}" <{address}>'
    return f"{Header(name, 'utf-8', header_name='From').encode()} <{address}>"


def _subject_header(text: str) -> Header:
    """A header that cannot be anything but this text: what looks like an encoded word is encoded itself."""
    kind = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, kind, header_name="Subject", maxlinelen=76)


def _subject(out: Outbound) -> str:
    subject = line(out.subject, limit=300)
    if out.kind is OutKind.REPLY and out.references and not _ANSWERED.match(subject):
        subject = f"Re: {subject}"
    mark = f"[#{line(out.reference, limit=60)}]"
    return subject if not out.reference or mark in subject else f"{subject} {mark}".strip()


def _threading(out: Outbound, identity: str) -> list[tuple[str, Any]]:
    """In-Reply-To: the citizen's newest mail; References: the conversation, oldest first."""
    known = [each for each in out.references if _REFERENCE.fullmatch(each) and "@" in each and each != identity]
    if not known:
        return []
    theirs = [each for each in known if not marks.in_ids([each])]
    chain = known if len(known) <= _MAX_REFERENCES else [known[0], *known[1 - _MAX_REFERENCES:]]
    return [("In-Reply-To", f"<{(theirs or known)[-1]}>"),
            ("References", Header(" ".join(f"<{each}>" for each in chain), "us-ascii", maxlinelen=76,
                                  header_name="References"))]


def _bodies(out: Outbound, settings: Settings) -> Message:
    """text/plain and text/html of the same words."""
    content = out.text.replace("\r\n", "\n").rstrip()
    mark = marks.marker(out.token) if settings.marker and out.token else ""
    signature = settings.signature(out.queue, out.language) if out.kind is OutKind.REPLY else ""
    signed = f"{content}\n\n-- \n{signature}" if signature else content
    plain = f"{signed}\n\n{mark}\n" if mark else f"{signed}\n"
    both = MIMEMultipart("alternative", policy=_POLICY)
    both.attach(_text(plain, "plain"))
    both.attach(_text(_page(out, content, signature, mark), "html"))
    return both


def _text(text: str, kind: str) -> Message:
    charset = Charset("utf-8")
    # Persian grows to three times its size as quoted-printable, English hardly at all.
    charset.body_encoding = BASE64 if sum(char > "\x7f" for char in text) * 5 > len(text) else QP
    part = MIMENonMultipart("text", kind, policy=_POLICY, charset="utf-8")
    del part["Content-Transfer-Encoding"]
    part.set_payload(words.clean(text, limit=len(text)).encode("utf-8").decode("utf-8"), charset)
    return part


def _page(out: Outbound, content: str, signature: str, mark: str) -> str:
    way = words.direction(content, default="rtl" if out.language == "fa" else "ltr")
    body = markup.sanitise(out.html) if out.html else ""
    if not body:
        body = "".join(f"<p>{_linked(each)}</p>" for each in content.split("\n\n") if each.strip())
    if signature:
        # The two dashes let mail programs tell it from the answer; they are not shown.
        lines = "<br>\n".join(_linked(each) for each in signature.split("\n"))
        body += (f'<div dir="{words.direction(signature, default=way)}" style="color:#555;margin-top:16px">'
                 f'<span style="display:none">-- </span>{lines}</div>')
    small = f'<p dir="ltr" style="color:#777;font-size:11px">{mark}</p>' if mark else ""
    return (f'<!doctype html><html lang="{"fa" if out.language == "fa" else "en"}" dir="{way}"><head>'
            f'<meta charset="utf-8"></head><body dir="{way}" style="font-family:Vazirmatn,Tahoma,Arial,sans-serif">'
            f"{body}{small}</body></html>")


def _linked(paragraph: str) -> str:
    out, at = [], 0
    for found in _LINK.finditer(paragraph):
        url = html.escape(found.group())
        out += [html.escape(paragraph[at:found.start()]), f'<a href="{url}">{url}</a>']
        at = found.end()
    return "".join([*out, html.escape(paragraph[at:])]).replace("\n", "<br>\n")


def _with_files(body: Message, files: Sequence[tuple[Attachment, bytes]], out: Outbound) -> Message:
    inline = [(each, content) for each, content in files if each.inline_id and out.html]
    plain = [(each, content) for each, content in files if not (each.inline_id and out.html)]
    for kind, part_of in (("related", inline), ("mixed", plain)):
        if part_of:
            whole = MIMEMultipart(kind, policy=_POLICY)
            whole.attach(body)
            for each, content in part_of:
                whole.attach(_file(each, content))
            body = whole
    return body


def _file(attachment: Attachment, content: bytes) -> Message:
    stated = attachment.media_type.lower()
    kind = stated if _MEDIA_TYPE.fullmatch(stated) and not stated.startswith(("multipart/", "message/")) else (
        "application/octet-stream")
    part = MIMEBase(*kind.split("/", 1), policy=_POLICY)
    name = filename(attachment.name)
    if len(name) > _MAX_NAME:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:_MAX_NAME - 12]}.{ending[:10]}" if dot else name[:_MAX_NAME]
    shown: str | tuple[str, str, str] = name if re.fullmatch(r"[A-Za-z0-9 ._-]+", name) else ("utf-8", "", name)
    part.add_header("Content-Disposition", "inline" if attachment.inline_id else "attachment", filename=shown)
    if attachment.inline_id and re.fullmatch(r"[!-;=?-~]{1,200}", attachment.inline_id):
        part.add_header("Content-ID", f"<{attachment.inline_id}>")
    part.set_payload(base64.encodebytes(content).decode("ascii"))
    part.add_header("Content-Transfer-Encoding", "base64")
    return part


def _name_boundaries(mail: Message, identity: str) -> None:
    """Boundaries by name instead of by chance, so that a mail sent again is the same mail."""
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            digest = hashlib.sha256(f"{identity} {number}".encode()).hexdigest()[:32]
            part.set_boundary(f"=_{digest}_{number}")
