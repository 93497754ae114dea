// Says that an answer was not sent because its article is not what it was, and leads on: own words, newer words, or back.

import {html} from "../html.js";
import {choose, ui} from "../page.js";
import {Text} from "../parts/bits.js";
import {Dialog, closeDialog} from "../parts/dialog.js";
import {icon} from "../parts/icon.js";
import {useStore} from "../store.js";
import {t} from "../words.js";
import {deliver} from "./composer.js";
import {contactOf} from "./deeds.js";
import {EMPTY, draft, redraft} from "./draft.js";

// The newer words stand where the older ones stood; where those were edited they stand below, for the agent to compare.
const renewed = (value, now) => {
  const text = value.inserted && value.text.includes(value.inserted) ? value.text.replace(value.inserted, () => now.text) : `${value.text}\n${now.text}`;
  return {text, version: now.version, state: now.state, inserted: now.text};
};

/** `now` is the article as it stands, or null when it is out of use. */
export function Withdrawn({contact: id, now}) {
  const {archive, busy} = useStore(ui);
  const contact = contactOf(id, archive), value = draft(id, "reply"), name = `reply:${id}`;
  const why = !now ? "gone" : value.state === "public" && now.state !== "public" ? "internal" : "changed";
  const back = () => { closeDialog(); choose({focus: true}); };
  const own = async () => {
    redraft(id, "reply", {suggestion: null, version: null, state: "", inserted: ""});
    if (!await deliver(contact, "reply", draft(id, "reply"), name)) return;
    redraft(id, "reply", EMPTY);
    back();
  };
  const newer = () => { redraft(id, "reply", (old) => renewed(old, now)); back(); };
  return html`<${Dialog} title=${t("withdrawn")} foot=${html`<button type="button" class="button" id="withdrawn-back" onClick=${back}>${t("withdrawn.back")}</button>
      <button type="button" class="button" id="withdrawn-own" disabled=${Boolean(busy[name])} onClick=${own}>${icon("send")}${t("withdrawn.own")}</button>
      ${why === "changed" && html`<button type="button" class="button primary" id="withdrawn-newer" onClick=${newer}>${t("withdrawn.newer")}</button>`}`}>
    <p class="notice" data-why=${why}>${icon("warning")}<span>${t(`withdrawn.${why}`)}</span></p>
    ${why === "changed" && html`<${Text} class="plain quiet">${now.text}</${Text}>`}</${Dialog}>`;
}
