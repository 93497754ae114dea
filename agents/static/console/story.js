// The journal of one contact and the reasons of its routing, in plain words.

import {html} from "../html.js";
import {clock, day, dayKey, full, moment} from "../dates.js";
import {known, ui} from "../page.js";
import {Failed, Text} from "../parts/bits.js";
import {Dialog} from "../parts/dialog.js";
import {useRead} from "../read.js";
import {useStore} from "../store.js";
import {number, percent, say, t, titleOf, word} from "../words.js";
import {contactOf} from "./deeds.js";

/** What happened, oldest first. */
export function Story({contact}) {
  const state = useStore(known);
  const [got, error] = useRead(`/api/contacts/${contact.id}/journal`, contact.version);
  if (error) return html`<${Failed} error=${error} />`;
  const entries = (got?.entries ?? []).filter((entry) => sentence(entry, state));
  return html`<ol class="story">${entries.map((entry, place) => html`
    ${(place === 0 || dayKey(entry.at) !== dayKey(entries[place - 1].at)) && html`<li key=${`day-${entry.seq}`} class="tiny faint">${day(entry.at)}</li>`}
    <li key=${entry.seq} class="story-line small"><time class="tiny faint number" title=${full(entry.at)}>${clock(entry.at)}</time><span class="say">${sentence(entry, state)}</span></li>`)}</ol>`;
}

// An alarm says what it is about, or that it is over; a promise which one it is.
const variant = ({over, code, clock}) => over ? "over" : code ?? clock ?? "";

// What a step did: a code, with what was offered behind a colon.
function deed(code, state) {
  const [what, which] = [code.split(":")[0], code.slice(code.indexOf(":") + 1)];
  if (what === "queue") return t("door.queue", {name: titleOf(Object.values(state.queue).find((queue) => queue.name === which)) || which});
  return what === "offer" ? word("door", which) : word("did", what);
}

// Whose words are notices that nobody typed.
const ITSELF = ["router", "timer", "system"];

// One sentence per entry; an event without a sentence of its own is none of the reader's business.
function sentence({name, actor, data = {}}, state) {
  const agent = (id) => state.agent[id]?.name ?? t("someone");
  const who = actor?.startsWith("agent:") ? agent(actor.slice(6)) : t(`actor.${(actor ?? "router").split(":")[0]}`);
  const by = name === "message-added" && data.direction === "out" && ITSELF.includes(actor?.split(":")[0]) ? "itself" : "";
  const key = [`journal.${name}.${by}`, `journal.${name}.${data.outcome ?? data.direction ?? data.state ?? data.reason ?? variant(data)}`, `journal.${name}`].find((each) => t(each) !== each);
  if (!key) return "";
  return t(key, {who, agent: agent(data.agent), queue: titleOf(state.queue[data.queue]) || "—", how: word("disposition", data.disposition ?? ""),
    reason: word("reason", data.reason ?? ""), state: t(`delivery.${data.state}`),
    did: (data.did ?? []).map((code) => deed(code, state)).join(t("list.comma")), missing: (data.missing ?? []).map((code) => word("lack", code)).join(t("list.comma"))});
}

/** Why this agent, why still waiting: the router's own terms. */
export function Why({contact: id}) {
  const {archive} = useStore(ui);
  const contact = contactOf(id, archive);
  const [got, error] = useRead(`/api/contacts/${id}/why`, contact?.version);
  const state = useStore(known);
  return html`<${Dialog} title=${t("why")}>
    ${error && html`<${Failed} error=${error} />`}
    ${got && !got.decisions.length && html`<p class="quiet">${t("why.none")}</p>`}
    <ol class="stack">${(got?.decisions ?? []).map((one) => html`<li key=${one.at} class="decision">
      <p class="row wrap tiny faint"><time>${moment(one.at)}</time>${one.outcome && html`<span class="chip">${word("outcome", one.outcome)}</span>`}${one.agent && html`<${Text} class="chip info">${state.agent[one.agent]?.name ?? ""}</${Text}>`}</p>
      <p class="say">${say(one)}</p>
      ${one.terms?.length > 0 && html`<dl class="terms small">${one.terms.filter((term) => !repeats(term, one)).map((term) => html`<div key=${term.code}><dt class="quiet say">${say(term) || term.code}</dt><dd class="number" data-term=${term.code}>${shown(term, state)}</dd></div>`)}</dl>`}</li>`)}</ol></${Dialog}>`;
}

// A term that says what stands above it already.
const repeats = ({text}, one) => Boolean(text) && say(text) === say(one);

const KINDS = {medium: "medium", segment: "segment", policy: "rule"};

// Times of the router are milliseconds since 1970; nothing else it counts is so large.
function shown({code, value, text}, state) {
  if (text) return html`<${Text}>${say(text)}</${Text}>`;
  if (code === "queue") return html`<${Text}>${titleOf(state.queue[value] ?? Object.values(state.queue).find((queue) => queue.name === value)) || value}</${Text}>`;
  if (code === "policy" && value === "default") return t("policy.default");
  if (code in KINDS) return word(KINDS[code], value);
  if (Array.isArray(value)) return value.join(t("list.comma"));
  if (typeof value === "number" && value > 1e11) return moment(new Date(value).toISOString());
  if (typeof value === "number") return code.endsWith("share") ? percent(value) : number(value);
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  return value == null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
