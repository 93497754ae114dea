// What waits for somebody: articles to mend, words to approve, questions without an answer.

import {html, useState} from "/static/html.js";
import {boot, language, now} from "/static/boot.js";
import {instant} from "/static/calendar.js";
import {dayKey, moment} from "/static/dates.js";
import {act, send} from "/static/page.js";
import {Doing, Empty, Text} from "/static/parts/bits.js";
import {DayField} from "/static/parts/day.js";
import {Choice, Part, Pieces, changed, leads, nameOf, useCall} from "./ask.js";
import {Prepared} from "./draft.js";
import {w} from "./words.js";

const told = (name, path, body, then) => act(name, async () => { const done = await send("POST", path, body); changed(); then?.(done); });

export function Work() {
  const [all, set] = useState(leads);
  const [got, error] = useCall(`/api/knowledge/tasks?state=open${all ? "&all=1" : ""}`);
  const list = got?.tasks ?? [], gaps = got?.gaps ?? [];
  return html`<${Part} name="work" error=${error} buttons=${leads && html`<label class="check"><input type="checkbox" checked=${!all} onChange=${(event) => set(!event.target.checked)} />${w("mine")}</label>`}>
    ${got && !list.length && !gaps.length && html`<${Empty} sign="check">${w("none")}</${Empty}>`}
    <ul class="stack">${list.map((each) => html`<${Task} key=${each.id} task=${each} />`)}</ul>
    ${gaps.length > 0 && html`<h2>${w("gaps")}</h2><p class="small quiet">${w("gap.counts", got.counts)}</p><ul class="stack">${gaps.map((each) => html`<${Gap} key=${each.id} gap=${each} />`)}</ul>`}</${Part}>`;
}

function Task({task}) {
  const [words, set] = useState("");
  const settle = (state) => told(`task:${task.id}`, `/api/knowledge/tasks/${task.id}/settle`, {state, words});
  const can = leads || task.owner === boot.me.id;
  return html`<li class="card stack" data-task=${task.id}><div class="row wrap"><span class="chip bad">${w(`task.${task.kind}`)}</span><a class="grow strong" href=${`#article/${task.article}`}><${Text}>${task.title}</${Text}></a>
      <span class="small faint">${moment(task.created_at)} · <bdi>${nameOf(task.owner)}</bdi></span></div><p dir="auto">${task.words}</p>
    ${task.why?.[language] && html`<p class="small quiet task-why" dir="auto">${task.why[language]}</p>`}
    ${can && html`<div class="row wrap"><input class="input grow" dir="auto" aria-label=${w("reason")} placeholder=${w("reason")} value=${words} onInput=${(event) => set(event.target.value)} />
      <button type="button" class="button slim" onClick=${() => settle("done")}>${w("settle.done")}</button><button type="button" class="button slim" disabled=${!words.trim()} onClick=${() => settle("refused")}>${w("settle.refused")}</button></div>`}</li>`;
}

export function Approvals() {
  const [got, error] = useCall("/api/knowledge/approvals");
  const list = got?.approvals ?? [];
  return html`<${Part} name="approvals" error=${error}>${got && !list.length && html`<${Empty} sign="check">${w("none")}</${Empty}>`}
    <ul class="stack">${list.map((each) => html`<${Approval} key=${each.id} asked=${each} />`)}</ul></${Part}>`;
}

function Approval({asked}) {
  const [words, set] = useState("");
  const path = `/api/knowledge/approvals/${asked.id}`;
  return html`<li class="card stack" data-approval=${asked.id}><div class="row wrap"><a class="grow strong" href=${`#article/${asked.article}`}><${Text}>${asked.title}</${Text}></a><span class="chip info">${w(`state.${asked.wanted}`)}</span>
      <span class="small faint"><bdi>${nameOf(asked.agent)}</bdi> · ${moment(asked.asked_at)}</span></div>${asked.note && html`<p class="quiet" dir="auto">${asked.note}</p>`}<${Pieces} pieces=${asked.pieces} />
    <div class="row wrap">${leads && html`<${Doing} name=${`approve:${asked.id}`} class="primary slim" run=${() => told(`ok:${asked.id}`, `${path}/approve`, {})}>${w("approve")}</${Doing}>`}
      <input class="input grow" dir="auto" aria-label=${w("reason")} placeholder=${w("reason")} value=${words} onInput=${(event) => set(event.target.value)} />
      <button type="button" class="button slim" disabled=${!words.trim()} onClick=${() => told(`no:${asked.id}`, `${path}/refuse`, {words})}>${w("refuse")}</button></div></li>`;
}

export function Gaps() {
  const [got, error] = useCall("/api/knowledge/gaps");
  const list = got?.gaps ?? [];
  return html`<${Part} name="gaps" error=${error}>${got && !list.length && html`<${Empty} sign="check">${w("none")}</${Empty}>`}
    ${list.length > 0 && html`<p class="small quiet" role="status">${w("gap.counts", got.counts)}</p>`}
    <ul class="stack">${list.map((each) => html`<${Gap} key=${each.id} gap=${each} />`)}</ul></${Part}>`;
}

function Gap({gap}) {
  const [open, set] = useState(false), [kept, keep] = useState([]);
  const [got] = useCall(open ? `/api/knowledge/gaps/${gap.id}` : "");
  const change = (fields) => told(`gap:${gap.id}`, `/api/knowledge/gaps/${gap.id}`, {version: gap.version, ...fields});
  const draft = () => told(`gap:${gap.id}`, `/api/knowledge/gaps/${gap.id}/draft`, {version: gap.version, kept}, ({article}) => { location.hash = `#article/${article}`; });
  const mine = gap.owner === boot.me.id, may = leads || mine || !gap.owner, begins = may || gap.state === "open";
  return html`<li class="card stack" data-gap=${gap.id}><div class="row wrap"><span class="count hot">${w("gap.asked", {n: gap.asked})}</span><${Text} class="grow strong">${gap.title}</${Text}>
      <span class="chip">${w(`gap.${gap.state}`)}</span>${gap.overdue && html`<span class="chip bad">${w("gap.late")}</span>`}<span class="small faint">${moment(gap.last_at)}</span></div>
    ${gap.owner && html`<p class="small quiet gap-why">${w("owner")}: <bdi class="strong">${nameOf(gap.owner)}</bdi>${gap.due_at && ` · ${w("gap.due", {day: moment(gap.due_at)})}`} · <span dir="auto">${gap.why[language]}</span></p>`}
    ${open && html`<ul class="stack small" dir="auto">${(got?.examples ?? []).map((each) => html`<li key=${`${each.source}${each.number}`} class="row"><span class="chip">${w(`fit.${each.fit}`)}</span><span class="grow" dir="auto">${each.words}</span></li>`)}</ul>
      ${leads && html`<${Given} gap=${gap} change=${change} />`}
      ${got?.draft && !gap.article && html`<${Prepared} draft=${got.draft} kept=${kept} keep=${keep} />`}`}
    <div class="row wrap"><button type="button" class="link small" aria-expanded=${open ? "true" : "false"} onClick=${() => set(!open)}>${w("examples")}</button><span class="grow"></span>
      ${begins && !(mine && gap.state === "owned") && html`<button type="button" class="button slim gap-take" onClick=${() => change({owner: boot.me.id})}>${w("gap.take")}</button>`}
      ${mine && html`<button type="button" class="button slim gap-back" onClick=${() => change({owner: null})}>${w("gap.back")}</button>`}
      ${gap.article ? html`<a class="button slim" href=${`#article/${gap.article}`}>${w("open")}</a>` : begins && html`<button type="button" class="button slim primary" onClick=${draft}>${w("gap.draft")}</button>`}
      ${may && html`<button type="button" class="button slim" onClick=${() => change({state: "done"})}>${w("gap.done")}</button>`}
      ${leads && html`<button type="button" class="button slim" onClick=${() => change({state: "ignored"})}>${w("gap.ignore")}</button>`}</div></li>`;
}

/** Whose it is, and until when: for those who give work to others. */
const Given = ({gap, change}) => html`<div class="fields"><${Choice} label=${w("owner")} name="gap-owner" value=${gap.owner ?? ""} pick=${(id) => change({owner: id ? Number(id) : null})} of=${[["", w("gap.rule")], ...boot.people.map(({id, name}) => [id, name])]} />
  <${DayField} label=${w("gap.day")} name="gap-day" value=${gap.due_at ? dayKey(gap.due_at) : ""} min=${dayKey(now())} pick=${(key) => key && change({due_at: instant(key, "23:59", boot.desk.timezone)})} /></div>`;
