// Answers the house proposes: best first, with why, the weak ones marked; one key puts one into the answer.

import {html, useState} from "../html.js";
import {act, choose, known, send} from "../page.js";
import {Empty, Failed, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {me} from "../state.js";
import {useRead} from "../read.js";
import {useStore} from "../store.js";
import {number, say, t} from "../words.js";
import {possible} from "./deeds.js";

let shown = [];

/** Put the n-th shown suggestion into the answer (the keys use this). */
export const insertNth = (place) => shown[place]?.();

/** The suggestions of one contact; asked again when the citizen said something more. */
export function Suggestions({contact}) {
  const state = useStore(known);
  const [got, error] = useRead(`/api/contacts/${contact.id}/suggestions`, contact.last?.direction === "in" ? contact.last.at : "");
  const list = got?.suggestions ?? [];
  const can = possible(contact, me(state)).includes("reply");
  shown = can ? list.map((one) => () => insert(contact, one)) : [];
  if (error) return html`<${Failed} error=${error} />`;
  if (got && !list.length) return html`<${Empty} sign="bulb">${t("suggestions.none")}</${Empty}>`;
  return html`<ol class="stack suggestions" aria-busy=${got ? null : "true"}>${list.map((one, place) =>
    html`<${One} key=${one.article} one=${one} place=${place} can=${can} contact=${contact} />`)}</ol>`;
}

function One({one, place, can, contact}) {
  const [open, set] = useState(false);
  return html`<li class=${`suggestion ${one.weak ? "weak" : ""}`} data-article=${one.article}>
    <div class="row"><h4 class="grow"><${Text}>${one.title}</${Text}></h4>${one.weak && html`<span class="chip warn">${t("suggestions.weak")}</span>`}</div>
    <p class=${`small quiet plain suggestion-text ${open ? "open" : ""}`} dir="auto">${one.text}</p>
    ${open && one.why && html`<p class="tiny faint say">${icon("question")} ${say(one.why)}</p>`}
    <div class="row"><button type="button" class="link tiny" aria-expanded=${open ? "true" : "false"} onClick=${() => set(!open)}>${t(open ? "less" : "more")}</button><span class="grow"></span>
      <button type="button" class="button slim" disabled=${!can} onClick=${() => insert(contact, one)}>${icon("plus")}${t("suggestions.insert")}${place < 3 && html`<kbd>Alt+${number(place + 1)}</kbd>`}</button></div></li>`;
}

function insert(contact, one) {
  choose({composer: "reply", insert: {contact: contact.id, text: one.text, article: one.article}, pane: "talk", sideOpen: false});
  act(`used:${contact.id}:${one.article}`, () => send("POST", `/api/contacts/${contact.id}/suggestions/${one.article}/used`, {how: "inserted"}));
}
