// A day to type or to choose: Iranian months and digits in Persian, Gregorian in English; by keyboard as by pointer. And
// an hour. In a form a day that is none keeps the form from being sent.

import {html, useEffect, useLayoutEffect, useRef, useState} from "../html.js";
import {language, now} from "../boot.js";
import {jalali, monthsOn, plus, read, weeks, written} from "../calendar.js";
import {dayKey} from "../dates.js";
import {number, numerals, t} from "../words.js";
import {icon} from "./icon.js";

const locale = language === "fa" ? "fa-IR-u-ca-persian-nu-arabext" : "en-GB";
const format = (options) => { const made = new Intl.DateTimeFormat(locale, {timeZone: "UTC", ...options}); return (key) => made.format(Date.parse(`${key}T00:00:00Z`)); };
const MONTH = format({month: "long"}), YEAR = format({year: "numeric"}), FULL = format({weekday: "long", day: "numeric", month: "long", year: "numeric"});
const NAME = format({weekday: "long"}), SHORT = format({weekday: language === "fa" ? "narrow" : "short"});
const dayOf = (key) => language === "fa" ? jalali(key)[2] : Number(key.slice(8));

let fields = 0;

/** A labelled hour, `value` like 08:30; `pick` gets "" for what is none. The browser's own field would show it as the browser's language has it. */
export function Clock({label, value, pick}) {
  const box = useRef(null);
  const take = (text) => {
    const [, hour, minute] = /^(\d{1,2})(?::(\d{2}))?$/.exec(text.replace(/[۰-۹٠-٩]/g, (digit) => digit.codePointAt(0) & 0xf).replace(/[٫.،,]/, ":").trim()) ?? [];
    pick(hour && Number(hour) < 24 && Number(minute ?? 0) < 60 ? `${hour.padStart(2, "0")}:${minute ?? "00"}` : "");
  };
  useEffect(() => { box.current.setCustomValidity(value ? "" : t("clock.wrong")); }, [value]);
  return html`<label class="field clock"><span>${label}</span><input name="clock" ref=${box} dir="ltr" inputmode="numeric" autocomplete="off" maxlength="5" required aria-invalid=${value ? null : "true"} defaultValue=${numerals(value)} onInput=${(event) => take(event.target.value)} /></label>`;
}

/**
 * A labelled day: `value` is a key like 2026-11-22 or "", `pick` is called with another one. Days before `min` cannot be
 * chosen. `more` are words and what they do, under the calendar.
 */
export function DayField({label, name, value, pick, min = "", more = []}) {
  const [text, type] = useState(written(value, language)), [fault, say] = useState(""), [open, show] = useState(false);
  const root = useRef(null), [id] = useState(() => `day-${++fields}`);
  useEffect(() => { type(written(value, language)); say(""); }, [value]);
  useEffect(() => { root.current.querySelector("input").setCustomValidity(fault ? t(fault) : ""); }, [fault]);
  const take = (key) => {
    if (key !== value) pick(key);
    type(written(key, language));
    say("");
  };
  const typed = () => {
    const key = read(text);
    if (!text.trim()) return value ? take("") : say("");
    if (!key) return say("day.wrong");
    return min && key < min ? say("day.past") : take(key);
  };
  // Enter takes what was typed; a form around it is sent by the next one.
  const entered = (event) => {
    if (event.key !== "Enter") return;
    if (text !== written(value, language)) event.preventDefault();
    typed();
  };
  const close = (back = true) => {
    show(false);
    if (back) root.current.querySelector(".day-open").focus();
  };
  const left = (event) => open && !root.current.contains(event.relatedTarget) && close(false);
  return html`<div class="field day" ref=${root} onFocusOut=${left} onKeyDown=${(event) => { if (event.key === "Escape" && open) { event.stopPropagation(); event.preventDefault(); close(); } }}>
    <label for=${id}>${label}</label>
    <div class="row day-row"><input id=${id} name=${name} class="input grow" dir="ltr" inputmode="numeric" autocomplete="off" maxlength="40" value=${text} placeholder=${written(min || dayKey(now()), language)}
        aria-invalid=${fault ? "true" : null} aria-describedby=${`${id}-hint`} onInput=${(event) => type(event.target.value)} onChange=${typed} onKeyDown=${entered} />
      <button type="button" class="button square day-open" aria-label=${`${label}: ${t("day.open")}`} title=${t("day.open")} aria-haspopup="dialog" aria-expanded=${open ? "true" : "false"} onClick=${() => open ? close() : show(true)}>${icon("down")}</button></div>
    <small id=${`${id}-hint`} role=${fault ? "alert" : null} class=${fault ? "day-fault" : ""}>${fault ? t(fault) : value ? FULL(value) : t("day.hint", {like: written(min || dayKey(now()), language)})}</small>
    ${open && html`<${Calendar} label=${label} value=${value} min=${min} more=${more} close=${close} pick=${(key) => { take(key); close(); }} />`}</div>`;
}

function Calendar({label, value, min, more, pick, close}) {
  const today = dayKey(now());
  const [at, move] = useState(value || (min > today ? min : today));
  const box = useRef(null), grab = useRef(true), [title] = useState(() => `calendar-${++fields}`);
  // Before the next key is heard the chosen day has the focus; the calendar stands inside the window.
  useLayoutEffect(() => {
    const {left, right} = box.current.getBoundingClientRect(), room = document.documentElement.clientWidth;
    box.current.style.translate = `${Math.max(0, 8 - left) - Math.max(0, right - room + 8)}px 0`;
  }, []);
  useLayoutEffect(() => {
    if (grab.current) box.current.querySelector("[tabindex='0'].day-cell")?.focus();
    grab.current = false;
  }, [at]);
  const go = (key) => { grab.current = true; move(key); };
  const page = (on) => move(monthsOn(at, language, on));
  const row = weeks(at, language).find((each) => each.includes(at));
  const forward = language === "fa" ? -1 : 1;  // in Persian the next day stands on the left
  const KEYS = {
    ArrowRight: () => plus(at, forward), ArrowLeft: () => plus(at, -forward), ArrowUp: () => plus(at, -7), ArrowDown: () => plus(at, 7),
    Home: () => row.find(Boolean), End: () => row.findLast(Boolean), PageUp: (far) => monthsOn(at, language, far ? -12 : -1), PageDown: (far) => monthsOn(at, language, far ? 12 : 1),
  };
  const press = (event) => {
    const wanted = KEYS[event.key];
    if (!wanted) return;
    event.preventDefault();
    go(wanted(event.shiftKey));
  };
  return html`<div class="calendar" role="dialog" aria-label=${label} ref=${box}>
    <div class="row"><button type="button" class="button bare square" aria-label=${t("day.before")} title=${t("day.before")} onClick=${() => page(-1)}>${icon("back")}</button>
      <p class="grow strong" id=${title} aria-live="polite">${MONTH(at)} ${YEAR(at).replace(/[^\d۰-۹]/g, "")}</p>
      <button type="button" class="button bare square" aria-label=${t("day.after")} title=${t("day.after")} onClick=${() => page(1)}>${icon("forward")}</button></div>
    <table role="grid" aria-labelledby=${title} onKeyDown=${press}><thead><tr>${weeks("2026-08-08", language)[1].map((key) => html`<th key=${key} scope="col" abbr=${NAME(key)}>${SHORT(key)}</th>`)}</tr></thead>
      <tbody>${weeks(at, language).map((days, line) => html`<tr key=${line}>${days.map((key, place) => !key ? html`<td key=${place}></td>` : html`<td key=${place} aria-selected=${key === value ? "true" : "false"}>
        <button type="button" class="day-cell" tabindex=${key === at ? "0" : "-1"} data-day=${key} aria-label=${FULL(key)} aria-current=${key === today ? "date" : null} disabled=${Boolean(min) && key < min && key !== at} aria-disabled=${min && key < min ? "true" : null}
          onClick=${() => (!min || key >= min) && pick(key)}>${number(dayOf(key))}</button></td>`)}</tr>`)}</tbody></table>
    ${more.length > 0 && html`<div class="row wrap">${more.map(([words, run]) => html`<button key=${words} type="button" class="button slim" onClick=${() => { run(); close(); }}>${words}</button>`)}</div>`}</div>`;
}
