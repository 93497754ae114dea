// What stands beside an article: its files, what it depends on, its versions, and a way to say that it is wrong.

import {html, useState} from "/static/html.js";
import {language} from "/static/boot.js";
import {CallError} from "/static/call.js";
import {moment, size} from "/static/dates.js";
import {act, send, toast} from "/static/page.js";
import {Doing} from "/static/parts/bits.js";
import {icon} from "/static/parts/icon.js";
import {Choice, Pieces, changed, nameOf, useCall} from "./ask.js";
import {LOOK} from "./list.js";
import {Picker} from "./picker.js";
import {w} from "./words.js";

/** Something that opens on demand. */
export function Behind({title, children}) {
  const [open, set] = useState(false);
  return html`<details onToggle=${(event) => set(event.currentTarget.open)}><summary>${title}</summary>${open && html`<div class="stack inner">${children}</div>`}</details>`;
}

export function Files({article, mayWrite, put}) {
  const [got] = useCall(`/api/articles/${article.id}/files`);
  const add = (event) => {
    const [file] = event.target.files;
    if (file) act(`file:${article.id}`, async () => {
      try {
        await send("POST", `/api/articles/${article.id}/files`, undefined, {raw: file, patience: 120_000, headers: {"Content-Type": file.type || "application/octet-stream", "X-File-Name": encodeURIComponent(file.name)}});
      } catch (fault) {
        if (!(fault instanceof CallError) || !fault.field?.startsWith("picture-")) throw fault;
        toast(w(`file.${fault.field}`), "bad");
      }
      changed();
    });
    event.target.value = "";
  };
  return html`<ul class="stack">${(got?.files ?? []).map((each) => html`<li key=${each.id} class="row wrap small"><a class="grow" href=${each.url} target="_blank"><bdi>${each.name}</bdi></a><span class="faint">${size(each.size)}</span>
      ${mayWrite && html`<button type="button" class="button slim" onClick=${() => put(`${each.picture ? "!" : ""}[${each.name.replace(/[[\]]/g, " ")}](file:${each.id})`)}>${w("file.put")}</button>`}</li>`)}</ul>
    ${mayWrite && html`<label class="button slim">${icon("clip")}${w("file.add")}<input class="unseen" type="file" onChange=${add} /></label>`}`;
}

const KINDS = ["article", "service", "fault", "warranty", "page"];

export function Links({article, mayWrite}) {
  const [got] = useCall(`/api/articles/${article.id}/links`);
  const [kind, pick] = useState("article"), [target, name] = useState("");
  const list = got?.links ?? [];
  const store = (change) => act(`links:${article.id}`, async () => { await send("POST", `/api/articles/${article.id}/links`, change); name(""); changed(); });
  const path = (query) => `/api/knowledge/targets?kind=${kind}&without=${article.id}&q=${encodeURIComponent(query)}`;
  const found = ({target: chosen, title = "", url = "", free}) => free ? name(chosen) : store({add: [{kind, target: chosen, ...(kind === "article" ? {} : {title, url})}]});
  const add = (event) => {
    event.preventDefault();
    store({add: [{kind, ...Object.fromEntries(new FormData(event.currentTarget))}]});
  };
  return html`<ul class="stack">${list.map((each) => html`<li key=${`${each.kind}/${each.target}`} class="row small" data-link=${`${each.kind}/${each.target}`}><span class="chip">${w(`kind.${each.kind}`)}</span>
      <span class="grow">${each.url ? html`<a href=${each.url}><bdi>${each.title || each.target}</bdi></a>` : html`<bdi>${each.title || each.target}</bdi>`}</span>
      ${each.state && html`<span class=${`chip ${LOOK[each.state] ?? ""}`}>${w(`state.${each.state}`)}</span>`}
      ${mayWrite && html`<button type="button" class="link tiny" onClick=${() => store({remove: [{kind: each.kind, target: each.target}]})}>${w("remove")}</button>`}</li>`)}</ul>
    ${mayWrite && html`<div class="fields"><${Choice} label=${w("link.kind")} name="link-kind" value=${kind} pick=${(value) => { pick(value); name(""); }} of=${KINDS.map((each) => [each, w(`kind.${each}`)])} />
      <${Picker} key=${kind} label=${w(kind === "article" ? "link.article" : "link.find")} path=${path} pick=${found} free=${kind !== "article"} known=${kind !== "article"} /></div>
      ${target && html`<form class="stack" onSubmit=${add}><div class="fields"><label class="field"><span>${w("link.target")}</span><input name="target" required maxlength="200" dir="auto" defaultValue=${target} /></label>
      <label class="field"><span>${w("link.title")}</span><input name="title" maxlength="200" dir="auto" /></label>
      <label class="field"><span>${w("link.url")}</span><input name="url" maxlength="500" dir="ltr" defaultValue=${/^(https?:\/)?\//.test(target) ? target : ""} /></label></div><button class="button slim">${w("link.add")}</button></form>`}`}`;
}

export function Versions({article, mayWrite, taken, dirty}) {
  const [got] = useCall(`/api/articles/${article.id}/versions`);
  const [seen, look] = useState(0);
  const back = (version) => (!dirty || confirm(w("leave"))) && act(`restore:${article.id}`, async () => {
    taken((await send("POST", `/api/articles/${article.id}/restore`, {version: article.version, restore: version})).article);
    toast(w("restored", {n: version}));
  });
  return html`<ol class="stack">${(got?.versions ?? []).map((each) => html`<li key=${each.version} class="stack"><div class="row wrap small"><span class="strong">${w("version", {n: each.version})}</span>
      <span class="faint grow">${moment(each.at)} · <bdi>${nameOf(each.agent)}</bdi> · ${w(`state.${each.state}`)}${each.told[language] && html` · ${each.told[language]}`}${each.note && html` · <bdi>${each.note}</bdi>`}</span>
      ${each.version !== article.version && html`<button type="button" class="link tiny" onClick=${() => look(seen === each.version ? 0 : each.version)}>${w("compare")}</button>
        ${mayWrite && html`<button type="button" class="link tiny" onClick=${() => back(each.version)}>${w("restore")}</button>`}`}</div>
      ${seen === each.version && html`<${Difference} article=${article} from=${each.version} />`}</li>`)}</ol>`;
}

function Difference({article, from}) {
  const [got] = useCall(`/api/articles/${article.id}/diff?from=${from}&to=${article.version}`);
  return got && html`<${Pieces} pieces=${[...got.title, ...got.body]} />`;
}

export function Flag({article}) {
  const [words, set] = useState("");
  const go = async () => {
    await send("POST", `/api/articles/${article.id}/flags`, {words});
    set("");
    toast(w("flagged"));
    changed();
  };
  return html`<label class="field"><span>${w("flag.words")}</span><textarea rows="2" maxlength="500" dir="auto" value=${words} onInput=${(event) => set(event.target.value)}></textarea></label>
    <${Doing} name=${`flag:${article.id}`} class="slim" disabled=${!words.trim()} run=${go}>${w("flag")}</${Doing}>`;
}
