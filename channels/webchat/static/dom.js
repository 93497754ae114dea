// Makes elements. Text only ever becomes text nodes; there is no innerHTML and no style attribute here.

const SVG = "http://www.w3.org/2000/svg";

// h("button", { class: "x", onclick: f, "aria-label": "…" }, "text", child, null)
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export const PATHS = {
  chat: "M4 5.5h16a1.5 1.5 0 0 1 1.5 1.5v8.5A1.5 1.5 0 0 1 20 17h-8l-4.5 4v-4H4a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 4 5.5Z",
  close: "M6 9.5 12 15.5 18 9.5",
  clip: "M20 11.5 12.2 19.3a4.6 4.6 0 0 1-6.5-6.5L13.9 4.6a3.1 3.1 0 0 1 4.4 4.4L10 17.2a1.6 1.6 0 0 1-2.2-2.2L15 7.8",
  send: "M4 12 20.5 4.5 16 12l4.5 7.5Z M4 12h12",
  cross: "M7 7 17 17 M17 7 7 17",
  clock: "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M12 8v4.5l3 1.5",
  tick: "M5 12.5 10 17.5 19.5 7",
  ticks: "M2.5 12.5 7 17.5 15.5 7 M11 16 12.5 17.5 21.5 7",
  warn: "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z M12 8v5 M12 15.8v.2",
  file: "M7 3.5h7l4.5 4.5v12.5H7Z M14 3.5v4.5h4.5",
  down: "M12 5v13 M6.5 13 12 18.5 17.5 13",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon icon-" + name);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function button(name, label, onclick, extra = {}) {
  return h("button", { type: "button", class: "round " + name, "aria-label": label, title: label, onclick, ...extra }, icon(name));
}

// A style sheet without a <style> element, so that a host page's policy needs no 'unsafe-inline'.
export function dress(root, css) {
  if ("adoptedStyleSheets" in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } else {
    root.append(h("style", {}, css));
  }
}

// Elements that take the keyboard, in order.
export function stops(root) {
  const all = root.querySelectorAll("button, a[href], textarea, input, [tabindex='0']");
  return [...all].filter((each) => !each.disabled && !each.hidden && each.offsetParent !== null);
}
