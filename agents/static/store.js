// A value with listeners. The whole page hangs on one of these; who listens is drawn again once per frame.

import {useEffect, useReducer} from "./html.js";

/** `get()`, `set(next)` or `set(old => next)`, `listen(run)` which answers how to stop. */
export function store(value) {
  const listeners = new Set();
  return {
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
    let frame = 0;
    // A hidden tab gets no frames, and its title still has to count offers; a timer serves both.
    const stop = source.listen(() => { frame ||= setTimeout(() => { frame = 0; again(); }, 16); });
    again();
    return () => { clearTimeout(frame); stop(); };
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
