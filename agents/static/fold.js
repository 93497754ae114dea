// Text folded for searching in lists: Arabic and Persian letters, digits of three scripts, half-spaces, case. Pure.

const LETTERS = {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و", "ئ": "ی"};
const FROM = /[يىكةۀأإآؤئ]/g;
const DIGITS = /[۰-۹٠-٩]/g;
const MARKS = /[\u064b-\u065f\u0670\u0640\u200c-\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text as it is compared. */
export function fold(text) {
  return text.normalize("NFKC").toLowerCase().replace(MARKS, "").replace(FROM, (letter) => LETTERS[letter])
    .replace(DIGITS, (digit) => String(digit.codePointAt(0) & 0xf)).replace(/\s+/g, " ").trim();
}

/** True when every word of the query is somewhere in one of the texts. */
export function finds(query, ...texts) {
  const words = fold(query).split(" ").filter(Boolean);
  const hay = fold(texts.filter(Boolean).join(" "));
  const tight = hay.replaceAll(" ", "");
  return words.every((word) => hay.includes(word) || tight.includes(word));
}
