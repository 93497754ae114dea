"""Signed and encrypted mail: S/MIME (RFC 8551, CMS after RFC 5652) and PGP (RFC 9580) made readable. PURE, bounded.

What is said about a signature is only what was looked at: `intact` means that the words are those that the holder of
the enclosed certificate signed; who issued that certificate is not checked. Encrypted mail stays as it is: no keys
are kept here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from channels.email.mime import MAX_DEPTH, MAX_PARTS, Mail, Part, split

_OPAQUE = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_DETACHED = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
_COMPRESSED = bytes.fromhex("2a864886f70d0109100109")
_DIGEST_ATTRIBUTE = bytes.fromhex("2a864886f70d010904")
_PSS = bytes.fromhex("2a864886f70d01010a")
_HASHES = {bytes.fromhex("2b0e03021a"): "sha1", bytes.fromhex("608648016503040201"): "sha256",
           bytes.fromhex("608648016503040202"): "sha384", bytes.fromhex("608648016503040203"): "sha512"}
MAX_CERTIFICATES = 10
_ARMOUR = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Za-z]{1,20}:[^\n]{0,100}\n){0,10}[ \t]*\n")
_ARMOUR_ENDS = re.compile(r"^-----BEGIN PGP SIGNATURE-----", re.MULTILINE)
_SIGNATURE_ENDS = re.compile(r"^-----END PGP SIGNATURE-----[ \t]*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Node:
    """One DER element: tag byte, content, and itself whole."""

    tag: int
    content: bytes
    whole: bytes


def nodes(raw: bytes, *, limit: int = 64) -> list[Node]:
    """The elements that stand one after another. ValueError where it is no DER or BER of definite or chunked length."""
    found: list[Node] = []
    at = 0
    while at < len(raw) and len(found) < limit:
        node, at = _node(raw, at, 0)
        found.append(node)
    return found


def _node(raw: bytes, at: int, depth: int) -> tuple[Node, int]:
    if at + 2 > len(raw) or depth > 20 or raw[at] & 31 == 31:
        raise ValueError("no DER")
    tag, size, begin = raw[at], raw[at + 1], at + 2
    if size == 0x80:  # indefinite length, as Outlook and OpenSSL stream it
        pieces, place = [], begin
        while raw[place:place + 2] != b"\0\0":
            piece, place = _node(raw, place, depth + 1)
            pieces.append(piece)
            if len(pieces) > 100_000:
                raise ValueError("too many pieces")
        content = b"".join(each.content if tag == 0x24 else each.whole for each in pieces)
        return Node(tag, content, raw[at:place + 2]), place + 2
    if size & 0x80:
        count = size & 0x7F
        size = int.from_bytes(raw[begin:begin + count], "big")
        begin += count
        if count > 4:
            raise ValueError("no DER")
    if begin + size > len(raw):
        raise ValueError("cut short")
    return Node(tag, raw[begin:begin + size], raw[at:begin + size]), begin + size


def opened(mail: Mail, raw: bytes) -> tuple[Mail, dict[str, Any]]:
    """The mail with signed contents taken out of their envelope, and what is known of signature and encryption."""
    for place, part in enumerate(mail.parts[:20]):
        name = part.disposition()[1].get("filename", "") or part.params.get("name", "")
        opaque = part.media_type in _OPAQUE or (
            part.media_type == "application/octet-stream" and name.lower().strip().endswith(".p7m"))
        if opaque:
            return _opaque(mail, place, part)
        if part.media_type == "multipart/encrypted":
            return mail, {"encrypted": "pgp"}
        if part.media_type == "multipart/signed":
            return mail, _detached(mail, place, raw)
    return mail, {}


def _opaque(mail: Mail, place: int, part: Part) -> tuple[Mail, dict[str, Any]]:
    content = part.content()
    try:
        outer = nodes(nodes(content)[0].content)
        kind = outer[0].content
        if kind in _ENVELOPED:
            return mail, {"encrypted": "smime"}
        if kind != _SIGNED_DATA:
            return mail, {"encrypted": "smime"} if kind != _COMPRESSED else {}
        signed = nodes(nodes(outer[1].content)[0].content)
        inner = _encapsulated(signed)
    except (ValueError, IndexError):
        return mail, {"signed": {"kind": "smime", "state": "unreadable", "by": ""}}
    if not inner:
        return mail, {}  # certificates only
    found = split(inner)
    room = max(0, MAX_PARTS - len(mail.parts))
    for number, each in enumerate(found.parts[:room]):
        each.parent = place if number == 0 else each.parent + place + 1
        each.depth = min(each.depth + part.depth + 1, MAX_DEPTH)
    for each in mail.parts[place + 1:]:
        each.parent += len(found.parts[:room]) if each.parent > place else 0
    part.media_type = "multipart/x-opened"  # it stands for what was in it
    rest = mail.parts[place + 1:]
    kept = Mail(parts=[*mail.parts[:place + 1], *found.parts[:room], *rest], notes=mail.notes | found.notes)
    return kept, {"signed": {"kind": "smime", **_judged(signed, inner)}}


def _detached(mail: Mail, place: int, raw: bytes) -> dict[str, Any]:
    part = mail.parts[place]
    kind = "pgp" if "pgp" in part.params.get("protocol", "").lower() else "smime"
    unchecked = {"signed": {"kind": kind, "state": "unchecked", "by": ""}}
    boundary = part.params.get("boundary", "").encode("utf-8", "replace")
    seal = next((each for each in mail.leaves() if each.media_type in _DETACHED), None)
    if kind == "pgp" or seal is None or not boundary:
        return unchecked
    mark = b"--" + boundary
    first = raw.find(b"\n" + mark)
    start = raw.find(b"\n", first + 1) + 1 if first >= 0 else 0
    end = raw.find(b"\n" + mark, start) if start else -1
    if end < 0:
        return unchecked
    body = raw[start:end].removesuffix(b"\r")
    try:
        signed = nodes(nodes(nodes(nodes(seal.content())[0].content)[1].content)[0].content)
    except (ValueError, IndexError):
        return {"signed": {"kind": kind, "state": "unreadable", "by": ""}}
    return {"signed": {"kind": kind, **_judged(signed, re.sub(rb"\r?\n", b"\r\n", body))}}


def _encapsulated(signed: list[Node]) -> bytes:
    wrapped = nodes(signed[2].content)
    if len(wrapped) < 2:
        return b""
    octets = nodes(wrapped[1].content)[0]
    # A constructed octet string of definite length holds its pieces one after another.
    return b"".join(each.content for each in nodes(octets.content, limit=100_000)) if (
        octets.tag == 0x24 and octets.content[:1] == b"\x04") else octets.content


def _judged(signed: list[Node], content: bytes) -> dict[str, Any]:
    """`state`: intact, broken or unchecked; `by`: the addresses in the signer's certificate."""
    try:
        return _verified(signed, content)
    except (ValueError, IndexError, TypeError, KeyError, ImportError):
        return {"state": "unchecked", "by": ""}


def _verified(signed: list[Node], content: bytes) -> dict[str, Any]:
    from cryptography import x509  # takes a moment to load, and few mails are signed

    certificates = [each.whole for node in signed if node.tag == 0xA0
                    for each in nodes(node.content, limit=MAX_CERTIFICATES) if each.tag == 0x30]
    signer = nodes(nodes(signed[-1].content)[0].content)
    issuer, attributes = nodes(signer[1].content), next((each for each in signer if each.tag == 0xA0), None)
    known = [x509.load_der_x509_certificate(each) for each in certificates]
    mine = next((each for each in known if signer[1].tag == 0x30
                 and each.serial_number == int.from_bytes(issuer[1].content, "big", signed=True)), None) or (
        known[0] if len(known) == 1 else None)
    if mine is None:
        return {"state": "unchecked", "by": ""}
    after = signer.index(attributes) if attributes else 2
    algorithm, signature = signer[after + 1], signer[after + 2]
    digest = _HASHES[nodes(signer[2].content)[0].content]
    if attributes is not None:
        stated = next(nodes(nodes(each.content)[1].content)[0].content for each in nodes(attributes.content)
                      if nodes(each.content)[0].content == _DIGEST_ATTRIBUTE)
        if not hmac.compare_digest(stated, hashlib.new(digest, content).digest()):
            return {"state": "broken", "by": _names(mine)}
        content = b"\x31" + attributes.whole[1:]
    good = _signs(mine, digest, nodes(algorithm.content)[0].content == _PSS, signature.content, content)
    return {"state": "intact" if good else "broken", "by": _names(mine)}


def _signs(certificate: Any, digest: str, pss: bool, signature: bytes, content: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    kind = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[
        digest]
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pad = padding.PSS(padding.MGF1(kind), padding.PSS.AUTO) if pss else padding.PKCS1v15()
            key.verify(signature, content, pad, kind)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(kind))
        else:
            raise ValueError("unknown kind of key")
    except InvalidSignature:
        return False
    except UnsupportedAlgorithm as error:
        raise ValueError("unknown algorithm") from error
    return True


def _names(certificate: Any) -> str:
    """The mail addresses a certificate is for."""
    from cryptography import x509

    found = [each.value for each in certificate.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)]
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found += names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        pass
    return ", ".join(dict.fromkeys(str(each).lower() for each in found))[:300]


def armoured(text: str) -> tuple[str, dict[str, Any]]:
    """A text without PGP's armour, and what is known of it."""
    if "-----BEGIN PGP MESSAGE-----" in text:
        return text, {"encrypted": "pgp"}
    begins = _ARMOUR.search(text)
    ends = _ARMOUR_ENDS.search(text, begins.end()) if begins else None
    if begins is None or ends is None:
        return text, {}
    last = _SIGNATURE_ENDS.search(text, ends.end())
    body = re.sub(r"^- ", "", text[begins.end():ends.start()], flags=re.MULTILINE)
    rest = text[last.end():] if last else ""
    known = {"signed": {"kind": "pgp", "state": "unchecked", "by": ""}}
    return f"{text[:begins.start()]}{body}{rest}".strip("\n"), known
