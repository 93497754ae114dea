"""The pages' files: words in both languages, imports that exist, nothing inline, both directions, contrast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

AGENTS = Path(__file__).parent.parent / "agents"
STATIC, TEMPLATES = AGENTS / "static", AGENTS / "templates"
SCRIPTS = sorted(path for path in STATIC.rglob("*.js") if "vendor" not in path.parts)
SHEETS = sorted((STATIC / "css").glob("*.css"))
PAGES = sorted(TEMPLATES.glob("*.html"))
_ENTRY = re.compile(r'"([\w.\-]+)": ("(?:[^"\\]|\\.)*"|\{[^}]*\})')
_IMPORT = re.compile(r"""(?:\bimport|\bfrom)\s*\(?\s*["'`]([^"'`\s]+)["'`]""")
_HOUSE_TEXT = re.compile(r"""\bt\(\s*"([\w.\-]+)\"""")


def words(language: str) -> dict[str, str]:
    """The words of the live pages; a plural is one text with its forms."""
    text = (STATIC / "words" / f"{language}.js").read_text(encoding="utf-8")
    found = _ENTRY.findall(text)
    assert len(found) == len({key for key, _ in found}), "a key stands twice"
    return {key: value.strip('"') for key, value in found}


def template_words() -> dict[str, dict[str, str]]:
    """The words of the pages that the server writes."""
    module = environment().get_template("words.jinja").module
    return module.texts  # type: ignore[attr-defined, no-any-return]


def environment() -> jinja2.Environment:
    """Strict: a name that is not given is an error."""
    made = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True,
                              undefined=jinja2.StrictUndefined)
    made.globals["static"] = lambda path: f"/static/{path}?v=1"
    return made


def places(text: str) -> list[str]:
    """The `{name}` places of a text, plural forms included."""
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def test_both_languages_have_the_same_words_and_places() -> None:
    fa, en = words("fa"), words("en")
    assert set(fa) == set(en)
    assert {key: places(fa[key]) for key in fa} == {key: places(en[key]) for key in en}
    texts = template_words()
    assert set(texts["fa"]) == set(texts["en"])
    assert {k: v.count("%s") for k, v in texts["fa"].items()} == {k: v.count("%s") for k, v in texts["en"].items()}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_every_word_that_is_asked_for_exists(path: Path) -> None:
    missing = set(_HOUSE_TEXT.findall(path.read_text(encoding="utf-8"))) - set(words("en"))
    assert not missing


def test_words_of_codes_are_complete() -> None:
    """What the house names by code has a word wherever the pages show it."""
    from router.model import DeliveryState, Medium
    from router.records import AgentState, ContactState, Role
    from settings import Desk
    known = set(words("en"))
    wanted = {f"state.{state.value}" for state in ContactState} | {f"me.{state.value}" for state in AgentState}
    wanted |= {f"medium.{medium.value}" for medium in Medium} | {f"role.{role.value}" for role in Role}
    wanted |= {f"disposition.{code}" for code in Desk().dispositions} | {f"away.{code}" for code in Desk().away_reasons}
    wanted |= {f"delivery.{state.value}" for state in DeliveryState}
    assert wanted <= known, wanted - known
    assert {f"medium_{medium.value}" for medium in Medium} <= set(template_words()["fa"])


def persian() -> Iterator[tuple[str, str]]:
    """Every Persian text."""
    yield from words("fa").items()
    yield from template_words()["fa"].items()


#: Names that stay Latin in a Persian text.
LATIN = re.compile(r"config\.toml|persian 5, building 3|API|English|\{\w+\}|one:|other:|%s")


def faults_of_persian(text: str) -> list[str]:
    """What is wrong with how a Persian text is written; empty when nothing is."""
    bare = LATIN.sub("x", text)
    rules = {
        "Arabic letters, Latin digits or marks": r"[كيىة٠-٩0-9?;]|,(?! )",
        "می is joined by a half-space": r"(?<![آ-ی])(?:می|نمی) [آ-ی]",
        "endings are joined by a half-space": r"[آ-ی] (?:ها|های|هایی|تر|ترین)(?![آ-ی])",
        "a space before a mark, or two spaces": r"  | [.،؛:؟!]",
    }
    return [name for name, rule in rules.items() if re.search(rule, bare)]


def test_persian_is_written_as_persian() -> None:
    faults = {key: found for key, text in persian() if (found := faults_of_persian(text))}
    assert not faults


@pytest.mark.parametrize("text", ["كتاب", "۳ يا 4", "می رود", "نمی شود", "کتاب ها", "بهتر است ، پس", "سلام; بد",
                                  "دو  فاصله"])
def test_badly_written_persian_is_found(text: str) -> None:
    assert faults_of_persian(text)
    assert not faults_of_persian("کتاب‌ها را می‌خواند؛ تماس‌های {n} نفر در config.toml.")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_scripts_import_files_that_exist_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// "), "the first line says what the module is for"
    for name in _IMPORT.findall(text):
        assert name.startswith((".", "/static/")), f"{name}: a bare import needs an import map"
        for language in ("fa", "en"):
            assert (path.parent / name.replace("${language}", language)).resolve().is_file(), name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_scripts_write_no_markup_and_run_no_text(path: Path) -> None:
    """A stranger's words only ever become text nodes."""
    bad = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\b|"
                     r"new Function|javascript:|srcdoc|console\.\w+\(|debugger")
    assert not bad.findall(path.read_text(encoding="utf-8"))


def test_the_scan_for_dangerous_calls_can_fail() -> None:
    assert re.search(r"innerHTML", "element.innerHTML = text")
    found = _IMPORT.findall('import {h} from "preact"; await import(`./words/${language}.js`)')
    assert found == ["preact", "./words/${language}.js"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_templates_hold_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""\sstyle=|<style|\son\w+=|\|\s*safe|autoescape|javascript:""", text)
    for tag in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in tag or 'src="{{ static(' in tag or 'type="application/json"' in tag
    for name in re.findall(r'(?:src|href)="/static/([^"{]+)"', text) + re.findall(r"static\('([^']+)'\)", text):
        assert (STATIC / name).is_file(), name


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_sheets_use_logical_properties(path: Path) -> None:
    """Both writing directions from one sheet: nothing is left or right."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    physical = re.compile(r"(?:^|[{;\s])((?:margin|padding|border|inset)-(?:left|right|top|bottom)[\w-]*|left|right|"
                          r"top|bottom|width|height|(?:min|max)-(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:")
    allowed = {"max-width", "min-width"}  # of media queries
    found = [name for name in physical.findall(text) if name not in allowed]
    assert not found
    assert not re.search(r"text-align:\s*(?:left|right)|float:\s*(?:left|right)|@import|https?://", text)


def imported(page: str) -> set[str]:
    """Every module that a page's own module imports, at any depth; words are chosen by language."""
    found: set[str] = set()
    wanted = [STATIC / page / "main.js"]
    while wanted:
        path = wanted.pop()
        for name in re.findall(r"""(?:\bimport|\bfrom)\s*["'](\.[^"']+)["']""", path.read_text(encoding="utf-8")):
            module = (path.parent / name).resolve()
            if (place := module.relative_to(STATIC).as_posix()) not in found:
                found.add(place)
                wanted.append(module)
    return found


@pytest.mark.parametrize("page", ["console", "board", "admin"])
def test_a_page_asks_for_all_its_modules_at_once(page: str) -> None:
    named = environment().get_template("modules.jinja").module.modules[page]  # type: ignore[attr-defined]
    assert named == sorted(imported(page))


def colours() -> dict[str, tuple[str, str]]:
    """Tokens that are a pair of colours: (light, dark)."""
    text = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", text)
    return {name: (light, dark) for name, light, dark in pairs}


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""
    def luminance(colour: str) -> float:
        parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
        r, g, b = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("ink", "ground"), [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint") for ground in ("surface", "raised", "paper")),
    ("ink-soft", "sunken"), ("ink", "accent-soft"), ("ink-soft", "accent-soft"), ("ink", "saffron-soft"),
    ("accent", "surface"), ("accent-strong", "accent-soft"), ("accent-ink", "accent"), ("accent-ink", "accent-strong"),
    ("saffron", "saffron-soft"), ("saffron", "surface"), ("good", "good-soft"), ("bad", "bad-soft"), ("bad", "surface"),
    ("bad", "accent-soft"), ("saffron", "accent-soft"), ("info", "info-soft"),
])
def test_texts_can_be_read(ink: str, ground: str) -> None:
    """At least 4.5 to 1 in light and dark (WCAG AA)."""
    for number, scheme in enumerate(("light", "dark")):
        ratio = contrast(colours()[ink][number], colours()[ground][number])
        assert ratio >= 4.5, f"{ink} on {ground}, {scheme}: {ratio:.2f}"


def test_contrast_knows_black_and_white() -> None:
    assert round(contrast("#000000", "#ffffff"), 1) == 21.0
    assert contrast("#777777", "#ffffff") < 4.5


ME = {"id": 1, "login": "sara", "name": "</script><b>سارا", "role": "admin", "state": "ready"}
GIVEN = {"desk": {"name_fa": "شهر <نمونه>", "name_en": "Sample <Town>"}, "csrf": "x", "me": ME}


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("page", ["console", "board", "admin"])
def test_live_pages_carry_their_data_harmlessly(page: str, language: str) -> None:
    boot = {"page": page, "me": ME, "csrf": "x", "language": language}
    text = environment().get_template(f"{page}.html").render(**GIVEN, language=language, boot=boot)
    assert f'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}">' in text
    assert f'src="/static/{page}/main.js"' in text
    assert "<b>" not in text and text.count("</script>") == 3


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("error", ["", "wrong", "too-many", "inactive", "expired"])
def test_sign_in_says_what_was_wrong(error: str, language: str) -> None:
    text = environment().get_template("signin.html").render(
        **{**GIVEN, "me": None}, language=language, error=error, login='"><i>x', next="/console", retry_after=42)
    assert ('role="alert"' in text) is bool(error)
    assert "<i>" not in text
    assert ("42" in text) is (error == "too-many")


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("counts", [None, {"agents": 0, "admins": 0, "queues": 0, "channels": 0},
                                    {"agents": 2, "admins": 1, "queues": 1, "channels": 3}])
@pytest.mark.parametrize("me", [None, ME])
def test_start_page_shows_details_only_where_they_are_given(me: object, counts: object, language: str) -> None:
    channels = [{"name": "town-sms", "medium": "sms", "code": "down", "en": "no <answer>", "fa": "پاسخی <نیست>"}]
    text = environment().get_template("start.html").render(
        **{**GIVEN, "me": me}, language=language, detailed=counts is not None, counts=counts,
        channels=channels if counts else [], base_url="http://127.0.0.1:1", version="1")
    assert ("town-sms" in text) is (counts is not None)
    assert "<answer>" not in text and "<نیست>" not in text
    assert "built-in" not in text
