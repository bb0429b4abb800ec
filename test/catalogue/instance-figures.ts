import type { CatalogueInstance } from "../../src/catalogue/catalogue.ts";
import { namedGpuCount } from "../../src/catalogue/check-instance.ts";
import { datasheetOf } from "../hardware/gpu-figures.ts";

// What is wrong with the figures of a machine type: by the data sheet of its GPU, by its name, and by its larger and smaller sisters.

/**
 * How many GPUs a type has whose name does not say it. Compare with AWS "Instance types: accelerated computing"
 * (https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html), Azure "GPU sizes"
 * (https://learn.microsoft.com/azure/virtual-machines/sizes/overview), Google "GPU machine types"
 * (https://cloud.google.com/compute/docs/gpus). Sizes that are not listed have one.
 */
const COUNTS: readonly (readonly [type: RegExp, gpus: number])[] = [
  [/^(g4dn|g5|g6|g6e)\.(12|24)xlarge$/, 4],
  [/^(g5|g6|g6e|g7e)\.48xlarge$/, 8],
  [/^g4dn\.metal$/, 8],
  [/^g7e\.12xlarge$/, 2],
  [/^g7e\.24xlarge$/, 4],
  [/^p3\.8xlarge$/, 4],
  [/^(p3\.16|p3dn\.24|p4de?\.24|p5\.48|p5en?\.48|p6-b[23]00\.48)xlarge$/, 8],
  [/^Standard_NC64as_T4_v3$/, 4],
  [/^Standard_NC(48ads_A100_v4|80adis_H100_v5)$/, 2],
  [/^Standard_NC96ads_A100_v4$/, 4],
  [/^Standard_ND96/, 8],
  [/^Standard_NV72ads_A10_v5$/, 2],
  [/^g2-standard-24$/, 2],
  [/^g2-standard-48$/, 4],
  [/^g2-standard-96$/, 8],
  [/^(b200|rtxp6000)-8x$/, 8],
  [/^gb200-4x$/, 4],
];

function expectedGpus(instance: string): number {
  const listed = COUNTS.find(([type]) => type.test(instance));
  return listed?.[1] ?? namedGpuCount(instance) ?? 1;
}

/** What differs from data sheets and names. */
export function wrongFigures(row: CatalogueInstance): string[] {
  const sheet = datasheetOf(row.gpu);
  // Sizes are nominal, but for those that providers give as the driver does.
  const sizes = [sheet.nominalGb, Math.floor(sheet.driverMib / 1024)];
  return [
    ...(row.gpus === expectedGpus(row.instance) ? [] : ["GPUs"]),
    ...(sizes.includes(row.gpuMemoryGib) ? [] : ["GiB of a GPU"]),
    ...(row.link === sheet.link ? [] : ["link"]),
    ...(row.insideGBytesPerSecond === sheet.linkGBytesPerSecond ? [] : ["GB/s inside"]),
  ];
}

/** Pairs of one provider and GPU of which the type with more GPUs has the slower network. */
export function slowerWithMore(rows: readonly CatalogueInstance[]): string[] {
  return rows.flatMap((small) =>
    rows
      .filter(
        (large) =>
          large.provider === small.provider &&
          large.gpu === small.gpu &&
          large.gpus > small.gpus &&
          large.networkGbitsPerSecond < small.networkGbitsPerSecond,
      )
      .map((large) => `${large.instance} beside ${small.instance}`),
  );
}
