import { writeFileAtomic } from "../../files/write-atomic.ts";
import type { MilpBackend } from "../../milp/model.ts";
import { writeLp, writeMps } from "../../milp/write.ts";
import type { Problem } from "../../placement/problem.ts";
import type { SolveRequest } from "../../solver/request.ts";
import type { Answer } from "../../solver/solution.ts";
import { answerModel } from "../../solver/solve.ts";

/** Writes the MILP whose optimum is an answer, as MPS or LP by the name of the file. @throws InputError when it fails. */
export async function writeModel(
  path: string,
  problem: Problem,
  request: SolveRequest,
  answer: Answer,
  backend: MilpBackend,
): Promise<void> {
  const write = /\.mps$/i.test(path) ? writeMps : writeLp;
  writeFileAtomic(path, write(await answerModel(problem, request, answer, backend)));
}
