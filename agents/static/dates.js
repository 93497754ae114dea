// Times as people read them: Jalali and Persian digits in Persian, the desk's time zone in both languages.

import {boot, language, now} from "./boot.js";
import {number, t} from "./words.js";

const locale = language === "fa" ? "fa-IR-u-ca-persian-nu-arabext" : "en-GB";
const zone = boot.desk?.timezone || "Asia/Tehran";
const format = (options) => new Intl.DateTimeFormat(locale, {timeZone: zone, ...options});

const CLOCK = format({hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
const NEAR = format({weekday: "long", day: "numeric", month: "long"});
const FAR = format({day: "numeric", month: "long", year: "numeric"});
const WEEKDAY = format({weekday: "long"});
const SHORT = format({day: "numeric", month: "short"});
const YEAR = format({year: "numeric"});
const SECONDS = format({hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
const KEY = new Intl.DateTimeFormat("en-CA", {timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit"});
const HOUR = new Intl.DateTimeFormat("en-GB", {timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
const WHOLE = format({year: "numeric", month: "2-digit", day: "2-digit"});
const DAY = 86_400_000;

/** The day a time falls on in the desk's time zone, as a key. */
export const dayKey = (at) => KEY.format(new Date(at));

/** A day as people type it: 1405/08/30 with Persian digits in Persian, 2026-11-21 in English. */
export const dateField = (at) => language === "fa" ? WHOLE.format(new Date(at)).replace(/[\u200e\u200f]/g, "") : dayKey(at);

/** The hour a time has in the desk's time zone, as a key like 08:30. */
export const clockKey = (at) => HOUR.format(new Date(at));

/** Hours and minutes. */
export const clock = (at) => CLOCK.format(new Date(at));

/** Everything, for a tooltip. */
export const full = (at) => at ? `${WEEKDAY.format(new Date(at))} ${FAR.format(new Date(at))}${t("list.comma")} ${SECONDS.format(new Date(at))}` : "";

/** "Today", "yesterday", the weekday, or the date. */
export function day(at) {
  const key = dayKey(at);
  if (key === dayKey(now())) return t("day.today");
  if (key === dayKey(now() - DAY)) return t("day.yesterday");
  const date = new Date(at);
  return YEAR.format(date) === YEAR.format(new Date(now())) ? NEAR.format(date) : FAR.format(date);
}

/** Short form for a list: the clock today, the date before. */
export function brief(at) {
  if (!at) return "";
  return dayKey(at) === dayKey(now()) ? clock(at) : SHORT.format(new Date(at));
}

/** Day and clock in one line. */
export const moment = (at) => at ? `${day(at)}${t("list.comma")} ${clock(at)}` : "";

const two = (value) => number(0).repeat(value < 10 ? 1 : 0) + number(value);

/** A span as a stop-watch shows it: 0:07, 12:30, 1:02:03. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${number(hours)}:${two(minutes)}:${two(rest)}` : `${number(minutes)}:${two(rest)}`;
}

/** A span in words: "3 min", "2 h 5 min", "4 d". */
export function roughly(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 1) return t("span.moment");
  if (minutes < 60) return t("span.minutes", {n: minutes});
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? t("span.hours-minutes", {h: hours, m: minutes % 60}) : t("span.hours", {n: hours});
  return t("span.days", {n: Math.floor(hours / 24)});
}

/** How long ago, ISO time to milliseconds on the server's clock. */
export const since = (at) => at ? now() - Date.parse(at) : 0;

/** The size of a file. */
export function size(bytes) {
  if (bytes < 1000) return t("size.bytes", {n: bytes});
  if (bytes < 1_000_000) return t("size.kilo", {n: Math.round(bytes / 1000)});
  return t("size.mega", {n: Math.round(bytes / 100_000) / 10});
}
