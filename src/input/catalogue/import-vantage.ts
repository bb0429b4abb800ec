import { z } from "zod";
import type { Catalogue, CatalogueInstance, RowPlace } from "../../catalogue/catalogue.ts";
import type { CatalogueImport } from "../../catalogue/drift.ts";
import { type ForeignPrice, ImportCollector } from "../../catalogue/import-collector.ts";
import { InputError } from "../../errors.ts";
import { isWholeMemory } from "../../hardware/gpu-specs.ts";
import { usdToMicroUsd } from "../../hardware/price.ts";
import { numberProblem, rangeHint, readNumber } from "../text/numbers.ts";
import { parseJson } from "../text/parse-json.ts";
import { GBITS_PER_SECOND, PRICE } from "../text/ranges.ts";
import type { SourceText } from "../text/source-text.ts";

/** Prices are strings there; some are empty or "N/A". */
const PRICE_TEXT = z.union([z.string(), z.number()]).nullish();

const INSTANCE = z.looseObject({
  instance_type: z.string(),
  GPU: z.number(),
  /** Of all GPUs together, GiB. */
  GPU_memory: z.number().nullish(),
  network_performance: z.string().nullish(),
  baseline_bandwidth_gbps: z.number().nullish(),
  pricing: z.record(
    z.string(),
    z.looseObject({
      linux: z
        .looseObject({
          ondemand: PRICE_TEXT,
          spot_avg: PRICE_TEXT,
          spot_min: PRICE_TEXT,
          reserved: z.record(z.string(), PRICE_TEXT).nullish(),
        })
        .optional(),
    }),
  ),
});
type Instance = z.infer<typeof INSTANCE>;

/** The terms of a reservation that the catalogue's kind `reserved` stands for. */
const RESERVED_TERM = "yrTerm1Standard.noUpfront";

/**
 * Reads prices (Linux: on demand, spot, reserved for a year without upfront payment) and network bandwidths out of instances.json
 * of Vantage's ec2instances. Only machine types that the catalogue knows are taken.
 * @param asOf ISO date of the file; null: not known
 * @throws InputError with file and JSON path for what is not of that form
 */
export function importVantage(
  files: readonly SourceText[],
  provider: string,
  catalogue: Catalogue,
  asOf: string | null,
): CatalogueImport {
  const collector = new ImportCollector(catalogue, provider, asOf);
  for (const file of files) {
    const parsed = parseJson(file.text, file.fileName);
    if (!Array.isArray(parsed)) {
      throw new InputError(
        file.fileName,
        "it is not a JSON list.",
        "Give instances.json of Vantage's ec2instances.",
      );
    }
    const lines = linesOfTypes(file.text);
    // Only what is known is read: the other thousand types need not be of the form.
    for (const [index, value] of parsed.entries()) {
      const name: unknown = value?.instance_type;
      if (typeof name !== "string") continue;
      const type = collector.typeOf(name);
      const place = { fileName: file.fileName, line: lines.get(name) ?? 1 };
      if (type) {
        takeInstance(readInstance(value, file.fileName, index), type, place, asOf, collector);
      } else if (typeof value.GPU === "number" && value.GPU > 0) {
        collector.unknownType(name, place);
      }
    }
  }
  return collector.finish(["on-demand", "spot", "reserved"]);
}

function readInstance(value: unknown, fileName: string, index: number): Instance {
  const parsed = INSTANCE.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue!.path.map((key) => `.${String(key)}`).join("");
  throw new InputError(
    `${fileName}, [${index}]${path}`,
    `${issue!.message}.`,
    "Give instances.json of Vantage's ec2instances.",
  );
}

function takeInstance(
  value: Instance,
  type: CatalogueInstance,
  place: RowPlace,
  asOf: string | null,
  collector: ImportCollector,
): void {
  const name = type.instance;
  for (const [region, { linux }] of Object.entries(value.pricing)) {
    if (linux === undefined) continue;
    collector.region(region);
    if (value.GPU !== type.gpus) {
      const message = `${name} has ${value.GPU} GPUs there but ${type.gpus} in the catalogue; it is left out`;
      collector.refuse(type, region, message, place);
    }
  }
  if (value.GPU !== type.gpus) return;
  const gpu = collector.gpuOf(type);
  if (gpu && value.GPU_memory && !isWholeMemory(gpu, value.GPU_memory / value.GPU)) {
    collector.note(
      `${name} has ${value.GPU_memory} GiB of GPU memory there, which is not ${type.gpus} × ${type.gpuMemoryGib}`,
      place,
    );
  }
  for (const [region, { linux }] of Object.entries(value.pricing)) {
    if (linux === undefined) continue;
    const take = (kind: ForeignPrice["kind"], text: z.infer<typeof PRICE_TEXT>): void => {
      const where = `${place.fileName}:${place.line}, ${name} in ${region}, ${kind}`;
      const microUsdPerHour = priceOf(text, where);
      if (microUsdPerHour === null) return;
      const source = `Vantage ec2instances, ${place.fileName}${kind === "reserved" ? ", 1 year, no upfront" : ""}`;
      collector.price(type, { region, kind, microUsdPerHour, source, place });
    };
    take("on-demand", linux.ondemand);
    take("spot", linux.spot_avg ?? linux.spot_min);
    take("reserved", linux.reserved?.[RESERVED_TERM]);
  }
  const gbitsPerSecond = networkGbits(value, `${place.fileName}:${place.line}, ${name}`);
  if (gbitsPerSecond !== null && gbitsPerSecond !== type.networkGbitsPerSecond) {
    collector.instance({
      ...type,
      networkGbitsPerSecond: gbitsPerSecond,
      source: `${type.source}; network: Vantage ec2instances, ${place.fileName}`,
      checkedOn: asOf,
      place,
    });
  }
}

/** Micro-dollars an hour; null for words, such as "N/A". @throws InputError for a number that is no price */
function priceOf(text: z.infer<typeof PRICE_TEXT>, where: string): number | null {
  const trimmed = String(text ?? "").trim();
  if (!/\d/.test(trimmed)) return null;
  const reading = readNumber(trimmed, PRICE);
  if ("value" in reading) return usdToMicroUsd(reading.value);
  throw new InputError(where, `the price is ${reading.problem}.`, rangeHint(PRICE));
}

/** "3200 Gigabit", "4x 100 Gigabit"; what is only reached at times ("Up to 25 Gigabit") counts with its baseline, words not. */
function networkGbits(
  { network_performance, baseline_bandwidth_gbps }: Instance,
  where: string,
): number | null {
  const match = /^(?:(\d+)x )?(\d+(?:\.\d+)?) Gigabit$/.exec(network_performance?.trim() ?? "");
  const gbits = match ? Number(match[1] ?? 1) * Number(match[2]) : baseline_bandwidth_gbps;
  if (!gbits) return null;
  const problem = numberProblem(gbits, GBITS_PER_SECOND);
  if (problem === null) return gbits;
  throw new InputError(
    where,
    `the network bandwidth is ${gbits}, which is ${problem}.`,
    rangeHint(GBITS_PER_SECOND),
  );
}

/** The lines on which types are named. */
function linesOfTypes(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  for (const match of text.matchAll(/\n|"instance_type"\s*:\s*"([^"]+)"/g)) {
    if (match[1] === undefined) line++;
    else lines.set(match[1], line);
  }
  return lines;
}
