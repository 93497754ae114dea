// The channels' lights: what works, what does not and why, how much waits to go out.

import {html} from "../html.js";
import {Since, Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {say, t, word} from "../words.js";

const LIGHTS = {ok: "good", starting: "warn", paused: "warn", alarm: "bad"};

/** The light of a health code. */
export const lightOf = (code) => LIGHTS[code] ?? "bad";

/** All channels, the troubled ones in front. */
export function Channels({list}) {
  const sorted = [...list].sort((a, b) => (lightOf(a.code) === "good") - (lightOf(b.code) === "good") || a.name.localeCompare(b.name));
  return html`<section class="card stack" aria-labelledby="channels-now"><h2 id="channels-now">${t("channels")}</h2><ul class="lamps">${sorted.map((channel) => html`
    <li key=${channel.name} class="lamp" data-channel=${channel.name} data-code=${channel.code}><span class=${`light ${lightOf(channel.code)}`}></span><span title=${word("medium", channel.medium)}>${icon(channel.medium)}</span>
      <span class="grow stack-tight"><span class="row"><${Text} class="strong clip">${channel.name}</${Text}><span class="tiny faint">${t(`light.${channel.code}`)}${channel.code !== "ok" && channel.since ? html` · <${Since} at=${channel.since} words=${true} />` : ""}</span></span>
        ${channel.code !== "ok" && html`<span class="tiny quiet say">${say(channel)}</span>`}</span>
      ${channel.outbox > 0 && html`<span class="chip warn">${t("channel.outbox", {n: channel.outbox})}</span>`}</li>`)}
    ${!list.length && html`<li class="faint">${t("channels.none")}</li>`}</ul></section>`;
}
