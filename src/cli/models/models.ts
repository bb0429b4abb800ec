import { readLibrary } from "../../files/read-model.ts";
import { jsonText } from "../../json-text.ts";
import { modelFields, renderModels } from "../../report/models.ts";
import { type CliIo, EXIT } from "../io/io.ts";

/** The flags of `models`. */
export interface ModelsFlags {
  readonly json?: true;
}

/** `models`: the models that --model knows by name. */
export async function runModels(flags: ModelsFlags, io: CliIo): Promise<number> {
  const library = readLibrary();
  await io.stdout.write(
    flags.json
      ? `${jsonText({ status: "SUCCESS", models: library.map(modelFields) })}\n`
      : renderModels(library),
  );
  return EXIT.ok;
}
