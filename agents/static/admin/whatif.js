// What if queues were served otherwise: a recorded day is lived again by the house, and the two are shown side by side.

import {language, now} from "../boot.js";
import {dateField} from "../dates.js";
import {html, useEffect, useState} from "../html.js";
import {act, known as live, send, toast} from "../page.js";
import {Doing, Text} from "../parts/bits.js";
import {Ask, Field, openDialog} from "../parts/dialog.js";
import {icon} from "../parts/icon.js";
import {useStore} from "../store.js";
import {number, numerals, percent, say, t, titleOf, word} from "../words.js";
import {parametersOf, pairs} from "./parameters.js";
import {changed} from "./sheet.js";

const LIVES = ["recorded", "now", "draft"], OVER = ["done", "failed", "stopped"];
const LOOK_AGAIN = 700, DAY = 86_400_000, DEFAULT = "default";
const whole = (value) => value === null || value === undefined ? "—" : number(Math.round(value));
const tenth = (value) => value === null || value === undefined ? "—" : number(Math.round(10 * value) / 10);
const share = (value) => value === null || value === undefined ? "—" : percent(value);
const seconds = (value) => value === null || value === undefined ? "—" : t("seconds", {n: Math.round(value)});

// What is compared: the house's name, how it is reckoned and shown, and whether more is better.
const FIGURES = [
  ["kept", (life) => 100 - life.miss_pct, tenth, true], ["kept-weighted", (life) => 100 - life.w_miss_pct, tenth, true],
  ["wait", (life) => life.mean_wait, tenth, false], ["wait95", (life) => life.p95_wait, tenth, false], ["worst", (life) => life.max_rel_wait, tenth, false],
  ["gone", (life) => life.aban_pct, tenth, false], ["left", (life) => life.left, whole, false],
  ["uneven", (life) => 100 * life.occ_gini, tenth, false], ["busy", (life) => 100 * life.occ_mean, tenth, null], ["again", (life) => life.sticky_hit_pct, tenth, true],
];
const MEDIA = [["sla_by_chan", "kept", true], ["mean_wait_by_chan", "wait", false], ["p95_wait_by_chan", "wait95", false]];

/** The form, how far it is, and what came of it. */
export function WhatIf({all, sets}) {
  const [policy, choosePolicy] = useState(DEFAULT);
  const [run, setRun] = useState(null);
  const [draft, setDraft] = useState(null);
  useEffect(() => {
    if (!run || OVER.includes(run.state)) return undefined;
    let wanted = true;
    const timer = setTimeout(() => send("GET", `/api/routing/what-if/${run.id}`).then((got) => wanted && setRun(got.run), (error) => wanted && setRun({...run, ...(error.status ? {state: "failed", error: error.status === 404 ? "ended" : error.code} : {})})), LOOK_AGAIN);
    return () => { wanted = false; clearTimeout(timer); };
  }, [run]);
  const known = all.policies.find((each) => each.name === policy) ?? {rule: "promise", parameters: {}};
  const ask = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.currentTarget));
    const wanted = {policy, rule: values.rule, parameters: parametersOf(values.parameters)};
    act("whatif", async () => {
      const got = await send("POST", "/api/routing/what-if", {day: values.day, ...wanted});
      setDraft(wanted);
      setRun(got.run);
      return got;
    });
  };
  const stop = () => send("DELETE", `/api/routing/what-if/${run.id}`).then((got) => { setRun(got.run); return got; });
  return html`<section class="stack routing-part whatif" aria-labelledby="routing-whatif" data-part="whatif">
    <header><h2 id="routing-whatif">${t("whatif")}</h2><p class="small quiet">${t("whatif.meaning")}</p></header>
    <form class="stack" onSubmit=${ask}><div class="fields">
      <${Field} label=${t("whatif.day")} hint=${t("whatif.day.hint")}><input name="day" class="ltr" required maxlength="20" defaultValue=${dateField(now() - DAY)} /></${Field}>
      <${Field} label=${t("whatif.policy")} hint=${t("whatif.policy.hint")}><select name="policy" onChange=${(event) => choosePolicy(event.target.value)}>
        ${[DEFAULT, ...all.policies.map((each) => each.name).filter((name) => name !== DEFAULT)].map((name) => html`<option key=${name} value=${name} selected=${name === policy}>${nameOf(name)}</option>`)}</select></${Field}>
      <${Field} label=${t("policy.rule")}><select name="rule" key=${policy}>${all.rules.map((rule) => html`<option key=${rule} value=${rule} selected=${rule === known.rule}>${word("rule", rule)}</option>`)}</select></${Field}></div>
      <${Field} label=${t("policy.parameters")} hint=${t("policy.parameters.hint", {known: all.parameters.join(", ")})}><textarea key=${policy} name="parameters" class="ltr" rows="3" spellcheck="false" defaultValue=${pairs(known.parameters)}></textarea></${Field}>
      <p class="row wrap"><${Doing} name="whatif" type="submit" class="primary">${t("whatif.run")}</${Doing}></p></form>
    <div aria-live="polite">${run && html`<${Standing} run=${run} stop=${stop} />`}</div>
    ${run?.state === "done" && html`<${Answer} run=${run} draft=${draft} sets=${sets} />`}</section>`;
}

const nameOf = (name) => name === DEFAULT ? t("whatif.default") : name;

function Standing({run, stop}) {
  if (run.state === "failed") return html`<p class="notice bad">${icon("warning")}<span class="say">${t(`whatif.error.${["nobody-waited", "nobody-worked", "unreadable", "too-large", "too-long"].includes(run.error) ? run.error : "ended"}`)}</span></p>`;
  if (OVER.includes(run.state)) return html`<p class="unseen">${t(`whatif.${run.state}`)}</p>`;
  return html`<div class="row wrap"><progress max="1" value=${run.share} aria-label=${t("whatif.running")}></progress><span class="small quiet grow">${t(run.state === "waiting" ? "whatif.waiting" : "whatif.running")} ${run.share > 0 ? percent(run.share) : ""}</span>
    <${Doing} name="whatif-stop" class="slim" run=${stop}>${t("whatif.stop")}</${Doing}></div>`;
}

function Answer({run, draft, sets}) {
  const {lives, kept, halves, notes} = run.result;
  const titles = Object.fromEntries(Object.values(useStore(live).queue).map((queue) => [queue.name, titleOf(queue)]));
  const life = Object.fromEntries(lives.map((each) => [each.name, each]));
  return html`<div class="stack" data-answer=${run.id}>
    <div class="scrolls"><table class="compared"><caption class="unseen">${t("whatif.compared")}</caption><${Head} first="" />
      <tbody>${FIGURES.map(([name, of, shown, better]) => html`<${Row} key=${name} name=${name} label=${t(`whatif.${name}`)} hint=${t(`whatif.${name}.meaning`)} values=${LIVES.map((each) => of(life[each]))} shown=${shown} better=${better} />`)}</tbody></table></div>
    <h3>${t("whatif.by-queue")}</h3><div class="scrolls"><table class="compared" data-table="queues"><thead><tr><th>${t("queue.title")}</th><th>${t("routing.segment")}</th><th>${t("whatif.contacts")}</th>${LIVES.map((name) => html`<th key=${name}>${t(`whatif.life.${name}`)}</th>`)}<th>${t("whatif.difference")}</th><th>${t("whatif.wait")}</th></tr></thead>
      <tbody>${kept.map((row) => html`<tr key=${`${row.queue}/${row.segment}`}><td><${Text}>${titles[row.queue] ?? row.queue}</${Text}></td><td>${word("segment", row.segment)}</td><td class="number">${whole(row.recorded.n)}</td>${LIVES.map((name) => html`<td key=${name} class="number">${share(row[name].kept)}</td>`)}
        <td><${Difference} value=${points(row)} shown=${tenth} better=${true} /></td><td class="number">${seconds(row.now.wait)} → ${seconds(row.draft.wait)}</td></tr>`)}</tbody></table></div>
    <h3>${t("whatif.by-medium")}</h3><div class="scrolls"><table class="compared" data-table="media"><${Head} first=${t("routing.medium")} /><tbody>${Object.keys(life.now.sla_by_chan).flatMap((medium) => MEDIA.map(([key, name, better]) => html`<${Row} key=${medium + key} name=${name} label=${`${word("medium", medium)}${t("list.comma")} ${t(`whatif.${name}`)}`} values=${LIVES.map((each) => life[each][key][medium])} shown=${tenth} better=${better} />`))}</tbody></table></div>
    <h3>${t("whatif.by-half")}</h3><div class="scrolls"><img class="days" src=${`/api/routing/what-if/${run.id}/picture?language=${language}`} alt=${t("whatif.picture")} width="960" height="1024" /></div>
    <details><summary>${t("whatif.halves")}</summary><div class="scrolls"><table class="compared" data-table="halves"><thead><tr><th>${t("whatif.half")}</th><th>${t("whatif.contacts")}</th>${["kept", "wait", "busy"].map((name) => html`<th key=${name}>${t(`whatif.${name}`)}</th>`)}</tr></thead>
      <tbody>${halves.filter((half) => half.arrived || half.now.load || half.draft.load).map((half) => html`<tr key=${half.from}><td class="number">${numerals(clockOf(half.from))}</td><td class="number">${whole(half.arrived)}</td>${[["kept", share], ["wait", tenth], ["load", share]].map(([key, shown]) => html`<td key=${key} class="number">${shown(half.now[key])} → ${shown(half.draft[key])}</td>`)}</tr>`)}</tbody></table></div></details>
    <details><summary>${t("whatif.notes")}</summary><ul class="stack small">${notes.map((note) => html`<li key=${note.code} class="say">${numerals(say(note))}</li>`)}</ul></details>
    ${lives.some((each) => each.violations) && html`<p class="notice bad">${icon("warning")}<span class="say">${t("whatif.violations")}</span></p>`}
    ${sets ? html`<p class="row wrap"><button type="button" class="button primary" onClick=${() => openDialog("switch", {draft})}>${t("whatif.switch")}</button></p>`
      : html`<div class="notice" data-part="handed"><div class="stack grow"><p class="say">${t("whatif.switch.theirs", {name: nameOf(draft.policy)})}</p><${Draft} draft=${draft} /></div></div>`}</div>`;
}

const points = ({now: before, draft: after}) => before.kept === null || after.kept === null ? null : 100 * (after.kept - before.kept);
const clockOf = (from) => `${String(Math.floor(from / 3600) % 24).padStart(2, "0")}:${String(Math.floor(from / 60) % 60).padStart(2, "0")}`;

const Head = ({first}) => html`<thead><tr><th>${first}</th>${LIVES.map((name) => html`<th key=${name}>${t(`whatif.life.${name}`)}</th>`)}<th>${t("whatif.difference")}</th></tr></thead>`;

const Row = ({name, label, hint, values, shown, better}) => html`<tr data-figure=${name}><td title=${hint}>${label}${hint && html`<span class="unseen"> — ${hint}</span>`}</td>${values.map((value, place) => html`<td key=${place} class="number">${shown(value)}</td>`)}
  <td><${Difference} value=${values[2] == null || values[1] == null ? null : values[2] - values[1]} shown=${shown} better=${better} /></td></tr>`;

// Less than the last digit shown is no difference.
function Difference({value, shown, better}) {
  if (value === null || Math.abs(value) < 0.05) return html`<span class="faint">${value === null ? "—" : number(0)}</span>`;
  const look = better === null ? "" : (value > 0) === better ? "good" : "bad";
  return html`<span class=${`chip number ${look}`}><bdi dir="ltr">${value > 0 ? "+" : "−"}${shown(Math.abs(value))}</bdi>${look && html`<span class="unseen"> ${t(`whatif.${look}`)}</span>`}</span>`;
}

/** Put the draft in force. */
export function SwitchForm({draft}) {
  const on = async () => {
    const done = await send("POST", `/api/policies/${encodeURIComponent(draft.policy)}`, {rule: draft.rule, parameters: draft.parameters});
    toast(t("whatif.switched"));
    changed();
    return done;
  };
  return html`<${Ask} title=${t("whatif.switch")} name="switch" submit=${t("whatif.switch")} run=${on}>
    <p>${t("whatif.switch.meaning", {name: nameOf(draft.policy)})}</p>
    <${Draft} draft=${draft} /></${Ask}>`;
}

const Draft = ({draft}) => html`<p class="row wrap"><span class="strong">${word("rule", draft.rule)}</span>${Object.entries(draft.parameters).map(([key, value]) => html`<span key=${key} class="chip"><bdi dir="ltr" class="code">${`${key} = ${JSON.stringify(value)}`}</bdi></span>`)}</p>`;
