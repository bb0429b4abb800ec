import { InputError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import type { LaunchNode } from "./launch-plan.ts";
import type { LaunchEngine } from "./targets.ts";

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
export function parserHints(engine: LaunchEngine, checkpoint: string): string[] {
  if (engine !== "vllm") return [];
  const [, tools, reasoning] = PARSERS.find(([name]) => name.test(checkpoint)) ?? [];
  const flags = [
    ...(tools ? [`--enable-auto-tool-choice --tool-call-parser ${tools}`] : []),
    ...(reasoning ? [`--reasoning-parser ${reasoning}`] : []),
  ];
  return flags.length === 0
    ? []
    : [`Not set, as not every chat template goes with them: ${flags.join(" ")}`];
}

/** Types with EFA. Source: Amazon EC2 User Guide, "Elastic Fabric Adapter", accelerated types. */
const EFA_TYPES =
  /^(?:p3dn|p4d|p4de|p5|p5e|p5en|p6[\w-]*)\.|^(?:g4dn|g5|g6|gr6|g6e)\.(?:8|12|16|24|48)xlarge|^g4dn\.metal/;

/** Networks between instances of providers that NCCL needs telling of, by what their types are called. */
const FABRICS: readonly (readonly [provider: RegExp, type: RegExp, hint: string])[] = [
  [
    /^aws$/i,
    EFA_TYPES,
    "EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.",
  ],
  [
    /^gcp$/i,
    /^a3-megagpu/,
    "GPUDirect-TCPXO: its NCCL plugin and daemon have to run on every node.",
  ],
  [
    /^gcp$/i,
    /^a3-(?:highgpu-8g|edgegpu-8g)/,
    "GPUDirect-TCPX: its NCCL plugin and daemon have to run on every node.",
  ],
  [/^gcp$/i, /^(?:a3-ultragpu|a4)/, "RDMA (RoCE): NCCL needs Google's gIB plugin."],
  [
    /^azure$/i,
    /_(?:ND|HB|HC)/i,
    "InfiniBand: NCCL finds it where the driver is installed; NCCL_IB_PCI_RELAXED_ORDERING=1 and the topology file of the type make it faster.",
  ],
];

/** What NCCL has to know between the nodes of a plan, as hints; empty for one node. */
export function networkHints(nodes: readonly LaunchNode[]): string[] {
  if (nodes.length < 2) return [];
  const fabrics = nodes.flatMap(({ type: { instance } }) => {
    const name = instance.typeName ?? instance.name;
    return FABRICS.filter(
      ([provider, type]) => provider.test(instance.provider) && type.test(name),
    ).map(([, , hint]) => `${name.replace(/[@:].*/, "")} has ${hint}`);
  });
  return [
    ...new Set(fabrics),
    "Where a node has several interfaces: NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME name the one that nodes share; NCCL_DEBUG=INFO says which is used.",
  ];
}

/** @throws InputError for expert parallelism of a model without experts */
export function checkExperts({ architecture, name }: Model): void {
  if (!architecture || architecture.kinds.some(({ experts }) => experts > 0)) return;
  throw new InputError("--expert-parallel", `${name} has no experts.`, "Leave it out.");
}

/** What no engine may take for a flag of its own. @throws InputError for a checkpoint that starts with a dash or has control characters */
export function checkCheckpoint(checkpoint: string): void {
  if (checkpoint.startsWith("-")) {
    throw new InputError(
      "--checkpoint",
      `"${checkpoint}" starts with "-": an engine would take it for a flag.`,
      "Give a Hugging Face id (owner/name) or a path; ./NAME for a directory with such a name.",
    );
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(checkpoint)) {
    throw new InputError(
      "--checkpoint",
      "it has control characters or line breaks.",
      "Give a Hugging Face id (owner/name) or a path.",
    );
  }
}
