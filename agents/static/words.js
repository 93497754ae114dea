// The interface's words in the language of the page. Numbers in them are written in the language's digits, other
// values are isolated, so that a Latin code inside a Persian sentence does not turn it around.

import {language} from "./boot.js";

const {words} = await import(`./words/${language}.js`);
const plural = new Intl.PluralRules(language);
const digits = new Intl.NumberFormat(language === "fa" ? "fa-IR" : "en-GB", {maximumFractionDigits: 1});
const percents = new Intl.NumberFormat(language === "fa" ? "fa-IR" : "en-GB", {style: "percent", maximumFractionDigits: 0});

/** A number in the language's digits. */
export const number = (value) => digits.format(value);

/** A share between 0 and 1. */
export const percent = (value) => percents.format(value);

/** Digits of a text in the language's script (codes that people dictate stay as they are). */
export const numerals = (text) => language === "fa"
  ? String(text).replace(/[0-9]/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(text);

/** The sentence for a key; `{name}` places are filled. A missing key shows itself. */
export function t(key, values = {}) {
  let sentence = words[key] ?? key;
  if (typeof sentence === "object") sentence = sentence[plural.select(values.n ?? 0)] ?? sentence.other;
  return sentence.replace(/\{(\w+)\}/g, (place, name) => filled(values[name], place));
}

/** The word for a code of the house (`medium.sms`), or the code itself when it is the desk's own. */
export function word(kind, code) {
  const key = `${kind}.${code}`;
  return key in words ? words[key] : String(code ?? "");
}

/** A text the house sends in both languages. */
export function say(text) {
  if (!text) return "";
  return typeof text === "string" ? text : text[language] || text.en || text.fa || "";
}

/** The title of a queue. */
export const titleOf = (queue) => queue ? (language === "fa" ? queue.title_fa : queue.title_en) || queue.name : "";

function filled(value, place) {
  if (value === undefined || value === null) return place;
  return typeof value === "number" ? number(value) : `\u2068${value}\u2069`;
}
