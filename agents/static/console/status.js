// My own state: ready, away with a reason, offline. The truth comes back by the socket like everybody's.

import {html} from "../html.js";
import {boot} from "../boot.js";
import {act, known, toast, ui} from "../page.js";
import {Item, Menu, Since} from "../parts/bits.js";
import {openDialog} from "../parts/dialog.js";
import {Language, SignOut, Theme} from "../parts/frame.js";
import {icon} from "../parts/icon.js";
import {me} from "../state.js";
import {useStore} from "../store.js";
import {say, t, word} from "../words.js";
import {wanted, wantSound} from "./alert.js";
import {state as setState} from "./deeds.js";

const LIGHTS = {ready: "good", away: "warn", offline: ""};

/** Go ready, away or offline. */
export async function become(value, reason) {
  const done = await act("state", () => setState(value, reason));
  if (done?.warning) toast(say(done.warning));
}

/** The status menu. */
export function Status() {
  const self = me(useStore(known)) ?? boot.me;
  const busy = Boolean(useStore(ui).busy.state);
  const face = html`<span class=${`light ${LIGHTS[self.state]}`}></span><span class="status-word">${t(`me.${self.state}`)}${self.state === "away" && self.reason ? ` (${word("away", self.reason)})` : ""}</span>
    <span class="tiny faint status-since"><${Since} at=${self.state_since} words=${true} /></span>${icon("down")}`;
  return html`<${Menu} label=${t("status.label", {state: t(`me.${self.state}`)})} spoken=${false} look="status" face=${face}>
    <div class="menu-title"><bdi>${self.name}</bdi> · ${t("status.load", {load: self.load ?? 0, capacity: self.capacity ?? 0})}</div>
    <${Item} checked=${self.state === "ready"} disabled=${busy} run=${() => become("ready")}><span class="light good"></span>${t("me.ready")}</${Item}>
    ${boot.desk.away_reasons.map((reason) => html`<${Item} key=${reason} checked=${self.state === "away" && self.reason === reason} disabled=${busy} run=${() => become("away", reason)}>
      <span class="light warn"></span>${t("status.away", {reason: word("away", reason)})}</${Item}>`)}
    <${Item} checked=${self.state === "offline"} disabled=${busy} run=${() => become("offline")}><span class="light"></span>${t("me.offline")}</${Item}><hr /><${SignOut} /></${Menu}>`;
}

/** Sound, light, language, keys. */
export function Preferences() {
  useStore(ui);
  return html`<${Menu} label=${t("settings")} face=${icon("gear")}>
    <${Item} checked=${wanted()} run=${() => wantSound(!wanted())}>${icon(wanted() ? "sound" : "mute")}${t("sound")}</${Item}>
    <${Item} run=${() => openDialog("keys")}>${icon("keyboard")}${t("keys")}</${Item}><hr /><${Theme} /><hr /><${Language} /></${Menu}>`;
}

