import { Command } from "commander";
import { ENGINES } from "../engines/engines.ts";
import { GBYTES_PER_SECOND } from "../input/text/ranges.ts";
import type { AccuracyFlags } from "./accuracy/accuracy.ts";
import type { BenchFlags } from "./bench/bench.ts";
import type { CalibrateFlags } from "./calibrate/calibrate.ts";
import type { CompareFlags } from "./compare/compare.ts";
import { addEvaluateOptions } from "./evaluate/evaluate-options.ts";
import type { EvaluateFlags } from "./evaluate/evaluate-task.ts";
import { addExamples } from "./examples.ts";
import type { ExportFlags } from "./export/export.ts";
import { addExportOptions } from "./export/export-options.ts";
import { addInstances } from "./instances/instances-options.ts";
import { type CliIo, DEFAULT_SOLVER } from "./io/io.ts";
import { packageVersion } from "./io/version.ts";
import type { ModelsFlags } from "./models/models.ts";
import type { NetworkFlags } from "./network/network.ts";
import { addGlobalOptions } from "./options/global-flags.ts";
import {
  choiceOption,
  configOption,
  jsonOption,
  numberOption,
  outOption,
  textOption,
} from "./options/options.ts";
import {
  addProblemOptions,
  calibrationOption,
  configDirOption,
} from "./options/problem-options.ts";
import { addCompletion, addDoctor, addInit } from "./setup-commands.ts";
import type { SolveFlags } from "./solve/solve.ts";
import { addSolveOptions } from "./solve/solve-options.ts";
import type { SweepFlags } from "./sweep/sweep.ts";

const HELP_WIDTH = 100;

/**
 * The commands with their options. Modules of a command are loaded when it runs, so that help and evaluation do not wait for
 * a solver. `done` is told the exit code of the command that ran.
 */
export function createProgram(io: CliIo, done: Done): Command {
  const program = new Command("llm-placement")
    .description(
      "Finds the placement of a large language model on rentable GPU instances that serves tokens at the lowest cost, and proves it.",
    )
    .version(packageVersion(), "-V, --version", "print the version")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("Add --help for usage.")
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      getOutHelpWidth: () => Math.min(HELP_WIDTH, io.stdout.columns ?? HELP_WIDTH),
      getErrHelpWidth: () => Math.min(HELP_WIDTH, io.stderr.columns ?? HELP_WIDTH),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 an answer, 1 bad input, 2 infeasible, 3 stopped before the proof,\n70 internal error.",
    );
  addGlobalOptions(program);
  addInit(program, io, done);
  addSolve(program, io, done);
  addEvaluate(program, io, done);
  addCompare(program, io, done);
  addExport(program, io, done);
  addSweep(program, io, done);
  addCollect(program, io, done);
  addNetwork(program, io, done);
  addInstances(program, io, done);
  addModels(program, io, done);
  addBench(program, io, done);
  addAccuracy(program, io, done);
  addCalibrate(program, io, done);
  addCompletion(program, io, done);
  addDoctor(program, io, done);
  addExamples(program);
  return program;
}

/** Is told the exit code of the command that ran. */
type Done = (exitCode: number) => void;

function addSolve(program: Command, io: CliIo, done: Done): void {
  addSolveOptions(
    program.command("solve").description("find the best placement and prove it optimal"),
  ).action(async (flags: SolveFlags) => {
    // The solver loads in a worker while this thread reads modules and files.
    const { startBackend } = await import("./backend.ts");
    const backend = await startBackend(flags.solver ?? DEFAULT_SOLVER, io);
    const { runSolve } = await import("./solve/solve.ts");
    done(await runSolve(flags, io, backend));
  });
}

function addEvaluate(program: Command, io: CliIo, done: Done): void {
  addEvaluateOptions(
    program.command("evaluate").description("print the performance and cost of a given placement"),
  ).action(async (flags: EvaluateFlags, command: Command) => {
    const { checkOptimumFlags } = await import("./evaluate/evaluate-task.ts");
    checkOptimumFlags(flags, (name) => command.getOptionValueSource(name) === "cli");
    const { startBackend } = await import("./backend.ts");
    const backend = flags.compareOptimum ? await startBackend(DEFAULT_SOLVER, io) : null;
    const { runEvaluate } = await import("./evaluate/evaluate.ts");
    done(await runEvaluate(flags, io, backend));
  });
}

function addCompare(program: Command, io: CliIo, done: Done): void {
  program
    .command("compare")
    .description("compare plans side by side, and explain why one is cheaper")
    .argument("<plan...>", "output of solve --out, evaluate --json or sweep: file or directory")
    .addOption(jsonOption())
    .action(async (plans: string[], flags: CompareFlags) => {
      const { runCompare } = await import("./compare/compare.ts");
      done(await runCompare(plans, flags, io));
    });
}

function addExport(program: Command, io: CliIo, done: Done): void {
  addExportOptions(
    program.command("export").description("write the files that start a placement"),
  ).action(async (flags: ExportFlags) => {
    const { runExport } = await import("./export/export.ts");
    done(await runExport(flags, io));
  });
}

function addSweep(program: Command, io: CliIo, done: Done): void {
  addProblemOptions(
    program.command("sweep").description("evaluate even splits over a grid into data.csv"),
  )
    .addOption(textOption("--instance-families <list>", "types (default: all of the pool)"))
    .addOption(textOption("--tp-degrees <list>", "TP degrees (default: 1,2,4,8)"))
    .addOption(textOption("--pp-stages <list>", "pipeline stages (default: 1,2,4)"))
    .addOption(textOption("--io <list>", "input:output lengths, e.g. 2048:512,1024:1024"))
    .addOption(textOption("--batch-sizes <list>", "batch sizes, or smallest:largest"))
    .addOption(textOption("--phases <list>", "phases"))
    .addOption(outOption("directory for data.csv and one directory per run"))
    .addOption(textOption("--report <file>", "write a report of all runs as one HTML file"))
    .addOption(jsonOption())
    .action(async (flags: SweepFlags) => {
      const { runSweep } = await import("./sweep/sweep.ts");
      done(await runSweep(flags, io));
    });
}

function addCollect(program: Command, io: CliIo, done: Done): void {
  program
    .command("collect")
    .description("collect the runs of sweeps into one data.csv")
    .argument("<dir...>", "directories of sweeps")
    .addOption(textOption("--out <file>", "the data.csv to write"))
    .action(async (directories: string[], flags: { out?: string }) => {
      const { runCollect } = await import("./collect/collect.ts");
      done(await runCollect(directories, flags, io));
    });
}

function addNetwork(program: Command, io: CliIo, done: Done): void {
  program
    .command("network")
    .description("write the bandwidth matrix of a pool, to inspect or edit")
    .addOption(configOption())
    .addOption(configDirOption())
    .option("--derive", "from the instance table")
    .addOption(
      numberOption("--intra <gbps>", "bandwidth inside an instance, GB/s", GBYTES_PER_SECOND),
    )
    .addOption(
      numberOption("--inter <gbps>", "bandwidth between instances, GB/s", GBYTES_PER_SECOND),
    )
    .addOption(textOption("--out <file>", "the network_bandwidth.csv to write"))
    .addOption(jsonOption())
    .action(async (flags: NetworkFlags) => {
      const { runNetwork } = await import("./network/network.ts");
      done(await runNetwork(flags, io));
    });
}

function addModels(program: Command, io: CliIo, done: Done): void {
  program
    .command("models")
    .description("list the models that --model knows by name")
    .addOption(jsonOption())
    .action(async (flags: ModelsFlags) => {
      const { runModels } = await import("./models/models.ts");
      done(await runModels(flags, io));
    });
}

function addBench(program: Command, io: CliIo, done: Done): void {
  program
    .command("bench")
    .description("compare the proven optimum with what heuristics find, on built-in cases")
    .option("--case <name...>", "only these cases (default: all)")
    .addOption(jsonOption())
    .action(async (flags: BenchFlags) => {
      const { runBench } = await import("./bench/bench.ts");
      done(await runBench(flags, io));
    });
}

function addAccuracy(program: Command, io: CliIo, done: Done): void {
  program
    .command("accuracy")
    .description("compare predictions of the calibrated cost model with measured rows")
    .addOption(textOption("--data <file>", "measured rows as CSV"))
    .addOption(textOption("--predictions <file>", "write a CSV line per measured figure"))
    .addOption(calibrationOption())
    .addOption(jsonOption())
    .action(async (flags: AccuracyFlags) => {
      const { runAccuracy } = await import("./accuracy/accuracy.ts");
      done(await runAccuracy(flags, io));
    });
}

function addCalibrate(program: Command, io: CliIo, done: Done): void {
  program
    .command("calibrate")
    .description("fit the calibrated cost model to your own measurements")
    .option("--data <file...>", "measured rows as CSV, or results of vllm bench serve as JSON")
    .addOption(
      choiceOption("--engine <name>", "engine to calibrate, if not that of all measurements", {
        what: "an engine",
        choices: ENGINES,
      }),
    )
    .addOption(
      textOption(
        "--config-dir <dir>",
        "model of measurements that do not state theirs: config.csv",
      ),
    )
    .addOption(textOption("--out <file>", "the calibration file to write"))
    .option("--force", "write it even if it does not help")
    .addOption(jsonOption())
    .action(async (flags: CalibrateFlags) => {
      const { runCalibrate } = await import("./calibrate/calibrate.ts");
      done(await runCalibrate(flags, io));
    });
}
