import type { Launch, LaunchFile } from "./launch.ts";
import { nodeScripts } from "./node-scripts.ts";
import { shellQuote, variable } from "./shell.ts";
import { VLLM_PARTITION, vllmFlags, vllmNodeFlags } from "./vllm-flags.ts";

/** One script a node; node 0 serves. */
export function vllmFiles(launch: Launch): LaunchFile[] {
  return nodeScripts(launch, {
    command: "vllm serve",
    partitionVariable: VLLM_PARTITION,
    words: ({ rank }) => [
      launch.settings.checkpoint,
      ...vllmFlags(launch),
      ...vllmNodeFlags(launch, {
        rank: shellQuote(String(rank)),
        masterAddress: variable("MASTER_ADDR"),
        isFirst: rank === 0,
      }),
    ],
  });
}
