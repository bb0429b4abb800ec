import { kvBytesPerToken } from "../huggingface/kv-bytes.ts";
import type { LibraryModel } from "../huggingface/library.ts";
import { count, plural } from "./format.ts";
import { type Column, renderTable, wrap } from "./layout.ts";

const COLUMNS: readonly Column[] = [
  { head: "Model, repository" },
  { head: "Layers", align: "right" },
  { head: "Total", align: "right" },
  { head: "Active", align: "right" },
  { head: "Format" },
  { head: "KV B", align: "right" },
  { head: "Context", align: "right" },
];

/** The library as a table, two lines a model. */
export function renderModels(models: readonly LibraryModel[]): string {
  const rows = models.flatMap(({ entry, model }) => {
    const { architecture, parameters, maxContextTokens } = model;
    const facts = [
      entry.name,
      String(architecture.kindOf.length),
      parametersText(parameters.total),
      parameters.active === parameters.total ? "" : parametersText(parameters.active),
      architecture.weightFormat,
      count(kvBytesPerToken(architecture).recent),
      maxContextTokens === null ? "" : count(maxContextTokens),
    ];
    // A line of its own: beside the figures there is no room for it.
    return [facts, [entry.repository]];
  });
  const ending = `${plural(models.length, "model")}. Parameters are total and active; KV B is bytes of KV cache per token. Any other model is read from its config.json: --model <file or folder>.`;
  return `${renderTable(COLUMNS, rows)}\n\n${wrap(ending)}\n`;
}

/** Parameters with three digits: 8.03 B, 70.6 B, 1.03 T. */
function parametersText(parameters: number): string {
  const billions = parameters / 1e9;
  return billions < 1000 ? `${billions.toPrecision(3)} B` : `${(billions / 1000).toPrecision(3)} T`;
}

/** One model of the library as JSON. */
export function modelFields({ entry, model }: LibraryModel): object {
  const { architecture, parameters, maxContextTokens, notes } = model;
  const kv = kvBytesPerToken(architecture);
  return {
    name: entry.name,
    repository: entry.repository,
    layers: architecture.kindOf.length,
    parameters,
    weightFormat: architecture.weightFormat,
    bytesPerWeight: architecture.weightBytes,
    kvBytesPerToken: kv.recent,
    kvBytesPerTokenPastWindows: kv.old,
    maxContextTokens,
    quantised: entry.quantised,
    source: entry.source,
    checkedOn: entry.checkedOn,
    notes,
  };
}
