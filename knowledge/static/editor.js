// One article in both languages, side by side: write, look, save without losing a colleague's words, publish.

import {html, useEffect, useLayoutEffect, useRef, useState} from "/static/html.js";
import {boot, language, now} from "/static/boot.js";
import {CallError} from "/static/call.js";
import {instant, monthsOn, plus} from "/static/calendar.js";
import {dayKey, moment} from "/static/dates.js";
import {act, send, toast} from "/static/page.js";
import {Doing, Failed} from "/static/parts/bits.js";
import {Clock, DayField} from "/static/parts/day.js";
import {icon} from "/static/parts/icon.js";
import {Choice, changed, leads, nameOf, unsaved, useCall} from "./ask.js";
import {Behind, Files, Flag, Links, Versions} from "./beside.js";
import {LOOK, Marks} from "./list.js";
import {Achieved} from "./report.js";
import {shelfName, w} from "./words.js";

const MARK = /^(<{7}|={7}|>{7})$/m;
const MONTHS = [1, 3, 6, 12];
const zone = boot.desk.timezone;
const open = (id) => { location.hash = `#article/${id}`; };

/** A new article; it is an article as soon as it is saved. */
export const New = () => html`<div class="pair"><${Column} start=${{title: "", body: "", language, state: "draft", keywords: [], version: 0}} done=${open} /></div>`;

/** The article and its translation. */
export function Editor({id}) {
  const [got, error] = useCall(`/api/articles/${id}`);
  const [other] = useCall(got?.article.twin ? `/api/articles/${got.article.twin}` : "");
  const [adding, add] = useState(false);
  if (error && !got) return html`<p class="notice bad">${icon("warning")}<span>${error.status === 404 ? w("gone") : html`<${Failed} error=${error} />`}</span></p>`;
  if (!got) return null;
  const one = got.article, two = one.twin && other?.article;
  const tongue = one.language === "fa" ? "en" : "fa";
  const pair = [one, two].filter(Boolean).sort((a, b) => a.language === language ? -1 : b.language === language ? 1 : 0);
  return html`<div class="stack"><p><a class="row" href="#articles">${icon("back")}${w("back")}</a></p><div class="pair">
    ${pair.map((each) => html`<${Column} key=${each.id} start=${each} />`)}
    ${!one.twin && adding && html`<${Column} start=${{title: "", body: "", language: tongue, state: "draft", keywords: one.keywords, category: one.category, twin: one.id, version: 0}} done=${changed} />`}
    ${!one.twin && !adding && html`<button type="button" class="button add-twin" onClick=${() => add(true)}>${icon("plus")}${w("twin.add", {language: w(tongue)})}</button>`}</div></div>`;
}

const clash = (error) => error instanceof CallError && error.status === 409;
const same = (one, other) => one.title === other.title && one.body === other.body;

function Column({start, done}) {
  const [base, set] = useState(start), [title, retitle] = useState(start.title), [body, rewrite] = useState(start.body);
  const [looking, look] = useState(false), [notice, say] = useState(null), [step, keep] = useState(false), [note, remark] = useState("");
  const [handed, hand] = useState(null);  // words that wait for approval: they are not lost
  const area = useRef(null), held = useRef({}), line = useRef(Promise.resolve());
  const dirty = !same({title, body}, base) && !(handed && same({title, body}, handed));
  held.current = {base, title, body, dirty};
  const whole = leads || (base.state === "draft" && (!base.id || (!base.publish_at && [base.author, base.owner].includes(boot.me.id))));
  const mayWrite = whole || Boolean(base.editable);  // of a category of one's queue: the words, not where it stands
  // Somebody else saved while this stands open: what was not touched here follows, what was is put together at saving.
  useEffect(() => {
    if (start.version > base.version && !dirty) { set(start); retitle(start.title); rewrite(start.body); }
    else if (start.version === base.version) set({...start});
  }, [start.version, start.behind, start.tasks?.length, start.publish_at, start.unseen?.length]);
  useLayoutEffect(() => {
    const warn = (event) => event.preventDefault();
    if (dirty) { unsaved.add(held); addEventListener("beforeunload", warn); }
    return () => { unsaved.delete(held); removeEventListener("beforeunload", warn); };
  }, [dirty]);
  const stands = (article) => { held.current.base = {...held.current.base, ...article}; set(held.current.base); };
  /** The article as it is now. What was written here since `sent` went out stays. */
  const taken = (article, sent = held.current) => {
    if (same(held.current, sent)) { retitle(article.title); rewrite(article.body); unsaved.delete(held); }
    stands(article);
    say(null);
    changed();
  };
  /** The article as it is now, under words that are not saved: they stay, put together with what a colleague wrote. */
  const follow = async (article) => {
    if (!held.current.dirty) taken(article);
    else if (same(article, held.current.base)) { stands(article); changed(); }
    else await together();
  };
  const save = async () => {
    const sent = {title, body};
    if (MARK.test(body)) return toast(w("merge.left"), "bad");
    try {
      const words = {...sent, ...(base.id ? {version: base.version, ...(note.trim() ? {note} : {})} : {language: base.language, keywords: base.keywords, category: base.category ?? null, ...(base.twin ? {twin: base.twin} : {})}), ...(base.twin && step ? {in_step: true} : {})};
      const {article} = await send("POST", base.id ? `/api/articles/${base.id}` : "/api/articles", words);
      toast(w("saved"));
      taken(article, sent);
      keep(false);
      remark("");
      if (!base.id) done?.(article.id);
    } catch (error) {
      if (!clash(error)) throw error;
      await together();
    }
  };
  /** Where it stands, without its words; one after the other. A colleague who was quicker does not hinder it. */
  const put = (fields) => {
    const go = async () => {
      const path = `/api/articles/${base.id}`;
      let met = false;
      const once = (version) => send("POST", path, {version, ...fields});
      const {article} = await once(held.current.base.version).catch(async (error) => {
        if (!clash(error)) throw error;
        met = true;
        return once((await send("GET", path)).article.version);
      });
      toast(w(met ? "set.met" : held.current.dirty ? "set.kept" : "saved"));
      await follow(article);
    };
    const made = line.current.then(() => act(`set:${base.id}`, go)).then((done) => done ?? set((old) => ({...old})));
    line.current = made.catch(() => {});  // a fault of this one is told where it was asked for; the next goes on
    return made;
  };
  const together = async () => {
    const mine = held.current;
    const both = await send("POST", `/api/articles/${mine.base.id}/merge`, {version: mine.base.version, title: mine.title, body: mine.body});
    stands(both.article);
    retitle(both.title);
    rewrite(both.body);
    say(both.conflicts ? w("merge.conflicts", {n: both.conflicts}) : "");
    changed();
  };
  const asks = base.id && base.state !== "archived" && (!leads || boot.four_eyes);
  return html`<section class="card column stack" lang=${base.language} data-article=${base.id ?? "new"} data-language=${base.language}>
    <header class="row wrap" lang=${language}><h1 class="grow">${base.id ? w(base.language) : `${w("new")} · ${w(base.language)}`}</h1>
      <span class=${`chip ${LOOK[base.state] ?? ""}`}>${w(`state.${base.state}`)}</span><${Marks} article=${base} /></header>
    ${base.unseen?.length > 0 && html`<p class="notice files-unseen" lang=${language}>${icon("warning")}<span>${w("files.unseen")} ${base.unseen.map((name, place) => html`${place ? "، " : ""}<bdi>${name}</bdi>`)}</span></p>`}
    ${base.state === "archived" && html`<p class="notice">${icon("warning")}<span>${w("archived.now")}</span></p>`}
    ${notice !== null && html`<p class="notice" role="alert">${icon("warning")}<span>${w("merge")} ${notice}</span></p>`}
    ${!base.id && !base.twin && html`<${Choice} label=${w("language")} value=${base.language} pick=${(value) => set({...base, language: value})} of=${[["fa", w("fa")], ["en", w("en")]]} />`}
    <label class="field"><span>${w("title")}</span><input name="title" dir="auto" maxlength="200" value=${title} onInput=${(event) => retitle(event.target.value)} /></label>
    <div class="row wrap tools"><${Tools} area=${area} rewrite=${rewrite} /><span class="grow"></span>
      <button type="button" class="button slim" aria-pressed=${looking ? "true" : "false"} onClick=${() => look(!looking)}>${w(looking ? "write" : "preview")}</button></div>
    ${looking ? html`<${Look} body=${body} language=${base.language} />` : html`<label class="field"><span>${w("body")}</span><textarea name="body" ref=${area} dir=${base.language === "fa" ? "rtl" : "ltr"} rows="14" maxlength="50000" value=${body} onInput=${(event) => rewrite(event.target.value)}></textarea></label>`}
    ${base.behind && html`<label class="check"><input type="checkbox" name="in_step" checked=${step} onChange=${(event) => keep(event.target.checked)} />${w("in_step")}</label>`}
    <div class="row wrap">${mayWrite && html`<${Doing} name=${`save:${base.id}`} class="primary" run=${() => save()} disabled=${!title.trim()}>${w("save")}</${Doing}>`}
      ${base.id && base.state === "public" && html`<a class="button" href=${`/help/${base.id}`} target="_blank">${w("see")}</a>`}</div>
    ${base.id && (mayWrite || asks) && html`<label class="field" lang=${language}><span>${w("note")}</span><input name="note" dir="auto" maxlength="500" value=${note} onInput=${(event) => remark(event.target.value)} /></label>`}
    ${asks && html`<${Ask} article=${base} words=${{title, body}} note=${note} done=${() => { hand({title, body}); remark(""); changed(); }} />`}
    ${base.id && html`<${Beside} article=${base} set=${put} whole=${whole} mayWrite=${mayWrite} taken=${taken} follow=${follow} dirty=${dirty} put=${(text) => rewrite((old) => `${old}\n${text}`)} />`}</section>`;
}

/** Words go to somebody else for a yes: where they are to stand, unless it stands already, and from when. */
function Ask({article, words, note, done}) {
  const live = ["internal", "public"].includes(article.state);
  const [state, pick] = useState("public"), [day, set] = useState(""), [clock, turn] = useState("08:00");
  const at = !live && day && /^\d\d:\d\d$/.test(clock) ? instant(day, clock, zone) : "";
  const go = async () => {
    await send("POST", `/api/articles/${article.id}/approvals`, {version: article.version, ...words, state: live ? article.state : state, ...(note.trim() ? {note} : {}), ...(at ? {publish_at: at} : {})});
    toast(w("asked"));
    done();
  };
  return html`<div class="row wrap later" lang=${language}>${!live && html`<${Choice} label=${w("state")} name="wanted" value=${state} pick=${pick} of=${["internal", "public"].map((each) => [each, w(`state.${each}`)])} />
    <div class="grow"><${DayField} label=${w("publish.at")} name="asked_at" value=${day} min=${dayKey(now())} pick=${set} /></div>${day && html`<${Clock} label=${w("publish.clock")} value=${clock} pick=${turn} />`}`}
    <${Doing} name=${`ask:${article.id}`} run=${go} disabled=${!words.title.trim() || Boolean(at && Date.parse(at) <= now())}>${w("ask")}</${Doing}></div>`;
}

function Beside({article, set, whole, mayWrite, taken, follow, dirty, put}) {
  const [shelves] = useCall("/api/knowledge/categories");
  const today = dayKey(now()), review = (key) => set({review_at: key ? instant(key, "12:00", zone) : null});
  const later = MONTHS.map((n) => [w(`months.${n}`), () => review(monthsOn(today, language, n))]);
  return html`<div class="stack" lang=${language}>${whole && html`<div class="fields">
      ${leads && html`<${Choice} label=${w("state")} value=${article.state} pick=${(state) => set({state})} name="state" of=${["draft", "internal", "public", "archived"].map((each) => [each, w(`state.${each}`)])} />`}
      <${Choice} label=${w("category")} value=${article.category ?? ""} pick=${(value) => set({category: value ? Number(value) : null})} of=${[["", "—"], ...(shelves?.categories ?? []).filter((each) => each.holds || each.id === article.category).map((each) => [each.id, shelfName(each)])]} />
      <${Choice} label=${w("owner")} value=${article.owner ?? ""} pick=${(value) => set({owner: value ? Number(value) : null})} of=${[["", "—"], ...boot.people.map((each) => [each.id, each.name])]} />
      <${DayField} label=${w("review")} name="review_at" value=${article.review_at ? dayKey(article.review_at) : ""} min=${plus(today, 1)} pick=${review} more=${[...later, [w("review.none"), () => review("")]]} /></div>
    ${article.owner_why?.[language] && html`<p class="small quiet owner-why" dir="auto">${article.owner_why[language]}</p>`}
    <label class="field"><span>${w("keywords")}</span><input dir="auto" value=${article.keywords.join("، ")} onChange=${(event) => set({keywords: event.target.value.split(/[,،]/).map((each) => each.trim()).filter(Boolean)})} /><small>${w("keywords.hint")}</small></label>`}
    ${!whole && article.owner && html`<p class="small quiet">${w("owner")}: <bdi>${nameOf(article.owner)}</bdi></p>`}
    ${leads ? html`<${Schedule} article=${article} follow=${follow} />` : article.publish_at && html`<${Waits} article=${article} />`}
    <${Behind} title=${w("files")}><${Files} article=${article} mayWrite=${mayWrite} put=${put} /></${Behind}>
    <${Behind} title=${w("links")}><${Links} article=${article} mayWrite=${mayWrite} /></${Behind}>
    <${Behind} title=${w("versions")}><${Versions} article=${article} mayWrite=${mayWrite} taken=${taken} dirty=${dirty} /></${Behind}>
    <${Behind} title=${w("outcomes")}><${Achieved} article=${article} /></${Behind}>
    <${Behind} title=${w("flag")}><${Flag} article=${article} /></${Behind}></div>`;
}

/** What becomes of it by itself, and when. */
const Waits = ({article, children}) => html`<p class="notice">${icon("clock")}<span class="grow">${w("publish.waits", {day: moment(article.publish_at), state: w(`state.${article.publish_state}`)})}</span>${children}</p>`;

function Schedule({article, follow}) {
  const today = dayKey(now()), [day, set] = useState(""), [clock, turn] = useState("08:00"), [state, pick] = useState("");
  const states = ["public", "archived", "internal"].filter((each) => each !== article.state), wanted = states.includes(state) ? state : states[0];
  const at = day && /^\d\d:\d\d$/.test(clock) ? instant(day, clock, zone) : "";
  const go = (value) => act(`schedule:${article.id}`, async () => {
    await follow((await send("POST", `/api/articles/${article.id}/schedule`, {version: article.version, publish_at: value, ...(value ? {state: wanted} : {})})).article);
  });
  if (article.publish_at) return html`<${Waits} article=${article}><button type="button" class="link" onClick=${() => go(null)}>${w("publish.forget")}</button></${Waits}>`;
  return html`<div class="row wrap later"><${Choice} label=${w("publish.state")} name="publish_state" value=${wanted} pick=${pick} of=${states.map((each) => [each, w(`state.${each}`)])} />
    <div class="grow"><${DayField} label=${w("publish.day")} name="publish_at" value=${day} min=${today} pick=${set} /></div>
    <${Clock} label=${w("publish.clock")} value=${clock} pick=${turn} />
    <button type="button" class="button" disabled=${!at || Date.parse(at) <= now()} onClick=${() => go(at)}>${w("publish.later")}</button></div>`;
}

function Look({body, language: tongue}) {
  const box = useRef(null);
  useEffect(() => {
    let wanted = true;
    // The house makes it harmless: this is the same HTML that citizens read.
    send("POST", "/api/knowledge/preview", {body}).then(({html: made}) => { if (wanted && box.current) box.current.innerHTML = made; }, () => {});
    return () => { wanted = false; };
  }, [body]);
  return html`<div class="look" ref=${box} lang=${tongue} dir=${tongue === "fa" ? "rtl" : "ltr"}></div>`;
}

const TOOLS = [["heading", "# ", ""], ["bold", "**", "**"], ["list", "- ", ""], ["numbers", "1. ", ""], ["link", "[", "](https://)"]];

const Tools = ({area, rewrite}) => html`${TOOLS.map(([name, before, after]) => html`<button key=${name} type="button" class="button slim" onClick=${() => around(area.current, before, after, rewrite)}>${w(name)}</button>`)}
  <button type="button" class="button slim" onClick=${() => around(area.current, `\n| ${w("cell")} | ${w("cell")} |\n|---|---|\n| `, " |  |\n", rewrite)}>${w("table")}</button>`;

function around(area, before, after, rewrite) {
  if (!area) return;
  const {selectionStart: from, selectionEnd: to, value} = area;
  const line = before.endsWith(" ") && !after && from > 0 && value[from - 1] !== "\n" ? "\n" : "";
  const made = `${value.slice(0, from)}${line}${before}${value.slice(from, to)}${after}${value.slice(to)}`;
  rewrite(made);
  const at = from + line.length + before.length + (to - from);
  requestAnimationFrame(() => { area.focus(); area.setSelectionRange(at, at); });
}
