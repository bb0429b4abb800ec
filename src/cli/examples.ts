import type { Command } from "commander";

/** A line of help is at most this wide. */
const WIDTH = 98;

/** Commands that run in the project's folder, by the command they show; a test runs them in this order. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: [
    "init --model llama-3.3-70b --gpus H100 --input-length 2048 --output-length 512 --concurrency 32",
  ],
  solve: [
    "solve --config problem.yaml --max-tpot-ms 40",
    "solve --config-dir examples/chat-service --max-ttft-ms 1500 --max-tpot-ms 60 --out plan",
    "solve --model llama-3.1-8b --gpus L4,A10G,L40S --providers AWS --input-length 1200 --output-length 200 --request-rate 3",
  ],
  evaluate: [
    "evaluate --config-dir config/llama3-70b --cost-model reference --placement examples/manual-placement/placement.json",
    "evaluate --config examples/founding-problem/problem.yaml --instance-family p4de.24xlarge --tp-degree 8 --pp-stages 1 --out baseline",
  ],
  compare: ["compare plan baseline"],
  export: [
    "export --config examples/founding-problem/problem.yaml --solution baseline/solution.json --target vllm --checkpoint meta-llama/Meta-Llama-3-70B-Instruct",
  ],
  sweep: ["sweep --config examples/founding-problem/problem.yaml --out runs"],
  collect: ["collect runs --out all-runs.csv"],
  network: ["network --config-dir config/llama3-70b --derive --out network_bandwidth.csv"],
  instances: [
    "instances --gpu H100 --region us-east-1 --sort price-per-gpu",
    "instances --min-memory-gib 640 --kind spot --csv",
  ],
  "instances import": ["instances import --from skypilot --provider AWS vms.csv"],
  models: ["models", "models --json"],
  bench: ["bench --case tiny-1b"],
  accuracy: ["accuracy --data measured.csv"],
  calibrate: ["calibrate --data measured.csv --out calibration.json --force"],
  completion: [
    "completion bash > ~/.local/share/bash-completion/completions/llm-placement",
    "completion fish > ~/.config/fish/completions/llm-placement.fish",
  ],
  doctor: ["doctor"],
};

/** Adds examples to the end of the help of every command. */
export function addExamples(program: Command): void {
  for (const command of program.commands) addTo(command, command.name());
}

function addTo(command: Command, path: string): void {
  for (const inner of command.commands) addTo(inner, `${path} ${inner.name()}`);
  const examples = EXAMPLES[path];
  if (!examples) return;
  const lines = examples.map((example) => `  $ ${wrapped(`llm-placement ${example}`)}`);
  command.addHelpText(
    "after",
    `\n${lines.length === 1 ? "Example" : "Examples"}:\n${lines.join("\n")}`,
  );
}

/** Breaks a command before its flags, as a shell takes it. */
function wrapped(command: string): string {
  const lines: string[] = [];
  let line = "";
  for (const part of command.split(/ (?=--|>)/)) {
    if (line !== "" && line.length + part.length + 5 > WIDTH) {
      lines.push(`${line} \\`);
      line = `     ${part}`;
    } else {
      line = line === "" ? part : `${line} ${part}`;
    }
  }
  return [...lines, line].join("\n");
}
