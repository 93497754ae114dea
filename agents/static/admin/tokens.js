// API tokens: made, seen once, taken back.

import {html, useState} from "../html.js";
import {moment} from "../dates.js";
import {Code, Copied, Doing, Text} from "../parts/bits.js";
import {Ask, Dialog, Field, closeDialog, openDialog} from "../parts/dialog.js";
import {act, send} from "../page.js";
import {t, word} from "../words.js";
import {Sheet, changed, useList} from "./sheet.js";

/** The list. */
export function Tokens() {
  const [got, error] = useList("/api/tokens");
  const [sure, ask] = useState(null);
  const remove = (token) => act(`token:${token.id}`, async () => {
    await send("DELETE", `/api/tokens/${token.id}`);
    changed();
  });
  return html`<${Sheet} name="tokens" error=${error} add=${() => openDialog("token")}><table><thead><tr><th>${t("token.name")}</th><th>${t("agent.role")}</th><th>${t("token.made")}</th><th>${t("token.used")}</th><th><span class="unseen">${t("deeds")}</span></th></tr></thead>
    <tbody>${(got?.tokens ?? []).map((token) => html`<tr key=${token.id} data-token=${token.id}><td><${Text} class="strong">${token.name}</${Text}></td><td>${word("role", token.role)}</td><td>${moment(token.created_at)}</td><td>${token.used_at ? moment(token.used_at) : t("never")}</td>
      <td>${sure === token.id ? html`<${Doing} name=${`token:${token.id}`} class="slim danger" onClick=${() => remove(token)}>${t("token.really")}</${Doing}>` : html`<button type="button" class="button slim" onClick=${() => ask(token.id)}>${t("token.remove")}</button>`}</td></tr>`)}
      ${got && !got.tokens.length && html`<tr><td colspan="5" class="faint">${t("token.none")}</td></tr>`}</tbody></table></${Sheet}>`;
}

/** Make one and show it this once. */
export function TokenForm() {
  const [made, keep] = useState(null);
  if (made) return html`<${Dialog} title=${t("token.once")} foot=${html`<button type="button" class="button primary" onClick=${closeDialog}>${t("close.window")}</button>`}>
    <p class="notice good">${t("token.once.meaning")}</p><p class="row wrap"><${Code} id="token-text">${made.token}</${Code}><${Copied} text=${made.token}><span>${t("copy")}</span></${Copied}></p></${Dialog}>`;
  const make = async ({name, role}) => {
    keep(await send("POST", "/api/tokens", {name, role}));
    changed();
    return null;
  };
  return html`<${Ask} title=${t("admin.tokens.add")} name="token" submit=${t("token.make")} keep run=${make}><${Field} label=${t("token.name")} hint=${t("token.name.hint")}><input name="name" dir="auto" required maxlength="100" /></${Field}>
    <${Field} label=${t("agent.role")}><select name="role">${["agent", "supervisor", "admin"].map((role) => html`<option key=${role} value=${role}>${word("role", role)}</option>`)}</select></${Field}></${Ask}>`;
}
