// Articles: the ready answers that are suggested to agents and shown to citizens.

import {html, useState} from "../html.js";
import {language} from "../boot.js";
import {moment} from "../dates.js";
import {Text} from "../parts/bits.js";
import {Ask, Field, openDialog} from "../parts/dialog.js";
import {send, toast} from "../page.js";
import {t, word} from "../words.js";
import {Sheet, changed, useList} from "./sheet.js";

const STATES = ["draft", "internal", "public", "archived"];
const LOOK = {internal: "info", public: "good", draft: "warn"};

/** The list, newest first, or what answers a question. */
export function Articles() {
  const [query, ask] = useState("");
  const asked = query.trim().length > 1 ? `?q=${encodeURIComponent(query.trim())}` : "";
  const [got, error] = useList(`/api/articles${asked}`);
  const list = got?.articles ?? [];
  return html`<${Sheet} name="articles" error=${error} add=${() => openDialog("article", {article: null})}>
    <div class="sheet-search"><input class="input" type="search" dir="auto" value=${query} placeholder=${t("suggestions.search")} aria-label=${t("suggestions.search")} onInput=${(event) => ask(event.target.value)} /></div>
    <table><thead><tr><th>${t("article.title")}</th><th>${t("article.state")}</th><th>${t("language")}</th><th>${t("article.changed")}</th><th><span class="unseen">${t("deeds")}</span></th></tr></thead>
    <tbody>${list.map((article) => html`<tr key=${article.id} data-article=${article.id} class=${article.state === "archived" ? "off" : ""}><td><${Text} class="strong">${article.title}</${Text}></td>
      <td><span class=${`chip ${LOOK[article.state] ?? ""}`}>${word("article-state", article.state)}</span></td><td>${article.language === "fa" ? "فارسی" : "English"}</td><td>${moment(article.updated_at)}</td>
      <td><button type="button" class="button slim" onClick=${() => openDialog("article", {article})}>${t("edit")}</button></td></tr>`)}
      ${got && !list.length && html`<tr><td colspan="5" class="faint">${t("article.none")}</td></tr>`}</tbody></table></${Sheet}>`;
}

/** Write or change one; the version that was read goes back with it, so that nobody's change is lost. */
export function ArticleForm({article}) {
  const save = async (values) => {
    const body = {title: values.title, body: values.body, language: values.language, state: values.state,
      keywords: values.keywords.split(/[,،]/).map((each) => each.trim()).filter(Boolean), ...(article ? {version: article.version} : {})};
    const done = await send("POST", article ? `/api/articles/${article.id}` : "/api/articles", body);
    toast(t("saved"));
    changed();
    return done;
  };
  const states = article ? STATES : STATES.slice(0, 3);
  return html`<${Ask} title=${article ? article.title : t("admin.articles.add")} name="article" submit=${t("save")} wide run=${save}>
    <${Field} label=${t("article.title")}><input name="title" dir="auto" required maxlength="200" defaultValue=${article?.title ?? ""} /></${Field}>
    <${Field} label=${t("article.body")}><textarea name="body" dir="auto" rows="10" maxlength="50000" defaultValue=${article?.body ?? ""}></textarea></${Field}>
    <div class="fields"><${Field} label=${t("article.state")}><select name="state">${states.map((state) => html`<option key=${state} value=${state} selected=${state === (article?.state ?? "internal")}>${word("article-state", state)}</option>`)}</select></${Field}>
      <${Field} label=${t("language")}><select name="language">${[["fa", "فارسی"], ["en", "English"]].map(([code, name]) => html`<option key=${code} value=${code} selected=${code === (article?.language ?? language)}>${name}</option>`)}</select></${Field}></div>
    <${Field} label=${t("article.keywords")} hint=${t("article.keywords.hint")}><input name="keywords" dir="auto" maxlength="1000" defaultValue=${article?.keywords.join("، ") ?? ""} /></${Field}></${Ask}>`;
}
