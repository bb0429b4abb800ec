import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { cli } from "../cli/harness.ts";
import { DISCOUNTS_HEADER, INSTANCES, PRICES, PRICES_HEADER, replaced } from "./made-up.ts";

const root = mkdtempSync(join(tmpdir(), "llm-placement-catalogue-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** 2026-11-24. */
const env = { SOURCE_DATE_EPOCH: "1795478400" };
let folder: string;
let number = 0;

beforeEach(() => {
  folder = join(root, String(number++));
  // A provider of its own, so that the shipped rows do not meet these.
  write("instances.csv", INSTANCES.replaceAll(/^(AWS|GCP|RunPod)/gm, "My$1"));
  write("prices.csv", PRICES.replaceAll(/^(AWS|GCP|RunPod)/gm, "My$1"));
});

function write(name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const run = (...argv: string[]) => cli(["instances", ...argv, "--catalogue", folder], { env });

describe("instances", () => {
  it("lists, filters and sorts, with warnings on stderr", async () => {
    const { code, stdout, stderr } = await run("--provider", "myaws,MyGCP", "--gpu", "H100");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      [
        "provider",
        "instance",
        "GPU",
        "n x GiB",
        "inside GB/s",
        "Gbit/s",
        "USD/h",
        "USD/GPU-h",
        "kind",
        "region",
        "as of",
      ],
      [expect.stringMatching(/^─+$/)],
      ...[
        ["MyAWS", "p5.48xlarge", "3,200", "$20.5000", "$2.5625", "spot", "us-east-1"],
        ["MyAWS", "p5.48xlarge", "3,200", "$55.0400", "$6.8800", "on-demand", "us-east-1"],
        ["MyAWS", "p5.48xlarge", "3,200", "$56.0000", "$7.0000", "on-demand", "us-west-2"],
        ["MyGCP", "a3-highgpu-8g", "1,000", "$88.2500", "$11.0313", "on-demand", "us-central1"],
      ].map(([provider, instance, network, ...price]) => [
        provider,
        instance,
        "H100-SXM5-80GB",
        "8 x 80",
        "900 nvl4",
        network,
        ...price,
        "2026-11-01",
      ]),
      [""],
      ["4 rows, 2 instance types."],
      [""],
    ]);
  });

  it.each([
    [
      "price",
      ["g6.xlarge", "a2-ultragpu-1g", "p5.48xlarge", "p5.48xlarge", "p5.48xlarge", "a3-highgpu-8g"],
    ],
    [
      "price-per-gpu",
      ["g6.xlarge", "p5.48xlarge", "a2-ultragpu-1g", "p5.48xlarge", "p5.48xlarge", "a3-highgpu-8g"],
    ],
    [
      "price-per-gib",
      ["p5.48xlarge", "g6.xlarge", "a2-ultragpu-1g", "p5.48xlarge", "p5.48xlarge", "a3-highgpu-8g"],
    ],
    [
      "memory",
      ["p5.48xlarge", "p5.48xlarge", "p5.48xlarge", "a3-highgpu-8g", "a2-ultragpu-1g", "g6.xlarge"],
    ],
    [
      "name",
      ["g6.xlarge", "p5.48xlarge", "p5.48xlarge", "p5.48xlarge", "a2-ultragpu-1g", "a3-highgpu-8g"],
    ],
  ])("sorts by %s", async (order, expected) => {
    const { stdout } = await run("--provider", "MyAWS,MyGCP", "--sort", order, "--json");
    const { status, instances } = JSON.parse(stdout);
    expect(status).toBe("SUCCESS");
    expect(instances.map((row: { instance: string }) => row.instance)).toEqual(expected);
  });

  it("narrows by GPUs, memory, price, kind and region", async () => {
    const rows = async (...argv: string[]) => {
      const { stdout } = await run("--provider", "MyAWS,MyGCP", "--json", ...argv);
      return JSON.parse(stdout).instances.length;
    };
    expect(await rows("--min-gpus", "8")).toBe(4);
    expect(await rows("--min-memory-gib", "80")).toBe(5);
    expect(await rows("--min-memory-gib", "81")).toBe(4);
    expect(await rows("--max-price", "5.07")).toBe(2);
    expect(await rows("--kind", "spot")).toBe(1);
    expect(await rows("--region", "us-central1")).toBe(2);
    expect(await rows("--region", "us-west-2", "--kind", "spot")).toBe(0);
  });

  it("gives sources in JSON and CSV, and what a discount leaves", async () => {
    write("discounts.csv", `${DISCOUNTS_HEADER}\nMyGCP,*,*,*,10,contract\n`);
    const argv = ["--provider", "MyGCP", "--gpu", "A100"];
    const { stdout } = await run(...argv, "--json");
    expect(JSON.parse(stdout).instances).toEqual([
      {
        provider: "MyGCP",
        instance: "a2-ultragpu-1g",
        gpu: "A100-SXM4-80GB",
        gpus: 1,
        gpu_memory_gib: 80,
        total_gpu_memory_gib: 80,
        inside_gbytes_per_second: 600,
        link: "nvl3",
        network_gbits_per_second: 24,
        vcpus: 12,
        host_memory_gib: 170,
        region: "us-central1",
        kind: "on-demand",
        usd_per_hour: 4.563,
        usd_per_gpu_hour: 4.563,
        discount_percent: 10,
        as_of: "2026-11-01",
        price_source: "made up",
        instance_source: "made up",
        checked_on: "2026-11-01",
      },
    ]);
    expect((await run(...argv, "--csv")).stdout).toBe(
      `provider,instance,gpu,gpus,gpu_memory_gib,total_gpu_memory_gib,inside_gbytes_per_second,link,network_gbits_per_second,vcpus,host_memory_gib,region,kind,usd_per_hour,usd_per_gpu_hour,discount_percent,as_of,price_source,instance_source,checked_on
MyGCP,a2-ultragpu-1g,A100-SXM4-80GB,1,80,80,600,nvl3,24,12,170,us-central1,on-demand,4.563,4.563,10,2026-11-01,made up,made up,2026-11-01
`,
    );
  });

  it("lists types without a price last, and warns of stale prices", async () => {
    write("prices.csv", `${PRICES_HEADER}\nMyAWS,g6.xlarge,us-east-1,on-demand,1,2026-01-01,x\n`);
    const { stdout, stderr } = await run("--provider", "MyAWS");
    expect(stdout).toMatch(
      /g6\.xlarge .*\n.*p5\.48xlarge .* - +- +- +- +-\n\n2 rows, 2 instance types\.\n$/,
    );
    expect(stderr).toMatch(
      /^warning: the only price listed is more than 90 days old on 2026-11-24;/,
    );
  });

  it("takes today from the clock without SOURCE_DATE_EPOCH, and refuses one that is no time", async () => {
    write(
      "prices.csv",
      PRICES.replaceAll(/^(AWS|GCP|RunPod)/gm, "My$1").replaceAll("2026-11-01", "2001-01-01"),
    );
    const { stderr } = await cli(["instances", "--provider", "MyGCP", "--catalogue", folder]);
    expect(stderr).toContain(`days old on ${new Date().toISOString().slice(0, 4)}-`);
    const bad = await cli(["instances"], { env: { SOURCE_DATE_EPOCH: "yesterday" } });
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.stderr).toContain(
      'error: SOURCE_DATE_EPOCH: "yesterday" is not a number of seconds',
    );
  });

  it("prints the same bytes again", async () => {
    for (const argv of [[], ["--json"], ["--csv"], ["--check"]]) {
      expect(await run(...argv)).toEqual(await run(...argv));
    }
  });

  it.each([
    [
      ["--provider", "MyAWZ"],
      'instances: the catalogue has no provider "MyAWZ". Did you mean "MyAWS"?',
    ],
    [["--gpu", "H101"], 'instances: the catalogue has no GPU "H101". Did you mean "H100"?'],
    [
      ["--region", "us-eest-1"],
      '--region: the catalogue has no prices in a region "us-eest-1". Did you mean "us-east-1"?',
    ],
    [["--kind", "spott"], '--kind: "spott" is not a price kind. Did you mean "spot"?'],
    [["--sort", "prize"], '--sort: "prize" is not an order. Did you mean "price"?'],
    [["--json", "--csv"], "--csv: it cannot be combined with --json. Give one of the two."],
    [
      ["--check", "--gpu", "H100"],
      "--gpu: it cannot be combined with --check. Leave one of the two out.",
    ],
  ])("refuses %j", async (argv, message) => {
    expect(await run(...argv)).toEqual({ code: 1, stdout: "", stderr: `error: ${message}\n` });
  });

  it("checks: exit code 1 for errors only, findings on stdout", async () => {
    const fine = await run("--check");
    expect(fine).toMatchObject({ code: 0, stderr: "" });
    expect(fine.stdout).toMatch(/0 errors, \d+ warnings?\.\n$|^Nothing found/);
    write(
      "prices.csv",
      replaced(PRICES, "AWS,p5.48xlarge,us-west-2", "MyAWS,p6,us-west-2").replaceAll(
        /^(AWS|GCP|RunPod)/gm,
        "My$1",
      ),
    );
    const bad = await run("--check");
    expect(bad).toMatchObject({ code: 1, stderr: "" });
    expect(bad.stdout).toContain(`error: ${folder}/prices.csv:4: p6`);
    const { status, findings } = JSON.parse((await run("--check", "--json")).stdout);
    expect(status).toBe("INCONSISTENT");
    expect(findings[0]).toEqual({
      severity: "error",
      where: `${folder}/prices.csv:4`,
      message:
        "p6 (us-west-2, on-demand) has a price, but MyAWS has no such instance in instances.csv.",
    });
  });

  it("reads a folder with any of the four tables, and finds slips in their names", async () => {
    const only = join(root, "only");
    mkdirSync(only);
    const list = () => cli(["instances", "--catalogue", only], { env });
    expect((await list()).stderr).toBe(
      `error: ${only}: it contains no catalogue tables. Give a directory with any of gpus.csv, instances.csv, prices.csv, discounts.csv.\n`,
    );
    writeFileSync(join(only, "price.csv"), PRICES);
    expect((await list()).stderr).toBe(
      `error: ${join(only, "price.csv")}: a catalogue has no file of this name. Did you mean "prices.csv"?\n`,
    );
    writeFileSync(join(only, "prices.csv"), `${PRICES_HEADER}\n`);
    expect(await list()).toMatchObject({ code: 0 });
    const missing = join(root, "nowhere");
    expect((await cli(["instances", "--catalogue", missing])).stderr).toBe(
      `error: ${missing}: there is no such directory. Give one with any of gpus.csv, instances.csv, prices.csv, discounts.csv.\n`,
    );
  });
});

const VMS = `InstanceType,AcceleratorName,AcceleratorCount,Region,Price,SpotPrice,AvailabilityZone
p5.48xlarge,H100,8.0,us-east-1,60,20.5,a
p5.48xlarge,H100,8.0,us-east-2,61,,a
g6.xlarge,L4,1.0,us-west-2,0,,a
`;

describe("instances import", () => {
  const argv = (...more: string[]) => [
    "import",
    "--from",
    "skypilot",
    "--provider",
    "MyAWS",
    ...more,
  ];

  it("shows the drift and writes nothing", async () => {
    const path = write("vms.csv", VMS);
    const { code, stdout, stderr } = await run(...argv(path));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [drift, notes] = stdout.split("\nNoted (1)\n");
    expect(
      drift,
    ).toBe(`MyAWS: 1 changed price, 1 new, 2 gone, 1 unchanged; 0 instances with different figures.

Changed (1)
  instance     region     kind         before     after  change
  ─────────────────────────────────────────────────────────────
  p5.48xlarge  us-east-1  on-demand  $55.0400  $60.0000  +9.0 %

New (1)
  instance     region     kind          USD/h
  ───────────────────────────────────────────
  p5.48xlarge  us-east-2  on-demand  $61.0000

Gone (2)
  instance     region     kind          USD/h
  ───────────────────────────────────────────
  g6.xlarge    us-east-1  on-demand   $0.8048
  p5.48xlarge  us-west-2  on-demand  $56.0000
`);
    expect(notes).toContain("- the on-demand price of g6.xlarge is 0 and is left out");
    expect(notes).toMatch(/\n\nNothing is written: give --out and --as-of .*\n$/);
    expect(JSON.parse((await run(...argv(path, "--json"))).stdout)).toMatchObject({
      status: "SUCCESS",
      provider: "MyAWS",
      changed: [{ instance: "p5.48xlarge", usd_per_hour_before: 55.04, usd_per_hour: 60 }],
      new: [{ region: "us-east-2", usd_per_hour: 61, as_of: null }],
      gone: [
        { instance: "g6.xlarge", region: "us-east-1" },
        { instance: "p5.48xlarge", region: "us-west-2" },
      ],
      unchanged: 1,
      notes: [{ rows: 1 }],
      out: null,
    });
  });

  it("writes a folder that is a catalogue, and replaces there only what it has imported", async () => {
    const path = write("vms.csv", VMS);
    const out = join(root, `out-${number}`);
    const first = await run(...argv(path, "--out", out, "--as-of", "2026-11-20"));
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toContain(`Written to ${out}\n`);
    expect(existsSync(join(out, "instances.csv"))).toBe(false);
    expect(
      readFileSync(join(out, "prices.csv"), "utf8").replaceAll(path, "vms.csv"),
    ).toBe(`${PRICES_HEADER}
MyAWS,p5.48xlarge,us-east-1,on-demand,60,2026-11-20,"SkyPilot catalogue, vms.csv:2"
MyAWS,p5.48xlarge,us-east-1,spot,20.5,2026-11-20,"SkyPilot catalogue, vms.csv:2"
MyAWS,p5.48xlarge,us-east-2,on-demand,61,2026-11-20,"SkyPilot catalogue, vms.csv:3"
`);
    const before = readFileSync(join(folder, "instances.csv"), "utf8");
    await run(...argv(path, "--region", "us-east-1", "--out", folder, "--as-of", "2026-11-20"));
    const after = readFileSync(join(folder, "prices.csv"), "utf8");
    expect(after).toContain("MyAWS,p5.48xlarge,us-east-1,on-demand,60,");
    expect(after).toContain("MyAWS,p5.48xlarge,us-west-2,on-demand,56,");
    expect(after).toContain("MyGCP,a3-highgpu-8g,us-central1,on-demand,88.25,");
    expect(after).not.toContain("us-east-2");
    expect(after).not.toContain("g6.xlarge,us-east-1");
    expect(readFileSync(join(folder, "instances.csv"), "utf8").split("\n").sort()).toEqual(
      before.split("\n").sort(),
    );
    expect((await run(...argv(path, "--region", "us-east-1"))).stdout).toContain(
      "MyAWS: 0 changed prices, 0 new, 0 gone, 2 unchanged",
    );
  });

  it.each([
    [["--from", "skypilot"], "--provider: it is missing. Give one of "],
    [["--provider", "MyAWS"], "--from: it is missing. Give one of skypilot, vantage."],
    [
      argv().slice(1, 3).concat("--provider", "MyAWZ"),
      '--provider: the catalogue has no instances of "MyAWZ". Did you mean "MyAWS"?',
    ],
    [
      argv().slice(1, 3).concat("--provider", "MyAWS,MyGCP"),
      "--provider: an import takes the files of one provider.",
    ],
    [
      argv("--out", "x").slice(1),
      "--as-of: it is missing. Give the day of the files as YYYY-MM-DD.",
    ],
    [argv("--as-of", "2026-13-01").slice(1), '--as-of: "2026-13-01" is not a day.'],
    [argv("--kind", "spot").slice(1), "--kind: it cannot be combined with import."],
    [argv("--region", "us-west-3").slice(1), '--region: the files have no region "us-west-3"'],
    [
      argv().slice(1, 3).concat("--provider", "MyGCP"),
      "it has no price of an instance of MyGCP in the catalogue.",
    ],
  ])("refuses %j", async (flags, message) => {
    const path = write("vms.csv", VMS);
    const { code, stdout, stderr } = await run("import", path, ...flags);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });
});
