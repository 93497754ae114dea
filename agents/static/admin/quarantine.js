// Items that nobody could read: kept as they came, to be looked at by a person.

import {html} from "../html.js";
import {moment, size} from "../dates.js";
import {Code, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {number, t, word} from "../words.js";
import {Sheet, useList} from "./sheet.js";

/** The list; the original is handed out as a file and never shown in the page. */
export function Quarantine() {
  const [got, error] = useList("/api/quarantine");
  return html`<${Sheet} name="quarantine" error=${error}><table><thead><tr><th>${t("item.id")}</th><th>${t("item.channel")}</th><th>${t("item.at")}</th><th>${t("item.reason")}</th><th>${t("item.size")}</th><th><span class="unseen">${t("deeds")}</span></th></tr></thead>
    <tbody>${(got?.items ?? []).map((item) => html`<tr key=${item.id} data-item=${item.id}><td class="number">${number(item.id)}</td><td><${Text}>${item.channel}</${Text}></td><td>${moment(item.at)}</td><td>${word("quarantine", item.reason) === item.reason ? html`<${Code}>${item.reason}</${Code}>` : word("quarantine", item.reason)}</td><td class="number">${size(item.size)}</td>
      <td><a class="button slim" href=${`/api/items/${item.id}/raw`} download=${`item-${item.id}.bin`}>${icon("file")}${t("item.raw")}</a></td></tr>`)}
      ${got && !got.items.length && html`<tr><td colspan="6" class="faint">${t("item.none")}</td></tr>`}</tbody></table></${Sheet}>`;
}
