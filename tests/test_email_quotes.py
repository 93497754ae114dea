"""What somebody newly wrote: replies of many mail programs, signatures, and text that only looks like a quote."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.charsets import decode
from channels.email.lexicon import AUTOMATIC_SUBJECT
from channels.email.markup import to_text
from channels.email.mime import split
from channels.email.quotes import new_text

CASES = Path(__file__).parent / "cases" / "email" / "replies"
COLLECTIONS = Path(__file__).parents[2] / "shared" / "data" / "replies"
#: Without the collections there is no parameter, and pytest says so ("got empty parameter set").
PRESENT = [COLLECTIONS] if COLLECTIONS.is_dir() else []


@pytest.mark.parametrize("path", sorted(CASES.glob("*.txt")), ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    """A file holds the sender's name, the mail, and after a line of = what must be left."""
    sender, _, rest = path.read_text(encoding="utf-8").partition("\n")
    mail, _, wanted = rest.partition("\n=====\n")
    assert new_text(mail, sender=sender.removeprefix("sender:").strip()) == wanted.strip("\n")


@pytest.mark.parametrize("collection", PRESENT)
def test_standard_replies_say_hello(collection: Path) -> None:
    for path in sorted((collection / "talon" / "standard_replies").glob("*.eml")):
        mail = split(path.read_bytes())
        plain = next(part for part in mail.leaves() if part.media_type == "text/plain")
        assert new_text(decode(plain.content(), plain.params.get("charset", ""))) == "Hello", path.name


@pytest.mark.parametrize("collection", PRESENT)
def test_html_replies(collection: Path) -> None:
    for path in sorted((collection / "talon" / "html_replies").glob("*.html")):
        lines = [line for line in new_text(to_text(decode(path.read_bytes()))).split("\n") if line]
        assert lines == ["Hi. I am fine.", "Thanks,", "Alex"], path.name


@pytest.mark.parametrize("collection", PRESENT)
def test_signatures_of_known_senders(collection: Path) -> None:
    """The body without the signature file's lines; how many of the stripped signatures are found."""
    found = []
    for path in sorted((collection / "talon" / "signature" / "emails" / "stripped").glob("*_body")):
        stem = path.name.removesuffix("_body")
        body = path.read_text(encoding="utf-8")
        sender = path.with_name(f"{stem}_sender").read_text(encoding="utf-8")
        signature = path.with_name(f"{stem}_signature").read_text(encoding="utf-8").strip()
        wanted = body[:body.rindex(signature)].strip() if signature in body else ""
        if wanted:
            found.append((new_text(body, sender=sender.strip()) == wanted, stem))
    print(f"{sum(hit for hit, _ in found)} of {len(found)} signatures: {found}")
    assert sum(hit for hit, _ in found) >= len(found) - 2


#: Beginnings of what must be left of each mail of the collection.
GITHUB = {
    "correct_sig": "this is an email with a correct -- signature.",
    "email_1_4": "Awesome! I haven't had another problem with it.",
    "email_1_6": "I get proper rendering as well.", "email_1_7": ":+1:", "email_2_1": "Outlook with a reply",
    "email_1_8": "I will reply under this one\n\nand under this.",
    "email_2_2": "Outlook with a reply directly above line", "email_2_3": "Outlook with a reply directly above line",
    "email_BlackBerry": "Here is another email", "email_iPhone": "Here is another email",
    "email_multi_word_sent_from_my_mobile_device": "Here is another email",
    "email_sent_from_my_not_signature":
        "Here is another email\n\nSent from my desk, is much easier then my mobile phone.",
    "email_one_is_not_on": "Thank, this is really helpful.\n\nOne outstanding question I had:\n\n"
                           "Locally (on development), when I run...",
    "email_1_3": "Oh thanks.\n\nHaving the function would be great.",
}


@pytest.mark.parametrize("collection", PRESENT)
def test_replies_of_the_github_collection(collection: Path) -> None:
    for name, wanted in GITHUB.items():
        assert new_text((collection / "github" / f"{name}.txt").read_text(encoding="utf-8")) == wanted, name
    bullets = new_text((collection / "github" / "email_bullets.txt").read_text(encoding="utf-8"))
    assert bullets.startswith("test 2 this should list second") and bullets.endswith("- and another")
    for probe in ("email_long_quote", "pathological"):
        began = time.process_time()
        new_text((collection / "github" / f"{probe}.txt").read_text(encoding="utf-8"))
        assert time.process_time() - began < 0.5


@pytest.mark.parametrize("text", [
    "On your remote host you can run:\n\n  ls\n\nThanks", "From: Tehran\nTo: Shiraz\nDate: Monday\nTwo seats, please.",
    "از: تهران\nبه: شیراز\nتاریخ: دوشنبه\nدو بلیت می‌خواهم.", "He wrote:\nnothing.", "Prices:\n- 5\n- 6",
    "a -- b\n\nc", "نوشت: سلام", "On 5 May I was there.\nNobody came.", "-5 degrees\nvery cold"])
def test_ordinary_text_stays_whole(text: str) -> None:
    assert new_text(text) == text


@pytest.mark.parametrize("text", [
    "On 1 2 3 a b c\n" * 30_000, "From: a\nTo: b\n" * 30_000, ">" * 1_000_000, "- - " * 200_000, "-- \n" * 100_000,
    "sent from my my my my\n" * 40_000, "a@b " * 200_000, "در تاریخ ۱ ۲ ۳\n" * 30_000, "\n" * 1_000_000,
    "_" * 1_000_000, "On 1\n\n\n" * 30_000, "On 1 wrote:\n> x\n" * 30_000])
def test_time_is_bounded(text: str) -> None:
    began = time.process_time()
    new_text(text, sender="a b")
    assert time.process_time() - began < 2


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from([
    "> q", "a", "", "-- ", "On 1 Jan 2026, A wrote:", "From: a@b.example", "To: c", "Subject: d", "Sent: e", "____",
    "Ali", "در تاریخ ۱ آبان علی نوشت:", "از: a@b.example", "موضوع: x", "به: y",
    "-----Original Message-----"]), max_size=30))
def test_nothing_is_invented(lines: list[str]) -> None:
    """What is left is a subsequence of what was there."""
    rest = iter(lines)
    for kept in new_text("\n".join(lines), sender="Ali").split("\n"):
        assert not kept or any(line.rstrip() == kept for line in rest)


@pytest.mark.parametrize(("subject", "robot"), [
    ("Automatic reply: x", True), ("پاسخ خودکار: x", True), ("Out of Office", True), ("Out of office: back soon", True),
    ("Abwesenheitsnotiz", True), ("Réponse automatique : absence", True), ("الرد التلقائي: خارج المكتب", True),
    ("Undeliverable: Question", True), ("Delivery Status Notification (Failure)", True), ("自動返信", True),
    ("در مرخصی هستم", True), ("Out of office hours?", False), ("Undelivered parcel", False),
    ("Delivery delayed", False),
    ("عدم تحویل کالا", False), ("Complaint about message from your office", False), ("Re: Automatic reply", False),
    ("در مرخصی بودن کارمند شعبه", False), ("Reply needed", False), ("automatic door is broken", False)])
def test_subjects_of_robots(subject: str, robot: bool) -> None:
    assert bool(AUTOMATIC_SUBJECT.match(subject)) is robot
