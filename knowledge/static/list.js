// The list of articles: newest first, or what answers a question; with the marks that say what is to be done.

import {html, useEffect, useState} from "/static/html.js";
import {moment} from "/static/dates.js";
import {Doing, Text} from "/static/parts/bits.js";
import {icon} from "/static/parts/icon.js";
import {boot} from "/static/boot.js";
import {act, send} from "/static/page.js";
import {Choice, Part, changed, leads, nameOf, useCall} from "./ask.js";
import {shelfName, w} from "./words.js";

export const LOOK = {internal: "info", public: "good", draft: "warn"};
const STATES = ["draft", "internal", "public", "archived"];

/** Marks of one article. */
export const Marks = ({article}) => html`${article.behind && html`<span class="chip warn">${w("behind")}</span>`}
  ${(article.tasks ?? []).map((kind) => html`<span key=${kind} class="chip bad">${w(`task.${kind}`)}</span>`)}
  ${article.review_at && Date.parse(article.review_at) < Date.now() && html`<span class="chip warn">${w("overdue")}</span>`}
  ${article.publish_at && html`<span class="chip waits">${icon("clock")}${w("publish.soon", {state: w(`state.${article.publish_state}`), day: moment(article.publish_at)})}</span>`}`;

export function List() {
  const [query, ask] = useState(""), [state, pick] = useState(""), [shelf, choose] = useState(""), [only, limit] = useState("");
  const asked = query.trim().length > 1;
  const which = `${state && `&state=${state}`}${shelf && `&category=${shelf}`}${only === "mine" ? `&owner=${boot.me.id}` : only && `&${only}=1`}`;
  const path = asked ? `/api/articles?q=${encodeURIComponent(query.trim())}${which}` : `/api/articles?limit=100${which}`;
  const [got, error] = useCall(path);
  const [further, go] = useState(null);  // what was read after the first page, and where it goes on
  useEffect(() => go(null), [got]);
  const next = further ? further.next : got?.next;
  const more = async () => {
    const page = await send("GET", `${path}&before=${next}`);
    go((old) => ({articles: [...(old?.articles ?? []), ...page.articles], next: page.next}));
  };
  const forget = (each) => act(`schedule:${each.id}`, async () => {
    await send("POST", `/api/articles/${each.id}/schedule`, {version: each.version, publish_at: null});
    changed();
  });
  const [shelves] = useCall("/api/knowledge/categories");
  const list = [...(got?.articles ?? []), ...(further?.articles ?? [])];
  const title = (id) => shelfName(shelves?.categories.find((each) => each.id === id));
  return html`<${Part} name="articles" error=${error} buttons=${html`<a class="button primary" href="#new">${icon("plus")}${w("new")}</a>`}>
    <div class="card stack"><div class="fields"><label class="field"><span>${w("search")}</span><input type="search" dir="auto" value=${query} onInput=${(event) => ask(event.target.value)} /></label>
      <${Choice} label=${w("state")} value=${state} pick=${pick} of=${[["", w("any")], ...STATES.slice(0, leads ? 4 : 3).map((each) => [each, w(`state.${each}`)])]} />
      <${Choice} label=${w("category")} value=${shelf} pick=${choose} of=${[["", w("any")], ...(shelves?.categories ?? []).map((each) => [each.id, shelfName(each)])]} />
      <${Choice} label=${w("marks")} value=${only} pick=${limit} of=${[["", w("any")], ["mine", w("mine")], ["overdue", w("overdue")], ["behind", w("behind")], ["flagged", w("marked")], ["scheduled", w("scheduled")]]} /></div>
    <ul class="articles">${list.map((each) => html`<li key=${each.id} data-article=${each.id} class=${each.state === "archived" ? "off" : ""}>
      <a href=${`#article/${each.id}`}><${Text} class="strong">${each.title}</${Text}></a>
      <div class="row wrap small faint"><span class=${`chip ${LOOK[each.state] ?? ""}`}>${w(`state.${each.state}`)}</span><span>${w(each.language)}</span>
        ${each.category && html`<bdi>${title(each.category)}</bdi>`}${each.owner && html`<bdi>${nameOf(each.owner)}</bdi>`}<span>${moment(each.updated_at)}</span><${Marks} article=${each} />
        ${leads && each.publish_at && html`<button type="button" class="link tiny" onClick=${() => forget(each)}>${w("publish.forget")}</button>`}</div></li>`)}
      ${got && !list.length && html`<li class="faint">${w("none")}</li>`}</ul>
    ${next && html`<${Doing} name="articles-more" class="more" run=${more}>${w("articles.more")}</${Doing}>`}</div></${Part}>`;
}
