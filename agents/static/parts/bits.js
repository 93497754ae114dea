// The smallest parts: a citizen's text that stays in its own direction, avatars, clocks, buttons that wait.

import {html, useLayoutEffect, useRef, useState} from "../html.js";
import {full, roughly, since, span} from "../dates.js";
import {act, sentence, ui} from "../page.js";
import {useStore, useTick} from "../store.js";
import {t} from "../words.js";
import {icon} from "./icon.js";

/** Text of a stranger: its own direction, isolated from what stands around it. */
export const Text = ({children, ...rest}) => html`<bdi dir="auto" ...${rest}>${children}</bdi>`;

/** A code that is always read left to right (reference, phone, e-mail). */
export const Code = ({children, ...rest}) => html`<bdi dir="ltr" class="code" ...${rest}>${children}</bdi>`;

/** A letter on a colour that stays with the person. */
export function Avatar({id = 0, name = "", small = false}) {
  const letters = [...name.trim()].filter((letter) => /\p{L}/u.test(letter));
  return html`<span class=${`avatar hue-${id % 6} ${small ? "small" : ""}`} aria-hidden="true">${letters.length ? letters[0].toUpperCase() : icon("person")}</span>`;
}

/** A running stop-watch since a time. */
export function Since({at, words = false}) {
  useTick(words ? 15_000 : 1_000);
  if (!at) return null;
  return html`<time class="number" dateTime=${at} title=${full(at)}>${words ? roughly(since(at)) : span(since(at))}</time>`;
}

/** A button for an action of `page.act`: disabled and marked busy while it is under way. */
export function Doing({name, run, class: look = "", disabled = false, label, children, type = "button", ...rest}) {
  const busy = Boolean(useStore(ui).busy[name]);
  return html`<button type=${type} class=${`button ${look}`} disabled=${disabled || busy} aria-busy=${busy ? "true" : null}
    aria-label=${label} title=${label} onClick=${run && (() => act(name, run))} ...${rest}>${children}</button>`;
}

/** A menu under a button; closes on Escape, on a click elsewhere and when something in it was chosen. */
export function Menu({label, spoken = true, face, look = "bare square", panel = "", children, role = "menu"}) {
  const [open, set] = useState(false);
  const root = useRef(null);
  useLayoutEffect(() => {
    if (!open) return undefined;
    const away = (event) => root.current?.contains(event.target) || set(false);
    document.addEventListener("pointerdown", away);
    root.current.querySelector(".menu-panel :is(button, a, input):not(:disabled)")?.focus();
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const close = () => { set(false); root.current?.querySelector("button")?.focus(); };
  return html`<div class="menu" ref=${root} onKeyDown=${(event) => walk(event, root.current, close)}>
    <button type="button" class=${`button ${look}`} aria-haspopup=${role} aria-expanded=${open ? "true" : "false"} aria-label=${spoken ? label : null}
      title=${label} onClick=${() => set(!open)}>${face}</button>
    ${open && html`<div class=${`menu-panel ${panel}`} role=${role} aria-label=${label}
      onClick=${(event) => event.target.closest("button, a") && !event.target.closest("form") && close()}>${children}</div>`}
  </div>`;
}

function walk(event, root, close) {
  const items = [...root.querySelectorAll(".menu-panel :is(button, a):not(:disabled)")];
  if (!items.length) return;
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
  } else if (step) {
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  }
}

/** One line of a menu. */
export const Item = ({run, checked, disabled, children, href, danger}) => href
  ? html`<a class="menu-item" role="menuitem" href=${href}>${children}</a>`
  : html`<button type="button" class="menu-item" role=${checked === undefined ? "menuitem" : "menuitemradio"} disabled=${disabled}
      aria-checked=${checked === undefined ? null : checked ? "true" : "false"} data-danger=${danger} onClick=${run}>${children}
      ${checked ? html`<span class="end">${icon("check")}</span>` : null}</button>`;

/** Nothing here, and what that means. */
export const Empty = ({sign, children}) => html`<div class="empty">${icon(sign)}<p>${children}</p></div>`;

/** What could not be read, and why. */
export const Failed = ({error}) => html`<p class="notice bad">${icon("warning")}<span class="say">${sentence(error.code)}</span></p>`;

/** A code with a button that copies it. */
export function Copied({text, children}) {
  const [done, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text).catch(() => {});
    set(true);
    setTimeout(() => set(false), 1500);
  };
  return html`<button type="button" class="button bare slim" onClick=${copy} title=${t("copy")} aria-label=${`${t("copy")} ${text}`}>
    ${children ?? html`<${Code}>${text}</${Code}>`}${icon(done ? "check" : "copy")}</button>`;
}
