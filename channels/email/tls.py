"""How mail servers prove who they are, for IMAP and SMTP alike. Certificates are always checked."""

from __future__ import annotations

import ssl

from channels.email.settings import Settings


class Denied(Exception):
    """The server will not let us in until a person changes something. `check` names what, `en` and `fa` say it."""

    def __init__(self, check: str, en: str, fa: str) -> None:
        super().__init__(en)
        self.check, self.en, self.fa = check, en, fa


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Certificates are always checked. Denied when ca_file cannot be read."""
    try:
        return ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError):
        raise Denied("ca-file", "ca_file cannot be read", "پروندهٔ ca_file خوانده نمی‌شود") from None
