// Queues: where contacts wait, what skills they ask for, how quickly they should be answered.

import {html} from "../html.js";
import {Code, Text} from "../parts/bits.js";
import {Ask, Field, openDialog} from "../parts/dialog.js";
import {send, toast} from "../page.js";
import {number, t, titleOf} from "../words.js";
import {levelsOf, levelsText} from "./agents.js";
import {Sheet, changed, useList} from "./sheet.js";

const DOORS = ["when_full", "when_closed", "when_unstaffed", "leave_unstaffed"];
const OFFERS = ["wait", "callback", "voicemail", "write"];
const MATCHES = ["no", "prefer", "require"];

/** A skill that is asked for without a level is asked for at any. */
const needed = (queue) => levelsText(Object.fromEntries((queue?.skills ?? []).map((skill) => [skill, queue.levels?.[skill] ?? 1])), 1);

/** Overflow as one JSON step a line: people copy such lines from the documentation. */
const stepsOf = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => JSON.parse(line));

/** The list. */
export function Queues() {
  const [got, error] = useList("/api/queues");
  return html`<${Sheet} name="queues" error=${error} add=${() => openDialog("queue", {queue: null})}><table><thead><tr><th>${t("queue.title")}</th><th>${t("agent.skills")}</th><th>${t("queue.target")}</th><th>${t("queue.accept")}</th><th>${t("queue.priority")}</th><th><span class="unseen">${t("deeds")}</span></th></tr></thead>
    <tbody>${(got?.queues ?? []).map((queue) => html`<tr key=${queue.id} data-queue=${queue.name} class=${queue.active ? "" : "off"}><td><${Text} class="strong">${titleOf(queue)}</${Text}><br /><${Code}>${queue.name}</${Code}>${!queue.active && html` <span class="chip bad">${t("queue.inactive")}</span>`}</td>
      <td><span class="row wrap">${queue.skills.map((skill) => html`<${Text} key=${skill} class="chip accent">${skill}</${Text}>`)}</span></td><td class="number">${t("seconds", {n: queue.target_seconds})}</td><td class="number">${t("seconds", {n: queue.accept_seconds})}</td><td class="number">${number(queue.priority)}</td>
      <td><button type="button" class="button slim" onClick=${() => openDialog("queue", {queue})}>${t("edit")}</button></td></tr>`)}</tbody></table></${Sheet}>`;
}

/** Add or change one. */
export function QueueForm({queue}) {
  const save = async (values, form) => {
    const levels = levelsOf(values.skills, 1);
    let overflow;
    try {
      overflow = stepsOf(values.overflow);
    } catch {
      form.elements.overflow.setCustomValidity(t("queue.overflow.bad"));
      form.elements.overflow.reportValidity();
      return Promise.reject(new TypeError("overflow"));
    }
    const body = {title_fa: values.title_fa, title_en: values.title_en, skills: Object.keys(levels), levels: Object.fromEntries(Object.entries(levels).filter(([, level]) => level > 1)),
      prefers: levelsOf(values.prefers, 3), priority: Number(values.priority), accept_seconds: Number(values.accept_seconds), target_seconds: Number(values.target_seconds), match_language: values.match_language,
      policy: values.policy, calendar: values.calendar, most_waiting: Number(values.most_waiting), overflow, ...Object.fromEntries(DOORS.map((door) => [door, values[door]]))};
    if (queue) body.active = form.elements.active.checked;
    else body.name = values.name;
    const done = await send("POST", queue ? `/api/queues/${queue.id}` : "/api/queues", body);
    toast(t("saved"));
    changed();
    return done;
  };
  const [set] = useList("/api/routing");
  const [others] = useList("/api/queues");
  const instead = [...OFFERS, ...(others?.queues ?? []).filter((each) => each.id !== queue?.id).map((each) => `queue:${each.name}`)];
  const chosen = (name, label, options, shown, hint) => html`<${Field} label=${label} hint=${hint}><select name=${name} key=${`${name}${options.length}`}>${options.map((each) => html`<option key=${each} value=${each} selected=${each === (queue?.[name] || options[0])}>${shown(each)}</option>`)}</select></${Field}>`;
  const counted = (name, label, value, least, most, hint) => html`<${Field} label=${label} hint=${hint}><input name=${name} class="ltr" type="number" min=${least} max=${most} required defaultValue=${value} /></${Field}>`;
  return html`<${Ask} title=${queue ? titleOf(queue) : t("admin.queues.add")} name="queue" submit=${t("save")} wide run=${save}><div class="fields">
    <${Field} label=${t("queue.name")} hint=${t("queue.name.hint")}><input name="name" class="ltr" required pattern="[a-z0-9\\-]+" maxlength="60" disabled=${Boolean(queue)} defaultValue=${queue?.name ?? ""} /></${Field}>
    <${Field} label=${t("queue.title_fa")}><input name="title_fa" dir="rtl" required maxlength="100" defaultValue=${queue?.title_fa ?? ""} /></${Field}>
    <${Field} label=${t("queue.title_en")}><input name="title_en" class="ltr" required maxlength="100" defaultValue=${queue?.title_en ?? ""} /></${Field}>
    ${counted("target_seconds", t("queue.target"), queue?.target_seconds ?? 120, 1, 604800, t("queue.target.hint"))}
    ${counted("accept_seconds", t("queue.accept"), queue?.accept_seconds ?? 30, 5, 3600, t("queue.accept.hint"))}
    ${counted("priority", t("queue.priority"), queue?.priority ?? 0, -100, 100, t("queue.priority.hint"))}</div>
    <${Field} label=${t("queue.skills")} hint=${t("queue.skills.hint")}><input name="skills" dir="auto" maxlength="500" defaultValue=${needed(queue)} /></${Field}>
    <details open=${Boolean(queue?.policy || queue?.calendar || queue?.overflow?.length)}><summary>${t("admin.routing")}</summary><div class="fields">
      ${chosen("policy", t("queue.policy"), ["", ...(set?.policies ?? []).map((each) => each.name)], (name) => name || t((set?.policies ?? []).some((each) => each.name === "default") ? "queue.policy.default" : "rule.promise"))}
      ${chosen("calendar", t("queue.calendar"), ["", ...(set?.calendars ?? []).map((each) => each.name)], (name) => name || t("queue.always"))}
      ${chosen("match_language", t("queue.match"), MATCHES, (each) => t(`match.${each}`))}
      ${counted("most_waiting", t("queue.most"), queue?.most_waiting ?? 0, 0, 1000000, t("queue.most.hint"))}
      ${DOORS.map((door) => chosen(door, t(`door.${door}`), instead, (each) => each.startsWith("queue:") ? t("door.queue", {name: each.slice(6)}) : t(`door.${each}`)))}</div>
      <${Field} label=${t("queue.prefers")} hint=${t("queue.prefers.hint")}><input name="prefers" dir="auto" maxlength="500" defaultValue=${levelsText(queue?.prefers, 3)} /></${Field}>
      <${Field} label=${t("queue.overflow")} hint=${t("queue.overflow.hint")}><textarea name="overflow" class="ltr" rows="3" spellcheck="false" placeholder='{"after": 300, "queues": ["general"], "alarm": true}' onInput=${(event) => event.target.setCustomValidity("")} defaultValue=${(queue?.overflow ?? []).map((step) => JSON.stringify(step)).join("\n")}></textarea></${Field}></details>
    ${queue && html`<label class="check"><input type="checkbox" name="active" defaultChecked=${queue.active} />${t("queue.active")}</label>`}</${Ask}>`;
}
