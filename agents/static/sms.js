// How many parts a short message will take (GSM 03.38 or UCS-2), by the limits the page was given. Pure.

const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const DOUBLE = "^{}\\[~]|€\f";
const GSM = new Set(BASIC), EXTENDED = new Set(DOUBLE);

/** `{parts, left, size}`: parts it takes, characters left in the last one, characters of one part. */
export function count(text, {gsm, ucs2}) {
  const letters = [...text];
  const plain = letters.every((letter) => GSM.has(letter) || EXTENDED.has(letter));
  const [single, each] = plain ? gsm : ucs2;
  const widths = letters.map((letter) => plain ? (EXTENDED.has(letter) ? 2 : 1) : letter.length);
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= single) return {parts: total ? 1 : 0, left: single - total, size: single};
  const {parts, used} = fill(widths, each);
  return {parts, left: each - used, size: each};
}

// A letter that takes two places is never cut in half between parts.
function fill(widths, each) {
  let parts = 1, used = 0;
  for (const width of widths) {
    if (used + width > each) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return {parts, used};
}
