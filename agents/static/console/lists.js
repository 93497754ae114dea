// The left-hand lists: mine, waiting, the team's, ended ones; counts, search, unseen marks.

import {Fragment, html, still, useEffect, useState} from "../html.js";
import {brief, since} from "../dates.js";
import {finds} from "../fold.js";
import {act, choose, known, send, ui} from "../page.js";
import {Avatar, Doing, Empty, Since, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {nameOf} from "../parts/who.js";
import {mine, ourTurn, team, waiting} from "../state.js";
import {useStore, useTick} from "../store.js";
import {number, say, t, titleOf, word} from "../words.js";
import {select, unseen} from "./choice.js";
import {called, doing} from "./deeds.js";

const SHOWN = 150;
export const TABS = ["mine", "waiting", "team", "ended"];
const SIGNS = {mine: "inbox", waiting: "clock", team: "people", ended: "finish"};

/** Tabs, search and the rows of the chosen list. */
export function Lists() {
  const state = useStore(known);
  const {tab, search, selected, seen, ended = []} = useStore(ui);
  const lists = {mine: mine(state), waiting: waiting(state), team: team(state), ended};
  const found = search ? lists[tab].filter((contact) => matches(contact, search, state)) : lists[tab];
  return html`<section class="lists" aria-label=${t("lists")}>
    <${Tabs} tab=${tab} lists=${lists} seen=${seen} />
    <div class="search"><span class="search-sign">${icon("search")}</span><input id="search" class="input" type="search" dir="auto" value=${search}
      placeholder=${t("search")} aria-label=${t("search")} onInput=${(event) => choose({search: event.target.value})} /></div>
    <div class="rows" role="tabpanel" id="list-panel" aria-labelledby=${`tab-${tab}`} tabindex="-1">
      ${tab === "ended" && html`<${Ended} />`}
      ${found.slice(0, SHOWN).map((contact) => html`<${Row} key=${contact.id} contact=${contact} tab=${tab}
        queue=${state.queue[contact.queue]} holder=${tab === "team" ? state.agent[contact.agent] : null} chosen=${contact.id === selected} fresh=${tab === "mine" && unseen(contact, seen)} />`)}
      ${found.length > SHOWN && html`<p class="empty small">${t("list.more", {n: found.length - SHOWN})}</p>`}
      ${!found.length && html`<${Empty} sign=${search ? "search" : SIGNS[tab]}>${t(search ? "search.nothing" : `empty.${tab}`)}</${Empty}>`}
    </div></section>`;
}

function Tabs({tab, lists, seen}) {
  const step = (event) => {
    const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!by) return;
    const forward = document.documentElement.dir === "rtl" ? -by : by;
    const next = TABS[(TABS.indexOf(tab) + forward + TABS.length) % TABS.length];
    choose({tab: next});
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${t("lists")} onKeyDown=${step}>${TABS.map((name) => html`
    <button key=${name} type="button" role="tab" id=${`tab-${name}`} aria-selected=${name === tab ? "true" : "false"} aria-controls="list-panel"
      tabindex=${name === tab ? 0 : -1} onClick=${() => choose({tab: name})}>${t(`tab.${name}`)}
      ${name !== "ended" && html`<span class=${`count ${hot(name, lists[name], seen) ? "hot" : ""}`}>${number(lists[name].length)}</span>`}</button>`)}</div>`;
}

const hot = (name, list, seen) => name === "mine" ? list.some((contact) => unseen(contact, seen)) : name === "waiting" && list.length > 0;

const matches = (contact, search, state) => finds(search, contact.reference, contact.customer?.name, contact.customer?.address,
  contact.subject, contact.last?.text, titleOf(state.queue[contact.queue]), state.agent[contact.agent]?.name);

const Row = still(({contact, queue, holder, tab, chosen, fresh}) => {
  const name = nameOf(contact);
  return html`<div class="contact-row" data-chosen=${chosen} data-fresh=${fresh} data-contact=${contact.id}>
    <button type="button" class="contact-open" aria-current=${chosen ? "true" : null} onClick=${() => select(contact.id)}>
      <span class="face"><${Avatar} id=${contact.customer?.id} name=${contact.customer?.name ?? ""} /><span class="medium" title=${word("medium", contact.medium)}>${icon(contact.medium)}</span></span>
      <span class="lines"><span class="row"><${Text} class="clip grow strong">${name}</${Text}><span class="tiny faint number">${brief(contact.last?.at ?? contact.opened_at)}</span></span>
        <span class="row"><${Text} class="clip grow small quiet">${contact.last?.text || contact.subject || t("no-text")}</${Text}>${fresh && html`<span class="dot"><span class="unseen">${t("unseen")}</span></span>`}</span>
        <span class="row chips"><${Chips} contact=${contact} queue=${queue} holder=${holder} tab=${tab} /></span></span>
    </button>
    ${tab === "waiting" && html`<${Doing} name=${called("take", contact)} class="slim take" label=${t("deed.take")}
      run=${async () => { await doing.take(contact); select(contact.id); }}>${t("deed.take")}</${Doing}>`}
  </div>`;
});

function Chips({contact, queue, holder, tab}) {
  return html`<${Fragment}>
    ${contact.customer?.segment === "vip" && html`<span class="chip warn">${icon("star")}${t("segment.vip")}</span>`}
    ${queue && html`<${Text} class="chip">${titleOf(queue)}</${Text}>`}
    ${holder && html`<${Text} class="chip info">${holder.name}</${Text}>`}
    ${contact.state === "waiting" && html`<${Waits} contact=${contact} queue=${queue} />`}
    ${["snoozed", "wrap-up", "offered", "abandoned"].includes(contact.state) && html`<span class="chip">${t(`state.${contact.state}`)}</span>`}
    ${tab === "mine" && ourTurn(contact) && html`<span class="chip accent">${t("our-turn")}</span>`}
    ${tab === "ended" && contact.disposition && html`<span class="chip">${word("disposition", contact.disposition)}</span>`}
    ${tab === "waiting" && contact.waiting_why && html`<span class="why-waits tiny faint say" title=${say(contact.waiting_why)}>${say(contact.waiting_why)}</span>`}
  </${Fragment}>`;
}

// Red once the queue's target is over, also when nothing else happens.
function Waits({contact, queue}) {
  useTick(5_000);
  const late = since(contact.queued_at) > (queue?.target_seconds ?? 120) * 1000;
  return html`<span class=${`chip ${late ? "bad" : "warn"}`}>${icon("clock")}<${Since} at=${contact.queued_at} /></span>`;
}

// Ended contacts are no part of the live state: they are read when the list is looked at.
function Ended() {
  const [next, set] = useState(null);
  const read = async (before) => {
    const got = await act("list:ended", () => send("GET", `/api/contacts?state=closed&limit=50${before ? `&before=${encodeURIComponent(before)}` : ""}`));
    if (!got?.contacts) return;
    choose((old) => ({ended: before ? [...old.ended, ...got.contacts] : got.contacts}));
    set(got.next ?? null);
  };
  useEffect(() => { read(null); }, []);
  return next && html`<button type="button" class="button bare slim" onClick=${() => read(next)}>${t("older")}</button>`;
}
