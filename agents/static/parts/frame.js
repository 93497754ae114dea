// What frames every page of the staff: the bar with places, language, light or dark, sign out; banner and toasts.

import {html, useEffect, useRef, useState} from "../html.js";
import {boot, language, now} from "../boot.js";
import {act, choose, dismiss, live, send, ui} from "../page.js";
import {useStore, useTick} from "../store.js";
import {t} from "../words.js";
import {Item, Menu} from "./bits.js";
import {icon} from "./icon.js";

const RANK = {agent: 0, supervisor: 1, admin: 2};
const PLACES = [["console", "agent"], ["board", "supervisor"], ["knowledge", "agent"], ["admin", "supervisor"]];

/** The bar at the top; `children` are what the page adds. */
export function Bar({page, me, children}) {
  const places = useRef(null);
  // On a phone not all places fit: the one that is open is the one to see.
  useEffect(() => places.current.querySelector("[aria-current]")?.scrollIntoView({inline: "nearest", block: "nearest"}), [page, me?.role]);
  return html`<header class="bar"><a class="skip button" href="#main">${t("skip")}</a>
  ${page !== "admin" && html`<h1 class="unseen">${t(`place.${page}`)}</h1>`}
  <a class="brand" href="/" title=${t("place.start")}><img src="/static/icons/desk.svg" alt="" /><span class="clip">${deskName()}</span></a>
  <nav class="places" ref=${places} aria-label=${t("places")}>${PLACES.filter(([, role]) => RANK[me?.role ?? "agent"] >= RANK[role]).map(([place]) =>
    html`<a key=${place} href=${`/${place}`} aria-current=${place === page ? "page" : null}>${t(place === "admin" && me?.role !== "admin" ? "admin.routing" : `place.${place}`)}</a>`)}</nav>
  <span class="grow"></span>${children}</header>`;
}

export const deskName = () => language === "fa" ? boot.desk.name_fa : boot.desk.name_en;

/** Light, dark or as the system says. */
export function Theme() {
  const [theme, set] = useState(localStorage.getItem("theme") ?? "auto");
  const pick = (value) => {
    localStorage.setItem("theme", value);
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    set(value);
  };
  return html`<div class="menu-title">${t("theme")}</div>${["auto", "light", "dark"].map((value) =>
    html`<${Item} key=${value} checked=${theme === value} run=${() => pick(value)}>${icon(value === "auto" ? "gear" : value)}${t(`theme.${value}`)}</${Item}>`)}`;
}

/** The other language: remembered by the house, then the page is built anew. */
export const Language = () => html`<div class="menu-title">${t("language")}</div>${[["fa", "فارسی"], ["en", "English"]].map(([code, name]) =>
  html`<${Item} key=${code} checked=${language === code} run=${() => speak(code)}>${icon("globe")}<span lang=${code}>${name}</span></${Item}>`)}`;

const speak = (code) => code !== language && act("language", async () => {
  await send("POST", "/api/me/language", {language: code});
  location.reload();
});

/** Sign out is a form, so that it works as long as the page stands. */
export const SignOut = () => html`<form method="post" action="/signout" role="none"><input type="hidden" name="csrf" value=${boot.csrf} />
  <button class="menu-item" role="menuitem">${icon("out")}${t("signout")}</button></form>`;

/** The menu of pages that have no status menu. */
export const Settings = ({me}) => html`<${Menu} label=${t("settings")} face=${icon("gear")}>
  <div class="menu-title"><bdi>${me?.name ?? ""}</bdi></div><${Theme} /><hr /><${Language} /><hr /><${SignOut} /></${Menu}>`;

/** How the line to the house stands, in honest words; nothing while it is well. */
export function Banner() {
  const {link} = useStore(ui);
  useTick(1_000);
  const [text, bad] = standing(link);
  return html`<div role="status" aria-live="polite">${text && html`<div class=${`line-banner ${bad ? "bad" : ""}`}>
    <span>${text}</span>${link.line === "waiting" && html`<button type="button" class="link" onClick=${() => live.hurry()}>${t("line.now")}</button>`}
    ${link.line === "ended" && html`<a href=${`/signin?next=${location.pathname}`}>${t("line.signin")}</a>`}</div>`}</div>`;
}

function standing({line, at}) {
  if (line === "waiting") return [t("line.waiting", {n: Math.max(1, Math.ceil((at - Date.now()) / 1000))}), false];
  if (line === "ended") return [t("line.ended"), true];
  return ui.get().everLive && line !== "live" ? [t("line.catching-up"), false] : ["", false];
}

ui.listen(({link}) => link.line === "live" && !ui.get().everLive && choose({everLive: now()}));

/** Short messages at the edge; while a dialog is open they stand in it: what lies behind can be neither read nor reached. */
export function Toasts({inside = false}) {
  const {toasts, dialog} = useStore(ui);
  return html`<div class="toasts" role="status" aria-live="polite">${Boolean(dialog) === inside && toasts.map(({id, text, kind}) =>
  html`<div key=${id} class=${`toast ${kind}`}><span class="say">${text}</span><button type="button" class="button bare square slim"
    aria-label=${t("close.window")} onClick=${() => dismiss(id)}>${icon("close")}</button></div>`)}</div>`;
}
