"""The settings of a form. Says what is allowed; reads no file and no environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from settings import Secret

REACH = ("either", "email", "mobile")
_NONE = Secret("")
TYPES = ("application/pdf", "image/png", "image/jpeg", "text/plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One form. The field comments are the reference; `docs/channels/form.md` says how to set it up."""

    form_secret: Secret = _NONE  #: signs forms and names of threads; none = nothing is taken in
    title_fa: str = "تماس با ما"
    title_en: str = "Contact us"
    reach: str = "either"  #: how we can answer: "email", "mobile" or "either" must be given
    origins: tuple[str, ...] = ()  #: sites that may show or send the form, "https://www.example.org"
    topics: Mapping[str, str] = field(default_factory=dict)  #: what it is about, as shown -> queue
    text_chars: int = 8_000
    files: int = 3  #: 0 = no files
    file_bytes: int = 5_000_000
    file_types: tuple[str, ...] = TYPES
    per_hour: int = 20  #: forms from one network address
    per_hour_address: int = 5  #: forms with one e-mail or mobile
    least_seconds: float = 2.0  #: whoever fills a form in faster is a machine
    country: str = "98"
    national_digits: int = 10
    mobile_prefix: str = "9"

    def __post_init__(self) -> None:
        if self.reach not in REACH:
            raise ValueError(f"reach: {self.reach!r} is not one of {', '.join(REACH)}")
        for origin in self.origins:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
                raise ValueError(f"origins: {origin!r} must look like https://www.example.org")
        if not 100 <= self.text_chars <= 100_000:
            raise ValueError("text_chars: 100 to 100000")
        if not 0 <= self.files <= 10 or not 1_000 <= self.file_bytes <= 20_000_000:
            raise ValueError("files: 0 to 10, file_bytes: 1000 to 20000000")
        if self.per_hour < 1 or self.per_hour_address < 1 or self.least_seconds < 0:
            raise ValueError("per_hour and per_hour_address must be at least 1, least_seconds not less than 0")
