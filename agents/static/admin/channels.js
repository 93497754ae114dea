// Channels: their lights live, and a self-check that says what is wrong and where.

import {html, useState} from "../html.js";
import {moment} from "../dates.js";
import {Code, Doing, Since, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {act, known, send} from "../page.js";
import {lightOf} from "../board/channels.js";
import {useStore} from "../store.js";
import {number, say, t, word} from "../words.js";
import {Sheet} from "./sheet.js";

/** The list; what is configured stands in config.toml, so nothing is edited here. */
export function Channels() {
  const list = Object.values(useStore(known).channel).sort((a, b) => a.name.localeCompare(b.name));
  return html`<${Sheet} name="channels"><ul class="stack">${list.map((channel) => html`<${One} key=${channel.name} channel=${channel} />`)}${!list.length && html`<li class="faint">${t("channels.none")}</li>`}</ul></${Sheet}>`;
}

// Pausing asks why, because whoever sees the light wants to know.
async function pause(channel) {
  const reason = prompt(t("channel.pause.why", {name: channel.name}));
  if (reason !== null) await send("POST", `/api/channels/${encodeURIComponent(channel.name)}/pause`, {reason: reason.slice(0, 200)});
}

const resume = (channel) => send("POST", `/api/channels/${encodeURIComponent(channel.name)}/resume`, {});

/** What was exchanged with the provider, without anybody's words. */
function Log({lines}) {
  if (!lines.length) return html`<p class="small faint">${t("channel.log.none")}</p>`;
  return html`<div class="scrolls"><p class="tiny quiet">${t("channel.log.about")}</p><table class="small exchanges"><tbody>${lines.map((line) => html`<tr key=${line.id} data-outcome=${line.outcome}><td>${moment(line.at)}</td><td>${t(`channel.log.way.${line.way}`)}</td>
    <td><${Code}>${line.method} ${line.path}</${Code}></td><td class="number">${line.status || ""}</td><td class="number">${number(line.millis)} ms</td><td><span class=${line.outcome === "ok" ? "fine" : "wrong"}>${line.outcome}</span></td><td><${Code} class="tiny faint">${line.asked}${line.answered ? ` → ${line.answered}` : ""}</${Code}></td></tr>`)}</tbody></table></div>`;
}

function One({channel}) {
  const [lines, show] = useState(null);
  const path = `/api/channels/${encodeURIComponent(channel.name)}`;
  const log = () => act(`log:${channel.name}`, async () => show(lines ? null : (await send("GET", `${path}/exchanges`)).exchanges));
  const [findings, keep] = useState(null);
  const name = `check:${channel.name}`;
  const check = () => act(name, async () => keep((await send("GET", `/api/channels/${encodeURIComponent(channel.name)}/findings`, undefined, {patience: 60_000})).findings));
  return html`<li class="channel" data-channel=${channel.name}><div class="row wrap"><span class=${`light ${lightOf(channel.code)}`}></span>${icon(channel.medium)}<${Text} class="strong">${channel.name}</${Text}><span class="chip">${word("medium", channel.medium)}</span>
      <span class="grow small quiet">${t(`light.${channel.code}`)}${channel.since ? html` · <${Since} at=${channel.since} words=${true} />` : ""}</span>${channel.outbox > 0 && html`<span class="chip warn">${t("channel.outbox", {n: channel.outbox})}</span>`}
      <${Doing} name=${`log:${channel.name}`} class="slim bare" onClick=${log}>${t("channel.log")}</${Doing}>
      <${Doing} name=${`pause:${channel.name}`} class="slim" run=${() => channel.code === "paused" ? resume(channel) : pause(channel)}>${t(channel.code === "paused" ? "channel.resume" : "channel.pause")}</${Doing}>
      <${Doing} name=${name} class="slim" onClick=${check}>${t("channel.check")}</${Doing}></div>
    ${say(channel) && html`<p class="small quiet say">${say(channel)}</p>`}
    ${lines && html`<${Log} lines=${lines} />`}
    ${findings && html`<ul class="findings small">${findings.map((one) => html`<li key=${one.check} class="row" data-ok=${one.ok}><span class=${one.ok ? "fine" : "wrong"}>${icon(one.ok ? "check" : "warning")}</span><span class="say grow">${say(one)}</span><code class="tiny faint">${one.check}</code></li>`)}
      ${!findings.length && html`<li class="faint">${t("channel.nothing-to-check")}</li>`}</ul>`}</li>`;
}
