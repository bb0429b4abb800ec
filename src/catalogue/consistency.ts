import { nearestHint } from "../nearest.ts";
import {
  type Catalogue,
  type CatalogueGpu,
  type CatalogueInstance,
  type CataloguePrice,
  compareTexts,
  instanceKey,
  placeText,
  type RowPlace,
} from "./catalogue.ts";
import { judgeInstance } from "./check-instance.ts";
import { checkAmounts, checkProvenance } from "./check-prices.ts";
import {
  changesBetween,
  DISCOUNT_TABLE,
  GPU_TABLE,
  INSTANCE_TABLE,
  PRICE_TABLE,
  type TableKind,
} from "./columns.ts";
import { discountsOf } from "./discounts.ts";
import { error, type Finding, warning, when } from "./finding.ts";
import { catalogueGpuNames, gpusOf } from "./gpus.ts";
import { replacementText } from "./replacement-text.ts";

/**
 * Checks what figures of a catalogue say about one another: GPUs, memory, links, prices, dates, rows that contradict one
 * another or stand alone. Errors come first, each kind by file and line.
 * @param today ISO date (YYYY-MM-DD) that ages of prices are counted to
 */
export function checkConsistency(catalogue: Catalogue, today: string): readonly Finding[] {
  return inOrder([
    ...checkFigures(catalogue),
    ...checkProvenance(catalogue.prices, today),
    ...idleDiscounts(catalogue),
    ...catalogue.replacements.map((replacement) =>
      warning(replacement.after, `replaced: ${replacementText(replacement)}.`),
    ),
  ]);
}

/** The contradictions in what a pool takes of a catalogue: errors about its machine types, their GPUs and their prices. */
export function contradictions(
  catalogue: Catalogue,
  instances: readonly CatalogueInstance[],
  prices: readonly CataloguePrice[],
): readonly Finding[] {
  const names = new Set(instances.map(({ gpu }) => gpu));
  const gpus = catalogue.gpus.filter(({ spec }) => names.has(spec.name));
  const used = { gpus, instances, prices, discounts: [], replacements: [] };
  return inOrder(checkFigures(used).filter(({ severity }) => severity === "error"));
}

/** What figures say about one another, whatever day it is. */
function checkFigures(catalogue: Catalogue): readonly Finding[] {
  return [
    ...repeatedRows(GPU_TABLE, catalogue),
    ...repeatedRows(INSTANCE_TABLE, catalogue),
    ...repeatedRows(PRICE_TABLE, catalogue),
    ...repeatedRows(DISCOUNT_TABLE, catalogue),
    ...catalogue.gpus.flatMap(checkGpu),
    ...checkInstances(catalogue),
    ...checkAmounts(catalogue),
  ];
}

function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return findings
    .map((finding) => ({ finding, ...placeOf(finding) }))
    .sort(
      (a, b) =>
        compareTexts(a.finding.severity, b.finding.severity) ||
        compareTexts(a.file, b.file) ||
        a.line - b.line,
    )
    .map(({ finding }) => finding);
}

function placeOf({ where }: Finding): { readonly file: string; readonly line: number } {
  const colon = where.lastIndexOf(":");
  return { file: where.slice(0, colon), line: Number(where.slice(colon + 1)) };
}

function repeatedRows<Row extends { readonly place: RowPlace }>(
  table: TableKind<Row>,
  catalogue: Catalogue,
): readonly Finding[] {
  const firsts = new Map<string, Row>();
  return table.rowsOf(catalogue).flatMap((row): readonly Finding[] => {
    const key = table.key(row);
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, row);
      return [];
    }
    const changes = changesBetween(table, first, row);
    const there = placeText(first.place);
    return [
      changes.length === 0
        ? warning(row.place, `the ${table.what} ${key} is already in ${there}.`)
        : error(
            row.place,
            `the ${table.what} ${key} is also in ${there}, with ${changes.map(({ column, before }) => `${column} ${before}`).join(", ")} where here it is ${changes.map(({ after }) => after).join(", ")}.`,
          ),
    ];
  });
}

/**
 * 16-bit operations that a GPU does while it reads one byte of its memory. Datasheets: 37 (H20) to 419 (L40S); beyond these bounds one
 * of the two figures is in another unit.
 */
const OPERATIONS_PER_BYTE = { least: 15, most: 2000 };

/** A GPU computes no slower with fewer bits, and its memory is neither of another age nor in another unit. */
function checkGpu({ spec, source, place }: CatalogueGpu): readonly Finding[] {
  const { name, tflops16, tflops8, tflops4 } = spec;
  const operationsPerByte = (tflops16 * 1000) / spec.memoryGBytesPerSecond;
  const isOff =
    operationsPerByte < OPERATIONS_PER_BYTE.least || operationsPerByte > OPERATIONS_PER_BYTE.most;
  const slower = (fewer: number, more: number): boolean => fewer > 0 && fewer < more;
  return [
    ...when(slower(tflops8, tflops16) || slower(tflops4, Math.max(tflops8, tflops16)), () =>
      error(
        place,
        `${name} has fewer TFLOPS with fewer bits: ${tflops16} at 16, ${tflops8} at 8, ${tflops4} at 4.`,
      ),
    ),
    ...when(isOff, () =>
      error(
        place,
        `${name} has ${tflops16} TFLOPS at 16 bit for ${spec.memoryGBytesPerSecond} GB/s of memory: ${operationsPerByte.toPrecision(2)} operations a byte; GPUs have ${OPERATIONS_PER_BYTE.least} to ${OPERATIONS_PER_BYTE.most}. One of the two is in another unit.`,
      ),
    ),
    ...when(source === "", () => warning(place, `${name} has no source.`)),
  ];
}

function checkInstances(catalogue: Catalogue): readonly Finding[] {
  const priced = new Set(catalogue.prices.map(instanceKey));
  const findGpu = gpusOf(catalogue);
  return catalogue.instances.flatMap((row): readonly Finding[] => {
    const gpu = findGpu(row.gpu);
    return [
      ...(gpu
        ? judgeInstance(row, gpu)
        : [
            error(
              row.place,
              `${row.instance} has the GPU "${row.gpu}", which is not known. ${nearestHint(row.gpu, catalogueGpuNames(catalogue))}`,
            ),
          ]),
      ...when(!priced.has(instanceKey(row)), () =>
        warning(row.place, `${row.instance} of ${row.provider} has no price.`),
      ),
    ];
  });
}

function idleDiscounts({ discounts, prices }: Catalogue): readonly Finding[] {
  const findDiscount = discountsOf(discounts);
  const used = new Set(prices.filter(({ kind }) => kind !== "owned").map(findDiscount));
  return discounts
    .filter((discount) => !used.has(discount))
    .map(({ place }) => warning(place, "the discount applies to no price."));
}
