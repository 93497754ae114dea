// The agents' console: puts the panes together, listens to keys, keeps the title, begins the line to the house.

import {html, mount} from "../html.js";
import {boot} from "../boot.js";
import {begin, choose, known, ui} from "../page.js";
import {closeDialog, openDialog} from "../parts/dialog.js";
import {Banner, Bar, Toasts} from "../parts/frame.js";
import {icon} from "../parts/icon.js";
import {me} from "../state.js";
import {useStore} from "../store.js";
import {t} from "../words.js";
import {listenForTouch, watchTitle} from "./alert.js";
import {firstChoices, follow, linked, select} from "./choice.js";
import {Close, Snooze, Transfer} from "./dialogs.js";
import {Keys, listenForKeys} from "./keys.js";
import {Lists} from "./lists.js";
import {Offers} from "./offers.js";
import {Record} from "./record.js";
import {Side} from "./side.js";
import {Preferences, Status} from "./status.js";
import {Why} from "./story.js";
import {Talk} from "./talk.js";
import {Withdrawn} from "./withdrawn.js";

const DIALOGS = {transfer: Transfer, snooze: Snooze, close: Close, why: Why, keys: Keys, record: Record, withdrawn: Withdrawn};

function Console() {
  const {dialog, pane, sideOpen} = useStore(ui);
  const open = dialog && DIALOGS[dialog.name];
  return html`<div class="desk" data-pane=${pane} data-side=${sideOpen}>
    <${Bar} page="console" me=${me(useStore(known)) ?? boot.me}>
      ${boot.channels.some((channel) => channel.record) && html`<button type="button" class="button bar-record" title=${t("record")} aria-label=${t("record")}
        onClick=${() => openDialog("record")}>${icon("plus")}<span class="wide-only">${t("record")}</span></button>`}
      <${Preferences} /><${Status} /></${Bar}>
    <${Banner} />
    <main class="panes" id="main" tabindex="-1"><div class="pane-list"><${Offers} /><${Lists} /></div><${Talk} /><${Side} /></main>
    <${Toasts} />${open && html`<${open} key=${dialog.name} ...${dialog} />`}</div>`;
}

choose({...firstChoices(), selected: linked()});
if (ui.get().selected) choose({pane: "talk"});
known.listen((state, old) => {
  const {selected, dialog} = ui.get();
  if (state.contact[selected] !== old.contact[selected] || state.seq === null || old.seq === null) follow();
  // A dialog about a contact that went away meanwhile has nothing to act on any more.
  if (dialog?.contact && old.contact[dialog.contact] && !state.contact[dialog.contact] && dialog.name !== "why") closeDialog();
});
addEventListener("hashchange", () => linked() !== ui.get().selected && select(linked()));
document.addEventListener("visibilitychange", () => document.hidden || follow());
listenForKeys();
listenForTouch();
watchTitle();
mount(html`<${Console} />`);
begin();
