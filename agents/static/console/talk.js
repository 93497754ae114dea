// The conversation: who it is with, what was said, and what can be done now.

import {html, useLayoutEffect, useRef, useState} from "../html.js";
import {now} from "../boot.js";
import {day, dayKey} from "../dates.js";
import {choose, known, ui} from "../page.js";
import {Avatar, Copied, Doing, Empty, Item, Menu, Since, Text} from "../parts/bits.js";
import {openDialog} from "../parts/dialog.js";
import {icon} from "../parts/icon.js";
import {nameOf} from "../parts/who.js";
import {me, messagesOf} from "../state.js";
import {useStore, useTick} from "../store.js";
import {say, t, titleOf, word} from "../words.js";
import {Composer} from "./composer.js";
import {select} from "./choice.js";
import {called, channelOf, contactOf, possible, run} from "./deeds.js";
import {Message} from "./message.js";
import {Also, Claim} from "./particulars.js";

const SIGNS = {take: "inbox", accept: "check", decline: "close", reopen: "reopen", transfer: "transfer", snooze: "snooze", finish: "finish", close: "check", hangup: "hangup", hold: "pause", resume: "play"};
const PLAIN = new Set(["take", "accept", "decline", "reopen", "finish", "hangup", "hold", "resume"]);
const FRONT = ["take", "accept", "decline", "resume", "hangup", "hold", "transfer", "snooze", "finish", "close", "reopen"];

/** Begin a deed: at once, or by its dialog. */
export function begin(deed, contact) {
  if (PLAIN.has(deed)) run(deed, contact, deed === "decline" ? undefined : select);
  else openDialog(deed, {contact: contact.id});
}

/** The middle pane. */
export function Talk() {
  const state = useStore(known);
  const {selected, archive} = useStore(ui);
  const contact = contactOf(selected, archive);
  if (!contact) return html`<section class="talk" aria-label=${t("conversation")}><${Empty} sign="webchat">${t(selected === null ? "talk.none" : "talk.gone")}</${Empty}></section>`;
  const messages = state.contact[selected] ? messagesOf(state, selected) : archive[selected].messages;
  const deeds = possible(contact, me(state), channelOf(contact).limits);
  return html`<section class="talk" aria-label=${t("conversation")} data-contact=${contact.id}>
    <${Head} contact=${contact} state=${state} deeds=${deeds} />
    <${Claim} contact=${contact} /><${Also} contact=${contact} />
    <${Said} key=${contact.id} messages=${messages} contact=${contact} />
    ${deeds.includes("reply") || deeds.includes("note")
      ? html`<${Composer} key=${`composer-${contact.id}`} contact=${contact} deeds=${deeds} />`
      : html`<${Ending} contact=${contact} deeds=${deeds} />`}</section>`;
}

function Head({contact, state, deeds}) {
  const queue = state.queue[contact.queue];
  const shown = FRONT.filter((deed) => deeds.includes(deed));
  const name = nameOf(contact);
  return html`<header class="talk-head">
    <button type="button" class="button bare square narrow-only" aria-label=${t("back")} onClick=${() => choose({pane: "list"})}>${icon("back")}</button>
    <span class="face wide-only"><${Avatar} id=${contact.customer?.id} name=${contact.customer?.name ?? ""} /><span class="medium">${icon(contact.medium)}</span></span>
    <div class="grow talk-title"><h2 class="clip"><${Text}>${name}</${Text}></h2>
      <p class="row small quiet"><${Copied} text=${contact.reference} />${queue && html`<${Text} class="clip">${titleOf(queue)}</${Text}>`}
      <span class=${`chip ${LOOK[contact.state] ?? ""}`}>${t(`state.${contact.state}`)}<${Since} at=${contact.state_since} words=${true} /></span></p>
      ${contact.subject && html`<p class="clip small"><${Text}>${contact.subject}</${Text}></p>`}</div>
    <div class="row deeds">${shown.map((deed, place) => html`<${Deed} key=${deed} deed=${deed} contact=${contact} front=${place === 0 && deed !== "transfer"} />`)}</div>
    <${Menu} label=${t("more")} face=${icon("more")}>
      <div class="narrow-menu">${shown.map((deed) => html`<${Item} key=${deed} run=${() => begin(deed, contact)}>${icon(SIGNS[deed])}${t(`deed.${deed}`)}</${Item}>`)}</div>
      <${Item} run=${() => openDialog("why", {contact: contact.id})}>${icon("question")}${t("why")}</${Item}>
      <${Item} run=${() => choose({side: "story", sideOpen: true, pane: "side"})}>${icon("story")}${t("side.story")}</${Item}></${Menu}>
    <button type="button" class="button bare square side-toggle" aria-label=${t("side")} title=${t("side")}
      onClick=${() => choose((old) => ({sideOpen: !old.sideOpen, pane: "side"}))}>${icon("person")}</button></header>`;
}

const LOOK = {waiting: "warn", active: "good", "wrap-up": "info", snoozed: "info", offered: "warn"};

const Deed = ({deed, contact, front}) => html`<${Doing} name=${called(deed, contact)} class=${`deed ${front ? "primary" : ""} ${deed === "hangup" ? "danger" : ""}`}
  label=${t(`deed.${deed}`)} data-deed=${deed} onClick=${() => begin(deed, contact)}>${icon(SIGNS[deed])}<span class="deed-word">${t(`deed.${deed}`)}</span></${Doing}>`;

// Messages by day; keeps to the end while the reader is at the end, and leaves them alone when they read above.
function Said({messages, contact}) {
  const box = useRef(null);
  const [below, tell] = useState(0);
  const atEnd = useRef(true);
  const seenCount = useRef(0);
  useLayoutEffect(() => {
    if (atEnd.current) box.current.scrollTop = box.current.scrollHeight;
    else if (messages.length > seenCount.current) tell(messages.length - seenCount.current);
    if (atEnd.current) seenCount.current = messages.length;
  }, [messages.length, messages.at(-1)?.delivery?.state]);
  const scrolled = () => {
    const {scrollTop, scrollHeight, clientHeight} = box.current;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 60;
    if (atEnd.current) {
      seenCount.current = messages.length;
      tell(0);
    }
  };
  const down = () => { box.current.scrollTop = box.current.scrollHeight; };
  return html`<div class="said-frame"><div class="said" ref=${box} onScroll=${scrolled} tabindex="0" role="log" aria-label=${t("messages")} aria-live="polite">
      ${messages.map((message, place) => html`
        ${(place === 0 || dayKey(message.at) !== dayKey(messages[place - 1].at)) && html`<div key=${`day-${message.id}`} class="day-mark"><span>${day(message.at)}</span></div>`}
        <${Message} key=${message.id} message=${message} contact=${contact} joined=${joined(messages[place - 1], message)} />`)}
      <${Typing} contact=${contact} /></div>
    ${below > 0 && html`<button type="button" class="button primary slim below" onClick=${down}>${icon("down")}${t("messages.below", {n: below})}</button>`}</div>`;
}

const joined = (before, message) => before && before.direction === message.direction && before.author === message.author
  && before.agent === message.agent && dayKey(before.at) === dayKey(message.at) && Date.parse(message.at) - Date.parse(before.at) < 300_000;

function Typing({contact}) {
  const {typing} = useStore(ui);
  useTick(1_000);
  const one = typing[contact.id];
  if (!one || one.until < now()) return null;
  const agent = known.get().agent[one.who.replace("agent:", "")];
  return html`<p class="typing small quiet"><i></i><i></i><i></i><span>${agent ? t("typing.agent", {name: agent.name}) : t("typing.customer")}</span>${one.text && html`<${Text} class="clip typing-text">${one.text}</${Text}>`}</p>`;
}

const Ending = ({contact, deeds}) => html`<footer class="ending small quiet">
  <span>${contact.disposition ? t("ended.as", {how: word("disposition", contact.disposition)}) : t(`state.${contact.state}`)}
    ${contact.state === "waiting" && contact.waiting_why ? html` — <${Text}>${say(contact.waiting_why)}</${Text}>` : ""}</span>
  ${deeds.includes("reopen") && html`<${Doing} name=${called("reopen", contact)} onClick=${() => begin("reopen", contact)}>${icon("reopen")}${t("deed.reopen")}</${Doing}>`}</footer>`;

