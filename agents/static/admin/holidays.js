// Holidays of a calendar as people write them: a line each. Lines nobody touched stay what they were, to the last field.

const DATE = /^\d{4}-\d{1,2}-\d{1,2}$/;
const EVERY = /^\d{1,2}-\d{1,2}$/;
const SPANS = /^\d{1,2}:\d{2}-\d{1,2}:\d{2}(,\d{1,2}:\d{2}-\d{1,2}:\d{2})*$/;

const latin = (text) => text.replace(/[۰-۹]/g, (digit) => String(digit.codePointAt(0) & 0xf)).replace(/،/g, ",");
const names = ({fa, en}) => (fa && en && fa !== en ? `${fa} / ${en}` : fa || en);
const open = (spans) => (Array.isArray(spans) ? spans.join(",") : spans)?.replace(/\s+/g, "");

function lineOf(each) {
  if (typeof each === "string") return each;
  return [each.date ?? each.every, each.until, open(each.open), names(each)].filter(Boolean).join(" ");
}

/** "1405-10-01 1405-10-03 08:00-10:00 نیمه‌روز / Half day": date or month and day of every year, perhaps until, perhaps when it is open, names. */
export const holidaysText = (all) => (all ?? []).map(lineOf).join("\n");

/** Such lines as holidays; `old` are those there were. */
export function holidaysOf(text, old = []) {
  const known = new Map(old.map((each) => [lineOf(each), each]));
  return text.split("\n").map((each) => each.trim()).filter(Boolean).map((line) => known.get(line) ?? read(line));
}

function read(line) {
  const words = line.split(/\s+/);
  const take = (kind) => (words.length && kind.test(latin(words[0])) ? latin(words.shift()) : undefined);
  const every = take(EVERY);
  const date = every ? undefined : take(DATE) ?? latin(words.shift());
  const until = take(DATE), spans = take(SPANS);
  const [fa, en] = words.join(" ").split(/\s+\/\s+/);
  return {...(every ? {every} : {date}), ...(until && {until}), ...(spans && {open: spans.split(",")}), ...(fa && {fa, en: en || fa})};
}
