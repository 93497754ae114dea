// Answers the house proposes: best first, with why, the weak ones marked; one key puts one into the answer.

import {html, useState} from "../html.js";
import {act, choose, known, send, ui} from "../page.js";
import {Empty, Failed, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {me, queues} from "../state.js";
import {useRead} from "../read.js";
import {useStore} from "../store.js";
import {number, percent, say, t, titleOf, word} from "../words.js";
import {possible} from "./deeds.js";
import {tellUse} from "./draft.js";

let shown = [];

/** Put the n-th shown suggestion into the answer (the keys use this). */
export const insertNth = (place) => shown[place]?.();

/** The suggestions of one contact, asked again when the citizen said something more; or what the agent searches. */
export function Suggestions({contact}) {
  const state = useStore(known);
  const [query, ask] = useState("");
  const searching = query.trim().length > 1;
  const path = searching ? `/api/articles?q=${encodeURIComponent(query.trim())}&language=${contact.language}&limit=8` : `/api/contacts/${contact.id}/suggestions`;
  const [got, error] = useRead(path, `${contact.last?.direction === "in" ? contact.last.at : ""} ${useStore(ui).used ?? 0}`);
  const list = got?.suggestions ?? got?.articles?.map((one) => ({...one, article: one.id})) ?? [];
  const used = got?.used ?? [], elsewhere = used.filter((use) => !list.some((one) => one.article === use.article));
  const can = possible(contact, me(state)).includes("reply");
  shown = can ? list.map((one) => () => insert(contact, one)) : [];
  return html`<div class="stack"><div class="search"><span class="search-sign">${icon("search")}</span><input class="input" type="search" dir="auto" id="article-search" value=${query}
      placeholder=${t("suggestions.search")} aria-label=${t("suggestions.search")} onInput=${(event) => ask(event.target.value)} /></div>
    ${error && html`<${Failed} error=${error} />`}
    ${got && !list.length ? html`<${Empty} sign="bulb">${t(searching ? "search.nothing" : "suggestions.none")}</${Empty}>`
      : html`<ol class="stack suggestions" aria-busy=${got || error ? null : "true"}>${list.map((one, place) =>
        html`<${One} key=${one.article} one=${one} place=${place} can=${can} contact=${contact} use=${used.find((use) => use.article === one.article)} />`)}</ol>`}
    ${elsewhere.map((use) => html`<section key=${use.article} class="suggestion" data-used=${use.article}><h3><${Text}>${use.title}</${Text}></h3><${Helped} use=${use} contact=${contact} /></section>`)}
    <${Likely} contact=${contact} />${["wrap-up", "closed"].includes(contact.state) && html`<p><a class="small" href=${`/knowledge#from/${contact.id}`} target="_blank">${t("suggestions.write")}</a></p>`}</div>`;
}

const LIKELY = 0.5;
// Services and kinds have no title but the word that the desk gave them.
const named = (state, field, value) => field === "queue" ? titleOf(queues(state).find((each) => each.name === value)) || value
  : field === "disposition" ? word("disposition", value) : value;

/** Where contacts like this one went; what was done without a person can be taken back. */
function Likely({contact}) {
  const state = useStore(known);
  const [round, again] = useState(0);
  const [got] = useRead(`/api/contacts/${contact.id}/routing`, round);
  const {proposed = {}, applied = {}, undone_at: undone} = got?.routing ?? {};
  const sure = Object.entries(proposed).filter(([, each]) => each.confidence >= LIKELY);
  const undo = () => act(`undo:${contact.id}`, async () => { await send("POST", `/api/contacts/${contact.id}/routing/undo`, {}); again(round + 1); });
  return sure.length > 0 && html`<div class="tiny faint likely"><p>${t("likely")} ${sure.map(([field, each]) => html`<span key=${field} class="chip" title=${t("likely.contacts", {n: each.contacts})}>${t(`likely.${field}`)}: <bdi>${named(state, field, each.value)}</bdi> ${percent(each.confidence)}</span> `)}</p>
    ${Object.keys(applied).length > 0 && !undone && html`<p>${t("likely.done")} <button type="button" class="link" onClick=${undo}>${t("likely.undo")}</button></p>`}</div>`;
}

// What the citizen said of an article that went into an answer; the last word counts.
function Helped({use, contact}) {
  const tell = (helped) => act(`said:${contact.id}:${use.article}`, async () => {
    await send("POST", `/api/contacts/${contact.id}/suggestions/${use.article}/said`, {helped});
    choose(({used = 0}) => ({used: used + 1}));
  });
  return html`<div class="row tiny helped" role="group" aria-label=${t("suggestions.helped")}><span class="faint">${t("suggestions.helped")}</span>
    ${["yes", "no"].map((word) => html`<button key=${word} type="button" class=${`button slim ${use.said === word ? "primary" : ""}`} data-said=${word} aria-pressed=${use.said === word ? "true" : "false"}
      onClick=${() => tell(word === "yes")}>${t(`suggestions.helped.${word}`)}</button>`)}</div>`;
}

function One({one, place, can, contact, use}) {
  const [open, set] = useState(false);
  return html`<li class=${`suggestion ${one.weak ? "weak" : ""}`} data-article=${one.article}>
    <div class="row"><h3 class="grow"><${Text}>${one.title}</${Text}></h3>${one.weak && html`<span class="chip warn">${t("suggestions.weak")}</span>`}${one.marks?.length > 0 && html`<span class="chip bad">${t("suggestions.doubted")}</span>`}</div>
    <p class=${`small quiet plain suggestion-text ${open ? "open" : ""}`} dir="auto">${one.text}</p>
    ${open && one.why && html`<p class="tiny faint say">${icon("question")} ${say(one.why)}</p>`}
    <div class="row"><button type="button" class="link tiny" aria-expanded=${open ? "true" : "false"} onClick=${() => { set(!open); if (!open) opened(contact, one); }}>${t(open ? "less" : "more")}</button><a class="tiny" href=${`/knowledge#article/${one.article}`} target="_blank">${t("suggestions.article")}</a><span class="grow"></span>
      <button type="button" class="button slim" disabled=${!can} onClick=${() => insert(contact, one)}>${icon("plus")}${t("suggestions.insert")}${place < 3 && html`<kbd>Alt+${number(place + 1)}</kbd>`}</button></div>
    ${use && html`<${Helped} use=${use} contact=${contact} />`}</li>`;
}

// Only counted: whether it was written down is nothing the agent has to know.
const opened = (contact, one) => send("POST", `/api/contacts/${contact.id}/suggestions/${one.article}/opened`, {}).catch(() => {});

function insert(contact, one) {
  choose({composer: "reply", insert: {contact: contact.id, text: one.text, article: one.article, version: one.version, state: one.state}, pane: "talk", sideOpen: false});
  tellUse(contact.id, one.article, "inserted");
}
