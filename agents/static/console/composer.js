// Where an answer or a note is written: draft kept, files by button, drop and paste, parts of a short message counted.

import {html, useLayoutEffect, useRef} from "../html.js";
import {boot} from "../boot.js";
import {act, choose, live, send, ui} from "../page.js";
import {Text} from "../parts/bits.js";
import {openDialog} from "../parts/dialog.js";
import {icon} from "../parts/icon.js";
import {count} from "../sms.js";
import {useStore} from "../store.js";
import {number, t} from "../words.js";
import {channelOf} from "./deeds.js";
import {EMPTY, arrived, draft, drafts, follow, keyFor, redraft} from "./draft.js";
import {Files, useFiles} from "./files.js";
import {Copies, copiesOf} from "./particulars.js";

const TYPING_EVERY = 3_000;

/** The composer of one contact. */
export function Composer({contact, deeds}) {
  const wish = useStore(ui).composer;
  const kind = deeds.includes(wish) ? wish : deeds.includes("reply") ? "reply" : "note";
  return html`<${Writer} key=${kind} contact=${contact} kind=${kind} tabs=${deeds.filter((deed) => deed === "reply" || deed === "note")} />`;
}

function Writer({contact, kind, tabs}) {
  useStore(drafts);
  const value = draft(contact.id, kind);
  const box = useRef(null);
  const {limits} = channelOf(contact);
  const change = (part) => redraft(contact.id, kind, part);
  const files = useFiles(value.files, (next) => change((old) => ({files: next(old.files)})), kind === "reply" ? limits : {attachments: 0});
  useInsertion(contact, kind, box, change);
  useWantedFocus(box);
  const busyName = `${kind}:${contact.id}`;
  const busy = Boolean(useStore(ui).busy[busyName]);
  const fits = (now) => kind !== "reply" || now.text.length <= (limits.text_chars ?? Infinity);
  const sendable = (now) => fits(now) && now.files.every((file) => file.id || file.failed) && (now.text.trim() || now.files.some((file) => file.id));
  const ready = !busy && sendable(value);
  // What is sent is the draft as it is now: the last keys may not be drawn yet.
  const go = async () => {
    const now = draft(contact.id, kind);
    if (!sendable(now)) return;
    if (await deliver(contact, kind, now, busyName)) {
      change(EMPTY);
      box.current?.focus();
    }
  };
  return html`<footer class=${`composer ${kind}`} data-drop=${files.over} ...${files.drop}>
    <div class="composer-top"><${Tabs} tabs=${tabs} kind=${kind} /><span class="grow"></span><${Count} text=${value.text} contact=${contact} kind=${kind} limits=${limits} /></div>
    <textarea id="composer-text" ref=${box} dir="auto" rows="2" value=${value.text} aria-label=${t(`composer.${kind}`)} placeholder=${t(`composer.${kind}.hint`)}
      aria-invalid=${fits(value) ? null : "true"} onInput=${(event) => { change({text: event.target.value}); kind === "reply" && (follow(contact.id), tellTyping(contact)); }}
      onKeyDown=${(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && (event.preventDefault(), go())} onPaste=${files.paste}></textarea>
    <${Files} files=${value.files} remove=${files.remove} />
    ${kind === "reply" && html`<${Copies} contact=${contact} value=${value} change=${change} most=${limits.copies} />`}
    <div class="row composer-foot">${files.allowed && html`<label class="button bare square" title=${t("files.add")}>${icon("clip")}<span class="unseen">${t("files.add")}</span>
        <input type="file" multiple class="unseen" id="composer-files" onChange=${files.pick} /></label>`}
      <span class="grow tiny faint wide-only"><kbd>Ctrl</kbd> <kbd>↵</kbd> ${t("composer.sends")}</span>
      <button type="button" class="button primary" id="composer-send" disabled=${!ready} aria-busy=${busy ? "true" : null} onClick=${go}>${icon(kind === "reply" ? "send" : "note")}${t(`composer.${kind}.send`)}</button></div>
    <${Text} class="unseen">${files.loading ? t("files.loading") : ""}</${Text}></footer>`;
}

const Tabs = ({tabs, kind}) => html`<div class="tabs" role="tablist" aria-label=${t("composer")}>${tabs.map((name) => html`<button key=${name} type="button" role="tab"
  id=${`composer-${name}`} aria-selected=${name === kind ? "true" : "false"} onClick=${() => choose({composer: name})}>${icon(name === "reply" ? "send" : "lock")}${t(`composer.${name}`)}</button>`)}</div>`;

/** Send a draft; true when it went. Words of an article that is not what it was are not sent: the agent is asked. */
export async function deliver(contact, kind, value, busyName) {
  const content = {text: value.text.trim()};
  if (kind === "reply") {
    content.attachments = value.files.filter((file) => file.id).map((file) => file.id);
    if (value.suggestion && !value.dropped) Object.assign(content, {suggestion: value.suggestion, ...(value.version ? {suggestion_version: value.version} : {})});
    if (channelOf(contact).limits.copies) content.cc = copiesOf(contact, value, channelOf(contact).limits.copies);
  }
  const key = keyFor(contact.id, kind, content);
  const done = await act(busyName, () => send("POST", `/api/contacts/${contact.id}/${kind}`, {key, ...content}).catch(async (error) => {
    if (error.status !== 409 || error.field !== "suggestion") throw error;
    openDialog("withdrawn", {contact: contact.id, now: await readArticle(value.suggestion)});
    return {stopped: true};
  }));
  if (!done || done.stopped) return false;
  arrived(contact.id, kind);
  return true;
}

/** An article as it stands now; null when it is out of use or this agent does not see it any more. */
const readArticle = (id) => send("GET", `/api/articles/${id}`).then(({article}) => article.state === "archived" ? null : article, (error) => {
  if (error.status !== 404) throw error;
  return null;
});

// Parts are counted only where the page was told how long a part is; elsewhere only a limit that comes near is shown.
function Count({text, contact, kind, limits}) {
  if (kind !== "reply") return null;
  const parts = boot.media?.[contact.medium]?.parts;
  if (parts) {
    const {parts: n, left} = count(text, parts);
    const cost = limits.part_cost ? ` · ${number(n * limits.part_cost)} ${limits.currency}` : "";
    return html`<span class=${`tiny number ${n > 3 ? "chip warn" : "faint"}`} id="sms-count">${t("sms.count", {n, left})}${cost}</span>`;
  }
  const limit = limits.text_chars ?? Infinity;
  return text.length > limit * 0.8 ? html`<span class=${`tiny number chip ${text.length > limit ? "bad" : "warn"}`}>${number(text.length)} / ${number(limit)}</span>` : null;
}

// A suggestion is put where the cursor stands; `ui.insert` carries it here, wherever it was chosen.
function useInsertion(contact, kind, box, change) {
  const {insert} = useStore(ui);
  useLayoutEffect(() => {
    if (!insert || insert.contact !== contact.id || kind !== "reply") return;
    const field = box.current;
    const before = field.value.slice(0, field.selectionStart), after = field.value.slice(field.selectionEnd);
    const glue = before && !/\s$/.test(before) ? "\n" : "";
    // Written into the field at once, so that the next key lands behind it.
    field.value = before + glue + insert.text + after;
    field.focus();
    field.setSelectionRange(field.value.length - after.length, field.value.length - after.length);
    change({text: field.value, suggestion: insert.article, version: insert.version ?? null, state: insert.state ?? "", inserted: insert.text, dropped: false});
    choose({insert: null});
  }, [insert]);
}

function useWantedFocus(box) {
  const {focus} = useStore(ui);
  useLayoutEffect(() => {
    if (!focus) return;
    box.current.focus();
    choose({focus: false});
  }, [focus]);
}

let lastTyping = 0;
function tellTyping(contact) {
  if (Date.now() - lastTyping < TYPING_EVERY) return;
  lastTyping = Date.now();
  live.typing(contact.id);
}

