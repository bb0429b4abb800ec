import { allCommands, type Candidates, type CompletedCommand } from "./commands.ts";

/** The completion script for zsh. */
export function zshScript(program: CompletedCommand): string {
  const functions = [program, ...allCommands(program)].map(functionOf);
  return `#compdef llm-placement
# zsh completion of llm-placement. Load it: source <(llm-placement completion zsh)
${functions.join("\n")}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _llm_placement "$@"
else
  compdef _llm_placement llm-placement
fi
`;
}

function functionOf({ path, commands, flags, argument }: CompletedCommand): string {
  const specs = flags.flatMap(({ names, description, value }) =>
    names.map((name) => quote(`${name}[${escapeText(description)}]${valueSpec(value)}`)),
  );
  if (commands.length === 0) {
    const rest = argument === null ? [] : [quote(`*${valueSpec(argument)}`)];
    return `${functionName(path)}() {
  _arguments -s ${[...specs, ...rest].join(" \\\n    ")}
}`;
  }
  const described = commands.map((inner) =>
    quote(`${inner.name}:${inner.description.replaceAll(":", "\\:")}`),
  );
  return `${functionName(path)}() {
  local state line curcontext=$curcontext
  _arguments -s -C ${specs.join(" \\\n    ")} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(${described.join(" \\\n        ")})
      _describe command commands
      ;;
    rest)
      case $words[1] in
${commands.map((inner) => `        ${inner.name}) ${functionName(inner.path)} ;;`).join("\n")}
      esac
      ;;
  esac
}`;
}

function functionName(path: string): string {
  return ["_llm_placement", ...path.split(" ").filter(Boolean)].join("_");
}

function valueSpec(value: Candidates | null): string {
  switch (value?.kind) {
    case undefined:
      return "";
    case "words":
      return `:value:(${value!.words.map(escapeWord).join(" ")})`;
    case "words-and-files":
      return `:value:{ compadd -- ${value.words.map(escapeWord).join(" ")}; _files }`;
    case "files":
      return ":file:_files";
    case "directories":
      return ":directory:_files -/";
    case "anything":
      return ":value: ";
  }
}

function escapeText(description: string): string {
  return description.replace(/[\\[\]:]/g, "\\$&");
}

function escapeWord(word: string): string {
  return word.replace(/[\\ :()]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
