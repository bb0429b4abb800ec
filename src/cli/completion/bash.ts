import { allCommands, type Candidates, type CompletedCommand } from "./commands.ts";

/** The completion script for bash, from version 3.2 on. */
export function bashScript(program: CompletedCommand): string {
  const commands = [program, ...allCommands(program)];
  return `# bash completion of llm-placement. Load it: source <(llm-placement completion bash)
_llm_placement() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' word
  local words='' files=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command/$word" in
${commands.flatMap(stepCases).join("\n")}
    esac
  done
  case "$command/$previous" in
${commands.flatMap(valueCases).join("\n")}
    *)
      case "$command" in
${commands.map(wordCase).join("\n")}
      esac
      ;;
  esac
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [[ -n $files && $current != -* ]]; then
    type compopt &>/dev/null && compopt -o filenames
    COMPREPLY+=($(compgen "$files" -- "$current"))
  fi
}
complete -F _llm_placement llm-placement
`;
}

/** Which word leads from a command to a command of it. */
function stepCases({ path, commands }: CompletedCommand): string[] {
  return commands.map(
    (inner) => `      ${quote(`${path}/${inner.name}`)}) command=${quote(inner.path)} ;;`,
  );
}

/** What may follow each flag of a command that takes a value. */
function valueCases({ path, flags }: CompletedCommand): string[] {
  return flags.flatMap(({ names, value }) => {
    if (value === null) return [];
    const patterns = names.map((name) => quote(`${path}/${name}`)).join("|");
    return [`    ${patterns}) ${assignments(value)} ;;`];
  });
}

/** What else may stand after a command. */
function wordCase({ path, commands, flags, argument }: CompletedCommand): string {
  const words = [
    ...commands.map(({ name }) => name),
    ...flags.map(({ names: [name] }) => name!),
    ...(argument && "words" in argument ? argument.words : []),
  ];
  const files = argument?.kind === "files" ? "; files=-f" : "";
  return `        ${quote(path)}) words=${lines(words)}${files} ;;`;
}

function assignments(value: Candidates): string {
  switch (value.kind) {
    case "words":
      return `words=${lines(value.words)}`;
    case "words-and-files":
      return `words=${lines(value.words)}; files=-f`;
    case "files":
      return "files=-f";
    case "directories":
      return "files=-d";
    case "anything":
      return "return";
  }
}

/** Words as one text that is split at line ends. */
function lines(words: readonly string[]): string {
  return `$'${words.map((word) => word.replace(/[\\']/g, "\\$&")).join("\\n")}'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
