// How an outgoing message stands, in plain words; what failed can be sent again, what is uncertain is for a person.

import {html} from "../html.js";
import {since} from "../dates.js";
import {Doing} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {useTick} from "../store.js";
import {say, t} from "../words.js";
import {channelOf, giveUp, handed, retry} from "./deeds.js";

const SIGN = {pending: "clock", sending: "clock", sent: "check", delivered: "checks", read: "checks", failed: "warning", uncertain: "question"};

/** The sign and word of a delivery, and its choices. */
export function Delivery({delivery, contact}) {
  const byHand = delivery.state === "sent" && channelOf(contact).record;
  const troubled = delivery.state === "failed" || delivery.state === "uncertain";
  return html`<span class=${`delivery ${delivery.state}`} data-state=${delivery.state}>${icon(SIGN[delivery.state])}<span>${t(`delivery.${delivery.state}`)}</span>
    ${delivery.state === "pending" && delivery.attempts > 0 && html`<${Again} delivery=${delivery} />`}</span>
    ${delivery.trail?.map((was) => html`<span class="trouble" data-was=${was.channel} key=${was.channel}><span class="say">${was.channel}: ${say(was)} ${t("delivery.by", {name: delivery.channel})}</span></span>`)}
    ${troubled && html`<span class="trouble"><span class="say">${reason(delivery)}</span>
      <${Doing} name=${`retry:${delivery.id}`} class="slim" run=${() => retry(delivery)}>${icon("reopen")}${t(delivery.state === "failed" ? "delivery.retry" : "delivery.resend")}</${Doing}>
      ${delivery.state === "uncertain" && html`<${Doing} name=${`give-up:${delivery.id}`} class="slim bare" run=${() => giveUp(delivery)}>${t("delivery.leave")}</${Doing}>`}</span>`}
    ${byHand && html`<span class="trouble"><span class="say">${t("delivery.by-hand")}</span>${["posted", "delivered", "failed"].map((state) => html`<${Doing} key=${state} name=${`${state}:${delivery.id}`} class="slim"
      run=${() => handed(contact, delivery, state)}>${icon(state === "failed" ? "close" : state === "posted" ? "letter" : "check")}${t(state === "failed" ? "delivery.not-handed" : state === "posted" ? "delivery.posted" : "delivery.handed")}</${Doing}>`)}</span>`}`;
}

const reason = (delivery) => say({en: delivery.en, fa: delivery.fa}) || (delivery.state === "uncertain" ? t("delivery.uncertain.why") : "");

function Again({delivery}) {
  useTick(1_000);
  const left = delivery.due_at ? Math.ceil(-since(delivery.due_at) / 1000) : 0;
  return html`<span class="say"> — ${say(delivery)} ${left > 0 ? t("delivery.again", {n: left}) : ""}</span>`;
}
