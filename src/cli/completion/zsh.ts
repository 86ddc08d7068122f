/** Completion for zsh, with what each word means. */
import { allCommands, type CommandWords } from "./command-words.js";

export function zshCompletion(program: CommandWords): string {
  const name = program.path.join(" ");
  const commands = allCommands(program);
  const deeper = commands.filter(({ path }) => path.length > 1).map(({ path }) => quote(path.join(" ")));
  return `#compdef ${name}
# zsh completion of ${name}: source <(${name} completion zsh)
_${name}() {
  local word command=${name}
  local -a options commands
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$command $word" in
      (${deeper.join(" | ")}) command="$command $word" ;;
    esac
  done
  case "$command \${words[CURRENT-1]}" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case $command in
${commands.map(wordsCase).join("\n")}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}
# From a folder of fpath this file is the function itself, at its first call.
if [[ \${funcstack[1]} == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function valueCases({ path, options }: CommandWords): string[] {
  return options
    .filter(({ value, choices }) => value === "required" || choices.length > 0)
    .map(({ names, choices }) => {
      const cases = names.map((name) => quote([...path, name].join(" "))).join(" | ");
      const offer = choices.length === 0 ? "_files" : `compadd -- ${choices.map(quote).join(" ")}`;
      return `    (${cases}) ${offer}; return ;;`;
    });
}

function wordsCase({ path, options, commands }: CommandWords): string {
  const flags = options.flatMap(({ names, description }) =>
    names.map((name) => described(name, description)),
  );
  const below = commands.map(({ path, summary }) => described(path.at(-1)!, summary));
  return `    (${quote(path.join(" "))}) options=(${flags.join(" ")}) commands=(${below.join(" ")}) ;;`;
}

/** A colon parts the word from its meaning. */
function described(word: string, meaning: string): string {
  return quote(`${word.replaceAll(":", "\\:")}:${meaning}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
