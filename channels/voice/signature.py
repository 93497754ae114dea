"""Checks the carrier's signature on a webhook (X-Twilio-Signature). Pure; what it cannot verify is false.

Source: Twilio, "Webhooks security": base64(HMAC(token, url + sorted form keys each followed by its sorted values)),
SHA-1 unless the settings header says HMAC_SHA256; a JSON body is covered by the digest `bodySHA256` in the query.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

_PORTS = {"https": 443, "http": 80}
_HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}


def signature(token: str, url: str, form: Iterable[tuple[str, str]] = (), *, algorithm: str = "HMAC_SHA1") -> str:
    """The signature of a request; pairs that repeat exactly count once."""
    text = url + "".join(key + value for key, value in sorted(set(form)))
    mac = hmac.new(token.encode(), text.encode("utf-8", "surrogatepass"), _HASHES[algorithm])
    return base64.b64encode(mac.digest()).decode("ascii")


def algorithm_of(header: str) -> str:
    """What the X-Twilio-Webhooks-Signature-Settings header asks for; "" when it names something unknown."""
    for part in header.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            wanted = value.strip().upper()
            return wanted if wanted in _HASHES else ""
    return "HMAC_SHA1"


def genuine(token: str, url: str, form: Sequence[tuple[str, str]], body: bytes | None, given: str,
            *, settings: str = "") -> bool:
    """Whether `given` signs this request. `body` is None for a form, else the bytes that `bodySHA256` must cover.
    Without a token nothing is genuine. Carriers are inconsistent about the default port, so both spellings count."""
    algorithm = algorithm_of(settings)
    if not token or not given or not algorithm:
        return False
    if body is not None:
        digest = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
        if not _same(hashlib.sha256(body).hexdigest(), digest.lower()):
            return False
        form = ()
    return any(_same(signature(token, each, form, algorithm=algorithm), given) for each in _spellings(url))


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))


def _spellings(url: str) -> list[str]:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = host[: -len(f":{parts.port}")] if parts.port else host
    hosts = {host, bare} | ({f"{bare}:{_PORTS[parts.scheme]}"} if parts.scheme in _PORTS and not parts.port else set())
    return [urlunsplit(parts._replace(netloc=each)) if each != host else url for each in sorted(hosts)]
