// Times, numbers, sizes and links as text. Pure: values in, values out.

const LOCALES = { fa: "fa-IR-u-ca-persian", en: "en-GB" };
const TRAILING = /[.,;:!?'"»”’)\]}،؛؟…]+$/;
const LINK = /https?:\/\/[^\s<>"'\u00a0\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gi;

export function formats(language, words) {
  const locale = LOCALES[language];
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const near = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  const far = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

  return {
    time: (at) => clock.format(at),
    // A day and an hour to come: "شنبه ۲ آذر، ۰۸:۰۰".
    moment: (at) => `${midnight(at) === midnight(Date.now()) ? words.today : near.format(at)}${words.comma} ${clock.format(at)}`,
    number: (n) => plain.format(n),
    // Kept from left to right whatever stands around it.
    phone: (text) => `\u2066${language === "fa" ? text.replace(/[0-9]/g, (digit) => plain.format(digit)) : text}\u2069`,
    day(at, now = Date.now()) {
      const days = Math.round((midnight(now) - midnight(at)) / 86400000);
      if (days === 0) return words.today;
      if (days === 1) return words.yesterday;
      return days > 0 && days < 180 ? near.format(at) : far.format(at);
    },
    size(bytes) {
      let unit = 0;
      while (bytes >= 1000 && unit < 2) {
        bytes /= 1000;
        unit += 1;
      }
      return `${plain.format(bytes >= 10 ? Math.round(bytes) : bytes)} ${words.units[unit]}`;
    },
  };
}

export function midnight(at) {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

// Splits a text into plain pieces and http(s) addresses. Nothing but these two schemes ever becomes a link.
export function linked(text) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = match[0].replace(TRAILING, "");
    const url = address(shown);
    if (!url) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: shown, url });
    from = match.index + shown.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

function address(text) {
  try {
    const url = new URL(text);
    return (url.protocol === "https:" || url.protocol === "http:") && url.hostname ? url.href : "";
  } catch {
    return "";
  }
}
