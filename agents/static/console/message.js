// One message: whose it is, its text in its own direction, files, the citizen's HTML in a box, how it was delivered.

import {Fragment, html, still, useState} from "../html.js";
import {clock, full, size} from "../dates.js";
import {known} from "../page.js";
import {Avatar, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {nameOf} from "../parts/who.js";
import {numerals, t, word} from "../words.js";
import {Delivery} from "./delivery.js";
import {Particulars} from "./particulars.js";

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const LINK = /https?:\/\/[^\s<>"'`\u200e\u200f\u2066-\u2069]{1,2000}/g;

/** A message as a bubble; what the house says about itself stands in the middle. */
export const Message = still(({message, contact, joined}) => {
  if (message.direction === "system") return html`<p class="system small" data-message=${message.id}><span>${happened(message)}</span> <time class="tiny faint" title=${full(message.at)}>${clock(message.at)}</time></p>`;
  return html`<article class=${`message ${message.direction}`} data-message=${message.id} data-joined=${joined} aria-label=${label(message, contact)}>
    ${message.direction === "in" && html`<span class="message-face">${!joined && html`<${Avatar} small id=${contact.customer?.id} name=${message.author || (contact.customer?.name ?? "")} />`}</span>`}
    <div class="bubble">
      ${!joined && html`<p class="author tiny"><${Text} class="strong">${authorOf(message, contact)}</${Text}>${message.direction === "note" && html`<span class="chip warn">${icon("lock")}${t("note.internal")}</span>`}${message.automatic && html`<span class="chip">${t("automatic")}</span>`}</p>`}
      ${message.subject && message.subject !== contact.subject && html`<p class="small strong"><${Text}>${message.subject}</${Text}></p>`}
      <${Body} message=${message} />
      <${Particulars} message=${message} contact=${contact} />
      ${message.attachments?.length > 0 && html`<ul class="files">${message.attachments.map((file) => html`<${File} key=${file.id} file=${file} />`)}</ul>`}
      <p class="below-text tiny"><time dateTime=${message.at} title=${full(message.at)}>${clock(message.at)}</time>${message.delivery && html`<${Delivery} delivery=${message.delivery} contact=${contact} />`}</p>
    </div></article>`;
});

// What the house says about itself comes as a kind and what was said; the words are this page's.
function happened({kind, text, agent}) {
  if (kind === "left" && text) return word("left", text);
  const sentence = word("happened", kind);
  return sentence === kind ? text || kind : t(`happened.${kind}`, {said: /^\+\d/.test(text) ? `\u2066${text}\u2069` : numerals(text), name: known.get().agent[agent]?.name ?? t("author.house")});
}

const label = (message, contact) => `${t(`direction.${message.direction}`)} ${authorOf(message, contact)} ${clock(message.at)}`;

function authorOf(message, contact) {
  const agent = known.get().agent[message.agent];
  if (message.direction === "in") return message.author || nameOf(contact);
  return agent?.name || message.author || t("author.house");
}

function Body({message}) {
  const [whole, open] = useState(false);
  const [box, show] = useState(false);
  const short = message.new_text && message.new_text.trim() !== message.text.trim();
  const text = short && !whole ? message.new_text : message.text;
  return html`<${Fragment}>
    ${text && html`<div class="text plain" dir="auto">${linked(text)}</div>`}
    ${(short || message.has_html) && html`<p class="row tiny">
      ${short && html`<button type="button" class="link" aria-expanded=${whole ? "true" : "false"} onClick=${() => open(!whole)}>${t(whole ? "text.short" : "text.whole")}</button>`}
      ${message.has_html && html`<button type="button" class="link" aria-expanded=${box ? "true" : "false"} onClick=${() => show(!box)}>${t(box ? "html.hide" : "html.show")}</button>`}</p>`}
    ${box && html`<iframe class="citizen-html" sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" loading="lazy" title=${t("html.title")} src=${`/messages/${message.id}/html`}></iframe>`}
  </${Fragment}>`;
}

// Only web addresses become links; everything else stays text, so nothing a stranger writes can act.
function linked(text) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(LINK)) {
    const url = found[0].replace(/[.,;:!?)\]»،؛؟]+$/, "");
    parts.push(text.slice(last, found.index), html`<a href=${url} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">${url}</a>`);
    last = found.index + url.length;
  }
  return [...parts, text.slice(last)];
}

function File({file}) {
  const address = `/attachments/${file.id}`;
  const face = PICTURES.has(file.media_type)
    ? html`<a class="picture" href=${address} target="_blank" rel="noopener noreferrer"><img src=${address} alt=${file.name} loading="lazy" /></a>` : null;
  return html`<li class="file">${face}<a class="file-line" href=${address} download=${file.name}>${icon("file")}<${Text} class="clip">${file.name || t("file.unnamed")}</${Text}><span class="tiny faint number">${size(file.size)}</span></a></li>`;
}
