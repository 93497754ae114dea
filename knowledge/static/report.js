// What articles achieved: counts and intervals, never a bare percentage.

import {html} from "/static/html.js";
import {moment} from "/static/dates.js";
import {Text} from "/static/parts/bits.js";
import {number, percent, say} from "/static/words.js";
import {Part, useCall} from "./ask.js";
import {w} from "./words.js";

const STEPS = ["shown", "opened", "used", "sent", "edited", "yes", "no"];

const Share = ({share}) => !share.of ? html`<span class="faint">—</span>` : html`<span class="share" title=${w("between", {low: percent(share.low), high: percent(share.high)})}>
  <span>${w("of", {count: share.count, of: share.of})}</span><span class="span"><i style=${{"inset-inline-start": `${100 * share.low}%`, "inset-inline-end": `${100 - 100 * share.high}%`}}></i></span></span>`;

const Verdict = ({of}) => html`<span class=${`chip ${of.verdict === "unknown" ? "" : "info"}`}>${w(`verdict.${of.verdict}`)}</span>`;

const Against = ({of}) => ["resolved", "returned"].map((name) => html`<tr key=${name}><th>${w(name)}</th><td><${Share} share=${of[name].with} /></td><td><${Share} share=${of[name].without} /></td><td><${Verdict} of=${of[name]} /></td></tr>`);

/** One article's ledger. */
export function Achieved({article}) {
  const [got] = useCall(`/api/articles/${article.id}/outcomes`);
  if (!got) return null;
  const {steps, feedback, return_days: days} = got.outcomes;
  return html`<dl class="facts small">${STEPS.map((name) => html`<div key=${name}><dt>${w(name)}</dt><dd class="strong">${number(steps[name])}</dd></div>`)}</dl>
    <div class="scrolls"><table class="small"><thead><tr><th></th><th>${w("with")}</th><th>${w("without")}</th><th></th></tr></thead><tbody><${Against} of=${got.outcomes} /></tbody></table></div>
    <p class="tiny faint">${w("days", {n: days})}</p>
    ${feedback.length > 0 && html`<h3>${w("feedback")}</h3><ul class="stack small">${feedback.map((each) => html`<li key=${each.at} class="row"><span class=${`chip ${each.helped ? "good" : "warn"}`}>${w(each.helped ? "yes" : "no")}</span><span class="grow" dir="auto">${each.words}</span><span class="faint">${moment(each.at)}</span></li>`)}</ul>`}`;
}

export function Report() {
  const [got, error] = useCall("/api/knowledge/report");
  const head = html`<thead><tr><th>${w("title")}</th>${["resolved", "returned"].map((name) => html`<th key=${name} colspan="3">${w(name)}: ${w("with")} / ${w("without")}</th>`)}</tr></thead>`;
  const cells = (row) => ["resolved", "returned"].flatMap((name) => [html`<td><${Share} share=${row[name].with} /></td>`, html`<td><${Share} share=${row[name].without} /></td>`, html`<td><${Verdict} of=${row[name]} /></td>`]);
  return html`<${Part} name="report" error=${error}>${got && html`<p class="small quiet">${w("days", {n: got.return_days})}</p>
    <div class="card scrolls"><table class="small">${head}<tbody>${got.categories.map((row) => html`<tr key=${row.category}><td><bdi class="strong">${say(row.title)}</bdi></td>${cells(row)}</tr>`)}
      ${got.articles.map((row) => html`<tr key=${`a${row.article}`} data-article=${row.article}><td><a href=${`#article/${row.article}`}><${Text}>${row.title}</${Text}></a><p class="tiny faint">${STEPS.filter((name) => row.steps[name]).map((name) => `${w(name)} ${number(row.steps[name])}`).join(" · ")}</p></td>${cells(row)}</tr>`)}</tbody></table></div>`}</${Part}>`;
}
