// How the waits that were announced came true, by medium: a number that is said to citizens has to show its own record.

import {html} from "../html.js";
import {roughly} from "../dates.js";
import {Failed} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {useMinutes, useRead} from "../read.js";
import {number, percent, t, word} from "../words.js";

/** Read each minute: one more contact changes little. */
export function AnnouncedWaits() {
  const [got, error] = useRead("/api/routing/state", useMinutes());
  const list = Object.entries(got?.waits ?? {});
  return html`<section class="card stack" aria-labelledby="announced"><h2 id="announced" title=${t("announced.meaning")}>${t("announced")}</h2>
    <p class="tiny faint">${t("announced.meaning")}</p>
    ${error && html`<${Failed} error=${error} />`}${got && !list.length && html`<p class="faint">${t("announced.none")}</p>`}
    <ul class="lamps">${list.map(([medium, record]) => html`<li key=${medium} class="lamp" data-announced=${medium}><span>${icon(medium)}</span>
      <span class="grow stack-tight"><span class="row"><span class="strong">${word("medium", medium)}</span><span class="chip">${t("announced.held", {share: percent(record.coverage), n: number(record.n)})}</span></span>
        <span class="tiny quiet">${t("announced.off", {wait: roughly(1000 * record.mean_wait), error: percent(record.error ?? 0)})}</span></span></li>`)}</ul></section>`;
}
