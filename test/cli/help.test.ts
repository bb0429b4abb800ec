import { describe, expect, it } from "vitest";
import { cli } from "./harness.ts";

/** Every flag of the contract, by command. */
const PROBLEM =
  "--config --config-dir --model --weight-format --kv-cache-dtype --instances --pool --providers --regions --gpus --price-kinds --max-count --catalogue --cloud-provider --phase --input-length --input-length-p95 --input-lengths --output-length --output-length-p95 --output-lengths --min-batch-size --max-batch-size --concurrency --max-load --request-rate --cost-model --engine --gpu-memory-utilization --max-model-len --max-num-batched-tokens --calibration";
const FLAGS: Readonly<Record<string, string>> = {
  solve: `${PROBLEM} --objective --weight --max-hourly-cost --max-cost-per-million-token --max-total-cost --max-total-runtime-hours --min-throughput --max-ttft-ms --max-tpot-ms --safety-margin --include --exclude --own --max-instance-types --max-instances --full-instances --max-stages --uniform-tp --tp-degrees --tp-config --bandwidth-percentile --time-limit --gap --solver --frontier --explain --export-model --out --json`,
  evaluate: `${PROBLEM} --placement --placements --instance-family --tp-degree --pp-stages --own --max-hourly-cost --max-cost-per-million-token --max-total-cost --max-total-runtime-hours --min-throughput --max-ttft-ms --max-tpot-ms --safety-margin --compare-optimum --objective --time-limit --out --json`,
  compare: "--json",
  export: `${PROBLEM} --placement --solution --target --kind --checkpoint --online-fp8 --image --own --out --json`,
  sweep: `${PROBLEM} --instance-families --tp-degrees --pp-stages --io --batch-sizes --phases --out --json`,
  collect: "--out",
  accuracy: "--data --predictions --calibration --json",
  calibrate: "--data --engine --config-dir --out --force --json",
  network: "--config --config-dir --derive --intra --inter --out --json",
  init: "--model --input-length --objective --own --tp-degrees --out --force",
  models: "--json",
  doctor: "--json",
};
const EVERYWHERE = "--quiet --verbose --color --no-color";

describe("help", () => {
  it.each(Object.entries(FLAGS))(
    "of %s lists every flag of the contract",
    async (command, flags) => {
      const { code, stdout, stderr } = await cli([command, "--help"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      for (const flag of [...flags.split(" "), ...EVERYWHERE.split(" ")])
        expect(stdout).toMatch(new RegExp(`^ +(?:-q, )?${flag}[ \\n]`, "m"));
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    },
  );

  it("names the commands, on stdout when asked and on stderr when nothing is", async () => {
    const asked = await cli(["--help"]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    for (const command of Object.keys(FLAGS)) expect(asked.stdout).toContain(`\n  ${command} `);
    const nothing = await cli([]);
    expect(nothing).toMatchObject({ code: 1, stdout: "" });
    expect(nothing.stderr).toContain("Usage: llm-placement");
  });
});
