// Numbers of the queues: now on the left of a card, today on the right; every number says how it is counted.

import {html} from "../html.js";
import {Since, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {since} from "../dates.js";
import {nameOf} from "../parts/who.js";
import {useTick} from "../store.js";
import {number, numerals, percent, say, t, titleOf, word} from "../words.js";

const WELL = 0.8, BARELY = 0.6;

/** A number with its name; the name explains itself on hover and to a screen reader. */
function Figure({name, children, look = "", values = {}}) {
  return html`<div class=${`figure ${look}`} data-figure=${name}><dt title=${t(`figure.${name}.meaning`, values)} tabindex="0">${t(`figure.${name}`)}<span class="unseen"> — ${t(`figure.${name}.meaning`, values)}</span></dt><dd class="number">${children}</dd></div>`;
}

/** The whole desk in one line. */
export function Summary({state}) {
  useTick(1_000);
  const queues = Object.values(state.queue), agents = Object.values(state.agent);
  const sum = (pick) => queues.reduce((total, queue) => total + (pick(queue) ?? 0), 0);
  const oldest = queues.map((queue) => queue.oldest_queued_at).filter(Boolean).sort()[0];
  const counted = queues.filter((queue) => queue.today.service_level !== null);
  const base = counted.reduce((total, {today}) => total + (today.service_level ? today.within_target / today.service_level : today.answered + today.abandoned), 0);
  const level = base ? counted.reduce((total, {today}) => total + today.within_target, 0) / base : null;
  const waiting = sum((queue) => queue.waiting);
  return html`<dl class="summary card">
    <${Figure} name="waiting" look=${waiting ? "warn" : ""}>${number(waiting)}</${Figure}>
    <${Figure} name="longest">${oldest ? html`<${Since} at=${oldest} />` : "—"}</${Figure}>
    <${Figure} name="ready">${number(agents.filter((agent) => agent.state === "ready").length)} <small class="faint">/ ${number(agents.filter((agent) => agent.state !== "offline").length)}</small></${Figure}>
    <${Figure} name="answered">${number(sum((queue) => queue.today.answered))}</${Figure}>
    <${Figure} name="abandoned">${number(sum((queue) => queue.today.abandoned))}</${Figure}>
    <${Figure} name="level.all">${level === null ? "—" : percent(level)}</${Figure}></dl>`;
}

/** One card per queue. */
export const Queues = ({list}) => html`<section class="queues" aria-label=${t("queues")}>${list.map((queue) => html`<${Card} key=${queue.id} queue=${queue} />`)}</section>`;

function Card({queue}) {
  useTick(1_000);
  const {answered, abandoned, near, broken, service_level: level} = queue.today;
  const late = queue.oldest_queued_at && since(queue.oldest_queued_at) > queue.target_seconds * 1000;
  const target = {n: queue.target_seconds};
  return html`<article class="card queue" data-queue=${queue.id} data-late=${Boolean(late)} data-nobody=${queue.waiting > 0 && queue.ready_agents === 0}>
    <header class="row"><h2 class="grow clip"><${Text}>${titleOf(queue)}</${Text}></h2>${queue.waiting > 0 && queue.ready_agents === 0 ? html`<span class="chip bad">${icon("warning")}${t("queue.nobody")}</span>` : html`<span class="chip">${t("queue.ready", {n: queue.ready_agents})}</span>`}</header>
    <dl class="figures"><${Figure} name="waiting" look="big">${number(queue.waiting)}</${Figure}>
      <${Figure} name="longest" look=${late ? "bad" : ""}>${queue.oldest_queued_at ? html`<${Since} at=${queue.oldest_queued_at} />` : "—"}</${Figure}>
      <${Figure} name="answered">${number(answered)}</${Figure}><${Figure} name="abandoned">${number(abandoned)}</${Figure}>
      <${Figure} name="near" look=${near ? "warn" : ""}>${number(near)}</${Figure}><${Figure} name="broken" look=${broken ? "bad" : ""}>${number(broken)}</${Figure}></dl>
    <dl><${Figure} name="level" values=${target} look="level">${level === null ? html`<span class="faint">${t("figure.none")}</span>` : percent(level)}</${Figure}></dl>
    <${Meter} share=${level} /></article>`;
}

/** A bar for a share between 0 and 1. */
export const Meter = ({share, look = share === null || share >= WELL ? "" : share >= BARELY ? "warn" : "bad"}) =>
  html`<div class=${`meter ${look}`} aria-hidden="true"><i style=${{inlineSize: `${Math.round(100 * Math.min(1, share ?? 0))}%`}}></i></div>`;

/** What supervisors are to know now: contacts nobody can take, queues where nobody comes, promises that cannot be kept. */
export function Alarms({found, state}) {
  const {total, standing} = found;
  return html`<section class="card stack" aria-labelledby="alarms-now" data-alarms=${total}><h2 id="alarms-now" class="row">${t("board.alarms")}${total > 0 && html`<span class="chip bad">${number(total)}</span>`}</h2>
    <div aria-live="polite">${total === 0 ? html`<p class="faint">${t("board.alarms.none")}</p>` : html`<ul class="alarms-now">${standing.map((alarm) => html`<li key=${`${alarm.code} ${alarm.contact} ${alarm.queue}`}>
      <${About} alarm=${alarm}>${icon("warning")}<span class="grow stack-tight">${alarm.contact && html`<${Text} class="clip">${nameOf(state.contact[alarm.contact] ?? {reference: numerals(alarm.contact)})}</${Text}>`}
        <span class="small say">${say(alarm)}${alarm.missing.length > 0 && html` <${Text} class="faint">${alarm.missing.map((code) => word("lack", code)).join(t("list.comma"))}</${Text}>`}</span></span>
        ${alarm.queue && html`<${Text} class="chip">${titleOf(state.queue[alarm.queue])}</${Text}>`}<span class="chip warn"><${Since} at=${alarm.since} /></span></${About}></li>`)}</ul>`}
    ${total > standing.length && html`<p class="tiny faint">${t("board.alarms.more", {n: total - standing.length})}</p>`}</div></section>`;
}

const About = ({alarm, children}) => alarm.contact ? html`<a href=${`/console#c${alarm.contact}`}>${children}</a>` : html`<div class="row">${children}</div>`;

/** Who waits longest now, with a way to the console. */
export const WaitingLongest = ({list, state}) => html`<section class="card stack" aria-labelledby="longest-now"><h2 id="longest-now">${t("board.waiting")}</h2>
  ${list.length === 0 ? html`<p class="faint">${t("empty.waiting")}</p>` : html`<ul class="waiting-now">${list.slice(0, 8).map((contact) => html`<li key=${contact.id}><a href=${`/console#c${contact.id}`}>
    ${icon(contact.medium)}<span class="grow stack-tight"><${Text} class="clip">${nameOf(contact)}</${Text}><span class="clip tiny faint say">${contact.offer ? t("board.offered", {name: state.agent[contact.offer.agent]?.name ?? ""}) : say(contact.waiting_why)}</span></span>
    <${Text} class="chip">${titleOf(state.queue[contact.queue])}</${Text}><span class="chip warn" title=${word("medium", contact.medium)}><${Since} at=${contact.queued_at} /></span></a></li>`)}</ul>`}</section>`;
