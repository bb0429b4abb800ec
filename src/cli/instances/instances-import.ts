import type { Catalogue } from "../../catalogue/catalogue.ts";
import { isDay } from "../../catalogue/days.ts";
import { applyImport, type CatalogueImport, driftOf, inRegions } from "../../catalogue/drift.ts";
import { IMPORT_SOURCES, type ImportSource } from "../../catalogue/import-sources.ts";
import { InputError } from "../../errors.ts";
import { readCatalogue, readCatalogueIfThere } from "../../files/read-catalogue.ts";
import { readText } from "../../files/read-text.ts";
import { writeFilesAtomic } from "../../files/write-atomic.ts";
import { catalogueFiles } from "../../input/catalogue/catalogue-csv.ts";
import { importSkyPilot } from "../../input/catalogue/import-skypilot.ts";
import { importVantage } from "../../input/catalogue/import-vantage.ts";
import type { SourceText } from "../../input/text/source-text.ts";
import { jsonText } from "../../json-text.ts";
import { nearestHint } from "../../nearest.ts";
import { createColours } from "../../report/colours.ts";
import { driftJson, renderDrift } from "../../report/drift.ts";
import { writtenTo } from "../../report/layout.ts";
import { checkOutDirectory } from "../io/check-output.ts";
import { type CliIo, EXIT, wantsColours } from "../io/io.ts";
import { requireFlag } from "../options/problem-flags.ts";
import { refuseFlags } from "./instances.ts";

/** The flags of `instances import`. */
export interface ImportFlags {
  readonly from?: ImportSource;
  readonly provider?: readonly string[];
  readonly asOf?: string;
  readonly region?: readonly string[];
  readonly catalogue?: string;
  readonly out?: string;
  readonly json?: true;
}

type Importer = (
  files: readonly SourceText[],
  provider: string,
  catalogue: Catalogue,
  asOf: string | null,
) => CatalogueImport;

const IMPORTERS: Readonly<Record<ImportSource, Importer>> = {
  skypilot: importSkyPilot,
  vantage: importVantage,
};

/** `instances import`: how another catalogue differs from ours, and on demand a folder with its prices. */
export async function runImport(
  paths: readonly string[],
  flags: ImportFlags,
  io: CliIo,
): Promise<number> {
  const {
    from: _from,
    provider: _provider,
    asOf: _asOf,
    catalogue: _catalogue,
    region,
    out,
    json,
    ...others
  } = flags;
  refuseFlags(others, "import");
  const from = requireFlag("--from", flags.from, `Give one of ${IMPORT_SOURCES.join(", ")}.`);
  const asOf = readAsOf(flags);
  if (out !== undefined) checkOutDirectory(out);
  const catalogue = readCatalogue(flags.catalogue);
  const provider = readProvider(flags, catalogue);
  const files = paths.map((path) => ({ text: readText(path), fileName: path }));
  const whole = IMPORTERS[from](files, provider, catalogue, asOf);
  if (whole.prices.length === 0) {
    throw new InputError(
      paths.join(", "),
      `it has no price of an instance of ${provider} in the catalogue.`,
      `Check --provider; add instances of your own to instances.csv of --catalogue.`,
    );
  }
  const imported = region === undefined ? whole : inRegions(whole, region, "--region");
  const drift = driftOf(catalogue, imported);
  if (out !== undefined) {
    writeFilesAtomic(out, catalogueFiles(applyImport(readCatalogueIfThere(out), imported)));
  }
  await io.stdout.write(
    json
      ? `${jsonText(driftJson(imported, drift, out ?? null))}\n`
      : `${renderDrift(imported, drift, createColours(wantsColours(io)))}\n${out === undefined ? "Nothing is written: give --out and --as-of to write a catalogue folder." : writtenTo(out)}\n`,
  );
  return EXIT.ok;
}

/** The date of the prices; needed where they are written. */
function readAsOf({ asOf, out }: ImportFlags): string | null {
  const hint = "Give the day of the files as YYYY-MM-DD.";
  if (asOf !== undefined && !isDay(asOf)) {
    throw new InputError("--as-of", `"${asOf}" is not a day.`, hint);
  }
  if (asOf === undefined && out !== undefined)
    throw new InputError("--as-of", "it is missing.", hint);
  return asOf ?? null;
}

function readProvider(flags: ImportFlags, { instances }: Catalogue): string {
  const providers = [...new Set(instances.map(({ provider }) => provider))];
  const hint = `Give one of ${providers.join(", ")}.`;
  const [provider = "", second] = requireFlag("--provider", flags.provider, hint);
  if (second !== undefined) {
    throw new InputError(
      "--provider",
      "an import takes the files of one provider.",
      "Import one after the other.",
    );
  }
  const known = providers.find((each) => each.toLowerCase() === provider.toLowerCase());
  if (known !== undefined) return known;
  throw new InputError(
    "--provider",
    `the catalogue has no instances of "${provider}".`,
    nearestHint(provider, providers),
  );
}
