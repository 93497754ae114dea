// What contacts cost an agent, by queue and medium: what is set, what the desk's own past taught, from how many, since when.

import {html} from "../html.js";
import {moment} from "../dates.js";
import {Text} from "../parts/bits.js";
import {number, t, titleOf, word} from "../words.js";
import {useList} from "./sheet.js";

const LOOK = {learned: "good", few: "", same: "info"};

export function Efforts() {
  const [got] = useList("/api/routing/efforts");
  if (!got) return null;
  return html`<section class="stack routing-part" aria-labelledby="routing-efforts" data-part="efforts"><header><h2 id="routing-efforts">${t("efforts")}</h2>
      <p class="small quiet">${t("efforts.meaning", {least: got.least, seat: got.seat})}</p></header>
    ${!got.learn && html`<p class="quiet">${t("efforts.why.off")}</p>`}
    ${!got.efforts.length ? html`<p class="quiet">${t("efforts.none")}</p>` : html`<div class="scrolls" tabindex="0" role="region" aria-labelledby="routing-efforts"><table><thead><tr>${["queue", "medium", "set", "learned", "contacts", "since"].map((name) => html`<th key=${name} scope="col">${t(`efforts.${name}`)}</th>`)}</tr></thead>
      <tbody>${got.efforts.map((each) => html`<tr key=${`${each.queue}/${each.medium}`} data-effort=${`${each.name}/${each.medium}`}><td><${Text}>${titleOf(each)}</${Text}></td><td>${word("medium", each.medium)}</td><td class="number">${each.set === null ? "—" : number(each.set)}</td>
        <td><span class="strong number">${each.learned === null ? "—" : number(each.learned)}</span> <span class=${`chip ${LOOK[each.why] ?? "warn"}`}>${t(`efforts.why.${each.why}`)}</span></td>
        <td>${number(each.contacts)}${each.measured !== null && html` <span class="small faint">${t("efforts.measured", {points: each.measured})}</span>`}</td><td>${each.since ? moment(each.since) : "—"}</td></tr>`)}</tbody></table></div>`}</section>`;
}
