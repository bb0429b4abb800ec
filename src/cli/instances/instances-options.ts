import type { Command, Option } from "commander";
import { PRICE_KINDS } from "../../catalogue/catalogue.ts";
import { IMPORT_SOURCES } from "../../catalogue/import-sources.ts";
import { LIST_ORDERS } from "../../catalogue/list-order.ts";
import { MEMORY } from "../../input/text/ranges.ts";
import type { CliIo } from "../io/io.ts";
import {
  choiceOption,
  jsonOption,
  nameListOption,
  numberOption,
  outOption,
  textOption,
} from "../options/options.ts";
import type { InstancesFlags } from "./instances.ts";
import type { ImportFlags } from "./instances-import.ts";

/** Declares `instances` and `instances import`. */
export function addInstances(program: Command, io: CliIo, done: (exitCode: number) => void): void {
  const instances = program
    .command("instances")
    .description("list the catalogue of instances and prices, check it, import into it")
    .addOption(catalogueOption())
    .addOption(nameListOption("--provider <list>", "only these providers"))
    .addOption(nameListOption("--gpu <list>", "only with these GPUs: names, or words such as H100"))
    .addOption(nameListOption("--region <list>", "only prices in these regions"))
    .addOption(
      nameListOption("--kind <list>", `only prices of these kinds: ${PRICE_KINDS.join(", ")}`),
    )
    .addOption(
      numberOption("--min-gpus <n>", "minimum number of GPUs", {
        unit: "GPUs",
        integer: true,
        min: 1,
      }),
    )
    .addOption(numberOption("--min-memory-gib <n>", "minimum total GPU memory, GiB", MEMORY))
    .addOption(
      numberOption("--max-price <usd>", "maximum price per instance and hour, USD", {
        unit: "dollars per hour",
        above: 0,
      }),
    )
    .addOption(
      choiceOption("--sort <order>", "order", {
        what: "an order",
        choices: LIST_ORDERS,
        byDefault: "price",
      }),
    )
    .option("--check", "check the catalogue instead of listing it; exit code 1 if it has errors")
    .option("--csv", "print CSV")
    .addOption(jsonOption())
    .action(async (flags: InstancesFlags) => {
      const { runInstances } = await import("./instances.ts");
      done(await runInstances(flags, io));
    });
  instances
    .command("import")
    .description("compare the prices of another catalogue with ours, and write them with --out")
    .argument("<file...>", "vms.csv of SkyPilot's catalogue, or instances.json of Vantage's")
    .addOption(
      choiceOption("--from <source>", "source of the files", {
        what: "a source",
        choices: IMPORT_SOURCES,
      }),
    )
    .addOption(nameListOption("--provider <name>", "provider of the prices"))
    .addOption(nameListOption("--region <list>", "only these regions"))
    .addOption(textOption("--as-of <date>", "date of the files, YYYY-MM-DD; required with --out"))
    .addOption(catalogueOption())
    .addOption(outOption("catalogue folder to write; prices there that are not imported stay"))
    .addOption(jsonOption())
    .action(async (paths: string[], flags: ImportFlags) => {
      const { runImport } = await import("./instances-import.ts");
      // Flags that both commands have are read by the outer one, wherever they stand.
      done(await runImport(paths, { ...instances.opts<InstancesFlags>(), ...flags }, io));
    });
}

function catalogueOption(): Option {
  return textOption("--catalogue <dir>", "your own catalogue, overlaid on the shipped one");
}
