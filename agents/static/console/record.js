// A contact that came another way (a call taken by hand, a fax, a letter, a visit) is written down here.

import {html, useRef, useState} from "../html.js";
import {boot} from "../boot.js";
import {size} from "../dates.js";
import {known, send, toast} from "../page.js";
import {Text} from "../parts/bits.js";
import {Ask, Field} from "../parts/dialog.js";
import {icon} from "../parts/icon.js";
import {queues} from "../state.js";
import {useStore} from "../store.js";
import {t, titleOf, word} from "../words.js";
import {newKey} from "./deeds.js";

const PATIENCE = 120_000;
const channels = boot.channels.filter((channel) => channel.record);

/** The form; one key as long as it is open, so that pressing again after a lost answer records once. */
export function Record() {
  const [name, choose] = useState(channels[0].name);
  const [files, keep] = useState([]);
  const key = useRef(newKey());
  const state = useStore(known);
  const channel = channels.find((one) => one.name === name);
  const record = async (values) => {
    const body = new FormData();
    body.set("key", key.current);
    for (const [field, value] of Object.entries(values)) if (typeof value === "string" && value.trim() && field !== "channel") body.set(field, value);
    files.forEach((file, place) => body.append(`scan-${place}`, file));
    const done = await send("POST", channel.record, undefined, {raw: body, patience: PATIENCE});
    toast(t("record.done", {reference: done.reference}));
    return done;
  };
  return html`<${Ask} title=${t("record.title")} name="record" submit=${t("record.submit")} wide run=${record}>
    <fieldset><legend class="small quiet">${t("record.how")}</legend><div class="row wrap">${channels.map((one, place) => html`<label key=${one.name} class="choice"><input type="radio" name="channel"
      value=${one.name} checked=${one.name === name} autofocus=${place === 0} onChange=${() => choose(one.name)} />${icon(one.medium)}<span>${word("medium", one.medium)}</span>
      ${channels.filter((other) => other.medium === one.medium).length > 1 && html`<${Text} class="tiny faint">${one.name}</${Text}>`}</label>`)}</div></fieldset>
    <div class="row wrap">${["in", "out"].map((way) => html`<label key=${way} class="check"><input type="radio" name="direction" value=${way} defaultChecked=${way === "in"} />${t(`record.${way}`)}</label>`)}</div>
    <div class="fields"><${Field} label=${t("record.name")}><input name="name" dir="auto" maxlength="200" autocomplete="off" /></${Field}>
      <${Field} label=${t("record.phone")}><input name="phone" class="ltr" inputmode="tel" maxlength="60" autocomplete="off" /></${Field}>
      <${Field} label=${t("record.date")} hint=${t("record.date.hint")}><input name="date" class="ltr" maxlength="60" autocomplete="off" /></${Field}>
      ${["letter", "fax"].includes(channel.medium) && html`<${Field} label=${t("record.registration")}><input name="registration" class="ltr" maxlength="100" autocomplete="off" /></${Field}>
        <${Field} label=${t("record.address")}><input name="address" dir="auto" maxlength="500" autocomplete="off" /></${Field}>`}
      ${channel.medium === "phone" && html`<${Field} label=${t("record.callback")} hint=${t("record.callback.hint")}><input name="callback" class="ltr" maxlength="60" autocomplete="off" /></${Field}>`}
      <${Field} label=${t("record.queue")}><select name="queue"><option value="">${t("record.queue.own")}</option>${queues(state).map((queue) => html`<option key=${queue.id} value=${queue.name}>${titleOf(queue)}</option>`)}</select></${Field}></div>
    <${Field} label=${t("record.subject")}><input name="subject" dir="auto" maxlength="300" autocomplete="off" /></${Field}>
    <${Field} label=${t("record.text")}><textarea name="text" dir="auto" rows="4" maxlength="50000"></textarea></${Field}>
    <${Scans} files=${files} keep=${keep} /></${Ask}>`;
}

function Scans({files, keep}) {
  return html`<div class="row wrap"><label class="button">${icon("clip")}${t("record.scan")}<input type="file" multiple class="unseen" accept="image/*,application/pdf"
      onChange=${(event) => { keep([...files, ...event.target.files]); event.target.value = ""; }} /></label>
    ${files.map((file) => html`<span key=${file.name + file.lastModified} class="chip accent"><${Text} class="clip">${file.name}</${Text}>${size(file.size)}
      <button type="button" class="link" aria-label=${`${t("files.remove")} ${file.name}`} onClick=${() => keep(files.filter((other) => other !== file))}>${icon("close")}</button></span>`)}</div>`;
}
