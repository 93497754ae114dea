// Parameters of a policy as people write them: a line each, "key = value".

/** As lines. */
export const pairs = (values) => Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n");

/** "key = value" lines as an object; a value that is no JSON is a word. Persian digits count as digits. */
export function parametersOf(text) {
  const found = {};
  for (const line of text.split("\n").map((each) => each.trim()).filter(Boolean)) {
    const [key, ...rest] = line.split("=");
    const value = rest.join("=").trim().replace(/[۰-۹]/g, (digit) => String(digit.codePointAt(0) & 0xf));
    try {
      found[key.trim()] = JSON.parse(value);
    } catch {
      found[key.trim()] = value;
    }
  }
  return found;
}
