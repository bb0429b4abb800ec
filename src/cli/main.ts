#!/usr/bin/env node
// Nothing is imported before it is known what for: modules are most of what a short command takes.
const argv = process.argv.slice(2);

if (argv.length === 1 && ["--version", "-V"].includes(argv[0]!)) {
  const { processIo } = await import("./io/process-io.ts");
  const { packageVersion } = await import("./io/version.ts");
  const { OutputError, reportOutputError } = await import("./io/io.ts");
  const io = processIo();
  try {
    await io.stdout.write(`${packageVersion()}\n`);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    process.exitCode = await reportOutputError(error, io);
  }
} else {
  const { processIo } = await import("./io/process-io.ts");
  const { runCli } = await import("./run-cli.ts");
  process.exitCode = await runCli(argv, processIo());
}
