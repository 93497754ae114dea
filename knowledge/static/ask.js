// What every part of the editor uses: a list that is read again after a change, a heading, small forms, who may what.

import {html, useEffect, useState} from "/static/html.js";
import {boot} from "/static/boot.js";
import {send} from "/static/page.js";
import {Failed} from "/static/parts/bits.js";
import {store, useStore} from "/static/store.js";
import {w} from "./words.js";

const round = store(0);

/** Read everything that is shown again: something was changed. */
export const changed = () => round.set((count) => count + 1);

/** What is being written and not saved yet; whoever leads away from it asks first. */
export const unsaved = new Set();

/** `[data, error]` of a call, read again after each change; the old answer stands until the new one is there. */
export function useCall(path) {
  const when = useStore(round);
  const [got, set] = useState({path: "", data: null, error: null});
  useEffect(() => {
    let wanted = Boolean(path);
    const read = () => send("GET", path).then((data) => wanted && set({path, data, error: null}), (error) => wanted && set((old) => ({path, data: old.path === path && ![403, 404].includes(error.status) ? old.data : null, error})));
    const timer = wanted && setTimeout(read, path.includes("?q=") ? 250 : 0);
    return () => { wanted = false; clearTimeout(timer); };
  }, [path, when]);
  return got.path === path || path.split("?")[0] === got.path.split("?")[0] ? [got.data, got.error] : [null, null];
}

export const leads = boot.me?.role !== "agent";
export const isAdmin = boot.me?.role === "admin";

/** The name of somebody who works here. */
export const nameOf = (id) => boot.people.find((each) => each.id === id)?.name ?? "";

/** A part of the page: heading, what it is for, its buttons, what it shows. */
export const Part = ({name, buttons, error, children}) => html`<section class="stack sheet" aria-labelledby="part-title">
  <header class="row wrap"><div class="grow"><h1 id="part-title">${w(name)}</h1><p class="small quiet">${w(`${name}.meaning`)}</p></div>${buttons}</header>
  ${error && html`<${Failed} error=${error} />`}${children}</section>`;

/** A labelled choice of words. */
export const Choice = ({label, value, of, pick, ...rest}) => html`<label class="field"><span>${label}</span><select value=${value} onChange=${(event) => pick(event.target.value)} ...${rest}>
  ${of.map(([key, text]) => html`<option key=${key} value=${key} selected=${String(key) === String(value)}>${text}</option>`)}</select></label>`;

/** What changed, line by line. */
export const Pieces = ({pieces}) => html`<div class="diff" dir="auto">${pieces.map(({kind, lines}, place) => kind === "same" && lines.length > 4
  ? html`<div key=${place} class="same">${lines.slice(0, 2).map(line)}<p class="faint">…</p>${lines.slice(-2).map(line)}</div>`
  : html`<div key=${place} class=${kind}>${lines.map(line)}</div>`)}</div>`;

const line = (text, place) => html`<p key=${place} dir="auto">${text || "\u00a0"}</p>`;
