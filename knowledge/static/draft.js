// An article out of a resolved contact: every personal piece is marked, a person decides on each, then it is stored.

import {html, useEffect, useState} from "/static/html.js";
import {language} from "/static/boot.js";
import {CallError} from "/static/call.js";
import {send, toast} from "/static/page.js";
import {Doing, Failed} from "/static/parts/bits.js";
import {icon} from "/static/parts/icon.js";
import {useCall} from "./ask.js";
import {w} from "./words.js";

const FIELDS = ["title", "body"];

export function Draft({id}) {
  const [got, error] = useCall(`/api/contacts/${id}/draft`);
  const [choice, choose] = useState({}), [texts, write] = useState(null);
  useEffect(() => { if (got && !texts) write({title: got.title, body: got.body}); }, [got]);
  if (error) return html`<div class="stack"><${Failed} error=${error} /><p class="faint" dir="auto">${error.message}</p></div>`;
  if (!got || !texts) return null;
  const finds = FIELDS.flatMap((field) => got[`${field}_finds`].map((each, place) => ({...each, field, key: `${field}${place}`})));
  const left = finds.filter((each) => !choice[each.key]);
  const decide = (each, keep) => choose((old) => {
    const all = {...old};
    // The same words elsewhere are the same piece of somebody.
    finds.filter((other) => other.text === each.text).forEach((other) => { all[other.key] = keep ? "keep" : "remove"; });
    return all;
  });
  const made = (field) => {
    let text = got[field];
    [...got[`${field}_finds`]].map((each, place) => [each, choice[`${field}${place}`]]).reverse().forEach(([each, way]) => {
      if (way === "remove") text = [...text].length === text.length ? text.slice(0, each.start) + each.mark + text.slice(each.end) : cut(text, each);
    });
    return text;
  };
  const save = async () => {
    const kept = [...new Set(finds.filter((each) => choice[each.key] === "keep").map((each) => each.text))];
    try {
      const {article} = await send("POST", `/api/contacts/${id}/article`, {title: made("title"), body: made("body"), language: got.language, kept});
      toast(w("saved"));
      location.hash = `#article/${article.id}`;
    } catch (fault) {
      if (!(fault instanceof CallError) || fault.field !== "kept") throw fault;
      toast(fault.message, "bad");
    }
  };
  return html`<section class="stack" aria-labelledby="draft-title"><header><h1 id="draft-title">${w("draft.title")}</h1><p class="small quiet">${w("draft.meaning")}</p></header>
    <ul class="card stack">${finds.map((each) => html`<li key=${each.key} class="row wrap" data-find=${each.kind}><span class="chip warn">${w(`find.${each.kind}`)}</span><bdi class="grow strong">${each.text}</bdi>
      ${["remove", "keep"].map((way) => html`<label key=${way} class="check"><input type="radio" name=${each.key} checked=${choice[each.key] === way} onChange=${() => decide(each, way === "keep")} />${w(`draft.${way}`)}</label>`)}</li>`)}</ul>
    <div class="card stack"><h2 dir="auto"><${Marked} text=${made("title")} /></h2><div class="drafted" dir="auto"><${Marked} text=${made("body")} /></div></div>
    <div class="row wrap">${left.length > 0 && html`<p class="notice">${icon("warning")}<span>${w("draft.left", {n: left.length})}</span></p>`}<span class="grow"></span>
      <${Doing} name="draft" class="primary" disabled=${left.length > 0} run=${save}>${w("draft.save")}</${Doing}></div></section>`;
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
