// A value with listeners. The whole page hangs on one of these; who listens is drawn again.

import {useEffect, useReducer} from "./html.js";

/**
 * `get()`, `set(next)` or `set(old => next)`, `listen(run)` which answers how to stop. `pace`: milliseconds over which
 * changes are gathered before anything is drawn; 0 = before the next key is heard.
 */
export function store(value, pace = 0) {
  const listeners = new Set();
  return {
    pace,
    get: () => value,
    set(next) {
      const old = value;
      value = typeof next === "function" ? next(old) : next;
      if (value !== old) listeners.forEach((run) => run(value, old));
    },
    listen(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
}

/** The store's value; the component is drawn again when it changes. */
export function useStore(source) {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    let timer = 0;
    // Not by animation frames: a hidden tab gets none, and its title still has to count offers.
    const gather = () => { timer ||= setTimeout(() => { timer = 0; again(); }, source.pace); };
    const stop = source.listen(source.pace ? gather : again);
    again();
    return () => { clearTimeout(timer); stop(); };
  }, [source]);
  return source.get();
}

/** Draw the component again every so many milliseconds (clocks, countdowns). */
export function useTick(period) {
  const [, again] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(again, period);
    return () => clearInterval(timer);
  }, [period]);
}
