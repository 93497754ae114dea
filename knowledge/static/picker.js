// A field in which one types a title and takes what is found, by keyboard as by pointer.

import {html, useEffect, useRef, useState} from "/static/html.js";
import {send} from "/static/page.js";
import {Text} from "/static/parts/bits.js";
import {number} from "/static/words.js";
import {LOOK} from "./list.js";
import {w} from "./words.js";

const PATIENCE = 200;  // milliseconds without a key before the house is asked
let fields = 0;

/**
 * `path` makes the address that answers `{targets}` for what is typed; `pick` is called with one of them. With `free` what
 * was typed may be taken as it is, `{target}` alone; without a query nothing is offered unless `known`.
 */
export function Picker({label, path, pick, free = false, known = false}) {
  const [text, type] = useState(""), [found, set] = useState(null), [at, move] = useState(-1), [open, show] = useState(false);
  const [id] = useState(() => `picker-${++fields}`), list = useRef(null);
  const query = text.trim();
  useEffect(() => {
    if (!open || (!query && !known)) return set(null);
    let wanted = true;
    const timer = setTimeout(() => send("GET", path(query)).then(({targets}) => { if (wanted) { set(targets); move(-1); } }, () => wanted && set([])), query ? PATIENCE : 0);
    return () => { wanted = false; clearTimeout(timer); };
  }, [query, open, path("")]);
  const offers = !open || !found ? [] : [...found, ...(free && query && !found.some((each) => each.target === query) ? [{target: query, free: true}] : [])];
  useEffect(() => { list.current?.children[at]?.scrollIntoView({block: "nearest"}); }, [at]);
  const take = (offer) => { type(""); show(false); move(-1); pick(offer); };
  const pressed = (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key === "Escape" && open) { event.preventDefault(); event.stopPropagation(); show(false); }
    if (event.key === "Enter") {
      event.preventDefault();
      // One alone is meant, as when its address was put in.
      if (offers.length && (at >= 0 || offers.length === 1)) take(offers[Math.max(0, at)]);
    }
    if (!step) return;
    event.preventDefault();
    if (!open) show(true);
    if (offers.length) move(at < 0 && step < 0 ? offers.length - 1 : (at + step + offers.length) % offers.length);
  };
  return html`<div class="field picker" onFocusOut=${(event) => event.currentTarget.contains(event.relatedTarget) || show(false)}><label for=${id}>${label}</label>
    <input id=${id} class="input" role="combobox" dir="auto" autocomplete="off" maxlength="500" value=${text} aria-autocomplete="list" aria-controls=${`${id}-list`} aria-expanded=${offers.length ? "true" : "false"}
      aria-activedescendant=${at >= 0 && offers[at] ? `${id}-${at}` : null} onFocus=${() => show(true)} onInput=${(event) => { type(event.target.value); show(true); }} onKeyDown=${pressed} />
    <ul id=${`${id}-list`} class="offers" role="listbox" aria-label=${label} hidden=${!offers.length} ref=${list}>${offers.map((each, place) => html`<li key=${`${each.free}/${each.target}`} id=${`${id}-${place}`} role="option" aria-selected=${place === at ? "true" : "false"} class="row small"
      onPointerDown=${(event) => event.preventDefault()} onClick=${() => take(each)}>${each.free ? html`<span class="grow">${w("link.free", {q: each.target})}</span>` : html`<${Text} class="grow">${each.title || each.target}</${Text}>
        ${each.title && html`<bdi class="faint">${each.kind === "article" ? number(Number(each.target)) : each.target}</bdi>`}${each.language && html`<span class="faint">${w(each.language)}</span>`}${each.state && html`<span class=${`chip ${LOOK[each.state] ?? ""}`}>${w(`state.${each.state}`)}</span>`}`}</li>`)}</ul>
    <small role="status">${open && query && found && !offers.length ? w("link.nothing") : ""}</small></div>`;
}
