import { REPLACEMENT } from "../../terminal-text.ts";
import { type Content, html, Markup, scriptJson } from "./markup.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** A part of a report under a heading of its own. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** What a page is made of. */
export interface Page {
  readonly title: string;
  readonly header: Content;
  readonly sections: readonly Section[];
  /** What is kept in the page as JSON, under the id `solution`. */
  readonly data: unknown;
  readonly version: string;
}

/**
 * A whole page in one text: style, script and data are inside, and its policy refuses all else, so that it never asks the network
 * for anything.
 */
export function pageMarkup({ title, header, sections, data, version }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="llm-placement ${version}">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
${header}
<nav aria-label="Parts of the report"><ul>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main id="main">
${sections.map(
  ({ id, title: name, content }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${name}</h2>
${content}
</section>
`,
)}</main>
<footer><p>Made by llm-placement ${version}. This file is self-contained and loads nothing.</p></footer>
<div id="tip" role="status" hidden></div>
<script type="application/json" id="solution">${scriptJson(data)}</script>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text.replace(STEERING, REPLACEMENT);
}

/** What is invisible or turns the direction of text, wherever it comes from: the guard behind the escaping of single texts. */
const STEERING = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Pairs of a label and a text; a pair without a label goes on with the one before. */
export function pairsMarkup(pairs: readonly (readonly [label: string, text: string])[]): Markup {
  const groups: { label: string; texts: string[] }[] = [];
  for (const [label, text] of pairs) {
    if (label === "" && groups.length > 0) groups.at(-1)!.texts.push(text);
    else groups.push({ label, texts: [text] });
  }
  return html`<dl class="pairs">${groups.map(({ label, texts }) => html`<div><dt>${label}</dt>${texts.map((text) => html`<dd>${text}</dd>`)}</div>`)}</dl>
`;
}
