// What articles achieved: counts and intervals, never a bare percentage.

import {html, useState} from "/static/html.js";
import {moment} from "/static/dates.js";
import {Empty, Text} from "/static/parts/bits.js";
import {number, percent, say} from "/static/words.js";
import {Choice, Part, useCall} from "./ask.js";
import {w} from "./words.js";

const STEPS = ["shown", "opened", "used", "sent", "edited", "yes", "no"];

// A share as words, its interval as words and as a bar from 0 to 100 %; the bar says nothing that the words do not say.
const Share = ({share, own}) => !share.of ? html`<span class="faint">—</span>` : html`<span class=${`share ${own ? "own" : ""}`}>
  <span class="strong">${w("of", {count: share.count, of: share.of})}</span><span class="tiny faint">${w("between", {low: percent(share.low), high: percent(share.high)})}</span>
  <span class="span" aria-hidden="true"><i style=${{"inset-inline-start": `${100 * share.low}%`, "inset-inline-end": `${100 - 100 * share.high}%`}}></i><b style=${{"inset-inline-start": `${100 * share.count / share.of}%`}}></b></span></span>`;

// More resolved is good, more that come back is not.
const LOOK = {resolved: {more: "good", fewer: "bad"}, returned: {more: "bad", fewer: "good"}, liked: {more: "good", fewer: "bad"}};

const Verdict = ({of, name}) => html`<span class=${`chip ${LOOK[name][of.verdict] ?? ""}`}>${w(`verdict.${of.verdict}`)}</span>`;

/** Resolved, came back, content where surveys were answered: with an article and without it. */
const Against = ({of, title}) => html`<div class="scrolls" tabindex="0" role="region" aria-label=${title}><table class="small against"><thead><tr><td></td><th scope="col">${w("with")}</th><th scope="col">${w("without")}</th><th scope="col">${w("verdict")}</th></tr></thead>
  <tbody>${["resolved", "returned", ...(of.liked.with.of + of.liked.without.of ? ["liked"] : [])].map((name) => html`<tr key=${name}><th scope="row">${w(name)}</th><td><${Share} share=${of[name].with} own /></td><td><${Share} share=${of[name].without} /></td><td><${Verdict} of=${of[name]} name=${name} /></td></tr>`)}</tbody></table></div>
  ${of.open > 0 && html`<p class="tiny faint">${w("still.open", {n: of.open})}</p>`}`;

const Steps = ({steps}) => html`<dl class="facts small">${STEPS.map((name) => html`<div key=${name}><dt>${w(name)}</dt><dd class="strong">${number(steps[name])}</dd></div>`)}</dl>`;

/** One article's ledger. */
export function Achieved({article}) {
  const [got] = useCall(`/api/articles/${article.id}/outcomes`);
  if (!got) return null;
  const {steps, feedback, return_days: days} = got.outcomes;
  return html`<${Steps} steps=${steps} /><${Against} of=${got.outcomes} title=${w("outcomes")} />
    <p class="tiny faint">${w("days", {n: days})}</p>
    ${feedback.length > 0 && html`<h3>${w("feedback")}</h3><ul class="stack small">${feedback.map((each) => html`<li key=${each.at} class="row"><span class=${`chip ${each.helped ? "good" : "warn"}`}>${w(each.helped ? "yes" : "no")}</span><span class="grow" dir="auto">${each.words}</span><span class="faint">${moment(each.at)}</span></li>`)}</ul>`}`;
}

const share = ({count, of}) => count / of;
const gain = ({resolved: {with: own, without}}) => own.of && without.of ? share(own) - share(without) : null;
const ORDER = {
  used: () => 0, most: (a, b) => (gain(b) ?? -2) - (gain(a) ?? -2), least: (a, b) => (gain(a) ?? 2) - (gain(b) ?? 2),
};
const AT_FIRST = 50;

export function Report() {
  const [got, error] = useCall("/api/knowledge/report");
  const [order, sort] = useState("used"), [many, more] = useState(AT_FIRST);
  const rows = [...got?.articles ?? []].sort(ORDER[order]);
  const shelves = (got?.categories ?? []).filter((row) => row.resolved.with.of + row.resolved.without.of + row.open > 0);
  return html`<${Part} name="report" error=${error}>${got && html`<p class="small quiet">${w("days", {n: got.return_days})}</p>
    ${!rows.length && html`<${Empty} sign="board">${w("report.empty")}</${Empty}>`}
    ${shelves.length > 0 && html`<h2>${w("categories")}</h2><ul class="reports">${shelves.map((row) => html`<li key=${row.category} class="card stack" data-category=${row.category}><h3><bdi>${say(row.title)}</bdi></h3><${Against} of=${row} title=${say(row.title)} /></li>`)}</ul>`}
    ${rows.length > 0 && html`<div class="row wrap"><h2 class="grow">${w("articles")}</h2><${Choice} label=${w("order")} value=${order} pick=${sort} of=${Object.keys(ORDER).map((each) => [each, w(`order.${each}`)])} /></div>
      <ul class="reports">${rows.slice(0, many).map((row) => html`<li key=${row.article} class="card stack" data-article=${row.article}><h3><a href=${`#article/${row.article}`}><${Text}>${row.title}</${Text}></a></h3><${Steps} steps=${row.steps} /><${Against} of=${row} title=${row.title} /></li>`)}</ul>
      ${rows.length > many && html`<button type="button" class="button" onClick=${() => more(many + AT_FIRST)}>${w("show.more", {n: rows.length - many})}</button>`}`}`}</${Part}>`;
}
