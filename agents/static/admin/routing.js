// How contacts are served: hours, policies, promises. What cannot be meant so is refused by the house, with the key.

import {html} from "../html.js";
import {Code, Text} from "../parts/bits.js";
import {Ask, Field, openDialog} from "../parts/dialog.js";
import {send, toast} from "../page.js";
import {number, t, titleOf, word} from "../words.js";
import {Efforts} from "./efforts.js";
import {holidaysOf, holidaysText} from "./holidays.js";
import {pairs, parametersOf} from "./parameters.js";
import {Sheet, changed, useList} from "./sheet.js";
import {WhatIf} from "./whatif.js";

const DAYS = ["saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday"];
const PARTS = [["calendar", "calendars"], ["policy", "policies"], ["target", "targets"]];

const spans = (value) => (Array.isArray(value) ? value.join(", ") : value ?? "");
const which = (target) => [target.queue, target.medium, target.segment && word("segment", target.segment), target.kind].filter(Boolean).join(" · ") || t("routing.any");

const saved = async (call) => {
  const done = await call;
  toast(t("saved"));
  changed();
  return done;
};

/** How each queue is served, the three lists, and what if; who may not set it reads. */
export function Routing({sets}) {
  const [got, error] = useList("/api/routing");
  const rows = {
    calendar: (each) => [html`<${Code}>${each.name}</${Code}>`, DAYS.filter((day) => each.definition.week?.[day]).map((day) => html`<span key=${day} class="chip">${t(`day.${day}`)} <${Code}>${spans(each.definition.week[day])}</${Code}></span>`)],
    policy: (each) => [html`<${Code}>${each.name}</${Code}>`, html`${t(`rule.${each.rule}`)} ${Object.entries(each.parameters).map(([key, value]) => html`<span key=${key} class="chip"><${Code}>${`${key} = ${JSON.stringify(value)}`}</${Code}></span>`)}`],
    target: (each) => [html`<${Text}>${which(each)}</${Text}>`, html`${t(`clock.${each.clock}`)}: ${t("seconds", {n: each.seconds})}`],
  };
  return html`<${Sheet} name="routing" error=${error}>${got && html`<${Served} all=${got} />`}${got && PARTS.map(([kind, many]) => html`<section key=${kind} class="stack routing-part" aria-labelledby=${`routing-${kind}`} data-part=${kind}>
    <header class="row wrap"><div class="grow"><h2 id=${`routing-${kind}`}>${t(`routing.${many}`)}</h2><p class="small quiet">${t(`routing.${many}.meaning`)}</p></div>
      ${sets && html`<button type="button" class="button slim" onClick=${() => openDialog(kind, {it: null, all: got})}>${t("routing.add")}</button>`}</header>
    ${!got[many].length && html`<p class="quiet">${t(`routing.${many}.none`)}</p>`}
    <table class=${got[many].length ? "" : "gone"}><tbody>${got[many].map((each) => { const [name, what] = rows[kind](each); return html`<tr key=${each.id ?? each.name}><td>${name}</td><td class="row wrap">${what}</td>
      ${sets && html`<td><button type="button" class="button slim" onClick=${() => openDialog(kind, {it: each, all: got})}>${t("edit")}</button> <button type="button" class="button slim" onClick=${() => openDialog("drop", {kind, many, it: each})}>${t("routing.remove")}</button></td>`}</tr>`; })}</tbody></table></section>`)}
    ${got && html`${sets && html`<${Efforts} />`}<${WhatIf} all=${got} sets=${sets} />`}</${Sheet}>`;
}

// Every parameter in force and what it means, what was set here in front.
function Served({all}) {
  return html`<section class="stack routing-part" aria-labelledby="routing-served" data-part="served"><header><h2 id="routing-served">${t("routing.served")}</h2><p class="small quiet">${t("routing.served.meaning")}</p></header>
    ${all.served.map(({policy, rule, queues, values}) => {
      const own = all.policies.find((each) => each.name === policy)?.parameters ?? {};
      const keys = Object.keys(values).sort((a, b) => (b in own) - (a in own));
      return html`<div key=${policy} class="stack" data-policy=${policy}><p class="row wrap"><span class="strong">${word("rule", rule)}</span>${policy !== "default" && html`<${Code}>${policy}</${Code}>`}
        ${queues.map((queue) => html`<${Text} key=${queue.name} class="chip info">${titleOf(queue)}</${Text}>`)}${Object.entries(own).map(([key, value]) => html`<${Setting} key=${key} name=${key} value=${value} />`)}</p>
        <details><summary>${t("routing.served.all", {n: keys.length})}</summary><dl class="small meanings">${keys.map((key) => html`<div key=${key}><dt><${Setting} name=${key} value=${values[key]} look=${key in own ? "warn" : ""} />${key in own && html` <span class="tiny">${t("routing.served.own")}</span>`}</dt><dd>${t(`param.${key}`)}</dd></div>`)}</dl></details></div>`;
    })}</section>`;
}

const Setting = ({name, value, look = ""}) => html`<span class=${`chip ${look}`}><${Code}>${`${name} = ${JSON.stringify(value)}`}</${Code}></span>`;

/** Working hours. */
export function CalendarForm({it}) {
  const old = it?.definition ?? {};
  const save = (values, form) => {
    const week = Object.fromEntries(DAYS.map((day) => [day, values[day].split(/[,،]/).map((each) => each.trim()).filter(Boolean)]).filter(([, each]) => each.length));
    const {zone, ...rest} = old;
    return saved(send("POST", `/api/calendars/${encodeURIComponent(values.name ?? it.name)}`, {...rest, ...(values.zone ? {zone: values.zone} : {}), week, iran: form.elements.iran.checked, holidays: holidaysOf(values.holidays, old.holidays)}));
  };
  return html`<${Ask} title=${it ? it.name : t("routing.calendars")} name="calendar" submit=${t("save")} wide run=${save}><div class="fields">
    ${!it && html`<${Field} label=${t("queue.name")} hint=${t("queue.name.hint")}><input name="name" class="ltr" required pattern="[a-z0-9\\-]+" maxlength="40" /></${Field}>`}
    <${Field} label=${t("calendar.zone")}><input name="zone" class="ltr" maxlength="60" placeholder="Asia/Tehran" defaultValue=${old.zone ?? ""} /></${Field}>
    ${DAYS.map((day) => html`<${Field} key=${day} label=${t(`day.${day}`)}><input name=${day} class="ltr" maxlength="200" placeholder="08:00-12:00, 13:00-16:30" defaultValue=${spans(old.week?.[day])} /></${Field}>`)}</div>
    <label class="check"><input type="checkbox" name="iran" defaultChecked=${old.iran ?? true} />${t("calendar.iran")}</label>
    <${Field} label=${t("calendar.holidays")} hint=${t("calendar.holidays.hint")}><textarea name="holidays" rows="4" dir="auto" defaultValue=${holidaysText(old.holidays)}></textarea></${Field}></${Ask}>`;
}

/** How a group of queues is served. */
export function PolicyForm({it, all}) {
  const save = (values) => saved(send("POST", `/api/policies/${encodeURIComponent(values.name ?? it.name)}`, {rule: values.rule, parameters: parametersOf(values.parameters)}));
  return html`<${Ask} title=${it ? it.name : t("routing.policies")} name="policy" submit=${t("save")} wide run=${save}><div class="fields">
    ${!it && html`<${Field} label=${t("queue.name")} hint=${t("queue.name.hint")}><input name="name" class="ltr" required pattern="[a-z0-9\\-]+" maxlength="40" /></${Field}>`}
    <${Field} label=${t("policy.rule")}><select name="rule">${all.rules.map((rule) => html`<option key=${rule} value=${rule} selected=${rule === (it?.rule ?? "promise")}>${word("rule", rule)}</option>`)}</select></${Field}></div>
    <${Field} label=${t("policy.parameters")} hint=${t("policy.parameters.hint", {known: all.parameters.join(", ")})}><textarea name="parameters" class="ltr" rows="6" spellcheck="false" defaultValue=${pairs(it?.parameters ?? {})}></textarea></${Field}>
    <details><summary>${t("policy.parameters.all")}</summary><dl class="small" data-part="parameters">${all.parameters.map((key) => html`<dt key=${key}><${Code}>${key}</${Code}></dt><dd>${t(`param.${key}`)}</dd>`)}</dl></details></${Ask}>`;
}

/** What is promised to whom. */
export function TargetForm({it, all}) {
  const [got] = useList("/api/queues");
  const save = (values) => saved(send("POST", "/api/targets", {queue: values.queue, medium: values.medium, segment: values.segment, kind: values.kind, clock: values.clock, seconds: Number(values.seconds)}));
  const choice = (name, label, options) => html`<${Field} label=${label}><select name=${name}><option value="">${t("routing.any")}</option>${options.map(([value, shown]) => html`<option key=${value} value=${value} selected=${value === it?.[name]}>${shown}</option>`)}</select></${Field}>`;
  return html`<${Ask} title=${t("routing.targets")} name="target" submit=${t("save")} wide run=${save}><div class="fields">
    ${choice("queue", t("queue.title"), (got?.queues ?? []).map((queue) => [queue.name, queue.name]))}
    ${choice("medium", t("routing.medium"), Object.keys(all.media).map((medium) => [medium, word("medium", medium)]))}
    ${choice("segment", t("routing.segment"), all.segments.map((segment) => [segment, word("segment", segment)]))}
    <${Field} label=${t("routing.kind")}><input name="kind" dir="auto" maxlength="60" defaultValue=${it?.kind ?? ""} /></${Field}>
    <${Field} label=${t("routing.clock")}><select name="clock">${all.clocks.map((clock) => html`<option key=${clock} value=${clock} selected=${clock === (it?.clock ?? "first")}>${word("clock", clock)}</option>`)}</select></${Field}>
    <${Field} label=${t("routing.seconds")} hint=${t("routing.seconds.hint")}><input name="seconds" class="ltr" type="number" min="1" max="31622400" required defaultValue=${it?.seconds ?? 120} /></${Field}></div></${Ask}>`;
}

/** Remove one; the house refuses while it is used. */
export function DropForm({kind, many, it}) {
  const name = it.name ?? which(it);
  const drop = () => saved(send("DELETE", `/api/${many}/${encodeURIComponent(it.id ?? it.name)}`));
  return html`<${Ask} title=${t("routing.remove.title", {name})} name="drop" submit=${t("routing.remove")} danger run=${drop}><p>${t(`routing.${many}`)}: <${Text} class="strong">${name}</${Text}></p></${Ask}>`;
}
