/** Completion for bash. */
import { allCommands, type CommandWords } from "./command-words.js";

export function bashCompletion(program: CommandWords): string {
  const name = program.path.join(" ");
  const commands = allCommands(program);
  const deeper = commands.filter(({ path }) => path.length > 1).map(({ path }) => path.join(" "));
  return `# bash completion of ${name}: source <(${name} completion bash)
_${name}() {
  local word current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=${name}
  # --option=value comes as three words.
  [[ $current == = ]] && current=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$command $word" in
      ${deeper.map(quote).join(" | ")}) command="$command $word" ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
${commands.flatMap(valueCases).join("\n")}
  esac
  local words=
  case $command in
${commands.map(wordsCase).join("\n")}
  esac
  # Without a match bash completes file names.
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -o bashdefault -F _${name} ${name}
`;
}

function valueCases({ path, options }: CommandWords): string[] {
  return options
    .filter(({ value }) => value !== "none")
    .map(({ names, choices, value }) => {
      const cases = names.map((name) => quote([...path, name].join(" "))).join(" | ");
      // What may be left out may be followed by anything.
      if (choices.length === 0 && value === "optional") return `    ${cases}) ;;`;
      if (choices.length === 0) return `    ${cases}) return ;;`;
      return `    ${cases}) COMPREPLY=($(compgen -W ${quote(choices.join(" "))} -- "$current")); return ;;`;
    });
}

/** Options only behind a dash: nobody looks for them among file names. */
function wordsCase({ path, options, commands }: CommandWords): string {
  const flags = options.flatMap(({ names }) => names).join(" ");
  const below = commands.map(({ path }) => path.at(-1)).join(" ");
  return `    ${quote(path.join(" "))}) [[ $current == -* ]] && words=${quote(flags)} || words=${quote(below)} ;;`;
}

function quote(text: string): string {
  return `"${text}"`;
}
