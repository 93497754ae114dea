// Files of a draft: picked, dropped or pasted, sent up at once, checked against what the channel carries.

import {html, useRef, useState} from "../html.js";
import {size} from "../dates.js";
import {sentence, toast} from "../page.js";
import {Text} from "../parts/bits.js";
import {icon} from "../parts/icon.js";
import {t} from "../words.js";
import {newKey, upload} from "./deeds.js";

/** Handlers for the composer. `change(next)` gets a function from the old list to the new one. */
export function useFiles(files, change, limits) {
  const [over, hover] = useState(false);
  const most = limits.attachment_bytes === 0 ? 0 : limits.attachments ?? 20;
  const taken = useRef(files.length);
  taken.current = files.length;
  const add = (list) => {
    for (const file of list) {
      const refusal = refused(file, taken.current, most, limits.attachment_bytes ?? 20_000_000);
      if (refusal) toast(refusal, "bad");
      else one(file, change, taken);
    }
  };
  const drop = {
    onDragOver: (event) => { event.preventDefault(); hover(most > 0); },
    onDragLeave: () => hover(false),
    onDrop: (event) => { event.preventDefault(); hover(false); add([...event.dataTransfer.files]); },
  };
  return {
    over, drop, allowed: most > 0, loading: files.some((file) => !file.id && !file.failed),
    pick: (event) => { add([...event.target.files]); event.target.value = ""; },
    paste: (event) => event.clipboardData.files.length && (event.preventDefault(), add([...event.clipboardData.files])),
    remove: (tag) => change((old) => old.filter((file) => file.tag !== tag)),
  };
}

function refused(file, taken, most, bytes) {
  if (most === 0) return t("files.none-here");
  if (taken >= most) return t("files.too-many", {n: most});
  if (file.size > bytes) return t("files.too-large", {name: file.name, most: size(bytes)});
  return "";
}

async function one(file, change, taken) {
  const tag = newKey();
  taken.current += 1;
  change((old) => [...old, {tag, name: file.name, size: file.size}]);
  const put = (part) => change((old) => old.map((each) => each.tag === tag ? {...each, ...part} : each));
  try {
    put({id: (await upload(file)).id});
  } catch (error) {
    put({failed: true});
    toast(`${file.name}: ${sentence(error.code, "upload")}`, "bad");
  }
}

/** The chips under the text. */
export const Files = ({files, remove}) => files.length > 0 && html`<ul class="draft-files">${files.map((file) => html`<li key=${file.tag} class=${`chip ${file.failed ? "bad" : file.id ? "accent" : ""}`}>
  ${icon(file.failed ? "warning" : "file")}<${Text} class="clip">${file.name}</${Text}><span class="number">${file.id || file.failed ? size(file.size) : t("files.loading")}</span>
  <button type="button" class="link" aria-label=${`${t("files.remove")} ${file.name}`} onClick=${() => remove(file.tag)}>${icon("close")}</button></li>`)}</ul>`;
