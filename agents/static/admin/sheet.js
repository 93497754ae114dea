// What every part of the admin looks like: a heading with its meaning, a button, a list that is read and read again.

import {html} from "../html.js";
import {Failed} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {useRead} from "../read.js";
import {store, useStore} from "../store.js";
import {t} from "../words.js";

const round = store(0);

/** Read all lists again: something was changed. */
export const changed = () => round.set((count) => count + 1);

/** `[data, error]` of a list that is read again after each change. */
export const useList = (path) => useRead(path, useStore(round));

/** Heading, what it is for, one button, the list. */
export const Sheet = ({name, add, error, children}) => html`<section class="stack sheet" aria-labelledby="sheet-title">
  <header class="row wrap"><div class="grow"><h1 id="sheet-title">${t(`admin.${name}`)}</h1><p class="small quiet">${t(`admin.${name}.meaning`)}</p></div>
    ${add && html`<button type="button" class="button primary" id="add" onClick=${add}>${icon("plus")}${t(`admin.${name}.add`)}</button>`}</header>
  ${error && html`<${Failed} error=${error} />`}<div class="card scrolls">${children}</div></section>`;

/** A text of words with commas (Persian or Latin) to the words. */
export const listed = (text) => text.split(/[,،\s]+/).map((word) => word.trim()).filter(Boolean);
