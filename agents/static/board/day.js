// The day in half hours: arrived, answered, abandoned; drawn by uPlot, and as a table for those who cannot see it.

import {html, useEffect, useRef} from "../html.js";
import {now} from "../boot.js";
import {clock} from "../dates.js";
import {Failed} from "../parts/bits.js";
import {useMinutes, useRead} from "../read.js";
import {number, t} from "../words.js";
import uPlot from "../vendor/uPlot.esm.js";

const HEIGHT = 190;
const SERIES = [["arrived", "--info", 0.12], ["answered", "--accent", 0.12], ["abandoned", "--bad-strong", 0]];

/** Read each minute: half hours change slowly. */
export function Day() {
  const [got, error] = useRead("/api/board", useMinutes());
  const list = whole(got?.intervals ?? []);
  return html`<section class="card stack" aria-labelledby="day"><h2 id="day">${t("board.day")}</h2>
    ${error && html`<${Failed} error=${error} />`}${got && !list.length && html`<p class="faint">${t("board.day.none")}</p>`}
    ${list.length > 0 && html`<${Chart} list=${list} />`}</section>`;
}

const HALF = 1_800_000;

// Half hours in which nothing happened are told as zero, up to now; a line needs two ends.
function whole(intervals) {
  if (!intervals.length) return [];
  const known = new Map(intervals.map((row) => [Date.parse(row.at), row]));
  const first = Math.min(...known.keys()), list = [];
  const last = Math.max(...known.keys(), first + HALF * Math.floor((now() - first) / HALF));
  for (let at = known.size > 1 || last > first ? first : first - HALF; at <= last; at += HALF) list.push(known.get(at) ?? {at: new Date(at).toISOString(), arrived: 0, answered: 0, abandoned: 0});
  return list;
}

function Chart({list}) {
  const box = useRef(null);
  useEffect(() => {
    const draw = () => new uPlot(options(box.current.clientWidth), columns(list), box.current);
    let plot = draw();
    const again = () => { plot.destroy(); plot = draw(); };
    const watch = new ResizeObserver(() => plot.setSize({width: box.current.clientWidth, height: HEIGHT}));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    watch.observe(box.current);
    dark.addEventListener("change", again);
    return () => { watch.disconnect(); dark.removeEventListener("change", again); plot.destroy(); };
  }, [list]);
  return html`<div><ul class="legend row tiny quiet" aria-hidden="true">${SERIES.map(([name]) => html`<li key=${name} class=${`legend-${name}`}>${t(`day.${name}`)}</li>`)}</ul>
    <div class="chart" dir="ltr" ref=${box} aria-hidden="true"></div><${Table} list=${list} /></div>`;
}

const columns = (list) => [list.map(({at}) => Date.parse(at) / 1000), ...SERIES.map(([name]) => list.map((row) => row[name]))];

function options(width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => resolved(style.getPropertyValue(name));
  const axis = {stroke: colour("--ink-faint"), grid: {stroke: colour("--line"), width: 1}, ticks: {show: false}, font: "11px Vazirmatn"};
  return {
    width, height: HEIGHT, legend: {show: false}, cursor: {show: false}, padding: [8, 18, 0, 0],
    scales: {y: {range: (plot, low, high) => [0, Math.max(4, high * 1.1)]}},
    axes: [{...axis, values: (plot, seconds) => seconds.map((at) => clock(at * 1000)), space: 60, size: 28, incrs: [1800, 3600, 7200, 14400, 28800]}, {...axis, values: (plot, values) => values.map((value) => Number.isInteger(value) ? number(value) : ""), size: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]}],
    series: [{}, ...SERIES.map(([, name, fill]) => ({stroke: colour(name), width: 2, points: {show: false}, fill: fill ? faded(colour(name), fill) : undefined}))],
  };
}

// A canvas does not understand light-dark(): the browser is asked what it comes to.
function resolved(value) {
  const probe = document.createElement("i");
  probe.style.color = value;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

const faded = (colour, share) => colour.replace(/^rgb\((.+)\)$/, `rgba($1, ${share})`);

const Table = ({list}) => html`<table class="unseen"><caption>${t("board.day")}</caption><thead><tr><th>${t("day.from")}</th>${SERIES.map(([name]) => html`<th key=${name}>${t(`day.${name}`)}</th>`)}</tr></thead>
  <tbody>${list.map((row) => html`<tr key=${row.at}><td>${clock(row.at)}</td>${SERIES.map(([name]) => html`<td key=${name}>${number(row[name])}</td>`)}</tr>`)}</tbody></table>`;
