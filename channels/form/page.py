"""The form's pages as HTML that needs no script: the form, the thanks, what became of it. Pure; escapes every value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from html import escape

from channels.form.parse import NAME_CHARS, SUBJECT_CHARS, TRAP, Filled
from channels.form.settings import Settings
from channels.form.words import WORDS
from router.ports import ThreadMessage
from router.rules.jalali import from_gregorian
from router.rules.text import digits_fa, direction

_KINDS = {"name": ("text", "name"), "email": ("email", "email"), "mobile": ("tel", "tel"), "subject": ("text", "off")}


def frame(lang: str, title: str, css: str, body: str) -> str:
    """A whole page."""
    way = "rtl" if lang == "fa" else "ltr"
    return (f'<!doctype html><html lang="{lang}" dir="{way}"><head><meta charset="utf-8">'
            f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
            '<link rel="icon" href="/static/icons/desk.svg" type="image/svg+xml">'
            f'<link rel="stylesheet" href="{escape(css)}"></head><body><main><h1>{escape(title)}</h1>{body}</main>'
            "</body></html>")


def form(settings: Settings, base: str, lang: str, ticket: str, filled: Filled, note: str = "") -> str:
    """The form, with what was written and what is wrong with it."""
    t = WORDS[lang]
    title = settings.title_fa if lang == "fa" else settings.title_en
    alert = t.get(note, "") or (t["wrong"] if filled.wrong else "")
    rows = [_field(name, getattr(filled, name), filled.wrong.get(name, ""), settings, lang)
            for name in ("name", "email", "mobile")]
    if settings.topics:
        rows.append(_topics(filled, settings, lang))
    rows += [_field("subject", filled.subject, filled.wrong.get("subject", ""), settings, lang),
             _text(filled, settings, lang)]
    if settings.files:
        again = t["files-again"] if (filled.uploads or "files" in filled.wrong or note) and alert else ""
        rows.append(_files(filled.wrong.get("files", ""), again, settings, lang))
    body = (f'<form method="post" action="{escape(base)}/submit" enctype="multipart/form-data" accept-charset="utf-8">'
            + (f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else "")
            + f'<input type="hidden" name="ticket" value="{escape(ticket)}">'
            f'<input type="hidden" name="language" value="{lang}">'
            f'<p class="trap" aria-hidden="true"><label>{t["trap"]} <input name="{TRAP}" tabindex="-1" '
            'autocomplete="off"></label></p>' + "".join(rows)
            + f'<p><button type="submit">{t["send"]}</button></p></form>')
    return frame(lang, title, f"{base}/form.css", body + HELP.format(lang=lang))


#: While somebody writes, help articles that are sure to answer stand under the text; without scripts nothing is lost.
HELP = '<script src="/help/embed.js" data-for="#text" data-language="{lang}" defer></script>'


def _field(name: str, value: str, wrong: str, settings: Settings, lang: str) -> str:
    t = WORDS[lang]
    kind, fill = _KINDS[name]
    needed = settings.reach == name
    hint = t["either"] if settings.reach == "either" and name == "email" and not wrong else ""
    most = {"name": NAME_CHARS, "subject": SUBJECT_CHARS}.get(name, 254)
    way = ' dir="ltr"' if name in ("email", "mobile") else ' dir="auto"'
    return _row(name, t[name] + ("" if needed or name in ("email", "mobile") else f" ({t['optional']})"),
                f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{fill}" maxlength="{most}" '
                f'value="{escape(value[:most])}"{way}{" required" if needed else ""}{_mark(name, wrong, hint)}>',
                t.get(wrong, ""), hint)


def _topics(filled: Filled, settings: Settings, lang: str) -> str:
    t = WORDS[lang]
    wrong = filled.wrong.get("topic", "")
    options = "".join(
        f'<option value="{escape(each)}"{" selected" if each == filled.topic else ""}>{escape(each)}</option>'
        for each in settings.topics)
    return _row("topic", t["topic"], f'<select id="topic" name="topic"{_mark("topic", wrong, "")}>'
                f'<option value="">{t["choose"]}</option>{options}</select>', t.get(wrong, ""), "")


def _text(filled: Filled, settings: Settings, lang: str) -> str:
    t, wrong = WORDS[lang], filled.wrong.get("text", "")
    control = (f'<textarea id="text" name="text" rows="8" required maxlength="{settings.text_chars}" '
               f'dir="auto"{_mark("text", wrong, "")}>\n{escape(filled.text)}</textarea>')
    return _row("text", t["text"], control, t.get(wrong, ""), "")


def _files(wrong: str, again: str, settings: Settings, lang: str) -> str:
    t = WORDS[lang]
    control = (f'<input id="files" name="files" type="file" multiple '
               f'accept="{escape(",".join(settings.file_types))}"{_mark("files", wrong, again)}>')
    return _row("files", f'{t["files"]} ({t["optional"]})', control, t.get(wrong, ""), again)


def _row(name: str, label: str, control: str, wrong: str, hint: str) -> str:
    told = (f'<span class="wrong" id="{name}-wrong">{escape(wrong)}</span>' if wrong else
            f'<span class="hint" id="{name}-hint">{escape(hint)}</span>' if hint else "")
    return f'<p><label for="{name}">{escape(label)}</label>{control}{told}</p>'


def _mark(name: str, wrong: str, hint: str) -> str:
    if wrong:
        return f' aria-invalid="true" aria-describedby="{name}-wrong"'
    return f' aria-describedby="{name}-hint"' if hint else ""


def thanks(settings: Settings, base: str, lang: str, reference: str, track: str) -> str:
    """It arrived; here is what to keep."""
    t = WORDS[lang]
    title = settings.title_fa if lang == "fa" else settings.title_en
    shown = digits_fa(reference) if lang == "fa" else reference
    return frame(lang, title, f"{base}/form.css", (
        f'<p role="status">{t["thanks"]}</p><p>{t["reference"]}: <bdi dir="ltr" class="code">{escape(shown)}</bdi></p>'
        f'<p><a href="{escape(track)}">{t["track"]}</a></p><p class="hint">{t["keep"]}</p>'))


def track(base: str, lang: str, reference: str, state: str, messages: Sequence[ThreadMessage], more: str,
          zone: tzinfo) -> str:
    """What was said so far, at times of the desk's zone, and a field to say more. `state` is waiting, active or
    closed."""
    t = WORDS[lang]
    said = "".join(_said(each, lang, zone) for each in messages)
    form_ = (f'<form method="post" action="{escape(more)}"><p><label for="text">{t["more"]}</label>'
             f'<textarea id="text" name="text" rows="4" required maxlength="8000" dir="auto"></textarea></p>'
             f'<p><button type="submit">{t["send"]}</button></p></form>')
    shown = digits_fa(reference) if lang == "fa" else reference
    return frame(lang, t["track"], f"{base}/form.css", (
        f'<p>{t["reference"]}: <bdi dir="ltr" class="code">{escape(shown)}</bdi> — {t[state]}</p>'
        f"<ol>{said}</ol>{form_}"))


def _said(each: ThreadMessage, lang: str, zone: tzinfo) -> str:
    t = WORDS[lang]
    who = t["you"] if each.mine else escape(each.author) or t["us"]
    way = direction(each.text, default="rtl" if lang == "fa" else "ltr")
    return (f'<li class="{"mine" if each.mine else "ours"}"><p class="hint">{who} · '
            f'<time datetime="{each.at.isoformat(timespec="seconds")}">{_moment(each, lang, zone)}</time></p>'
            f'<div dir="{way}" class="text">{escape(each.text)}</div></li>')


def _moment(each: ThreadMessage, lang: str, zone: tzinfo) -> str:
    at = each.at.astimezone(zone)
    if lang != "fa":
        return f"{at:%Y-%m-%d %H:%M}"
    year, month, day = from_gregorian(at.date())
    return digits_fa(f"{year}/{month}/{day} {at:%H:%M}")


def snippet(settings: Settings, base: str, lang: str) -> str:
    """What a site's editor pastes: the form in a frame, and a link for where frames are not shown."""
    title = escape(settings.title_fa if lang == "fa" else settings.title_en)
    address = escape(f"{base}/form?language={lang}")
    return (f'<iframe src="{address}" title="{title}" style="width:100%;min-height:46rem;border:0" loading="lazy">'
            f'<a href="{address}">{title}</a></iframe>\n')


CSS = """
@font-face{font-family:Vazirmatn;src:url(/static/vendor/vazirmatn/Vazirmatn.woff2) format("woff2");
font-weight:100 900;font-display:swap}
:root{color-scheme:light dark;font:1rem/1.7 Vazirmatn,Tahoma,system-ui,sans-serif;
--paper:light-dark(#fff,#0f1517);--ink:light-dark(#1b282c,#e6ecec);--soft:light-dark(#4d5b61,#aebbbf);
--line:light-dark(#8a8f88,#5b6a70);--accent:light-dark(#0a736e,#45c6ba);--on:light-dark(#fff,#04211f);
--bad:light-dark(#a3261b,#ff9b9b)}
body{margin:0;padding:1rem;background:var(--paper);color:var(--ink)}
main{max-width:40rem;margin:auto}
h1{font-size:1.5rem}
a{color:var(--accent)}
label{display:block;font-weight:500;margin-block-end:.2rem}
input,textarea,select{box-sizing:border-box;width:100%;font:inherit;padding:.5rem .7rem;border:1px solid var(--line);
border-radius:.6rem;background:var(--paper);color:var(--ink)}
[aria-invalid=true]{border:2px solid var(--bad)}
.wrong,.alert{color:var(--bad)}
.hint{color:var(--soft);font-size:.9rem;margin:0}
.trap{position:absolute;inset-inline-start:-100vw;width:1px;height:1px;overflow:hidden}
button{font:inherit;font-weight:500;padding:.5rem 1.8rem;border:0;border-radius:.6rem;background:var(--accent);
color:var(--on);cursor:pointer}
:focus-visible{outline:3px solid #e08a00;outline-offset:2px}
ol{list-style:none;padding:0}li{border-inline-start:4px solid var(--line);padding-inline-start:.8rem;margin-block:1rem}
li.ours{border-color:var(--accent)}.text{white-space:pre-wrap;overflow-wrap:anywhere}.code{font-family:monospace}
"""
