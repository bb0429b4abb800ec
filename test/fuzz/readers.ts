import { applyCalibration } from "../../src/calibration/calibration-file.ts";
import { checkConsistency } from "../../src/catalogue/consistency.ts";
import { listOffers } from "../../src/catalogue/listing.ts";
import { parsePoolSpec } from "../../src/catalogue/pool-spec.ts";
import { selectPool } from "../../src/catalogue/select-pool.ts";
import { comparePlans } from "../../src/compare/compare.ts";
import { SHIPPED } from "../../src/cost/calibrated/shipped.ts";
import { readCatalogue } from "../../src/files/read-catalogue.ts";
import { deriveMatrix } from "../../src/hardware/network.ts";
import type { HuggingFaceModel } from "../../src/huggingface/huggingface-model.ts";
import { libraryModel } from "../../src/huggingface/library.ts";
import { importSkyPilot } from "../../src/input/catalogue/import-skypilot.ts";
import { importVantage } from "../../src/input/catalogue/import-vantage.ts";
import { type CatalogueTexts, parseCatalogue } from "../../src/input/catalogue/parse-catalogue.ts";
import { parseCalibration } from "../../src/input/measurements/parse-calibration.ts";
import { parseMeasurements } from "../../src/input/measurements/parse-measurements.ts";
import { parseVllmBench } from "../../src/input/measurements/parse-vllm-bench.ts";
import { readHuggingFaceModel } from "../../src/input/model/huggingface-texts.ts";
import { completePlacement } from "../../src/input/placement/complete-placement.ts";
import { parsePlacement, parsePlacementLines } from "../../src/input/placement/parse-placement.ts";
import { parsePlan } from "../../src/input/placement/parse-plan.ts";
import {
  readExternalBandwidth,
  readGpuCountCell,
  readInsideBandwidth,
  readMemoryCell,
  readPriceCell,
} from "../../src/input/pool/instance-cells.ts";
import { networkToCsv } from "../../src/input/pool/network-csv.ts";
import { parsePoolCsv } from "../../src/input/pool/parse-pool-csv.ts";
import { buildProblem } from "../../src/input/problem/build-problem.ts";
import { parseLengths } from "../../src/input/problem/parse-lengths.ts";
import { jsonFile } from "../../src/input/text/json-file.ts";
import { layerCount } from "../../src/model/model.ts";
import { evaluate } from "../../src/placement/evaluate.ts";
import type { Problem } from "../../src/placement/problem.ts";
import { parseGridFlags } from "../../src/sweep/grid-text.ts";
import { lengthMoments } from "../../src/workload/lengths.ts";
import { configText, instancesText, POOL_TEXT, problemFiles } from "../input/texts.ts";
import {
  BENCHES,
  CALIBRATIONS,
  DISCOUNTS_CSV,
  GPUS_CSV,
  INSTANCES_CSV,
  LAYERS_CSVS,
  LENGTHS,
  MEASURED,
  NETWORK_CSVS,
  PLACEMENTS,
  PLANS,
  POOL_CSV,
  PRICES_CSV,
  SKYPILOTS,
  shipped,
  shippedIn,
  VANTAGES,
} from "./seeds.ts";
import { numberThatIsNone, type Target } from "./target.ts";

const FILE = "input";
const SHIPPED_CATALOGUE = readCatalogue(undefined);
const TODAY = "2026-11-24";
const READER = 2000;

const CALIBRATED = configText({ cost_model: "calibrated" });

/** Rates a whole-model stage on each instance of a problem, and cuts in two: whatever was read, the answer has numbers. */
function rate(problem: Problem): void {
  const numLayers = layerCount(problem.model);
  const point = {
    batch_size: 4,
    sequence_length: 128,
    output_length: 32,
    workload_phase: "aggregated" as const,
  };
  for (const { instance } of problem.pool.types.slice(0, 3)) {
    const whole = {
      gpu_type: `${instance.name}#0`,
      tp_degree: instance.gpuCount,
      start_layer: 1,
      end_layer: numLayers,
    };
    const cut = Math.ceil(numLayers / 2);
    for (const stages of [
      [whole],
      [
        { ...whole, end_layer: cut },
        { ...whole, gpu_type: `${problem.pool.types[0]!.instance.name}#1`, start_layer: cut + 1 },
      ],
    ]) {
      const evaluation = evaluate(problem, { ...point, stages });
      const wrong =
        evaluation.status === "SUCCESS" ? numberThatIsNone(evaluation.metrics, "metrics") : null;
      if (wrong !== null) throw new Error(`the evaluation holds ${wrong}.`);
    }
  }
}

const P5 = selectPool(
  SHIPPED_CATALOGUE,
  parsePoolSpec("p5.48xlarge@us-east-1=2", "--instances"),
  TODAY,
);

function rateModel(model: HuggingFaceModel): void {
  rate(
    buildProblem(
      { config: null, model, network: null, pool: P5 },
      { phase: "aggregated", inputTokens: 128, outputTokens: 32, concurrency: 4 },
    ),
  );
}

const problem = (texts: Parameters<typeof problemFiles>[0]): void => {
  rate(buildProblem(problemFiles(texts)));
};

const catalogueOf = (texts: CatalogueTexts): void => {
  const catalogue = parseCatalogue(texts);
  checkConsistency(catalogue, TODAY);
  listOffers(catalogue, {}, "price");
  const item = { where: FILE, maxCount: 1, kinds: ["on-demand", "spot"] as const };
  const { entries } = selectPool(catalogue, [item], TODAY);
  const wrong = numberThatIsNone(entries, "entries");
  if (wrong !== null) throw new Error(`the pool holds ${wrong}.`);
};
const source = (text: string, fileName: string = FILE) => ({ text, fileName });

function reader(
  name: string,
  format: Target["format"],
  seeds: readonly string[],
  run: (text: string) => unknown,
  inputsPerRound: number = READER,
): Target {
  return { name, format, seeds, run, inputsPerRound };
}

const CELLS = [
  ..."$40.96|$140-160 (estimated)|$2.50 per GPU|~ $98 (on-demand)|Contact sales".split("|"),
  ..."600 GB/s|NVLink 3.0, 600 GB/s|PCIe Gen4 x16|400 Gbps|High|Up to 25|80 GB|8.0|8x".split("|"),
].join("\n");

const PROBLEM_READERS: readonly Target[] = [
  reader(
    "config.csv, reference",
    "csv",
    [configText(), shipped("config/llama3-70b/config.csv")],
    (config) => problem({ config }),
  ),
  reader(
    "config.csv, calibrated",
    "csv",
    [CALIBRATED, ...shippedIn("examples", "config.csv")],
    (config) => problem({ config }),
  ),
  reader(
    "gpu_pool.csv",
    "csv",
    [POOL_TEXT, "instance_name,count,dollar_per_hour\nbox.2x,2,3.5\n"],
    (pool) => problem({ pool }),
  ),
  reader("cloud_instances_specs.csv", "csv", [instancesText()], (instances) =>
    problem({ instances, config: CALIBRATED }),
  ),
  reader("network_bandwidth.csv", "csv", NETWORK_CSVS, (network) => {
    problem({ network });
    networkToCsv(deriveMatrix(buildProblem(problemFiles({ network })).pool));
  }),
  reader("layers.csv", "csv", LAYERS_CSVS, (layers) => {
    problem({ layers });
    problem({ layers, config: CALIBRATED });
  }),
  reader("a library model", "json", shippedIn("config/models", ".json"), (text) =>
    rateModel(libraryModel(jsonFile(source(text)))),
  ),
  reader(
    "config.json",
    "json",
    shippedIn("config/models", ".json").map((text) => JSON.stringify(JSON.parse(text).config)),
    (text) => rateModel(readHuggingFaceModel({ name: "m", config: source(text) })),
  ),
  reader(
    "hf_quant_config.json and index",
    "json",
    [
      JSON.stringify({
        producer: { name: "modelopt" },
        quantization: {
          quant_algo: "FP8",
          kv_cache_quant_algo: "FP8",
          group_size: 16,
          exclude_modules: ["lm_head"],
        },
        metadata: { total_size: 16060522496 },
      }),
    ],
    (text) => {
      const { config } = JSON.parse(shipped("config/models/llama-3.1-8b.json")) as {
        config: object;
      };
      readHuggingFaceModel({
        name: "m",
        config: source(JSON.stringify(config)),
        quantConfig: source(text),
        safetensorsIndex: source(text),
      });
    },
  ),
];

const OTHER_READERS: readonly Target[] = [
  reader("gpus.csv", "csv", [GPUS_CSV], (gpus) =>
    catalogueOf({
      gpus: source(gpus),
      instances: source(INSTANCES_CSV),
      prices: source(PRICES_CSV),
    }),
  ),
  reader("instances.csv", "csv", [INSTANCES_CSV], (instances) =>
    catalogueOf({ instances: source(instances), prices: source(PRICES_CSV) }),
  ),
  reader("prices.csv", "csv", [PRICES_CSV], (prices) =>
    catalogueOf({ instances: source(INSTANCES_CSV), prices: source(prices) }),
  ),
  reader("discounts.csv", "csv", [DISCOUNTS_CSV], (discounts) =>
    catalogueOf({
      instances: source(INSTANCES_CSV),
      prices: source(PRICES_CSV),
      discounts: source(discounts),
    }),
  ),
  reader("a pool as CSV", "csv", [POOL_CSV], (text) => {
    selectPool(SHIPPED_CATALOGUE, parsePoolCsv(text, FILE), TODAY);
  }),
  reader("--instances", "text", ["AWS/p5.48xlarge@us-east-1:spot=2,g6.xlarge=1"], (text) => {
    selectPool(SHIPPED_CATALOGUE, parsePoolSpec(text, FILE), TODAY);
  }),
  reader("a grid's flags", "text", ["2048:512,1024:1", "1,2,4,8", "32:64,128"], (text) => {
    for (const flag of ["tpDegrees", "io", "batchSizes", "phases", "instanceFamilies"] as const) {
      try {
        parseGridFlags({ [flag]: text });
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "InputError") throw error;
      }
    }
  }),
  reader("lengths", "csv", LENGTHS, (text) => {
    const moments = lengthMoments({ kind: "histogram", bins: parseLengths(text, FILE, 1) }, FILE);
    const wrong = numberThatIsNone(moments, "moments");
    if (wrong !== null) throw new Error(`the moments hold ${wrong}.`);
  }),
  reader("measured rows", "csv", MEASURED, (text) => {
    const wrong = numberThatIsNone(parseMeasurements(text, FILE), "rows");
    if (wrong !== null) throw new Error(`a row holds ${wrong}.`);
  }),
  reader("results of vllm bench serve", "json", BENCHES, (text) => {
    const wrong = numberThatIsNone(parseVllmBench(text, FILE, FILE, "vllm"), "rows");
    if (wrong !== null) throw new Error(`a row holds ${wrong}.`);
  }),
  reader("a calibration", "json", CALIBRATIONS, (text) => {
    const values = applyCalibration(SHIPPED.values, parseCalibration(text, FILE), FILE);
    const wrong = numberThatIsNone(values, "values");
    if (wrong !== null) throw new Error(`the parameters hold ${wrong}.`);
  }),
  reader(
    "SkyPilot's vms.csv",
    "csv",
    SKYPILOTS,
    (text) => {
      importSkyPilot([source(text)], "AWS", SHIPPED_CATALOGUE, TODAY);
    },
    500,
  ),
  reader(
    "Vantage's instances.json",
    "json",
    VANTAGES,
    (text) => {
      importVantage([source(text)], "AWS", SHIPPED_CATALOGUE, TODAY);
    },
    500,
  ),
  reader("a placement", "json", PLACEMENTS, (text) => {
    const read = buildProblem(problemFiles());
    const workload = {
      ...read.workload,
      phase: "aggregated" as const,
      inputTokens: 128,
      outputTokens: 32,
      minBatch: 4,
    };
    evaluate(read, completePlacement(parsePlacement(text, FILE), workload, FILE));
  }),
  reader("placements, one a line", "text", [PLACEMENTS.join("\n")], (text) =>
    parsePlacementLines(text, FILE),
  ),
  reader(
    "a plan",
    "json",
    PLANS,
    (text) => {
      const [first] = PLANS;
      JSON.stringify({
        status: "",
        ...comparePlans([parsePlan(first!, "a"), parsePlan(text, FILE)]),
      });
    },
    500,
  ),
  reader("cells of the instance table", "text", [CELLS, ...CELLS.split("\n")], (text) => {
    const at = { cell: text, where: FILE };
    for (const read of [
      () => readPriceCell(text, 8, FILE),
      () => readGpuCountCell(text, FILE),
      () => readMemoryCell(text, FILE),
      () => readExternalBandwidth(text, FILE),
      () => readInsideBandwidth(at, at),
    ]) {
      try {
        const value = read();
        if (value !== null && !(value >= 0 && value < 1e7)) throw new Error(`${value} was read.`);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "InputError") throw error;
      }
    }
  }),
];

/** Every reader of the library. */
export const READERS: readonly Target[] = [...PROBLEM_READERS, ...OTHER_READERS];
