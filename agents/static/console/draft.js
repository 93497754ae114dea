// What was typed and not yet sent, per contact and kind, for this tab only: it survives a reload and is not doubled.

import {newKey} from "../call.js";
import {act, choose, send} from "../page.js";
import {store} from "../store.js";

const place = (contact, kind) => `draft:${contact}:${kind}`;
/** Nothing written. */
export const EMPTY = {text: "", files: [], suggestion: null, version: null, state: "", inserted: "", dropped: false, cc: null};

const KEPT = 0.1, TAKEN = 0.5;
const wordsOf = (text) => new Set(text.split(/\s+/).filter(Boolean));

/** Whether enough of an article's words stand in a text, or the text is mostly made of them: it is made from it. */
export function holds(text, inserted) {
  const theirs = wordsOf(inserted), ours = wordsOf(text);
  const both = [...ours].filter((word) => theirs.has(word)).length;
  return !theirs.size || both >= KEPT * theirs.size || (both > 0 && both >= TAKEN * ours.size);
}

/** Tell the house that an article's words were put in or are gone again; who shows what was used reads anew. */
export const tellUse = (contact, article, how) => act(`${how === "inserted" ? "used" : how}:${contact}:${article}`, async () => {
  await send("POST", `/api/contacts/${contact}/suggestions/${article}/used`, {how});
  choose(({used = 0}) => ({used: used + 1}));
});

/** What was typed may have taken all words of the article out of the answer, or brought them back. */
export function follow(contact) {
  const {text, suggestion, inserted, dropped} = draft(contact, "reply");
  const gone = !holds(text, inserted);
  if (!suggestion || gone === dropped) return;
  redraft(contact, "reply", {dropped: gone});
  tellUse(contact, suggestion, gone ? "dropped" : "inserted");
}

/** All drafts of this page; a file that is still on its way lands here even when another contact is looked at. */
export const drafts = store({});

/** The kept draft, or an empty one. */
export const draft = (contact, kind) => drafts.get()[place(contact, kind)] ?? kept(place(contact, kind));

/** Change some of a draft and keep it. */
export function redraft(contact, kind, part) {
  const old = draft(contact, kind);
  const next = {...old, ...(typeof part === "function" ? part(old) : part)};
  drafts.set((all) => ({...all, [place(contact, kind)]: next}));
  const files = next.files.filter((file) => file.id);
  if (!next.text && !files.length) sessionStorage.removeItem(place(contact, kind));
  else sessionStorage.setItem(place(contact, kind), JSON.stringify({...next, files}));
}

function kept(name) {
  try {
    return {...EMPTY, ...JSON.parse(sessionStorage.getItem(name))};
  } catch {
    return EMPTY;
  }
}

/**
 * The key under which this very content is sent. Sending the same content again after an answer that got lost uses the
 * same key, so it is said once; another content gets another key.
 */
export function keyFor(contact, kind, content) {
  const slot = `sending:${contact}:${kind}`;
  const text = JSON.stringify(content);
  try {
    const before = JSON.parse(sessionStorage.getItem(slot));
    if (before?.text === text) return before.key;
  } catch { /* nothing usable was kept */ }
  const key = newKey();
  sessionStorage.setItem(slot, JSON.stringify({key, text}));
  return key;
}

/** It arrived: the same words may be meant again now. */
export const arrived = (contact, kind) => sessionStorage.removeItem(`sending:${contact}:${kind}`);
