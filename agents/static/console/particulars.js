// What a message carries besides its words: who wrote it instead, invitations, cards, seals, why it stands here, its way.

import {html, useState} from "../html.js";
import {moment, size} from "../dates.js";
import {send} from "../page.js";
import {Code, Doing, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {numerals, t, word} from "../words.js";
import {channelOf} from "./deeds.js";
import {select} from "./choice.js";

/** Under the words of a message. */
export function Particulars({message, contact}) {
  const data = message.data ?? {};
  return html`<div class="particulars small">
    ${data.from && html`<p class="chip info">${icon("people")}${t("mail.from-reader")} <${Code}>${data.from}</${Code}></p>`}
    ${data.forwarded && html`<p class="notice">${icon("forward")}${t("mail.forwarded")} <${Code}>${data.forwarded.by}</${Code}>${data.forwarded.note && html`<br /><${Text}>${data.forwarded.note}</${Text}>`}</p>`}
    ${data.cut && html`<p class="notice warn">${icon("warning")}${t("mail.cut", {size: size(data.cut.bytes)})}</p>`}
    ${data.encrypted && html`<p class="notice warn">${icon("lock")}${t("mail.encrypted")}</p>`}
    ${data.signed && html`<p class=${`chip ${data.signed.state === "broken" ? "bad" : data.signed.state === "intact" ? "good" : ""}`} title=${t("mail.signed.issuer")}>${icon("lock")}${t(`mail.signed.${data.signed.state}`)} ${data.signed.by && html`<${Code}>${data.signed.by}</${Code}>`}</p>`}
    ${(data.events ?? []).map((event, place) => html`<${Event} key=${place} event=${event} />`)}
    ${(data.cards ?? []).map((card, place) => html`<p key=${place} class="notice">${icon("person")}<${Text} class="strong">${card.name}</${Text}> <${Text}>${card.organisation}</${Text}>
      ${[...card.phones, ...card.addresses].map((value) => html` <${Code} key=${value}>${value}</${Code}>`)}</p>`)}
    ${data.cc?.length > 0 && message.direction === "out" && html`<p class="tiny quiet">${t("mail.cc")}: ${data.cc.map((address) => html`<${Code} key=${address}>${address} </${Code}>`)}</p>`}
    ${data.registered && html`<p class="chip">${t("letter.number")} ${numerals(`${data.registered.year}/${data.registered.number}`)}</p>`}
    ${message.delivery && message.direction === "out" && data.registered && contact.medium === "letter" && html`<a class="link" target="_blank" rel="noopener" href=${channelOf(contact).record?.replace(/record$/, `letter/${message.delivery.id}`)}>${icon("file")}${t("letter.print")}</a>`}
    ${data.steps?.length > 0 && html`<ol class="tiny quiet">${data.steps.map((step, place) => html`<li key=${place}>${t(`letter.${step.step}`)} — ${moment(step.at)} ${step.detail && html`<${Text}>${step.detail}</${Text}>`}</li>`)}</ol>`}
    ${data.thread && html`<${Thread} thread=${data.thread} />`}</div>`;
}

const Event = ({event}) => html`<div class=${`notice ${event.kind === "cancelled" ? "warn" : ""}`}>${icon("clock")}<div><p><span class="strong">${t(`event.${event.kind}`)}</span> <${Text}>${event.title}</${Text}></p>
  <p>${event.start && moment(event.start)}${event.end && !event.all_day && html` — ${moment(event.end)}`}</p>
  ${event.place && html`<p><${Text}>${event.place}</${Text}></p>`}${event.organiser && html`<p class="quiet"><${Text}>${event.organiser}</${Text}></p>`}</div></div>`;

// By which hint a mail came into this contact, and what each hint was worth.
function Thread({thread}) {
  const [shown, show] = useState(false);
  return html`<p class="tiny faint"><button type="button" class="link" aria-expanded=${shown ? "true" : "false"} onClick=${() => show(!shown)}>${t("mail.why")}</button>
    ${shown && html` ${word("hint", thread.reason.replace(/-(reopened|too-old)$/, ""))}: ${thread.weighed.map(([name, , right]) => `${word("hint", name)} (${word("right", right)})`).join("، ")}`}</p>`;
}

/** Above the conversation: the same mail came to other mailboxes of ours too; nobody else has to answer it. */
export const Also = ({contact}) => contact.data?.also?.length ? html`<p class="notice tiny">${icon("inbox")}${t("also", {names: contact.data.also.map((one) => one.channel).join(", ")})}</p>` : null;

/** Above the conversation: this contact claims to belong to another; a person decides. */
export function Claim({contact}) {
  const data = contact.data ?? {};
  if (!data.claims || !data.related) return null;
  const join = async () => {
    await send("POST", `/api/contacts/${contact.id}/join`, {});
    select(data.related);
  };
  return html`<div class="notice warn row wrap"><span class="grow say">${icon("warning")}${t("claim")}</span>
    <button type="button" class="button slim" onClick=${() => select(data.related)}>${t("claim.look")}</button>
    <${Doing} name=${`join:${contact.id}`} class="slim" run=${join}>${t("claim.join")}</${Doing}></div>`;
}

/** Beside an address that came back. */
export const Suppressed = ({address}) => address.suppressed ? html`<span class="chip bad" title=${t(`suppressed.${address.suppressed}`)}>${t("suppressed")}</span>
  <${Doing} name=${`lift:${address.id}`} class="slim" run=${() => send("POST", `/api/addresses/${address.id}/lift`, {})}>${t("suppressed.lift")}</${Doing}>` : null;

/** Who gets a copy of the answer: everybody who reads along unless taken away; others can be added. */
export function Copies({contact, value, change, most}) {
  const [typed, type] = useState("");
  if (!most) return null;
  const chosen = copiesOf(contact, value, most);
  const set = (cc) => change({cc});
  const add = () => {
    const address = typed.trim().toLowerCase();
    if (/^[^\s@,;]+@[^\s@,;]+$/.test(address) && !chosen.includes(address)) set([...chosen, address].slice(0, most));
    type("");
  };
  return html`<div class="row wrap tiny copies" aria-label=${t("mail.cc")}><span class="quiet">${t("mail.cc")}</span>
    ${chosen.map((address) => html`<span key=${address} class="chip"><${Code}>${address}</${Code}><button type="button" class="link" aria-label=${`${t("mail.cc.remove")} ${address}`} onClick=${() => set(chosen.filter((one) => one !== address))}>${icon("close")}</button></span>`)}
    <input class="ltr" type="email" size="18" aria-label=${t("mail.cc.add")} placeholder=${t("mail.cc.add")} value=${typed} onInput=${(event) => type(event.target.value)}
      onKeyDown=${(event) => event.key === "Enter" && (event.preventDefault(), add())} onBlur=${add} /></div>`;
}

/** The addresses that get a copy of this draft. */
export const copiesOf = (contact, value, most) => value.cc ?? (contact.data?.people ?? []).map((one) => one.address).slice(0, most);
