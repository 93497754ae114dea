// An article out of a resolved contact: every personal piece is marked, a person decides on each, then it is stored.

import {html, useEffect, useLayoutEffect, useRef, useState} from "/static/html.js";
import {language} from "/static/boot.js";
import {CallError} from "/static/call.js";
import {act, send, toast} from "/static/page.js";
import {Doing, Failed} from "/static/parts/bits.js";
import {icon} from "/static/parts/icon.js";
import {unsaved, useCall} from "./ask.js";
import {w} from "./words.js";

const FIELDS = ["title", "body"];

export function Draft({id}) {
  const [read, error] = useCall(`/api/contacts/${id}/draft`);
  const [got, set] = useState(null);  // what the house looked at last, with its finds
  const [choice, choose] = useState({});  // by the words themselves: elsewhere they are the same piece of somebody
  const [written, write] = useState(null);  // what a person made of it since
  const mine = useRef({}), inside = useRef(false);
  useEffect(() => { if (read && !got) set(read); }, [read]);
  useLayoutEffect(() => {
    const warn = (event) => event.preventDefault();
    if (written) { unsaved.add(mine); addEventListener("beforeunload", warn); }
    return () => { unsaved.delete(mine); removeEventListener("beforeunload", warn); };
  }, [Boolean(written)]);
  if (error && !got) return html`<div class="stack"><${Failed} error=${error} />${error.status === 409 && html`<p class="faint">${w("draft.goes-on")}</p>`}</div>`;
  if (!got) return null;
  const made = (from, field) => [...from[`${field}_finds`]].reverse().reduce((text, each) => choice[each.text] === "remove" ? cut(text, each) : text, from[field]);
  const words = written ?? {title: made(got, "title"), body: made(got, "body")};
  const finds = FIELDS.flatMap((field) => got[`${field}_finds`].map((each, place) => ({...each, field, key: `${field}${place}`})));
  const undecided = (from) => FIELDS.flatMap((field) => from[`${field}_finds`]).filter((each) => !choice[each.text]);
  const decide = (each, way) => { if (!written) choose((old) => ({...old, [each.text]: way})); };
  mine.current = words;
  const type = (field, value) => write({...words, [field]: value});
  const look = async () => {
    if (!written) return got;
    let sent, seen;
    do {
      sent = mine.current;
      seen = await send("POST", `/api/contacts/${id}/draft`, {...sent, language: got.language});
    } while (mine.current !== sent && !inside.current);  // typed and left meanwhile: no other look is to come
    set(seen);
    if (mine.current === sent) write(null);  // what is being typed is looked at with the next look
    // What was taken out and typed in again is decided on again.
    choose((old) => Object.fromEntries(Object.entries(old).filter(([, way]) => way === "keep")));
    return seen;
  };
  const save = async () => {
    const seen = await look();
    const open = written ? FIELDS.flatMap((field) => seen[`${field}_finds`]).filter((each) => choice[each.text] !== "keep") : undecided(seen);
    if (open.length) return toast(w("draft.left", {n: open.length}), "bad");
    const kept = Object.entries(choice).filter(([, way]) => way === "keep").map(([text]) => text);
    const text = written ? seen : {title: made(seen, "title"), body: made(seen, "body")};
    try {
      const {article} = await send("POST", `/api/contacts/${id}/article`, {title: text.title, body: text.body, language: got.language, kept});
      toast(w("saved"));
      unsaved.delete(mine);
      location.hash = `#article/${article.id}`;
    } catch (fault) {
      if (!(fault instanceof CallError) || fault.field !== "kept") throw fault;
      toast(w("draft.more"), "bad");
      set(await send("POST", `/api/contacts/${id}/draft`, {title: text.title, body: text.body, language: got.language}));
      write(null);
    }
  };
  const left = undecided(got);
  return html`<section class="stack" aria-labelledby="draft-title"><header><h1 id="draft-title">${w("draft.title")}</h1><p class="small quiet">${w("draft.meaning")}</p></header>
    ${finds.length > 0 && html`<ul class="card stack">${finds.map((each) => html`<li key=${each.key} class="row wrap" data-find=${each.kind}><span class="chip warn">${w(`find.${each.kind}`)}</span><bdi class="grow strong">${each.text}</bdi>
      ${["remove", "keep"].map((way) => html`<label key=${way} class="check"><input type="radio" name=${each.key} disabled=${Boolean(written)} checked=${choice[each.text] === way} onChange=${() => decide(each, way)} />${w(`draft.${way}`)}</label>`)}</li>`)}</ul>`}
    <div class="card stack"><h2 dir="auto"><${Marked} text=${words.title} /></h2><div class="drafted" dir="auto"><${Marked} text=${words.body} /></div></div>
    <div class="card stack" lang=${got.language} onFocusIn=${() => { inside.current = true; }} onFocusOut=${() => { inside.current = false; if (written) act("draft:look", look); }}><p class="small quiet" lang=${language}>${w("draft.write")}</p>
      <label class="field"><span lang=${language}>${w("title")}</span><input name="title" dir="auto" maxlength="200" value=${words.title} onInput=${(event) => type("title", event.target.value)} /></label>
      <label class="field"><span lang=${language}>${w("body")}</span><textarea name="body" dir=${got.language === "fa" ? "rtl" : "ltr"} rows="12" maxlength="50000" value=${words.body} onInput=${(event) => type("body", event.target.value)}></textarea></label></div>
    <div class="row wrap">${left.length > 0 && html`<p class="notice">${icon("warning")}<span>${w("draft.left", {n: left.length})}</span></p>`}<span class="grow"></span>
      <${Doing} name="draft" class="primary" disabled=${(left.length > 0 && !written) || !words.title.trim()} run=${save}>${w("draft.save")}</${Doing}></div></section>`;
}

/** What is prepared for a gap: as it would be written, and the personal pieces, each taken out unless somebody keeps it. */
export function Prepared({draft, kept, keep}) {
  const pieces = [...new Map(draft.finds.map((each) => [each.text, each])).values()];
  const body = [...draft.finds].reverse().reduce((text, each) => kept.includes(each.text) ? cut(text, {...each, mark: each.text}) : text, draft.body);
  const decide = (text, stays) => keep(stays ? [...kept, text] : kept.filter((each) => each !== text));
  return html`<div class="look stack gap-draft" lang=${draft.language}><p class="small faint" lang=${language}>${w("gap.prepared", {answers: draft.answers, removed: draft.finds.filter((each) => !kept.includes(each.text)).length})}</p>
    ${pieces.length > 0 && html`<ul class="stack small" lang=${language}>${pieces.map((each) => html`<li key=${each.text} class="row wrap" data-find=${each.kind}><span class="chip warn">${w(`find.${each.kind}`)}</span><bdi class="grow strong">${each.text}</bdi>
      <label class="check"><input type="checkbox" checked=${!kept.includes(each.text)} onChange=${(event) => decide(each.text, !event.target.checked)} />${w("draft.remove")}</label></li>`)}</ul>`}
    <p class="strong" dir="auto"><${Marked} text=${draft.title} /></p><p class="drafted" dir="auto"><${Marked} text=${body} /></p></div>`;
}

// Places are counted in characters; a browser counts those beyond the first plane twice.
function cut(text, {start, end, mark}) {
  const letters = [...text];
  return [...letters.slice(0, start), mark, ...letters.slice(end)].join("");
}

const Marked = ({text}) => text.split(/(\[[^[\]\n]{1,30}\])/).map((part, place) => place % 2 ? html`<mark key=${place}>${part}</mark>` : part);
