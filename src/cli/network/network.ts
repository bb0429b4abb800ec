import { InputError } from "../../errors.ts";
import { readProblem } from "../../files/read-problem.ts";
import { writeFileAtomic } from "../../files/write-atomic.ts";
import { deriveMatrix, type MatrixNetwork, uniformMatrix } from "../../hardware/network.ts";
import type { Pool } from "../../hardware/pool.ts";
import { networkToCsv } from "../../input/pool/network-csv.ts";
import { jsonText } from "../../json-text.ts";
import { networkFacts, renderNetwork } from "../../report/network.ts";
import { checkOutFile } from "../io/check-output.ts";
import { type CliIo, EXIT } from "../io/io.ts";
import { requireConfigDir, requireFlag } from "../options/problem-flags.ts";

/** The flags of `network`; bandwidths in GB/s. */
export interface NetworkFlags {
  readonly configDir?: string;
  readonly derive?: true;
  readonly intra?: number;
  readonly inter?: number;
  readonly out?: string;
  readonly json?: true;
}

/** `network`: the bandwidth matrix of a pool as a file. */
export async function runNetwork(flags: NetworkFlags, io: CliIo): Promise<number> {
  const configDir = requireConfigDir(flags);
  const makeMatrix = chooseMatrix(flags);
  const out = requireFlag("--out", flags.out, "Give the network_bandwidth.csv to write.");
  checkOutFile("--out", out);
  // A matrix that is there already, maybe of another pool, is what this command is about to replace.
  const { pool } = readProblem({ configDir, ignoreNetworkFile: true });
  const matrix = makeMatrix(pool);
  writeFileAtomic(out, networkToCsv(matrix));
  const facts = networkFacts(pool, matrix, out);
  await io.stdout.write(
    flags.json
      ? `${jsonText({ status: "SUCCESS", ...facts, warnings: [] })}\n`
      : renderNetwork(facts),
  );
  return EXIT.ok;
}

/** Either derived or made of two numbers. */
function chooseMatrix({ derive, intra, inter }: NetworkFlags): (pool: Pool) => MatrixNetwork {
  const hint = "Give --derive, or both --intra and --inter in GB/s.";
  if (derive) {
    if (intra === undefined && inter === undefined) return deriveMatrix;
    const other = intra === undefined ? "--inter" : "--intra";
    throw new InputError("--derive", `it cannot be combined with ${other}.`, hint);
  }
  if (intra === undefined && inter === undefined) {
    throw new InputError("network", "it has no source of bandwidths.", hint);
  }
  const inside = requireFlag("--intra", intra, hint);
  const between = requireFlag("--inter", inter, hint);
  return (pool) => uniformMatrix(pool, inside, between);
}
