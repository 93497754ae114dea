// The dialogs of the console's deeds: hand over, put aside, close.

import {html, useState} from "../html.js";
import {boot, now} from "../boot.js";
import {instant, plus} from "../calendar.js";
import {clockKey, dayKey, moment} from "../dates.js";
import {known, ui} from "../page.js";
import {Avatar, Text} from "../parts/bits.js";
import {Clock, DayField} from "../parts/day.js";
import {Ask, Field} from "../parts/dialog.js";
import {icon} from "../parts/icon.js";
import {colleagues, queues} from "../state.js";
import {useStore} from "../store.js";
import {number, t, titleOf, word} from "../words.js";
import {called, close, contactOf, snooze, transfer} from "./deeds.js";

const HOUR = 3_600_000;

const useContact = (id) => contactOf(id, useStore(ui).archive);

/** Hand over to a queue or a colleague. */
export function Transfer({contact: id}) {
  const contact = useContact(id), state = useStore(known);
  const [to, choose] = useState("queue");
  return html`<${Ask} title=${t("deed.transfer")} name=${called("transfer", {id})} submit=${t("deed.transfer")}
    run=${({target, note}) => transfer(contact, {[to]: Number(target), note})}>
    <div class="tabs" role="tablist" aria-label=${t("transfer.to")}>${["queue", "agent"].map((one) => html`<button key=${one} type="button" role="tab" aria-selected=${to === one ? "true" : "false"}
      onClick=${() => choose(one)}>${icon(one === "queue" ? "inbox" : "person")}${t(`transfer.${one}`)}</button>`)}</div>
    <div class="choices" key=${to} role="radiogroup" aria-label=${t("transfer.to")}>${to === "queue"
      ? queues(state).filter((queue) => queue.id !== contact.queue || contact.state !== "waiting").map((queue) => html`<label class="choice"><input type="radio" name="target" required value=${queue.id} />
          <${Text} class="grow">${titleOf(queue)}</${Text}><span class="tiny faint">${t("queue.ready", {n: queue.ready_agents})}</span><span class="chip">${t("queue.waiting", {n: queue.waiting})}</span></label>`)
      : colleagues(state).map((agent) => html`<label class="choice"><input type="radio" name="target" required value=${agent.id} disabled=${agent.state === "offline"} />
          <${Avatar} small id=${agent.id} name=${agent.name} /><${Text} class="grow">${agent.name}</${Text}><span class="tiny faint number">${number(agent.load)}/${number(agent.capacity)}</span>
          <span class=${`chip ${agent.state === "ready" ? "good" : ""}`}>${t(`me.${agent.state}`)}</span></label>`)}</div>
    <${Field} label=${t("note.for-colleague")}><textarea name="note" dir="auto" maxlength="5000"></textarea></${Field}></${Ask}>`;
}

// Sensible times of the desk; whatever else is wanted is typed.
const presets = () => {
  const morning = (days) => Date.parse(instant(plus(dayKey(now()), days), "08:30", boot.desk.timezone));
  return [["snooze.hour", now() + HOUR], ["snooze.three", now() + 3 * HOUR], ["snooze.tomorrow", morning(1)], ["snooze.week", morning(7)]];
};
const parted = (at) => ({day: dayKey(at), clock: clockKey(at)});

/** Put aside until a day and an hour of the desk. */
export function Snooze({contact: id}) {
  const contact = useContact(id);
  const [{day, clock, round}, set] = useState(() => ({...parted(now() + HOUR), round: 0}));
  const at = day && clock ? instant(day, clock, boot.desk.timezone) : "", over = Boolean(at) && Date.parse(at) <= now();
  const choose = (wanted) => set({...parted(wanted), round: round + 1});  // the hour is drawn anew
  return html`<${Ask} title=${t("deed.snooze")} name=${called("snooze", {id})} submit=${t("deed.snooze")} ready=${Boolean(at) && !over} run=${() => snooze(contact, at)}>
    <p class="quiet small">${t("snooze.meaning")}</p>
    <div class="row wrap">${presets().map(([key, wanted]) => html`<button key=${key} type="button" class=${`button ${dayKey(wanted) === day && clockKey(wanted) === clock ? "primary" : ""}`} onClick=${() => choose(wanted)}>${t(key)}</button>`)}</div>
    <div class="row wrap until"><div class="grow"><${DayField} label=${t("snooze.day")} name="until" value=${day} min=${dayKey(now())} pick=${(key) => set({day: key, clock, round})} /></div>
      <${Clock} key=${round} label=${t("snooze.clock")} value=${clock} pick=${(hour) => set({day, clock: hour, round})} /></div>
    <p class=${`small ${over ? "day-fault" : "quiet"}`} role="status">${over ? t("snooze.past") : at && `${t("snooze.until")}: ${moment(at)}`}</p></${Ask}>`;
}

/** Close with a disposition. */
export function Close({contact: id}) {
  const contact = useContact(id);
  return html`<${Ask} title=${t("deed.close")} name=${called("close", {id})} submit=${t("deed.close")} run=${(values) => close(contact, values)}>
    <fieldset><legend class="small quiet">${t("close.how")}</legend><div class="choices">${boot.desk.dispositions.map((code, place) => html`<label key=${code} class="choice">
      <input type="radio" name="disposition" required value=${code} autofocus=${place === 0} />${word("disposition", code)}</label>`)}</div></fieldset>
    <${Field} label=${t("note.closing")}><textarea name="note" dir="auto" maxlength="5000"></textarea></${Field}></${Ask}>`;
}
