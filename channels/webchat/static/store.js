// What the browser remembers between pages. Where storage is blocked, memory serves until the page goes.

export function openStore(prefix, area) {
  const memory = new Map();
  let lasting = area;
  try {
    lasting.setItem(prefix + "probe", "1");
    lasting.removeItem(prefix + "probe");
  } catch {
    lasting = null;
  }

  function attempt(work, otherwise) {
    if (!lasting) return otherwise();
    try {
      return work();
    } catch {
      return otherwise();
    }
  }

  return {
    lasting: () => lasting !== null,
    get: (key) => attempt(() => lasting.getItem(prefix + key), () => memory.get(key) ?? null),
    set: (key, value) => attempt(() => lasting.setItem(prefix + key, value), () => memory.set(key, value)),
    remove: (key) => attempt(() => lasting.removeItem(prefix + key), () => memory.delete(key)),
    keys(start) {
      const inside = () => Object.keys(lasting).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
      return attempt(inside, () => [...memory.keys()]).filter((key) => key.startsWith(start));
    },
  };
}

// Even asking for the area can throw in a sandboxed frame.
export function browserStore(prefix) {
  let area = null;
  try {
    area = window.localStorage;
  } catch {
    area = null;
  }
  return openStore(prefix, area);
}
