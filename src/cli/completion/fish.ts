import {
  allCommands,
  type Candidates,
  type CompletedCommand,
  type CompletedFlag,
} from "./commands.ts";

const COMPLETE = "complete -c llm-placement";

/** The completion script for fish. */
export function fishScript(program: CompletedCommand): string {
  const lines = [program, ...allCommands(program)].flatMap(linesOf);
  return `# fish completion of llm-placement. Load it: llm-placement completion fish | source
${COMPLETE} -f
${lines.join("\n")}
`;
}

function linesOf({ path, commands, flags, argument }: CompletedCommand): string[] {
  const here = quote(condition(path, commands));
  return [
    ...commands.map(
      ({ name, description }) => `${COMPLETE} -n ${here} -a ${name} -d ${quote(description)}`,
    ),
    ...flags.map((flag) => `${COMPLETE} -n ${here} ${flagText(flag)}`),
    ...(argument === null ? [] : [`${COMPLETE} -n ${here} ${argumentText(argument)}`]),
  ];
}

/** When a command is the one that is being written. */
function condition(path: string, commands: readonly CompletedCommand[]): string {
  if (path === "") return "__fish_use_subcommand";
  const seen = path
    .split(" ")
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join("; and ");
  const inner = commands.map(({ name }) => name).join(" ");
  return inner === "" ? seen : `${seen}; and not __fish_seen_subcommand_from ${inner}`;
}

function flagText({ names, description, value }: CompletedFlag): string {
  const forms = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const takes = value === null ? [] : [valueText(value)];
  return [...forms, ...takes, `-d ${quote(description)}`].join(" ");
}

function valueText(value: Candidates): string {
  switch (value.kind) {
    case "words":
      return `-x -a ${quote(value.words.join(" "))}`;
    case "words-and-files":
      return `-r -F -a ${quote(value.words.join(" "))}`;
    case "files":
      return "-r -F";
    case "directories":
      return "-x -a '(__fish_complete_directories)'";
    case "anything":
      return "-x";
  }
}

function argumentText(value: Candidates): string {
  return "words" in value ? `-a ${quote(value.words.join(" "))}` : "-F";
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
