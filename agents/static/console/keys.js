// The keyboard: every deed has a key. Single letters work outside of fields (and can be switched off), Alt works everywhere.
// Keys are named by their place (`KeyA`), so they are the same on a Persian and an English layout.

import {html} from "../html.js";
import {boot} from "../boot.js";
import {choose, known, ui} from "../page.js";
import {Dialog, closeDialog, openDialog} from "../parts/dialog.js";
import {me, mine, team, waiting} from "../state.js";
import {useStore} from "../store.js";
import {t} from "../words.js";
import {tinykeys} from "../vendor/tinykeys.module.js";
import {select, write} from "./choice.js";
import {channelOf, contactOf, possible} from "./deeds.js";
import {TABS} from "./lists.js";
import {answer} from "./offers.js";
import {become} from "./status.js";
import {insertNth} from "./suggestions.js";
import {begin} from "./talk.js";

/** [key outside fields or null, key everywhere or null, word, what it does] */
const KEYS = [
  ["KeyA", "Alt+Enter", "accept", () => answer("accept")],
  ["KeyD", "Alt+Backspace", "decline", () => answer("decline")],
  ["KeyJ", "Alt+ArrowDown", "next", () => step(1)],
  ["KeyK", "Alt+ArrowUp", "previous", () => step(-1)],
  ["KeyR", "Alt+KeyR", "reply", () => write("reply")],
  ["KeyN", "Alt+KeyN", "note", () => write("note")],
  [null, "Alt+Digit1", "suggest.1", () => insertNth(0)],
  [null, "Alt+Digit2", "suggest.2", () => insertNth(1)],
  [null, "Alt+Digit3", "suggest.3", () => insertNth(2)],
  ["KeyT", "Alt+KeyT", "transfer", () => deed("transfer")],
  ["KeyS", "Alt+KeyS", "snooze", () => deed("snooze")],
  ["KeyF", null, "finish", () => deed("finish")],
  ["KeyE", "Alt+KeyE", "close", () => deed("close")],
  ["KeyW", null, "why", () => ui.get().selected && openDialog("why", {contact: ui.get().selected})],
  ["KeyP", "Alt+KeyP", "record", () => boot.channels.some((channel) => channel.record) && openDialog("record")],
  ["KeyY", "Alt+KeyY", "ready", () => become(me(known.get())?.state === "ready" ? "away" : "ready", me(known.get())?.state === "ready" ? boot.desk.away_reasons[0] : "")],
  ["Slash", null, "search", () => document.getElementById("search")?.focus()],
  ["Digit1", null, "tab.1", () => choose({tab: TABS[0], pane: "list"})],
  ["Digit2", null, "tab.2", () => choose({tab: TABS[1], pane: "list"})],
  ["Digit3", null, "tab.3", () => choose({tab: TABS[2], pane: "list"})],
  ["Shift+Slash", "Alt+Slash", "help", () => openDialog("keys")],
];

const typing = (target) => target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
const letters = () => localStorage.getItem("letters") !== "off";

/** Listen for keys. */
export function listenForKeys() {
  const bindings = {};
  for (const [plain, everywhere, , act] of KEYS) {
    if (plain) bindings[plain] = (event) => letters() && !typing(event.target) && !ui.get().dialog && go(event, act);
    if (everywhere) bindings[everywhere] = (event) => !ui.get().dialog && go(event, act);
  }
  tinykeys(window, bindings);
}

function go(event, act) {
  if (event.defaultPrevented || event.repeat) return;
  event.preventDefault();
  act();
}

function step(by) {
  const {tab, selected} = ui.get();
  const list = {mine, waiting, team}[tab]?.(known.get()) ?? [];
  if (!list.length) return;
  const at = list.findIndex((contact) => contact.id === selected);
  const next = list[at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by))];
  select(next.id);
  document.querySelector(`.contact-row[data-contact="${next.id}"] .contact-open`)?.scrollIntoView({block: "nearest"});
}

function deed(name) {
  const contact = contactOf(ui.get().selected, ui.get().archive);
  if (contact && possible(contact, me(known.get()), channelOf(contact).limits).includes(name)) begin(name, contact);
}

/** The list of keys. */
export function Keys() {
  useStore(ui);
  const toggle = (event) => { localStorage.setItem("letters", event.target.checked ? "on" : "off"); choose({letters: event.target.checked}); };
  return html`<${Dialog} title=${t("keys")} wide foot=${html`<button type="button" class="button primary" onClick=${closeDialog}>${t("close.window")}</button>`}>
    <dl class="keys">${KEYS.map(([plain, everywhere, name]) => html`<div key=${name}><dt>${t(`key.${name}`)}</dt><dd>
      ${plain && html`<span class=${letters() ? "" : "off"}><${Caps} keys=${plain} /></span>`}${everywhere && html`<${Caps} keys=${everywhere} />`}</dd></div>`)}
      <div><dt>${t("key.send")}</dt><dd><${Caps} keys="Ctrl+Enter" /></dd></div></dl>
    <label class="check"><input type="checkbox" checked=${letters()} onChange=${toggle} />${t("keys.letters")}</label>
    <p class="small quiet">${t("keys.meaning")}</p></${Dialog}>`;
}

const CAPS = {Slash: "/", Enter: "↵", Backspace: "⌫", ArrowDown: "↓", ArrowUp: "↑", Shift: "⇧"};
const Caps = ({keys}) => html`<span class="caps" dir="ltr">${(keys === "Shift+Slash" ? "?" : keys).split("+").map((cap) =>
  html`<kbd key=${cap}>${CAPS[cap] ?? cap.replace(/^Key|^Digit/, "")}</kbd>`)}</span>`;
