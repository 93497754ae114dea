// What every live page has: the state fed by the socket, the page's own choices (`ui`), calls and their outcomes.

import {boot, now} from "./boot.js";
import {CallError, caller} from "./call.js";
import {Live} from "./live.js";
import {apply, empty, gap} from "./state.js";
import {store} from "./store.js";
import {t} from "./words.js";

export const known = store(empty(), 16);
export const ui = store({toasts: [], busy: {}, dialog: null, typing: {}, link: {line: "dialling", at: null}});
export const send = caller(boot.csrf);

const TYPING_SHOWN = 6_000, TOAST_SHOWN = 7_000;
let toasts = 0;

/** Change some of the page's own choices. */
export const choose = (part) => ui.set((old) => ({...old, ...(typeof part === "function" ? part(old) : part)}));

/** Say something short at the edge of the page; `kind` is "" or "bad". */
export function toast(text, kind = "") {
  const id = ++toasts;
  choose((old) => ({toasts: [...old.toasts.slice(-2), {id, text, kind}]}));
  setTimeout(() => dismiss(id), kind ? TOAST_SHOWN * 2 : TOAST_SHOWN);
}

export const dismiss = (id) => choose((old) => ({toasts: old.toasts.filter((each) => each.id !== id)}));

export const live = new Live({
  connect: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/live`),
  tell: heard,
  position: () => known.get().seq,
  missed: (change) => gap(known.get(), change),
  mood: (link) => choose({link}),
  ended: signedOut,
});

function heard(word) {
  if (word.op === "typing") {
    choose((old) => ({typing: {...old.typing, [word.contact]: {who: word.who, text: word.text ?? "", until: now() + TYPING_SHOWN}}}));
  } else if (word.op === "error") {
    toast(sentence(word.code), "bad");
  } else {
    const before = known.get();
    known.set((old) => apply(old, word));
    hush(before.contact, known.get().contact);
  }
}

// Whoever was typing has said it: nobody types any more where a new message stands.
function hush(before, after) {
  const said = Object.keys(ui.get().typing).filter((id) => before[id]?.last?.at !== after[id]?.last?.at);
  if (said.length) choose((old) => ({typing: Object.fromEntries(Object.entries(old.typing).filter(([id]) => !said.includes(id)))}));
}

async function signedOut() {
  try {
    await send("GET", "/api/me");
    return false;
  } catch (error) {
    return error.status === 401;
  }
}

/** The house's error in the reader's words; an action may have its own word for an answer (`conflict.accept`). */
export function sentence(code, action = "") {
  const own = t(`error.${code}.${action}`);
  if (own !== `error.${code}.${action}`) return own;
  const general = t(`error.${code}`);
  return general === `error.${code}` ? t("error.fault") : general;
}

/**
 * Run one action; while it is under way the same one does nothing and its button is disabled.
 * Answers the result, or null when it failed and the failure has been told.
 */
export async function act(name, run) {
  if (ui.get().busy[name]) return null;
  mark(name, true);
  try {
    return (await run()) ?? {};
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    told(error, name);
    return null;
  } finally {
    mark(name, false);
  }
}

function told(error, name) {
  if (error.status === 401) choose({link: {line: "ended", at: null}});
  const text = sentence(error.code, name.split(":")[0]);
  toast(error.code === "bad_request" && error.message ? `${text} (\u2068${error.message}\u2069)` : text, error.status === 409 ? "" : "bad");
}

function mark(name, on) {
  choose((old) => {
    const busy = {...old.busy};
    if (on) busy[name] = true;
    else delete busy[name];
    return {busy};
  });
}

/** Begin: dial, and dial again at once when the network or the reader comes back; without a network nothing is live. */
export function begin() {
  addEventListener("online", () => live.hurry());
  addEventListener("offline", () => live.sever());
  document.addEventListener("visibilitychange", () => document.hidden || live.hurry());
  live.start();
}
