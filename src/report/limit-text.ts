import { count, figure, figureDown, figureUp, percent, plural, usd, usdUp } from "./format.ts";

/**
 * The value of a limit, rule or count with its unit, under the name that explanations give it: "$5.00/h". Names that
 * are not known here stand without a unit.
 */
export function limitText(name: string, value: number): string {
  return words(name, value, usd, figure, figure);
}

/**
 * As `limitText`, for a value that a user may copy: where digits are left out, a budget is rounded up and a target down, so
 * that what is said to help does help.
 */
export function enoughText(name: string, value: number): string {
  return words(name, value, usdUp, figureUp, figureDown);
}

function words(
  name: string,
  value: number,
  usdText: (value: number) => string,
  mostText: (value: number) => string,
  leastText: (value: number) => string,
): string {
  switch (name) {
    case "max_hourly_cost":
      return `${usdText(value)}/h`;
    case "max_cost_per_million_token":
      return `${usdText(value)}/M tokens`;
    case "max_total_cost":
      return usdText(value);
    case "max_total_runtime_hours":
      return `${mostText(value)} h`;
    case "min-throughput":
      return `${leastText(value)} tokens/s`;
    case "request_rate":
      return `${leastText(value)} requests/s`;
    case "max_ttft_ms":
    case "max_tpot_ms":
      return `${mostText(value)} ms`;
    case "max_pipeline_stages":
      return plural(value, "stage");
    case "input_length":
    case "output_length":
    case "max_model_len":
      return plural(value, "token");
    case "min_layers_per_stage":
      return plural(value, "layer");
    case "min_batch_size":
    case "concurrency":
      return plural(value, "sequence");
    case "min_memory_utilization":
      return percent(value);
    default:
      if (name.startsWith("weight_format ")) return `${bytes(value)} per weight`;
      if (name.startsWith("kv_cache_dtype ")) return `${bytes(value)} per element`;
      if (name.startsWith("count of ")) return plural(value, "instance");
      return Number.isInteger(value) ? count(value) : figure(value);
  }
}

function bytes(value: number): string {
  return Number.isInteger(value) ? plural(value, "byte") : `${figure(value)} bytes`;
}
