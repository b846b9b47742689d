#include "ctl/completion.h"

namespace heald::ctl {
namespace {

constexpr const char* kBash =
    R"(# Completion of healdctl and heald for bash. What fits is what `healdctl complete` says.
_healdctl() {
  local cur cword words line shown
  if declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref -n =: cur cword words
  else
    cur=${COMP_WORDS[COMP_CWORD]} cword=$COMP_CWORD words=("${COMP_WORDS[@]}")
  fi
  # readline has what is before the last = or : already.
  shown=${cur%"${cur##*[=:]}"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default ;;
      :commands) mapfile -t COMPREPLY < <(compgen -c -- "$cur") ;;
      *)
        line=${line%%$'\t'*}
        COMPREPLY+=("${line#"$shown"}")
        ;;
    esac
  done < <(healdctl complete -- "${words[0]##*/}" "${words[@]:1:cword}" 2>/dev/null)
}
complete -F _healdctl healdctl heald
)";

constexpr const char* kZsh = R"(#compdef healdctl heald
# Completion of healdctl and heald for zsh. What fits is what `healdctl complete` says.
_healdctl() {
  local line
  local -a candidates
  for line in "${(@f)$(healdctl complete -- "${words[1]:t}" "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) _files ;;
      :commands) _command_names -e ;;
      *) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
    esac
  done
  (( $#candidates )) && _describe -t values value candidates
}
if [[ $funcstack[1] == _healdctl ]]; then
  _healdctl
else
  compdef _healdctl healdctl heald
fi
)";

constexpr const char* kFish =
    R"(# Completion of healdctl and heald for fish. What fits is what `healdctl complete` says.
function __healdctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '.*/' '' -- $words[1])
    for line in (healdctl complete -- $program $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :commands
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end
complete -c healdctl -f -a '(__healdctl_complete)'
complete -c heald -f -a '(__healdctl_complete)'
)";

}  // namespace

std::optional<std::string> completionScript(std::string_view shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return std::nullopt;
}

}  // namespace heald::ctl
