// Agents by state, with since when, why away, and how full their hands are.

import {html} from "../html.js";
import {Avatar, Since, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {number, t, word} from "../words.js";
import {Meter} from "./queues.js";

const STATES = ["ready", "away", "offline"];
const LIGHTS = {ready: "good", away: "warn", offline: ""};

/** All agents, those who are here in front. */
export function Agents({state}) {
  const agents = Object.values(state.agent), contacts = Object.values(state.contact);
  return html`<section class="card stack" aria-labelledby="agents-now"><h2 id="agents-now">${t("agents")}</h2>${STATES.map((name) => {
    const group = agents.filter((agent) => agent.state === name).sort((a, b) => Date.parse(a.state_since) - Date.parse(b.state_since));
    return group.length > 0 && html`<div key=${name}><h3 class="row small quiet"><span class=${`light ${LIGHTS[name]}`}></span>${t(`me.${name}`)}<span class="count">${number(group.length)}</span></h3>
      <ul class="crew">${group.map((agent) => html`<${One} key=${agent.id} agent=${agent} held=${contacts.filter((contact) => contact.agent === agent.id)} />`)}</ul></div>`;
  })}</section>`;
}

function One({agent, held}) {
  const share = agent.capacity ? agent.load / agent.capacity : 0;
  return html`<li class="crew-line" data-agent=${agent.id} data-state=${agent.state}><${Avatar} small id=${agent.id} name=${agent.name} />
    <span class="grow stack-tight"><${Text} class="clip strong">${agent.name}</${Text}><span class="tiny faint clip">${agent.role === "agent" ? "" : `${t(`role.${agent.role}`)} · `}${agent.state === "away" && agent.reason ? `${word("away", agent.reason)} · ` : ""}<${Since} at=${agent.state_since} words=${true} /></span></span>
    ${agent.state !== "offline" && !agent.online && html`<span class="chip bad">${t("agent.unplugged")}</span>`}
    <span class="held">${held.slice(0, 8).map((contact) => html`<a key=${contact.id} href=${`/console#c${contact.id}`} title=${`${word("medium", contact.medium)} — ${t(`state.${contact.state}`)}`}>${icon(contact.medium)}</a>`)}</span>
    ${agent.state !== "offline" && html`<span class="load" title=${t("status.load", {load: agent.load, capacity: agent.capacity})}><${Meter} share=${share} look=${share >= 1 ? "warn" : ""} /><span class="tiny faint number">${number(agent.load)}/${number(agent.capacity)}</span></span>`}</li>`;
}
