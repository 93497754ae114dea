// Agents: who works here, with what skills, how much at once. Passwords are set here and never shown.

import {html} from "../html.js";
import {Avatar, Code, Text} from "../parts/bits.js";
import {Ask, Field, openDialog} from "../parts/dialog.js";
import {send, toast} from "../page.js";
import {number, t, word} from "../words.js";
import {Sheet, changed, useList} from "./sheet.js";

const ROLES = ["agent", "supervisor", "admin"];
const SHORTEST = 10;

/** The list. */
export function Agents() {
  const [got, error] = useList("/api/agents");
  return html`<${Sheet} name="agents" error=${error} add=${() => openDialog("agent", {agent: null})}><table><thead><tr><th>${t("agent.name")}</th><th>${t("agent.role")}</th><th>${t("agent.skills")}</th><th>${t("agent.capacity")}</th><th>${t("agent.phone")}</th><th><span class="unseen">${t("deeds")}</span></th></tr></thead>
    <tbody>${(got?.agents ?? []).map((agent) => html`<tr key=${agent.id} data-agent=${agent.id} class=${agent.active ? "" : "off"}>
      <td><span class="row"><${Avatar} small id=${agent.id} name=${agent.name} /><span><${Text} class="strong">${agent.name}</${Text}><br /><${Code}>${agent.login}</${Code}></span></span></td>
      <td>${t(`role.${agent.role}`)}${!agent.active && html` <span class="chip bad">${t("agent.inactive")}</span>`}</td>
      <td><span class="row wrap">${Object.entries(agent.skills).map(([skill, level]) => html`<span key=${skill} class="chip accent"><${Text}>${skill}</${Text}> ${number(level)}</span>`)}</span></td>
      <td class="number">${number(agent.capacity)}</td><td>${agent.phone && html`<${Code}>${agent.phone}</${Code}>`}</td>
      <td><button type="button" class="button slim" onClick=${() => openDialog("agent", {agent})}>${t("edit")}</button></td></tr>`)}</tbody></table></${Sheet}>`;
}

// Skills are written as one line a person can read and type: "persian 5, building 3".
export const levelsText = (skills, plain = 0) => Object.entries(skills ?? {}).map(([skill, level]) => level === plain ? skill : `${skill} ${level}`).join(", ");

/** The skills of such a line; a skill without a level has `plain`. */
export function levelsOf(text, plain = 3) {
  const skills = {};
  for (const part of text.split(/[,،\n]+/).map((each) => each.trim()).filter(Boolean)) {
    const [, name, level] = /^(.+?)(?:[\s:=]+([1-5۱-۵]))?$/.exec(part);
    skills[name.trim()] = level ? Number(level.replace(/[۱-۵]/, (digit) => digit.codePointAt(0) & 0xf)) : plain;
  }
  return skills;
}

/** Add or change one. */
export function AgentForm({agent}) {
  const save = async (values, form) => {
    const body = {name: values.name, public_name: values.public_name, role: values.role, skills: levelsOf(values.skills), capacity: Number(values.capacity),
      language: values.language, phone: values.phone, languages: [...form.elements.languages].filter((each) => each.checked).map((each) => each.value),
      group: values.group, shift: values.shift, backup_after: Number(values.backup_after), ...(values.password ? {password: values.password} : {})};
    if (agent) body.active = form.elements.active.checked;
    else body.login = values.login;
    const done = await send("POST", agent ? `/api/agents/${agent.id}` : "/api/agents", body);
    toast(t("saved"));
    changed();
    return done;
  };
  const [set] = useList("/api/routing");
  return html`<${Ask} title=${agent ? agent.name : t("admin.agents.add")} name="agent" submit=${t("save")} wide run=${save}>
    <div class="fields"><${Field} label=${t("agent.login")}><input name="login" class="ltr" required maxlength="60" pattern="[A-Za-z0-9._@\\-]+" disabled=${Boolean(agent)} defaultValue=${agent?.login ?? ""} autocapitalize="none" autocomplete="off" /></${Field}>
      <${Field} label=${t("agent.name")}><input name="name" dir="auto" required maxlength="100" defaultValue=${agent?.name ?? ""} /></${Field}>
      <${Field} label=${t("agent.public-name")} hint=${t("agent.public-name.hint")}><input name="public_name" dir="auto" maxlength="100" defaultValue=${agent?.public_name ?? ""} /></${Field}>
      <${Field} label=${t("agent.role")}><select name="role">${ROLES.map((role) => html`<option key=${role} value=${role} selected=${role === (agent?.role ?? "agent")}>${word("role", role)}</option>`)}</select></${Field}>
      <${Field} label=${t("agent.capacity")} hint=${t("agent.capacity.hint")}><input name="capacity" class="ltr" type="number" min="1" max="100" required defaultValue=${agent?.capacity ?? 6} /></${Field}>
      <${Field} label=${t("agent.phone")} hint=${t("agent.phone.hint")}><input name="phone" class="ltr" inputmode="tel" maxlength="40" defaultValue=${agent?.phone ?? ""} /></${Field}>
      <${Field} label=${t("language")}><select name="language">${[["fa", "فارسی"], ["en", "English"]].map(([code, name]) => html`<option key=${code} value=${code} selected=${code === (agent?.language ?? "fa")}>${name}</option>`)}</select></${Field}>
      <${Field} label=${agent ? t("agent.password.new") : t("password")} hint=${t("agent.password.hint", {n: SHORTEST})}><input name="password" class="ltr" type="password" minlength=${SHORTEST} maxlength="1000" required=${!agent} autocomplete="new-password" /></${Field}></div>
    <${Field} label=${t("agent.skills")} hint=${t("agent.skills.hint")}><input name="skills" dir="auto" maxlength="500" defaultValue=${levelsText(agent?.skills)} /></${Field}>
    <details open=${Boolean(agent?.group || agent?.shift || agent?.backup_after)}><summary>${t("admin.routing")}</summary><div class="fields">
      <fieldset class="field"><legend>${t("agent.languages")}</legend>${[["fa", "فارسی"], ["en", "English"]].map(([code, name]) => html`<label key=${code} class="check"><input type="checkbox" name="languages" value=${code} defaultChecked=${(agent?.languages ?? []).includes(code)} />${name}</label>`)}</fieldset>
      <${Field} label=${t("agent.group")} hint=${t("agent.group.hint")}><input name="group" dir="auto" maxlength="60" defaultValue=${agent?.group ?? ""} /></${Field}>
      <${Field} label=${t("agent.backup")} hint=${t("agent.backup.hint")}><input name="backup_after" class="ltr" type="number" min="0" max="86400" required defaultValue=${agent?.backup_after ?? 0} /></${Field}>
      <${Field} label=${t("agent.shift")}><select name="shift" key=${set ? "set" : ""}>${["", ...(set?.calendars ?? []).map((each) => each.name)].map((name) => html`<option key=${name} value=${name} selected=${name === (agent?.shift ?? "")}>${name || t("agent.shift.none")}</option>`)}</select></${Field}></div></details>
    ${agent && html`<label class="check"><input type="checkbox" name="active" defaultChecked=${agent.active} />${t("agent.active")}</label>`}</${Ask}>`;
}
