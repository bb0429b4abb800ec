import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../../src/cli/run-cli.ts";
import { createInlineHighs } from "../../src/milp/highs-inline.ts";

/** The day on which documents are read: how old prices are does not depend on the day of the test. 2026-11-24, UTC. */
const TODAY = String(Date.UTC(2026, 10, 24) / 1000);

/** The directory that commands in the documents are meant to be run in. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** How the documents call the program: as it is in a clone, or as it is installed. */
const PROGRAM = /^(?:node dist\/cli\/main\.js|(?:npx )?llm-placement) +/;

/** The text of a document. @param path from the project's root */
export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Everything that is written for people to read, as paths from the project's root. */
export function documents(): string[] {
  const examples = exampleFolders().map((folder) => `${folder}/README.md`);
  return ["README.md", "CONTRIBUTING.md", ...markdownIn("docs"), "examples/README.md", ...examples];
}

/** The folders of the examples, from the project's root. */
export function exampleFolders(): string[] {
  return readdirSync(join(ROOT, "examples"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `examples/${entry.name}`)
    .sort();
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`)
    .sort();
}

/** A block of text between fences. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** Line of the document on which the block's text starts, from 1. */
  readonly line: number;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; line: number } | null = null;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      blocks.push(open);
      open = null;
    } else open = { language: fence[1]!, lines: [], line: index + 2 };
  }
  if (open) throw new Error(`the block that starts in line ${open.line} has no end.`);
  return blocks;
}

/** A command that a document shows, with what it prints. */
export interface Shown {
  /** As it is typed, on one line. */
  readonly command: string;
  /** Lines of output; "…" stands for any number of lines. */
  readonly output: readonly string[];
  readonly line: number;
}

/** The commands in the `console` blocks of a document: after "$ ", a backslash continues the line. */
export function shownCommands(markdown: string): Shown[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === "console")
    .flatMap(({ lines, line }) => {
      const shown: { command: string; output: string[]; line: number }[] = [];
      let continues = false;
      for (const [index, text] of lines.entries()) {
        const last = shown.at(-1);
        if (continues && last) last.command += ` ${text.replace(/\\$/, "").trim()}`;
        else if (text.startsWith("$ ")) {
          const command = text.slice(2).replace(/\\$/, "").trim();
          shown.push({ command, output: [], line: line + index });
        } else if (last) last.output.push(text);
        else throw new Error(`line ${line + index}: a console block starts without a command.`);
        continues = (continues || text.startsWith("$ ")) && text.endsWith("\\");
      }
      return shown;
    });
}

/** The arguments of a shown command that runs this program; null for any other command. */
export function programArguments(command: string): string[] | null {
  const start = (JSON.parse(readDocument("package.json")) as { scripts: { start: string } }).scripts
    .start;
  const whole = command.replace(/^npm install && /, "").replace(/^npm start$/, start);
  return PROGRAM.test(whole) ? whole.replace(PROGRAM, "").split(/ +/) : null;
}

/** What a command printed. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  /** stdout and stderr as a terminal shows them, in order. */
  readonly all: string;
}

/** HiGHS loads once for all commands, in this thread; reports name it as they do when it runs in its worker. */
const highs = createInlineHighs();

/** Runs the program in this process, as if in the project's root. */
export async function run(args: readonly string[]): Promise<Run> {
  let stdout = "";
  let all = "";
  const code = await runCli(args.map(fromRoot), {
    stdout: {
      isTty: false,
      write: (text) => {
        stdout += text;
        all += text;
      },
    },
    stderr: {
      isTty: false,
      write: (text) => {
        all += text;
      },
    },
    env: { SOURCE_DATE_EPOCH: TODAY },
    exit: () => undefined,
    onInterrupt: () => () => undefined,
    createBackend: () => ({
      name: "highs",
      solve: (model, options) => highs.solve(model, options),
      dispose: async () => undefined,
    }),
  });
  return { code, stdout, all };
}

/** Flags that name what a command writes. */
const WRITES: ReadonlySet<string> = new Set(["--out", "--report", "--export-model"]);

/** The paths that a command writes to. */
function writtenBy(args: readonly string[]): string[] {
  return args.filter((_, i) => WRITES.has(args[i - 1] ?? ""));
}

/** The arguments with all that is written in a folder of its own. */
export function writingTo(folder: string, args: readonly string[]): string[] {
  return args.map((arg, i) => (WRITES.has(args[i - 1] ?? "") ? join(folder, arg) : arg));
}

/**
 * Prints what the commands of one document print, as if they ran one after another in an empty directory: a command finds what those
 * before it wrote, and its output has the paths as the document has them. Commands that are no program of ours are passed over.
 * @param folder where files go in truth; empty, one for each document
 * @param alone runs a command that neither writes nor reads such files
 */
export function documentPrinter(
  commands: readonly Shown[],
  folder: string,
  alone: (args: readonly string[]) => Promise<Run>,
): (shown: Shown) => Promise<string> {
  mkdirSync(folder, { recursive: true });
  const runs = new Map<Shown, Promise<string>>();
  const print = async (shown: Shown): Promise<string> => {
    const args = programArguments(shown.command) ?? [];
    const before = commands.slice(0, commands.indexOf(shown));
    const made = [...before, shown].flatMap(({ command }) =>
      writtenBy(programArguments(command) ?? []),
    );
    const isMade = (arg: string): boolean =>
      made.some((path) => arg === path || arg.startsWith(`${path}/`));
    if (!args.some(isMade)) return (await alone(args)).all;
    for (const earlier of before) {
      const paths = writtenBy(programArguments(earlier.command) ?? []);
      if (paths.length > 0) await printOnce(earlier);
    }
    const { all } = await run(args.map((arg) => (isMade(arg) ? join(folder, arg) : arg)));
    return all.replaceAll(`${folder}/`, "");
  };
  const printOnce = (shown: Shown): Promise<string> => {
    const known = runs.get(shown) ?? print(shown);
    runs.set(shown, known);
    return known;
  };
  return printOnce;
}

/** Paths of the project work from every directory. */
function fromRoot(argument: string): string {
  const isPath = /^(config|examples)\//.test(argument);
  return isPath ? relative(process.cwd(), join(ROOT, argument)) : argument;
}

/**
 * Whether lines are those of a text, "…" standing for any number of lines; blanks at the ends of lines do not count.
 * @returns null when they are, else the first lines that are not there (or not where the text starts or ends)
 */
export function misfit(excerpt: readonly string[], text: string): readonly string[] | null {
  const all = text.replace(/\n$/, "").split("\n").map(trimmed);
  const runs: string[][] = [[]];
  for (const line of excerpt.map(trimmed)) {
    if (line === "…") runs.push([]);
    else runs.at(-1)!.push(line);
  }
  let next = 0;
  for (const [i, run] of runs.entries()) {
    // The first run starts the text, the last one ends it; one between them is taken where it comes first.
    const from = i > 0 && i === runs.length - 1 ? Math.max(next, all.length - run.length) : next;
    const last = i === 0 ? from : all.length - run.length;
    let at = from;
    while (at <= last && !run.every((line, k) => all[at + k] === line)) at++;
    if (at > last) return run;
    next = at + run.length;
  }
  return runs.length > 1 || next === all.length ? null : runs[0]!;
}

function trimmed(line: string): string {
  return line.trimEnd();
}
