import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command, Option } from "commander";
import { InputError } from "../../errors.ts";
import { isLibraryModel } from "../../files/read-model.ts";
import { writeFileAtomic } from "../../files/write-atomic.ts";
import { checkRequest } from "../../solver/search/operating-points.ts";
import { keyOf } from "../config-file/keys.ts";
import { checkOutFile } from "../io/check-output.ts";
import { type CliIo, EXIT, printNote } from "../io/io.ts";
import { type FlagValue, flagValueOf } from "../options/flag-value.ts";
import { type LimitFlags, limitsOfFlags } from "../options/limit-options.ts";
import {
  type OwnedFlag,
  type ProblemFlagValues,
  readFlaggedProblem,
} from "../options/problem-flags.ts";
import { type RequestFlags, requestOf } from "../solve/solve-request.ts";
import { missing, OFFERS, type Question } from "./questions.ts";
import { configFileText, type FileLine } from "./write-file.ts";

/** The flags of `init`. */
export interface InitFlags extends ProblemFlagValues, RequestFlags, LimitFlags, OwnedFlag {
  readonly out?: string;
  readonly force?: true;
}

const SCHEMA = fileURLToPath(new URL("../../../schema/problem.schema.json", import.meta.url));
/** Flags of the command itself. */
const OWN_FLAGS = ["--out", "--force"];

/**
 * `init`: a configuration file, from flags and from what the user answers.
 * @throws InputError when something is missing and there is nobody to ask, and for a problem that could not be solved
 */
export async function runInit(command: Command, io: CliIo): Promise<number> {
  const { out = "problem.yaml", force } = command.opts<InitFlags>();
  checkOutFile("--out", out);
  if (existsSync(out) && !force) {
    throw new InputError(
      "--out",
      `${out} already exists.`,
      "Give --force to replace it, or another file.",
    );
  }
  await complete(command, io);
  const flags = command.opts<InitFlags>();
  const problem = await readInitProblem(flags, io);
  const request = requestOf(flags, problem.workload);
  checkRequest(problem, request);
  const options = command.options.filter(({ long }) => !OWN_FLAGS.includes(long ?? ""));
  const help = new Map(options.map((option) => [keyOf(option), sentence(option.description)]));
  const lines = options
    .filter((option) => command.getOptionValue(option.attributeName()) !== undefined)
    .map((option) => fileLine(option, command.getOptionValue(option.attributeName()), out));
  const text = configFileText(
    lines,
    basename(out),
    fromDirectoryOf(out, SCHEMA),
    (key) => help.get(key)!,
    // What holds without the key depends on the load.
    { objective: request.objective },
  );
  writeFileAtomic(out, text);
  await io.stdout.write(`${out}\n`);
  await printNote(io, `solve it: llm-placement solve --config ${out}`);
  return EXIT.ok;
}

/** Asks for what is missing, where there is somebody to ask. */
async function complete(command: Command, io: CliIo): Promise<void> {
  const gaps = await gapsOf(command, io);
  if (gaps.length === 0) return;
  if (!io.ask) {
    throw new InputError(
      "init",
      `the problem is not complete: ${gaps.map(({ flag }) => flag).join(", ")} ${gaps.length === 1 ? "is" : "are"} missing.`,
      "Give the flags, or run init in a terminal, where it prompts for them.",
    );
  }
  const isNew = command.opts<InitFlags>().configDir === undefined;
  for (let open = gaps; open.length > 0; open = await gapsOf(command, io)) {
    await answer(open[0]!, command, io.ask, io);
  }
  if (!isNew) return;
  for (const offer of OFFERS) {
    const option = optionOf(command, offer.flag);
    if (command.getOptionValue(option.attributeName()) !== undefined) continue;
    await answer(offer, command, io.ask, io);
  }
}

/** What is missing yet, by what the flags and the files that they name say. */
async function gapsOf(command: Command, io: CliIo): Promise<readonly Question[]> {
  const flags = command.opts<InitFlags>();
  const isKnown = flags.model !== undefined || flags.configDir !== undefined;
  return missing(flags, isKnown ? (await readInitProblem(flags, io)).workload : null);
}

function readInitProblem(flags: InitFlags, io: CliIo): ReturnType<typeof readFlaggedProblem> {
  return readFlaggedProblem(flags, io, { limits: limitsOfFlags(flags), ownedByType: flags.own });
}

/** Asks until the answer is one that the flag takes. */
async function answer(
  { flag, text, byDefault }: Question,
  command: Command,
  ask: NonNullable<CliIo["ask"]>,
  io: CliIo,
): Promise<void> {
  const option = optionOf(command, flag);
  for (;;) {
    const suffix = byDefault ? ` [${byDefault}]` : "";
    const said = (await ask(`${text}${suffix}: `)).trim() || byDefault;
    if (said === "") return;
    try {
      if (said === null) throw new InputError(flag, "it is required.", "Give an answer.");
      command.setOptionValue(option.attributeName(), option.parseArg!(said, undefined));
      // Reads the problem again, as far as there is one: an unknown model or an empty pool is told at its question.
      await gapsOf(command, io);
      return;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      command.setOptionValue(option.attributeName(), undefined);
      await io.stderr.write(`${error.message}\n`);
    }
  }
}

function optionOf(command: Command, flag: string): Option {
  return command.options.find(({ long }) => long === flag)!;
}

function sentence(description: string): string {
  return description.charAt(0).toUpperCase() + description.slice(1);
}

function fileLine(option: Option, value: unknown, out: string): FileLine {
  return { key: keyOf(option), value: fileValue(flagValueOf(option), value, out) };
}

/** A flag's value as it stands in YAML; paths are meant from the file's directory. */
function fileValue({ kind }: FlagValue, value: unknown, out: string): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (typeof value !== "string") return value;
  switch (kind) {
    case "path":
      return fromDirectoryOf(out, value);
    case "name-or-path":
      return isLibraryModel(value) || !existsSync(value)
        ? value
        : asPath(fromDirectoryOf(out, value));
    default:
      return value;
  }
}

/** A path that is not taken for a name. */
function asPath(path: string): string {
  return path.startsWith(".") || path.startsWith("/") ? path : `./${path}`;
}

function fromDirectoryOf(out: string, path: string): string {
  return (
    relative(resolve(dirname(out)), resolve(path))
      .split(sep)
      .join("/") || "."
  );
}
