import { checkConsistency } from "../../catalogue/consistency.ts";
import type { ListOrder } from "../../catalogue/list-order.ts";
import { type ListFilter, listOffers } from "../../catalogue/listing.ts";
import { readPriceKind } from "../../catalogue/pool-spec.ts";
import { aheadOfClockText, stalePricesText } from "../../catalogue/pool-warnings.ts";
import { InputError } from "../../errors.ts";
import { readCatalogue } from "../../files/read-catalogue.ts";
import { csvText } from "../../input/text/csv-text.ts";
import { jsonText } from "../../json-text.ts";
import { createColours } from "../../report/colours.ts";
import {
  INSTANCE_FIELDS,
  instanceFields,
  renderFindings,
  renderInstances,
} from "../../report/instances.ts";
import { type CliIo, EXIT, printWarnings, wantsColours } from "../io/io.ts";
import { today } from "../io/today.ts";

/** The flags of `instances`. */
export interface InstancesFlags {
  readonly catalogue?: string;
  readonly provider?: readonly string[];
  readonly gpu?: readonly string[];
  readonly region?: readonly string[];
  readonly kind?: readonly string[];
  readonly minGpus?: number;
  readonly minMemoryGib?: number;
  readonly maxPrice?: number;
  readonly sort?: ListOrder;
  readonly check?: true;
  readonly csv?: true;
  readonly json?: true;
}

/** `instances`: what the catalogue offers, or what is wrong with it. */
export async function runInstances(flags: InstancesFlags, io: CliIo): Promise<number> {
  if (flags.csv && flags.json) {
    throw new InputError("--csv", "it cannot be combined with --json.", "Give one of the two.");
  }
  return flags.check ? await check(flags, io) : await list(flags, io);
}

async function check(flags: InstancesFlags, io: CliIo): Promise<number> {
  const { check: _, catalogue, json, ...others } = flags;
  refuseFlags(others, "--check");
  const findings = checkConsistency(readCatalogue(catalogue), today(io.env));
  const hasErrors = findings.some(({ severity }) => severity === "error");
  await io.stdout.write(
    json
      ? `${jsonText({ status: hasErrors ? "INCONSISTENT" : "SUCCESS", findings })}\n`
      : renderFindings(findings, createColours(wantsColours(io))),
  );
  return hasErrors ? EXIT.badInput : EXIT.ok;
}

/** @throws InputError when any flag is given beside one, or a command, that it has no meaning for */
export function refuseFlags(flags: object, beside: string): void {
  const [other] = Object.keys(flags);
  if (other === undefined) return;
  const flag = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new InputError(flag, `it cannot be combined with ${beside}.`, "Leave one of the two out.");
}

async function list(flags: InstancesFlags, io: CliIo): Promise<number> {
  const filter: ListFilter = {
    providers: flags.provider,
    gpus: flags.gpu,
    regions: flags.region,
    kinds: flags.kind?.map((kind) => readPriceKind(kind, "--kind")),
    minGpus: flags.minGpus,
    minMemoryGib: flags.minMemoryGib,
    maxUsdPerHour: flags.maxPrice,
  };
  const rows = listOffers(readCatalogue(flags.catalogue), filter, flags.sort ?? "price");
  const offers = rows.flatMap(({ offer }) => (offer === null ? [] : [offer]));
  const day = today(io.env);
  const warnings = [
    aheadOfClockText(offers, day, "listed"),
    stalePricesText(offers, day, "listed"),
  ].filter((text) => text !== null);
  await printWarnings(io, warnings);
  if (flags.json) {
    const instances = rows.map(instanceFields);
    await io.stdout.write(`${jsonText({ status: "SUCCESS", instances, warnings })}\n`);
  } else if (flags.csv) {
    await io.stdout.write(csvText(INSTANCE_FIELDS, rows.map(instanceFields)));
  } else {
    await io.stdout.write(renderInstances(rows));
  }
  return EXIT.ok;
}
