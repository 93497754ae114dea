// What administrators set: categories, synonyms, automatic routing; and taking articles in from files.

import {html, useEffect, useState} from "/static/html.js";
import {boot, language} from "/static/boot.js";
import {act, send, toast} from "/static/page.js";
import {Doing, Text} from "/static/parts/bits.js";
import {icon} from "/static/parts/icon.js";
import {number, percent} from "/static/words.js";
import {Choice, Part, changed, useCall} from "./ask.js";
import {shelfName, w} from "./words.js";

const split = (text) => text.split(/[,،]/).map((each) => each.trim()).filter(Boolean);
const saved = (name, path, body) => act(name, async () => { await send("POST", path, body); toast(w("saved")); changed(); });

export function Setup() {
  return html`<${Part} name="setup"><${Categories} /><${Synonyms} /><${Routing} /><${Meaning} /></${Part}>`;
}

function Categories() {
  const [got] = useCall("/api/knowledge/categories");
  const put = (event, each) => {
    event.preventDefault();
    const form = event.currentTarget, values = Object.fromEntries(new FormData(form));
    const body = {title_fa: values.title_fa, title_en: values.title_en, least_role: values.least_role, skills: split(values.skills), queues: split(values.queues), editors: split(values.editors), owner: values.owner ? Number(values.owner) : null, public: Boolean(values.public), ...(each ? {version: each.version} : {name: values.name})};
    saved("category", `/api/knowledge/categories${each ? `/${each.id}` : ""}`, body).then((done) => done && !each && form.reset());
  };
  return html`<section class="card stack"><h2>${w("categories")}</h2>${(got?.categories ?? []).map((each) => html`<${Row} key=${`${each.id}/${each.version}`} each=${each} put=${put} />`)}<hr /><${Row} put=${put} /></section>`;
}

// A part of its own: made anew within another at each drawing, it would lose what is being written.
const Row = ({each, put}) => html`<form class="fields" onSubmit=${(event) => put(event, each)} data-category=${each?.name ?? "new"}>
    ${!each && html`<label class="field"><span>${w("name")}</span><input name="name" required pattern="[a-z0-9][a-z0-9\\-]*" dir="ltr" /></label>`}
    ${["title_fa", "title_en"].map((name) => html`<label key=${name} class="field"><span>${w(name)}</span><input name=${name} required maxlength="80" dir="auto" defaultValue=${each?.[name] ?? ""} /></label>`)}
    <${Choice} label=${w("least_role")} name="least_role" value=${each?.least_role ?? "agent"} pick=${() => {}} of=${["agent", "supervisor", "admin"].map((role) => [role, w(`role.${role}`)])} />
    <label class="field"><span>${w("skills")}</span><input name="skills" dir="auto" defaultValue=${each?.skills.join(", ") ?? ""} /></label>
    ${["queues", "editors"].map((name) => html`<label key=${name} class="field"><span>${w(`category.${name}`)}</span><input name=${name} dir="ltr" defaultValue=${each?.[name].join(", ") ?? ""} /><small>${w(`category.${name}.hint`)}</small></label>`)}
    <${Choice} label=${w("category.owner")} name="owner" value=${each?.owner ?? ""} pick=${() => {}} of=${[["", "—"], ...boot.people.map(({id, name}) => [id, name])]} />
    <label class="check"><input type="checkbox" name="public" defaultChecked=${each?.public ?? true} />${w("for_citizens")}</label>
    <button class="button slim">${w(each ? "save" : "add")}</button></form>`;

function Synonyms() {
  const [got] = useCall("/api/knowledge/synonyms");
  const put = (event, id) => {
    event.preventDefault();
    const form = event.currentTarget;
    saved("synonyms", `/api/knowledge/synonyms${id ? `/${id}` : ""}`, {words: split(new FormData(form).get("words"))}).then((done) => done && !id && form.reset());
  };
  return html`<section class="card stack"><h2>${w("synonyms")}</h2><p class="small quiet">${w("synonyms.hint")}</p>
    ${[...(got?.synonyms ?? []), null].map((each) => html`<form key=${each?.id ?? "new"} class="row" onSubmit=${(event) => put(event, each?.id)}><input class="input grow" name="words" dir="auto" aria-label=${w("synonyms")} defaultValue=${each?.words.join("، ") ?? ""} /><button class="button slim">${w(each ? "save" : "add")}</button></form>`)}</section>`;
}

const LEVELS = ["0.6", "0.7", "0.8", "0.9", "0.95"];

/** Those that are offered, and the one that a program has set. */
const levels = (set) => ["", ...[...new Set([...LEVELS, ...(set ? [String(set)] : [])])].sort((a, b) => a - b)];

function Routing() {
  const [got] = useCall("/api/knowledge/routing");
  const set = (name, value) => saved("routing", "/api/knowledge/routing", {[name]: value ? Number(value) : null});
  return html`<section class="card stack"><h2>${w("routing")}</h2><p class="small quiet">${w("routing.meaning")}</p>
    ${got && ["queue", "service", "kind"].map((name) => html`<div key=${name} class="row wrap"><${Choice} label=${w(`field.${name}`)} name=${name} value=${got.thresholds[name] ?? ""} pick=${(value) => set(name, value)} of=${levels(got.thresholds[name]).map((level) => [level, level ? percent(Number(level)) : w("routing.off")])} />
      <p class="small faint grow">${got.record[name].filter((each) => each.of).map((each) => w("right", {right: each.right, of: each.of, least: percent(each.from), stated: percent(each.stated)})).join(" · ")}</p></div>`)}</section>`;
}

const AGAIN = 3_000;

/** How far the model of meaning has read; looked at again while it reads. */
function Meaning() {
  const [got, set] = useState(null);
  useEffect(() => {
    let timer = 0, wanted = true;
    const look = () => send("GET", "/api/knowledge/meaning").then(({meaning}) => {
      if (!wanted) return;
      set(meaning);
      if (["opening", "reading"].includes(meaning.state)) timer = setTimeout(look, AGAIN);
    }, () => { if (wanted) timer = setTimeout(look, 5 * AGAIN); });
    look();
    return () => { wanted = false; clearTimeout(timer); };
  }, []);
  if (!got) return null;
  const {state, fault, read, waiting, counts} = got;
  return html`<section class="card stack" data-meaning=${state}><h2>${w("meaning")}</h2><p class="small quiet">${w("meaning.meaning")}</p>
    ${state === "fault" ? html`<p class="notice bad">${icon("warning")}<span>${w("meaning.fault")} <bdi dir="ltr">${fault}</bdi></span></p>` : html`<p role="status">${w(`meaning.${state}`)}${state === "on" && ` ${w(counts ? "meaning.counts" : "meaning.idle")}`}</p>`}
    ${state === "reading" && html`<label class="field"><span>${w("meaning.read", {read, all: read + waiting})}</span><progress max=${read + waiting} value=${read}></progress></label>`}</section>`;
}

export function Import() {
  const [file, take] = useState(null), [state, pick] = useState("draft"), [shelf, choose] = useState(""), [got, set] = useState(null);
  const [shelves] = useCall("/api/knowledge/categories");
  const run = async (dry) => {
    set(await send("POST", `/api/knowledge/import?state=${state}${dry ? "&dry=1" : ""}${shelf && `&category=${shelf}`}`, undefined,
      {raw: file, patience: 300_000, headers: {"Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name)}}));
    if (!dry) changed();
  };
  const look = {created: "good", changed: "info", refused: "bad"};
  return html`<${Part} name="import"><div class="card stack"><div class="fields">
      <label class="field"><span>${w("import.file")}</span><input type="file" accept=".csv,.tsv,.md,.markdown,.txt,.html,.htm,.zip" onChange=${(event) => { take(event.target.files[0] ?? null); set(null); }} /></label>
      <${Choice} label=${w("state")} value=${state} pick=${pick} of=${["draft", "internal", "public"].map((each) => [each, w(`state.${each}`)])} />
      <${Choice} label=${w("category")} value=${shelf} pick=${choose} of=${[["", "—"], ...(shelves?.categories ?? []).map((each) => [each.id, shelfName(each)])]} /></div>
    <div class="row"><${Doing} name="import-try" disabled=${!file} run=${() => run(true)}>${w("import.try")}</${Doing}><${Doing} name="import" class="primary" disabled=${!file} run=${() => run(false)}>${w("import.run")}</${Doing}></div></div>
    ${got && html`<div class="card stack" role="status"><p class="strong">${w("import.counts", got.counts)}</p><div class="scrolls"><table class="small"><tbody>${got.report.slice(0, 500).map((each, place) => html`<tr key=${place}>
      <td><span class=${`chip ${look[each.outcome] ?? ""}`}>${w(`outcome.${each.outcome}`)}</span></td><td><bdi dir="ltr">${each.place}</bdi></td><td>${each.article ? html`<a href=${`#article/${each.article}`}><${Text}>${each.title}</${Text}></a>` : html`<${Text}>${each.title}</${Text}>`}</td><td class="faint">${(language === "fa" ? each.why_fa : each.why) || (each.pictures > 0 && w("import.pictures", {n: each.pictures}))}</td></tr>`)}</tbody></table></div>
      ${got.report.length > 500 && html`<p class="faint">${number(got.report.length)}</p>`}</div>`}</${Part}>`;
}
