// What waits for somebody: articles to mend, words to approve, questions without an answer.

import {html, useState} from "/static/html.js";
import {boot, language, now} from "/static/boot.js";
import {instant} from "/static/calendar.js";
import {dayKey, moment} from "/static/dates.js";
import {CallError} from "/static/call.js";
import {act, send, toast} from "/static/page.js";
import {Doing, Empty, Text} from "/static/parts/bits.js";
import {DayField} from "/static/parts/day.js";
import {Choice, Part, Pieces, changed, leads, nameOf, useCall} from "./ask.js";
import {Prepared} from "./draft.js";
import {w} from "./words.js";

/** What the house says to a refusal that has words of its own here; anything else is told as everywhere. */
const why = (what) => (error) => {
  const key = `${what}.${error.field}`;
  if (!(error instanceof CallError) || error.status !== 409 || w(key) === key) throw error;
  toast(w(key));
  changed();
};
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
  const settle = (state) => act(`task:${task.id}`, () => send("POST", `/api/knowledge/tasks/${task.id}/settle`, {state, words}).then(changed, why("settle")));
  const can = leads || task.owner === boot.me.id, review = task.kind === "review";
  return html`<li class="card stack" data-task=${task.id}><div class="row wrap"><span class=${`chip ${review ? "warn" : "bad"}`}>${w(`task.${task.kind}`)}</span><a class="grow strong" href=${`#article/${task.article}`}><${Text}>${task.title}</${Text}></a>
      <span class="small faint">${moment(task.created_at)} · <bdi>${nameOf(task.owner)}</bdi></span></div><p dir="auto">${review ? w("task.review.words", {day: moment(task.due_at)}) : task.about ? html`${w("task.stale.words", {kind: w(`kind.${task.about.kind}`), title: task.about.title || task.about.target})} ${task.words}` : task.words}</p>
    ${task.why?.[language] && html`<p class="small quiet task-why" dir="auto">${task.why[language]}</p>`}
    ${can && html`<div class="row wrap"><input class="input grow" dir="auto" aria-label=${w("reason")} placeholder=${w("reason")} value=${words} onInput=${(event) => set(event.target.value)} />
      <button type="button" class="button slim" onClick=${() => settle("done")}>${w(review ? "settle.read" : "settle.done")}</button><button type="button" class="button slim" disabled=${!words.trim()} onClick=${() => settle("refused")}>${w("settle.refused")}</button></div>`}</li>`;
}

export function Approvals() {
  const [got, error] = useCall("/api/knowledge/approvals");
  const [over] = useCall("/api/knowledge/approvals?state=decided");
  const list = got?.approvals ?? [], decided = over?.approvals ?? [];
  return html`<${Part} name="approvals" error=${error}>${got && !list.length && html`<${Empty} sign="check">${w("none")}</${Empty}>`}
    <ul class="stack">${list.map((each) => html`<${Approval} key=${each.id} asked=${each} />`)}</ul>
    ${decided.length > 0 && html`<h2>${w("approvals.decided")}</h2><ul class="stack">${decided.map((each) => html`<${Decided} key=${each.id} asked=${each} />`)}</ul>`}</${Part}>`;
}

/** What was asked: which article, where it stands and is to stand, from when, by whom. */
const Asked = ({asked, children}) => html`<div class="row wrap"><a class="grow strong" href=${`#article/${asked.article}`}><${Text}>${asked.title}</${Text}></a>${children}
    <span class="chip info">${w(asked.article_state === asked.wanted ? `state.${asked.wanted}` : "state.becomes", {was: w(`state.${asked.article_state}`), now: w(`state.${asked.wanted}`)})}</span>
    ${asked.publish_at && html`<span class="chip">${w("asked.from", {day: moment(asked.publish_at)})}</span>`}
    <span class="small faint"><bdi>${nameOf(asked.agent)}</bdi> · ${moment(asked.asked_at)}</span></div>${asked.note && html`<p class="quiet" dir="auto">${asked.note}</p>`}`;

const Changes = ({asked}) => html`${asked.title !== asked.article_title && html`<${Pieces} pieces=${asked.title_pieces} />`}<${Pieces} pieces=${asked.pieces} />
    ${asked.keywords && html`<p class="small quiet">${w("keywords")}: <bdi>${asked.keywords.join("، ")}</bdi></p>`}`;

/** One's own request after somebody decided: the answer, and the words, which are not lost. */
const Decided = ({asked}) => html`<li class="card stack" data-decided=${asked.id}><${Asked} asked=${asked}><span class=${`chip ${asked.state === "approved" ? "good" : "bad"}`}>${w(`decided.${asked.state}`)}</span></${Asked}>
    <p class="small"><bdi class="strong">${nameOf(asked.decided_by)}</bdi> · ${moment(asked.decided_at)}</p>${asked.answer && html`<p class="answer" dir="auto">${asked.answer}</p>`}
    ${asked.state === "refused" && html`<details><summary>${w("decided.words")}</summary><div class="stack inner"><${Changes} asked=${asked} /></div></details>`}</li>`;

function Approval({asked}) {
  const [words, set] = useState("");
  const path = `/api/knowledge/approvals/${asked.id}`;
  const yes = () => send("POST", `${path}/approve`, {}).then(changed, why("approve"));
  return html`<li class="card stack" data-approval=${asked.id}><${Asked} asked=${asked} /><${Changes} asked=${asked} />
    <div class="row wrap">${leads && html`<${Doing} name=${`approve:${asked.id}`} class="primary slim" run=${yes}>${w("approve")}</${Doing}>`}
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
