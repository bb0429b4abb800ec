import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { LaunchFile } from "../../src/export/launch.ts";

/** What a launch script started: the command with its words, and the variables that are looked at. */
export interface Started {
  readonly command: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const COMMANDS = ["vllm", "python3", "trtllm-serve", "trtllm-llmapi-launch", "mpirun", "ray"];
const VARIABLES = [
  "CUDA_DEVICE_ORDER",
  "CUDA_VISIBLE_DEVICES",
  "VLLM_PP_LAYER_PARTITION",
  "SGLANG_PP_LAYER_PARTITION",
];

/** Prints what it was called with, parts ended by NUL, the words after an empty part. */
const STUB = `#!/bin/bash
printf '%s\\0' "\${0##*/}"
for name in ${VARIABLES.join(" ")}; do
  if [ -n "\${!name+set}" ]; then printf '%s=%s\\0' "$name" "\${!name}"; fi
done
printf '\\0'
printf '%s\\0' "$@"
`;

/** A directory with stubs of all engines, and a place for scripts; gone after the tests of a file. */
export function stubCommands(): {
  readonly run: (script: string, env?: Readonly<Record<string, string>>) => Started;
  readonly write: (files: readonly LaunchFile[]) => string;
} {
  const root = mkdtempSync(join(tmpdir(), "export-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const bin = join(root, "bin");
  mkdirSync(bin);
  for (const command of COMMANDS) {
    writeFileSync(join(bin, command), STUB);
    chmodSync(join(bin, command), 0o755);
  }
  let directories = 0;
  return {
    write: (files) => {
      const directory = join(root, `files-${directories++}`);
      mkdirSync(directory);
      for (const { path, text } of files) writeFileSync(join(directory, path), text);
      return directory;
    },
    run: (script, env = {}) => {
      const { status, stdout, stderr } = spawnSync("/bin/bash", [script], {
        env: { PATH: `${bin}:/usr/bin:/bin`, ...env },
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      return parseStarted(stdout);
    },
  };
}

function parseStarted(text: string): Started {
  const parts = text.split("\0").slice(0, -1);
  const [command = "", ...rest] = parts;
  const end = rest.indexOf("");
  const env = rest.slice(0, end).map((line) => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)] as const;
  });
  return { command, env: Object.fromEntries(env), words: rest.slice(end + 1) };
}

/** Flags of a command line by name, without dashes: their value, or true for a switch. Words without flag are left out. */
export function flagsOf(words: readonly string[]): Readonly<Record<string, string | true>> {
  const flags: Record<string, string | true> = {};
  for (const [index, word] of words.entries()) {
    if (!word.startsWith("--")) continue;
    const next = words[index + 1];
    flags[word.slice(2)] = next === undefined || next.startsWith("--") ? true : next;
  }
  return flags;
}
