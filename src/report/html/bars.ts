import type { Interval } from "../../placement/evaluation.ts";
import { html, Markup } from "./markup.ts";

/** One item of a bar that is divided. */
export interface BarItem {
  readonly label: string;
  /** Class of its colour. */
  readonly colour: string;
  /** 0 to 1; the shares of a bar add up to 1. */
  readonly share: number;
  /** Amount as text. */
  readonly text: string;
}

/** A bar over the whole width, divided by shares; its numbers stand in its label for those who do not see it. */
export function dividedBar(label: string, items: readonly BarItem[]): Markup {
  const shown = items.filter(({ share }) => share > 0);
  const words = shown.map((item) => `${item.label} ${item.text}`).join(", ");
  let from = 0;
  const rects = shown.map(({ label: name, colour, share, text }) => {
    const rect = html`<rect class="${colour}" x="${per100(from)}%" y="0" width="${per100(share)}%" height="100%"><title>${name}: ${text}</title></rect>`;
    from += share;
    return rect;
  });
  return html`<svg class="bar" role="img" aria-label="${label}: ${words}" width="100%" height="16">${rects}</svg>`;
}

/** What the colours of bars mean that are divided alike; only the items that occur. */
export function barLegend(title: string, bars: readonly (readonly BarItem[])[]): Markup {
  const items = (bars[0] ?? []).filter((_, index) => bars.some((bar) => bar[index]!.share > 0));
  return html`<ul class="legend"><li><b>${title}:</b></li>${items.map(({ label, colour }) => html`<li>${swatch(colour)}${label}</li>`)}</ul>`;
}

/** A patch of a colour, for legends. */
function swatch(colour: string): Markup {
  return html`<svg class="swatch" aria-hidden="true" width="12" height="12"><rect class="${colour}" width="12" height="12" rx="2"></rect></svg>`;
}

/** A predicted value in its interval, beside a limit if there is one. */
export interface Range {
  readonly label: string;
  readonly value: number;
  readonly interval: Interval;
  readonly limit: { readonly value: number; readonly isMost: boolean } | null;
  readonly words: (value: number) => string;
}

/** The interval as a line on a scale from 0, the value as a dot, the limit as a dashed line. */
export function rangePlot({ label, value, interval, limit, words }: Range): Markup {
  const most = Math.max(interval.high, limit?.value ?? 0) * 1.04;
  const at = (number: number): string => `${per100(number / most)}%`;
  const limitText = limit ? `, limit ${words(limit.value)}` : "";
  return html`<div class="range"><h4>${label}</h4>
<svg role="img" aria-label="${label}: ${words(value)}, 80 % interval ${words(interval.low)} to ${words(interval.high)}${limitText}" width="100%" height="30">
<line class="axis" x1="0" x2="100%" y1="15" y2="15"></line><line class="axis" x1="0.5" x2="0.5" y1="10" y2="20"></line>
<line class="interval" x1="${at(interval.low)}" x2="${at(interval.high)}" y1="15" y2="15"></line>
<circle class="value" cx="${at(value)}" cy="15" r="6"></circle>${
    limit
      ? html`<line class="limit" x1="${at(limit.value)}" x2="${at(limit.value)}" y1="1" y2="29"></line>`
      : null
  }</svg>
<p><b>${words(value)}</b> <span class="dim">80 %: ${words(interval.low)} to ${words(interval.high)}${
    limit ? `; ${limit.isMost ? "at most" : "at least"} ${words(limit.value)} (dashed)` : ""
  }; the scale starts at 0</span></p></div>`;
}

/** A share as a percentage for coordinates, to thousandths. */
function per100(share: number): Markup {
  return new Markup(String(Math.round(share * 100_000) / 1000));
}
