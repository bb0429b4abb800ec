import { InputError } from "../../errors.ts";
import { type Export, exportPlacement } from "../../export/export.ts";
import type { LaunchFile } from "../../export/launch.ts";
import type { ExportLimit } from "../../export/limits.ts";
import type { SequenceChoices } from "../../export/sequences.ts";
import type { LaunchSettings } from "../../export/settings.ts";
import {
  EXPORT_TARGETS,
  type ExportForm,
  type ExportTarget,
  FORMS,
  formOf,
  type KubernetesKind,
  kindOf,
} from "../../export/targets.ts";
import { jsonText } from "../../json-text.ts";
import type { Evaluation, Success } from "../../placement/evaluation.ts";
import type { Problem } from "../../placement/problem.ts";
import { visible } from "../../report/format.ts";
import { evaluationJson, mergeWarnings } from "../../report/json.ts";
import { terminalText } from "../../terminal-text.ts";
import { evaluateFile } from "../evaluate/evaluate-file.ts";
import { checkOutDirectory } from "../io/check-output.ts";
import { type CliIo, EXIT, printNote, printWarnings } from "../io/io.ts";
import { type OwnedFlag, type ProblemFlagValues, requireFlag } from "../options/problem-flags.ts";
import { writeLaunchFiles } from "./write-launch.ts";

const PER_CENT = 100;

/** The flags of `export`. */
export interface ExportFlags extends ProblemFlagValues, OwnedFlag {
  readonly placement?: string;
  readonly solution?: string;
  readonly target?: ExportTarget;
  readonly kind?: KubernetesKind;
  readonly checkpoint?: string;
  readonly onlineFp8?: true;
  readonly maxNumSeqs?: number;
  readonly burstHeadroom?: number;
  readonly expertParallel?: true;
  readonly trustRemoteCode?: true;
  readonly image?: string;
  readonly out?: string;
  readonly json?: true;
}

/** `export`: the files that start a placement. */
export async function runExport(flags: ExportFlags, io: CliIo): Promise<number> {
  const form = chooseForm(flags);
  const given = choosePlacement(flags);
  if (flags.out !== undefined) checkOutDirectory(flags.out);
  const { problem, evaluation } = await evaluateFile(given, flags, io, { ownedByType: flags.own });
  const warnings = mergeWarnings(problem.warnings, evaluation.warnings);
  return evaluation.status === "SUCCESS"
    ? await exportEvaluated(problem, evaluation, warnings, form, flags, io)
    : await answerInfeasible(problem, evaluation, warnings, flags, io);
}

function chooseForm({ target, kind, image }: ExportFlags): ExportForm {
  const chosen = requireFlag("--target", target, `Give one of ${EXPORT_TARGETS.join(", ")}.`);
  if (kind !== undefined && chosen !== "kubernetes") {
    throw new InputError("--kind", `--target ${chosen} has no kinds.`, "Leave it out.");
  }
  if (image !== undefined && chosen !== "kubernetes" && chosen !== "dynamo") {
    throw new InputError("--image", `--target ${chosen} starts no container.`, "Leave it out.");
  }
  return formOf(chosen, kind);
}

function choosePlacement({ placement, solution }: ExportFlags): string {
  const hint = "Give --placement FILE, or --solution FILE with the solution.json of a solve.";
  if (placement !== undefined && solution !== undefined) {
    throw new InputError("--placement", "it cannot be combined with --solution.", hint);
  }
  const path = placement ?? solution;
  if (path === undefined) throw new InputError("export", "there is nothing to export.", hint);
  return path;
}

async function exportEvaluated(
  problem: Problem,
  evaluation: Success,
  evaluationWarnings: readonly string[],
  form: ExportForm,
  flags: ExportFlags,
  io: CliIo,
): Promise<number> {
  const result = exportPlacement(problem, evaluation, {
    form,
    checkpoint: flags.checkpoint ?? null,
    onlineFp8: flags.onlineFp8 ?? false,
    ...sequenceChoices(flags),
    expertParallel: flags.expertParallel ?? false,
    trustRemoteCode: flags.trustRemoteCode ?? false,
    image: flags.image ?? null,
  });
  if (result.status === "NOT_EXPORTABLE") {
    await printWarnings(io, evaluationWarnings);
    await printLimits(form, result.limits, io);
    if (flags.json) {
      await printJson(io, form, { ...result, files: [] }, evaluationWarnings);
    }
    return EXIT.badInput;
  }
  const { files } = result;
  const stale = flags.out === undefined ? [] : writeLaunchFiles(flags.out, files);
  const warnings = mergeWarnings(evaluationWarnings, result.warnings, stale);
  await printWarnings(io, warnings);
  for (const line of settingLines(result.settings)) await printNote(io, line);
  if (flags.json) {
    await printJson(io, form, { ...result, limits: [] }, warnings);
  } else if (flags.out === undefined) {
    // No colours stand in scripts: what looks like one is a file's.
    await io.stdout.write(terminalText(files.map(withHeader).join("\n"), {}));
  } else {
    await io.stdout.write(files.map(({ path }) => `${flags.out}/${path}\n`).join(""));
  }
  return EXIT.ok;
}

/** @throws InputError for both flags at once */
function sequenceChoices({ maxNumSeqs, burstHeadroom }: ExportFlags): SequenceChoices {
  if (maxNumSeqs !== undefined && burstHeadroom !== undefined) {
    throw new InputError(
      "--burst-headroom",
      "it cannot be combined with --max-num-seqs, which sets the number.",
      "Leave one of the two out.",
    );
  }
  return {
    maxSequences: maxNumSeqs ?? null,
    burstHeadroom: burstHeadroom === undefined ? null : burstHeadroom / PER_CENT,
  };
}

/** What the engine is told, and why: what a user may want otherwise. */
function settingLines({ longest, sequences }: LaunchSettings): string[] {
  const burst = sequences.most - sequences.planned;
  return [
    `longest request: ${longest.tokens} tokens (${longest.from}); --max-model-len changes it`,
    `sequences at once: ${sequences.most}, ${sequences.planned} planned and ${Math.max(0, burst)} for bursts (${sequences.from}); --max-num-seqs or --burst-headroom change it`,
  ];
}

/** The settings as JSON. */
function settingsJson({ longest, sequences, maxBatchedTokens }: LaunchSettings): object {
  return {
    max_model_len: longest.tokens,
    max_model_len_from: longest.from,
    max_num_seqs: sequences.most,
    planned_sequences: sequences.planned,
    max_num_seqs_from: sequences.from,
    max_num_batched_tokens: maxBatchedTokens,
    kv_cache_tokens: sequences.kvCacheTokens,
  };
}

async function printJson(
  io: CliIo,
  form: ExportForm,
  {
    status,
    limits,
    files,
    planId,
    settings,
  }: {
    readonly planId?: string;
    readonly settings?: LaunchSettings;
    readonly status: Export["status"];
    readonly limits: readonly ExportLimit[];
    readonly files: readonly LaunchFile[];
  },
  warnings: readonly string[],
): Promise<void> {
  const answer = {
    status,
    target: FORMS[form].target,
    kind: kindOf(form),
    plan_id: planId ?? null,
    settings: settings ? settingsJson(settings) : null,
    limits,
    files,
    warnings,
  };
  await io.stdout.write(`${jsonText(answer)}\n`);
}

function withHeader({ path, text }: LaunchFile): string {
  return `==> ${path} <==\n${text}`;
}

async function answerInfeasible(
  problem: Problem,
  evaluation: Extract<Evaluation, { readonly status: "INFEASIBLE" }>,
  warnings: readonly string[],
  flags: ExportFlags,
  io: CliIo,
): Promise<number> {
  await printWarnings(io, warnings);
  await io.stderr.write(`error: the placement is infeasible: ${visible(evaluation.error)}\n`);
  if (flags.json) {
    const json = evaluationJson(problem, evaluation, warnings);
    await io.stdout.write(`${jsonText(json)}\n`);
  }
  return EXIT.infeasible;
}

async function printLimits(
  form: ExportForm,
  limits: readonly ExportLimit[],
  io: CliIo,
): Promise<void> {
  const { target, title } = FORMS[form];
  const lines = [
    `error: --target ${target}: ${title} cannot express this placement.`,
    ...limits.map(({ rule, message }) => `  ${rule}: ${message}`),
    `Choose another target, or the best placement that this one can start: \`solve --deployable ${target}${kindText(form)}\`.`,
  ];
  await io.stderr.write(lines.map((line) => `${visible(line)}\n`).join(""));
}

function kindText(form: ExportForm): string {
  const kind = kindOf(form);
  return kind === null ? "" : ` --kind ${kind}`;
}
