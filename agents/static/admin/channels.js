// Channels: their lights live, and a self-check that says what is wrong and where.

import {html, useState} from "../html.js";
import {Doing, Since, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {act, known, send} from "../page.js";
import {lightOf} from "../board/channels.js";
import {useStore} from "../store.js";
import {say, t, word} from "../words.js";
import {Sheet} from "./sheet.js";

/** The list; what is configured stands in config.toml, so nothing is edited here. */
export function Channels() {
  const list = Object.values(useStore(known).channel).sort((a, b) => a.name.localeCompare(b.name));
  return html`<${Sheet} name="channels"><ul class="stack">${list.map((channel) => html`<${One} key=${channel.name} channel=${channel} />`)}${!list.length && html`<li class="faint">${t("channels.none")}</li>`}</ul></${Sheet}>`;
}

function One({channel}) {
  const [findings, keep] = useState(null);
  const name = `check:${channel.name}`;
  const check = () => act(name, async () => keep((await send("GET", `/api/channels/${encodeURIComponent(channel.name)}/findings`, undefined, {patience: 60_000})).findings));
  return html`<li class="channel" data-channel=${channel.name}><div class="row wrap"><span class=${`light ${lightOf(channel.code)}`}></span>${icon(channel.medium)}<${Text} class="strong">${channel.name}</${Text}><span class="chip">${word("medium", channel.medium)}</span>
      <span class="grow small quiet">${t(`light.${channel.code}`)}${channel.since ? html` · <${Since} at=${channel.since} words=${true} />` : ""}</span>${channel.outbox > 0 && html`<span class="chip warn">${t("channel.outbox", {n: channel.outbox})}</span>`}
      <${Doing} name=${name} class="slim" onClick=${check}>${t("channel.check")}</${Doing}></div>
    ${say(channel) && html`<p class="small quiet say">${say(channel)}</p>`}
    ${findings && html`<ul class="findings small">${findings.map((one) => html`<li key=${one.check} class="row" data-ok=${one.ok}><span class=${one.ok ? "fine" : "wrong"}>${icon(one.ok ? "check" : "warning")}</span><span class="say grow">${say(one)}</span><code class="tiny faint">${one.check}</code></li>`)}
      ${!findings.length && html`<li class="faint">${t("channel.nothing-to-check")}</li>`}</ul>`}</li>`;
}
