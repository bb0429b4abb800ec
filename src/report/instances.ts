import type { Finding } from "../catalogue/finding.ts";
import { type ListRow, listedUsdPerHour, totalMemoryGib } from "../catalogue/listing.ts";
import type { Colours } from "./colours.ts";
import { count, plural, printable, usdColumn } from "./format.ts";
import { joinBlocks, renderItem, renderTable } from "./layout.ts";

/** Offers as a table, one a line, as wide as it has to be. */
export function renderInstances(rows: readonly ListRow[]): string {
  if (rows.length === 0) return "No instance in the catalogue matches.\n";
  const types = new Set(rows.map(({ type }) => type));
  return joinBlocks([
    renderTable(
      [
        { head: "provider" },
        { head: "instance" },
        { head: "GPU" },
        { head: "n x GiB", align: "right" },
        { head: "inside GB/s", align: "right" },
        { head: "Gbit/s", align: "right" },
        { head: "USD/h", align: "right" },
        { head: "USD/GPU-h", align: "right" },
        { head: "kind" },
        { head: "region" },
        { head: "as of" },
      ],
      rows.map((row) => {
        const { row: instance, gpu } = row.type;
        const usdPerHour = listedUsdPerHour(row);
        return [
          printable(instance.provider),
          printable(instance.instance),
          printable(gpu.name),
          `${instance.gpus} x ${count(instance.gpuMemoryGib)}`,
          `${count(instance.insideGBytesPerSecond)} ${instance.link}`,
          count(instance.networkGbitsPerSecond),
          usdPerHour === null ? "-" : usdColumn(usdPerHour),
          usdPerHour === null ? "-" : usdColumn(usdPerHour / instance.gpus),
          row.offer?.price.kind ?? "-",
          row.offer === null ? "-" : printable(row.offer.price.region),
          row.offer?.price.asOf ?? "-",
        ];
      }),
    ),
    `${plural(rows.length, "row")}, ${plural(types.size, "instance type")}.`,
  ]);
}

/** Columns of the list as CSV, and fields as JSON. */
export const INSTANCE_FIELDS = [
  "provider",
  "instance",
  "gpu",
  "gpus",
  "gpu_memory_gib",
  "total_gpu_memory_gib",
  "inside_gbytes_per_second",
  "link",
  "network_gbits_per_second",
  "vcpus",
  "host_memory_gib",
  "region",
  "kind",
  "usd_per_hour",
  "usd_per_gpu_hour",
  "discount_percent",
  "as_of",
  "price_source",
  "instance_source",
  "checked_on",
] as const;

/** One row of the list; what is not known is null. */
export function instanceFields(
  row: ListRow,
): Readonly<Record<(typeof INSTANCE_FIELDS)[number], string | number | null>> {
  const { row: instance, gpu } = row.type;
  const usdPerHour = listedUsdPerHour(row);
  return {
    provider: instance.provider,
    instance: instance.instance,
    gpu: gpu.name,
    gpus: instance.gpus,
    gpu_memory_gib: instance.gpuMemoryGib,
    total_gpu_memory_gib: totalMemoryGib(row.type),
    inside_gbytes_per_second: instance.insideGBytesPerSecond,
    link: instance.link,
    network_gbits_per_second: instance.networkGbitsPerSecond,
    vcpus: instance.vcpus,
    host_memory_gib: instance.hostMemoryGib,
    region: row.offer?.price.region ?? null,
    kind: row.offer?.price.kind ?? null,
    usd_per_hour: usdPerHour,
    usd_per_gpu_hour: usdPerHour === null ? null : usdPerHour / instance.gpus,
    discount_percent: row.offer?.discount?.discountPercent ?? null,
    as_of: row.offer?.price.asOf ?? null,
    price_source: row.offer?.price.source ?? null,
    instance_source: instance.source,
    checked_on: instance.checkedOn,
  };
}

/** What a check of the catalogue found. */
export function renderFindings(findings: readonly Finding[], colours: Colours): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const summary =
    findings.length === 0
      ? "Nothing found: the catalogue is consistent."
      : `${plural(errors, "error")}, ${plural(findings.length - errors, "warning")}.`;
  return joinBlocks([
    findings
      .map(({ severity, where, message }) => {
        const text = renderItem("", `${severity}: ${printable(`${where}: ${message}`)}`);
        return severity === "error" ? colours.red(text) : colours.yellow(text);
      })
      .join("\n"),
    summary,
  ]);
}
