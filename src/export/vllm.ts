import { grouped } from "./comment-text.ts";
import type { EngineWriter, Launch, LaunchFile } from "./launch.ts";
import { nodeScripts } from "./node-scripts.ts";
import { shellQuote, variable } from "./shell.ts";
import { VLLM_PARTITION, vllmFlags, vllmNodeFlags } from "./vllm-flags.ts";

/** Source of the log: vLLM, kv_cache_utils.py (older releases print two lines, newer ones join them with a comma). */
export const VLLM_WRITER: EngineWriter = {
  files: vllmFiles,
  logPattern: "GPU KV cache size|Maximum concurrency",
  logLines: (tokens, maxModelLenTokens) => [
    `GPU KV cache size: ${grouped(tokens)} tokens`,
    `Maximum concurrency for ${grouped(maxModelLenTokens)} tokens per request: ${(tokens / maxModelLenTokens).toFixed(2)}x`,
  ],
  notes: () => [],
  hints: parserHints,
};

/** One script a node; node 0 serves. */
function vllmFiles(launch: Launch): LaunchFile[] {
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

/** Parsers of tool calls and of reasoning, by what a checkpoint's name has. Sources: vLLM, "Tool Calling" and "Reasoning Outputs". */
const PARSERS: readonly (readonly [RegExp, tools: string | null, reasoning: string | null])[] = [
  [/gpt-oss/i, "openai", "openai_gptoss"],
  [/deepseek-r1/i, "deepseek_v3", "deepseek_r1"],
  [/deepseek-v3\.1/i, "deepseek_v31", "deepseek_v3"],
  [/deepseek-v3/i, "deepseek_v3", null],
  [/qwq/i, "hermes", "deepseek_r1"],
  [/qwen3-coder/i, "qwen3_coder", null],
  [/qwen3/i, "hermes", "qwen3"],
  [/qwen2\.5|hermes/i, "hermes", null],
  [/llama-?4/i, "llama4_pythonic", null],
  [/llama-?3/i, "llama3_json", null],
  [/glm-4\.[5-9]/i, "glm45", "glm45"],
  [/kimi-k2/i, "kimi_k2", null],
  [/mi(?:s|x)tral/i, "mistral", null],
];

/** Flags for tool calls and reasoning that vLLM has for a checkpoint, as a hint; empty where none are known. */
function parserHints(checkpoint: string): string[] {
  const [, tools, reasoning] = PARSERS.find(([name]) => name.test(checkpoint)) ?? [];
  const flags = [
    ...(tools ? [`--enable-auto-tool-choice --tool-call-parser ${tools}`] : []),
    ...(reasoning ? [`--reasoning-parser ${reasoning}`] : []),
  ];
  return flags.length === 0
    ? []
    : [`Not set, because not every chat template supports them: ${flags.join(" ")}`];
}
