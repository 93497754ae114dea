// What the server wrote into the page: who is here, the token, the desk's settings. Read once, changed by nobody.

const slot = document.getElementById("boot");

export const boot = Object.freeze(slot ? JSON.parse(slot.textContent) : {});

export const language = document.documentElement.lang === "en" ? "en" : "fa";

// Deadlines are the server's, so they are counted on the server's clock: what it said, when the page began to arrive.
const arrived = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now());
const skew = boot.now ? Date.parse(boot.now) - arrived : 0;

/** Now by the server's clock, in milliseconds. */
export const now = () => Date.now() + skew;
