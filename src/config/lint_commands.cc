#include <algorithm>
#include <array>

#include "config/lint_rules.h"
#include "config/wording.h"

namespace heald::config {
namespace {

using Command = std::vector<std::string>;

constexpr std::array<std::string_view, 8> kOfAShell = {"|",  "||", "&&",   ">",
                                                       ">>", "<",  "2>&1", "&"};
constexpr std::array<std::string_view, 6> kShells = {"sh", "bash", "dash", "ash", "zsh", "ksh"};
// Programs that exit with 1 where a plugin would exit with 2.
constexpr std::array<std::string_view, 22> kNoPlugins = {
    "test", "[",    "grep",       "egrep", "fgrep",      "pgrep",    "pidof", "systemctl",
    "curl", "wget", "nc",         "ping",  "diff",       "cmp",      "false", "find",
    "stat", "ls",   "mountpoint", "host",  "pg_isready", "redis-cli"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view baseOf(std::string_view program) {
  const std::size_t slash = program.rfind('/');
  return slash == std::string_view::npos ? program : program.substr(slash + 1);
}

// "a b  c" as it would be written: [a, b, c]
std::string asList(const Command& command) {
  std::string text;
  for (const std::string& element : command) {
    std::size_t at = 0;
    while (true) {
      at = element.find_first_not_of(" \t", at);
      if (at == std::string::npos) break;
      const std::size_t end = std::min(element.find_first_of(" \t", at), element.size());
      text += (text.empty() ? "" : ", ") + element.substr(at, end - at);
      at = end;
    }
  }
  return "[" + shortened(text) + "]";
}

bool isVariable(std::string_view word) {
  return word.size() > 1 && word[0] == '$' &&
         ((word[1] >= 'A' && word[1] <= 'Z') || (word[1] >= 'a' && word[1] <= 'z'));
}

void lintWords(const Command& command, const KeyPath& path, Mapping& file) {
  const std::string& program = command.front();
  if (program.find_first_of(" \t") != std::string::npos) {
    file.warn(path, "command-is-one-word",
              config::quoted(program) + " is the name of one program, spaces and all (write " +
                  asList(command) + ")");
    return;
  }
  if (among(kShells, baseOf(program))) return;
  const auto wants_shell = [](const std::string& word) {
    return among(kOfAShell, word) || isVariable(word) || word.starts_with("~/");
  };
  const auto word = std::find_if(command.begin() + 1, command.end(), wants_shell);
  if (word != command.end()) {
    file.warn(path, "no-shell",
              config::quoted(*word) +
                  " reaches the program as it stands, for there is no shell (write "
                  "[/bin/sh, -c, '...'] if one is meant)");
  }
  const bool asks = baseOf(program) == "sudo" &&
                    std::find(command.begin(), command.end(), "-n") == command.end() &&
                    std::find(command.begin(), command.end(), "--non-interactive") == command.end();
  if (asks) {
    file.warn(path, "sudo-may-ask",
              "sudo may ask for a password, and nobody is there (write [sudo, -n, ...])");
  }
}

void lintPlugin(const Command& command, const KindPart& check, const KeyPath& path, Mapping& file) {
  if (!among(kNoPlugins, baseOf(command.front())) || !check.part->findings().warning) return;
  file.warn(path, "not-a-plugin",
            config::quoted(baseOf(command.front())) +
                " is no Nagios plugin: its exit code 1 is a warning here, which starts no remedy "
                "by default (add nonzero_is_critical: true)");
}

Command commandOf(const KindPart& does) {
  return does.part ? does.part->command() : Command{};
}

}  // namespace

void lintCommands(const Config& config, Mapping& file) {
  for (const engine::CheckSpec& spec : config.setup.checks) {
    const ConfiguredCheck& check = config.checks.of(spec);
    const Command command = commandOf(check.does);
    if (command.empty()) continue;
    const KeyPath path = pathOf(check) / check.does.kind / "command";
    lintWords(command, path, file);
    lintPlugin(command, check.does, path, file);
  }
  for (const engine::RemedySpec& spec : config.setup.remedies) {
    for (const auto& [does, path] : stepsOf(config.remedies.of(spec), file)) {
      const Command command = commandOf(does);
      if (!command.empty()) lintWords(command, path / does.kind / "command", file);
    }
  }
}

}  // namespace heald::config
