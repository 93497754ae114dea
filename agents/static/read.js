// What a part of the page reads by one call, and reads again when something it depends on changed.

import {useEffect, useState} from "./html.js";
import {send} from "./page.js";

const TYPED = 250, MINUTE = 60_000;

/** A count that goes on each minute while somebody looks: given to `useRead` as `when` for what changes slowly. */
export function useMinutes() {
  const [round, next] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || next((count) => count + 1), MINUTE);
    return () => clearInterval(timer);
  }, []);
  return round;
}

/** `[data, error]`: both null while it is under way; a newer answer replaces an older one, never the other way. */
export function useRead(path, when = "") {
  const [got, set] = useState({path: null, data: null, error: null});
  useEffect(() => {
    let wanted = true;
    const read = () => send("GET", path).then((data) => wanted && set({path, data, error: null}), (error) => wanted && set({path, data: null, error}));
    // A question that is still being typed is not asked letter by letter.
    const timer = setTimeout(read, path.includes("?q=") ? TYPED : 0);
    return () => { wanted = false; clearTimeout(timer); };
  }, [path, when]);
  return got.path === path ? [got.data, got.error] : [null, null];
}
