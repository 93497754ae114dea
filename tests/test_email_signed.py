"""Signed and encrypted mail: what of it can be read, and what is said of its signature."""

from __future__ import annotations

import base64
import datetime as dt
from email.mime.text import MIMEText
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from tests.mailed import NOW, TOP, read


def certificate(key: Any, address: str = "sara@citizen.example") -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sara")])
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(4711).not_valid_before(NOW - dt.timedelta(days=1))
            .not_valid_after(NOW + dt.timedelta(days=9))
            .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
            .sign(key, hashes.SHA256()))


def signed(content: bytes, key: Any, *, detached: bool) -> bytes:
    options = [pkcs7.PKCS7Options.DetachedSignature] if detached else []
    built = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate(key), key, hashes.SHA256())
    return built.sign(serialization.Encoding.SMIME if detached else serialization.Encoding.DER, options)


KEYS = {"rsa": rsa.generate_private_key(65537, 2048), "ec": ec.generate_private_key(ec.SECP256R1())}


@pytest.mark.parametrize("kind", KEYS)
def test_opaque_signed_mail_is_readable_and_its_signature_checked(kind: str) -> None:
    inner = MIMEText("سلام، امضاشده است.", _charset="utf-8").as_bytes().replace(b"\n", b"\r\n")
    sealed = signed(inner, KEYS[kind], detached=False)
    head = (b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n")
    said = read(TOP + head + base64.encodebytes(sealed))
    assert said.text.strip() == "سلام، امضاشده است." and not said.uploads
    assert said.data["signed"] == {"kind": "smime", "state": "intact", "by": "sara@citizen.example"}
    place = sealed.index(inner[-12:])
    broken = sealed[:place] + b"x" + sealed[place + 1:]
    assert read(TOP + head + base64.encodebytes(broken)).data["signed"]["state"] == "broken"


@pytest.mark.parametrize("kind", KEYS)
def test_detached_signature(kind: str) -> None:
    whole = signed(b"Content-Type: text/plain\r\n\r\nPlease answer.\r\n", KEYS[kind], detached=True)
    said = read(TOP.replace(b"MIME-Version: 1.0\r\n", b"") + whole)
    assert said.text.strip() == "Please answer." and said.data["signed"]["state"] == "intact"
    changed = whole.replace(b"Please answer.", b"Please send it")
    assert read(TOP.replace(b"MIME-Version: 1.0\r\n", b"") + changed).data["signed"]["state"] == "broken"


def test_encrypted_mail_is_kept_and_said_to_be_so() -> None:
    body = pkcs7.PKCS7EnvelopeBuilder().set_data(b"secret").add_recipient(certificate(KEYS["rsa"])).encrypt(
        serialization.Encoding.DER, [])
    said = read(TOP + b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(body))
    assert said.data["encrypted"] == "smime" and said.uploads[0].content == body and not said.text
    pgp = read(TOP + b"\r\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n")
    assert pgp.data["encrypted"] == "pgp" and "hQEMA" in pgp.text


@pytest.mark.parametrize("rubbish", [b"", b"\x30", b"\x30\x80" * 5_000, b"\xff" * 100, b"\x30\x84\xff\xff\xff\xff" * 9,
                                     bytes.fromhex("300b06092a864886f70d010702")])
def test_rubbish_in_place_of_a_signature_is_no_fault(rubbish: bytes) -> None:
    said = read(TOP + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\n" + rubbish)
    assert not said.quarantine


def test_pgp_clear_signed_text_is_read_without_its_armour() -> None:
    said = read(TOP + b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -----\n"
                b"-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n")
    assert said.text.strip() == "Hello\n-----"
    assert said.data["signed"] == {"kind": "pgp", "state": "unchecked", "by": ""}
