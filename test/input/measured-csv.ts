/** A measured row by its columns: Llama 3 8B on one L40S in a closed loop of 8 requests. */
const MEASURED_ROW: Readonly<Record<string, string>> = {
  source: "lab",
  source_row: "1",
  kind: "online_e2e",
  model_id: "llama-8b",
  num_layers: "32",
  hidden_size: "4096",
  intermediate_size: "14336",
  num_heads: "32",
  num_kv_heads: "8",
  vocab_size: "128256",
  weight_bytes_per_param: "2",
  gpu: "L40S",
  tp: "1",
  pp: "1",
  dp: "1",
  batch_or_concurrency: "8",
  input_len: "1024",
  output_len: "256",
  output_tokens_per_s: "",
  ttft_ms: "200",
  tpot_ms: "25",
  engine: "vllm 0.10",
  note: "",
  config_group: "L40S|8b|tp1",
};

const COLUMNS = Object.keys(MEASURED_ROW);

/** Measured rows as CSV, each with columns changed. */
export function measuredCsv(...rows: readonly Readonly<Record<string, string>>[]): string {
  const lines = rows.map((changes) => {
    const row = { ...MEASURED_ROW, ...changes };
    return COLUMNS.map((column) => row[column]).join(",");
  });
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}
