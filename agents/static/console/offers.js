// Proposals to me: a card that cannot be overlooked, counts down, and is answered by one key.

import {html, useEffect, useRef} from "../html.js";
import {now} from "../boot.js";
import {known} from "../page.js";
import {Avatar, Doing, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {nameOf} from "../parts/who.js";
import {offers} from "../state.js";
import {useStore, useTick} from "../store.js";
import {number, say, t, titleOf, word} from "../words.js";
import {ring} from "./alert.js";
import {select, write} from "./choice.js";
import {called, run} from "./deeds.js";

/** Accept or decline the offer that runs out first (the keys use this). */
export function answer(deed) {
  const [first] = offers(known.get());
  if (first) run(deed, first, deed === "accept" ? take : undefined);
}

const take = (id) => {
  select(id);
  write();
};

/** Every live offer of mine. */
export function Offers() {
  const state = useStore(known);
  const list = offers(state);
  const heard = useRef(new Set());
  useEffect(() => {
    const fresh = list.filter((contact) => !heard.current.has(contact.offer.id));
    fresh.forEach((contact) => heard.current.add(contact.offer.id));
    if (fresh.length) ring("offer");
  });
  return html`<section class="offers" aria-label=${t("offers")} aria-live="assertive" data-any=${list.length > 0}>
    ${list.map((contact, place) => html`<${Card} key=${contact.offer.id} contact=${contact} queue=${state.queue[contact.queue]} first=${place === 0} />`)}</section>`;
}

function Card({contact, queue, first}) {
  const name = nameOf(contact);
  return html`<article class="offer" data-contact=${contact.id}>
    <div class="row"><${Countdown} until=${contact.offer.expires_at} /><div class="grow"><p class="tiny">${t("offer.new")}</p>
      <${Text} class="clip strong offer-name">${name}</${Text}></div><${Avatar} id=${contact.customer?.id} name=${contact.customer?.name ?? ""} /></div>
    <p class="row small"><span class="chip warn">${icon(contact.medium)}${word("medium", contact.medium)}</span>${queue && html`<${Text} class="chip">${titleOf(queue)}</${Text}>`}</p>
    ${(contact.last?.text || contact.subject) && html`<p class="offer-text plain" dir="auto">${contact.subject || contact.last.text}</p>`}
    ${contact.offer.why && html`<p class="tiny say offer-why">${say(contact.offer.why)}</p>`}
    <div class="row">
      <${Doing} name=${called("accept", contact)} class="primary grow" onClick=${() => run("accept", contact, take)}>${t("deed.accept")}${first && html`<kbd>Alt+↵</kbd>`}</${Doing}>
      <${Doing} name=${called("decline", contact)} onClick=${() => run("decline", contact)}>${t("deed.decline")}</${Doing}></div></article>`;
}

const AROUND = 2 * Math.PI * 18;

function Countdown({until}) {
  useTick(250);
  const whole = useRef(Math.max(1, Date.parse(until) - now()));
  const left = Math.max(0, Date.parse(until) - now());
  const share = Math.min(1, left / whole.current);
  return html`<span class="countdown" role="timer" aria-label=${t("offer.left", {n: Math.ceil(left / 1000)})} aria-live="off" data-last=${left < 8000}>
    <svg viewBox="0 0 44 44" aria-hidden="true"><circle class="track" cx="22" cy="22" r="18" /><circle class="left" cx="22" cy="22" r="18"
      stroke-dasharray=${AROUND} stroke-dashoffset=${AROUND * (1 - share)} /></svg><b class="number">${number(Math.ceil(left / 1000))}</b></span>`;
}
