import { plural } from "../format.ts";
import { type Search, searchPairs } from "../terminal-solution.ts";
import { html, type Markup } from "./markup.ts";
import { pairsMarkup } from "./page.ts";

/** What has to be known to get the same again. */
export interface Origin {
  readonly version: string;
  /** The command line as it was given, without the program's name; absent where there was none. */
  readonly commandLine?: readonly string[];
}

/** The command, the version, the effort, and the answer as JSON to copy. */
export function reproduceMarkup({ version, commandLine }: Origin, search: Search | null): Markup {
  return html`${
    commandLine
      ? html`<pre id="command">llm-placement ${commandLine.map(shellWord).join(" ")}</pre>
<p><button class="button" type="button" data-copy="command" hidden>Copy command</button> <button class="button" type="button" data-copy="solution" hidden>Copy JSON</button></p>`
      : html`<p><button class="button" type="button" data-copy="solution" hidden>Copy JSON</button></p>`
  }
${pairsMarkup([["Version", `llm-placement ${version}`], ...(search ? searchPairs(search) : [])])}
<p class="dim">The same input and version give the same answer. The output of <code>--json</code>, without run times, is in this file in the element <code>script#solution</code>.</p>`;
}

/** A word as a shell reads it back. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Warnings of a run, folded away; nothing when there are none. */
export function warningsMarkup(warnings: readonly string[]): Markup | null {
  if (warnings.length === 0) return null;
  return html`<details><summary>${plural(warnings.length, "warning")}</summary><ul class="plain">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul></details>`;
}
