// The right-hand pane: suggestions, the customer's file, the contact's story.

import {boot} from "../boot.js";
import {html, useEffect, useState} from "../html.js";
import {brief, moment} from "../dates.js";
import {act, choose, known, send, ui} from "../page.js";
import {Avatar, Code, Copied, Empty, Failed, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {nameOf} from "../parts/who.js";
import {useRead} from "../read.js";
import {me} from "../state.js";
import {useStore} from "../store.js";
import {t, word} from "../words.js";
import {select} from "./choice.js";
import {contactOf} from "./deeds.js";
import {Suppressed} from "./particulars.js";
import {Story} from "./story.js";
import {Suggestions} from "./suggestions.js";

const TABS = ["suggestions", "customer", "story"];
const SIGNS = {suggestions: "bulb", customer: "person", story: "story"};

/** The pane of the contact that is looked at. */
export function Side() {
  useStore(known);
  const {selected, archive, side, sideOpen} = useStore(ui);
  const contact = contactOf(selected, archive);
  const view = {suggestions: Suggestions, customer: Customer, story: Story}[side];
  return html`<aside class="side" aria-label=${t("side")} data-open=${sideOpen}>
    <div class="side-head"><button type="button" class="button bare square side-close" aria-label=${t("back")}
        onClick=${() => choose({sideOpen: false, pane: "talk"})}>${icon("back")}</button>
      <div class="tabs grow" role="tablist" aria-label=${t("side")}>${TABS.map((name) => html`<button key=${name} type="button" role="tab" id=${`side-${name}`}
        aria-selected=${name === side ? "true" : "false"} onClick=${() => choose({side: name})}>${icon(SIGNS[name])}${t(`side.${name}`)}</button>`)}</div></div>
    <div class="side-body" role="tabpanel" aria-labelledby=${`side-${side}`}>${contact ? html`<${view} key=${contact.id} contact=${contact} />` : html`<${Empty} sign=${SIGNS[side]}>${t("side.none")}</${Empty}>`}</div></aside>`;
}

function Customer({contact}) {
  const [saved, again] = useState(0);
  const [got, error] = useRead(`/api/customers/${contact.customer?.id}`, `${contact.version} ${contact.customer?.segment} ${saved}`);
  if (error) return html`<${Failed} error=${error} />`;
  const person = got?.customer ?? {...contact.customer, addresses: []};
  const name = person.name || nameOf(contact);
  return html`<div class="stack">
    <div class="row"><${Avatar} id=${person.id} name=${person.name} /><div class="grow"><h3 class="clip"><${Text}>${name}</${Text}></h3>
      <${Segment} person=${person} saved=${() => again((count) => count + 1)} /></div></div>
    ${person.note && html`<p class="notice"><${Text}>${person.note}</${Text}></p>`}
    <section class="stack"><h4 class="small quiet">${t("customer.addresses")}</h4><ul class="stack addresses">
      ${person.addresses.map((address) => html`<li key=${address.id} class="row"><span title=${word("medium", address.medium)}>${icon(address.medium)}</span>
        <span class="clip grow"><${Code}>${address.value}</${Code}></span>${address.opted_out_at && html`<span class="chip bad">${t("customer.opted-out")}</span>`}<${Suppressed} address=${address} />
        <${Copied} text=${address.value}><span></span></${Copied}></li>`)}</ul></section>
    <${Extras} data=${contact.data} />
    <section class="stack"><h4 class="small quiet">${t("customer.history")}</h4><ul class="history">
      ${(got?.contacts ?? []).filter((other) => other.id !== contact.id).map((other) => html`<li key=${other.id}><button type="button" class="history-row" onClick=${() => select(other.id)}>
        ${icon(other.medium)}<${Text} class="clip grow">${other.subject || other.last?.text || other.reference}</${Text}>
        <span class="chip">${other.disposition ? word("disposition", other.disposition) : t(`state.${other.state}`)}</span><span class="tiny faint number" title=${moment(other.opened_at)}>${brief(other.opened_at)}</span></button></li>`)}
      ${got && got.contacts.length <= 1 && html`<li class="small faint">${t("customer.first")}</li>`}</ul></section></div>`;
}

// What the customer counts for. Supervisors may say it; it stands as chosen until the file was read again.
function Segment({person, saved}) {
  const self = me(useStore(known)) ?? boot.me, name = `segment:${person.id}`, busy = Boolean(useStore(ui).busy[name]);
  const [chosen, pick] = useState("");
  useEffect(() => pick(""), [person]);
  if (!["supervisor", "admin"].includes(self.role)) return html`<p class="small quiet">${word("segment", person.segment)}</p>`;
  const set = async ({currentTarget: {value}}) => {
    pick(value);
    if (await act(name, () => send("POST", `/api/customers/${person.id}`, {segment: value}))) saved();
    else pick("");
  };
  return html`<label class="row small quiet" title=${t("customer.segment.hint")}><span>${t("customer.segment")}</span>
    <select class="input grow" name="segment" value=${chosen || person.segment} disabled=${busy} onChange=${set}>
      ${boot.desk.segments.map((each) => html`<option key=${each} value=${each}>${word("segment", each)}</option>`)}</select></label>`;
}

// What the channel says beside the words (page, location, copies): short values only, shown as they came.
function Extras({data}) {
  const shown = Object.entries(data ?? {}).filter(([, value]) => ["string", "number"].includes(typeof value) && String(value).length < 200).slice(0, 8);
  if (!shown.length) return null;
  return html`<dl class="extras small">${shown.map(([name, value]) => html`<div key=${name}><dt class="faint">${word("extra", name)}</dt><dd class="clip"><${Text}>${value}</${Text}></dd></div>`)}</dl>`;
}
