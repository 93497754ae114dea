// Days of both calendars: what people type, the days of a month, times in the desk's zone. Pure; shows nothing.
// A day is a key like 2026-11-22. The browser's own Persian calendar decides; nothing is reckoned by tables of ours.

const PARTS = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", {timeZone: "UTC", year: "numeric", month: "numeric", day: "numeric"});
const DAY = 86_400_000;
const pad = (value, size = 2) => String(value).padStart(size, "0");
const stampOf = (key) => Date.parse(`${key}T00:00:00Z`);
const keyOf = (stamp) => new Date(stamp).toISOString().slice(0, 10);
const named = (format, stamp) => Object.fromEntries(format.formatToParts(stamp).map(({type, value}) => [type, Number(value)]));

/** So many days later. */
export const plus = (key, days) => keyOf(stampOf(key) + days * DAY);

/** `[year, month, day]` of the Iranian calendar. */
export function jalali(key) {
  const {year, month, day} = named(PARTS, stampOf(key));
  return [year, month, day];
}

/** The day of the Iranian calendar; "" when there is none. */
export function fromJalali(year, month, day) {
  if (month < 1 || month > 12 || day < 1 || day > 31) return "";
  const before = month <= 7 ? 31 * (month - 1) : 186 + 30 * (month - 7);
  const near = Date.UTC(year + 621, 2, 21) + (before + day - 1) * DAY;
  // The year begins between 19 and 22 March; what is asked for is one of the days around.
  return [0, -1, 1, -2, 2].map((step) => keyOf(near + step * DAY)).find((key) => jalali(key).join() === [year, month, day].join()) ?? "";
}

/** The day of the Gregorian calendar; "" when there is none. */
export function fromGregorian(year, month, day) {
  const key = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && keyOf(Date.UTC(year, month - 1, day)) === key ? key : "";
}

/** The day that somebody typed, in either calendar, any digits, year first or last; "" when it is none. */
export function read(text) {
  const plain = text.slice(0, 40).replace(/[\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").replace(/[۰-۹٠-٩]/g, (digit) => digit.codePointAt(0) & 0xf).trim();
  const [first, month, last] = (/^(\d{4})(\d{2})(\d{2})$/.exec(plain) ?? /^(\d{1,4})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{1,4})$/.exec(plain) ?? []).slice(1);
  if (!first || (first.length === 4) === (last.length === 4)) return "";
  const [year, day] = (first.length === 4 ? [first, last] : [last, first]).map(Number);
  if (year >= 1200 && year < 1600) return fromJalali(year, Number(month), day);
  return year >= 1900 && year < 2200 ? fromGregorian(year, Number(month), day) : "";
}

/** As people of a language type it: ۱۴۰۵/۰۹/۰۱ in Persian, 2026-11-22 in English. */
export function written(key, language) {
  if (!key || language !== "fa") return key;
  const [year, month, day] = jalali(key);
  return `${pad(year, 4)}/${pad(month)}/${pad(day)}`.replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]);
}

/** The first day of a day's month, so many months on. */
export function monthOf(key, language, on = 0) {
  const [year, month] = language === "fa" ? jalali(key) : key.split("-").map(Number);
  const count = year * 12 + month - 1 + on;
  return (language === "fa" ? fromJalali : fromGregorian)(Math.floor(count / 12), count % 12 + 1, 1);
}

/** The same day so many months on, or the last one of that month. */
export function monthsOn(key, language, on) {
  const into = Math.round((stampOf(key) - stampOf(monthOf(key, language))) / DAY);
  const first = monthOf(key, language, on), next = monthOf(first, language, 1);
  return [plus(first, into), plus(next, -1)].sort()[0];
}

/** Rows of seven days that hold a month; the week begins on Saturday in Persian and on Monday in English. */
export function weeks(key, language) {
  const first = monthOf(key, language), next = monthOf(key, language, 1);
  const place = (new Date(stampOf(first)).getUTCDay() + (language === "fa" ? 1 : 6)) % 7;
  const rows = [];
  for (let day = plus(first, -place); day < next; day = plus(day, 7)) rows.push(Array.from({length: 7}, (_, at) => plus(day, at)));
  return rows.map((row) => row.map((day) => day >= first && day < next ? day : ""));
}

/** The moment at which a day has an hour in a time zone, as the house reads it. */
export function instant(key, clock, zone) {
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric"});
  const shown = (stamp) => { const {year, month, day, hour, minute} = named(format, stamp); return Date.UTC(year, month - 1, day, hour, minute); };
  const wanted = Date.parse(`${key}T${clock}:00Z`);
  const near = 2 * wanted - shown(wanted);
  return new Date(near + wanted - shown(near)).toISOString();  // once more: the clocks may change in between
}
