#include "ctl/completion.h"

#include <algorithm>
#include <map>

#include "engine/history.h"

namespace heald::ctl {
namespace {

using Words = std::vector<std::string>;
using Candidates = std::vector<Candidate>;

// By "command argument" without the program's name, or by the argument alone.
const std::map<std::string, ValueSource>& sources() {
  static const std::map<std::string, ValueSource> table = {
      {"--url", ValueSource::kFree},
      {"--token-file", ValueSource::kFile},
      {"--idempotency-key", ValueSource::kFree},
      {"--timeout", ValueSource::kFree},
      {"--reason", ValueSource::kFree},
      {"--for", ValueSource::kFree},
      {"--since", ValueSource::kFree},
      {"--until", ValueSource::kFree},
      {"--text", ValueSource::kFree},
      {"--limit", ValueSource::kFree},
      {"--interval", ValueSource::kFree},
      {"--deadline", ValueSource::kFree},
      {"--wait", ValueSource::kFree},
      {"--max", ValueSource::kFree},
      {"--governor", ValueSource::kGovernor},
      {"--member", ValueSource::kFree},
      {"--remedy", ValueSource::kRemedy},
      {"--check", ValueSource::kCheck},
      {"--kind", ValueSource::kHistoryKind},
      {"--store", ValueSource::kFile},
      {"--svg", ValueSource::kFile},
      {"--history", ValueSource::kFile},
      {"--config", ValueSource::kFile},
      {"--output", ValueSource::kFile},
      {"file", ValueSource::kFile},
      {"config", ValueSource::kFile},
      {"scenario", ValueSource::kFile},
      {"governor", ValueSource::kGovernor},
      {"remedy", ValueSource::kRemedy},
      {"--target", ValueSource::kFree},
      {"--step", ValueSource::kFree},
      {"approve name", ValueSource::kAny},
      {"unapprove name", ValueSource::kAny},
      {"status name", ValueSource::kAny},
      {"explain name", ValueSource::kAny},
      {"flag name", ValueSource::kFlag},
      {"run check name", ValueSource::kCheck},
      {"run remedy name", ValueSource::kRemedy},
      {"help command", ValueSource::kCommand},
      {"exec command", ValueSource::kCommandLine},
      {"completion shell", ValueSource::kShell},
      {"config init --service", ValueSource::kFree},
      {"config init --port", ValueSource::kFree},
      {"config init --plugin", ValueSource::kFile},
      {"config init --prometheus", ValueSource::kFree},
      {"--config.file", ValueSource::kFile},
      {"--web.control-address", ValueSource::kFree},
      {"--web.metrics-address", ValueSource::kFree},
      {"--web.token-file", ValueSource::kFile},
      {"--web.config.file", ValueSource::kFile},
      {"--log.termination", ValueSource::kFile},
      {"--context", ValueSource::kFree},
      {"--ca-file", ValueSource::kFile},
      {"--cert", ValueSource::kFile},
      {"--key", ValueSource::kFile},
      {"--expires", ValueSource::kFree},
      {"--grace", ValueSource::kFree},
      {"--write", ValueSource::kFile},
      {"--owner", ValueSource::kFree},
      {"token create name", ValueSource::kFree},
      {"token rotate name", ValueSource::kFree},
      {"token revoke name", ValueSource::kFree},
      {"notify test receiver", ValueSource::kFree},
  };
  return table;
}

const CommandEntry* commandBelow(const CommandEntry& command, const std::string& word) {
  for (const CommandEntry& sub : command.commands) {
    if (sub.words.back() == word) return &sub;
  }
  return nullptr;
}

// What has been typed before the last word.
class Typed {
 public:
  explicit Typed(const CommandEntry& program) : path_{&program} {}

  void take(const std::string& word) {
    if (value_of_ != nullptr) {
      value_of_ = nullptr;
    } else if (word == "--" && !only_arguments_) {
      only_arguments_ = true;
    } else if (word.starts_with("-") && !only_arguments_) {
      const ArgumentEntry* option = optionNamed(word);
      if (option != nullptr && option->takes_value) value_of_ = option;
    } else if (const CommandEntry* sub = commandBelow(command(), word);
               sub != nullptr && arguments_.empty()) {
      path_.push_back(sub);
    } else {
      arguments_.push_back(word);
    }
  }

  const CommandEntry& command() const { return *path_.back(); }
  // The options that may stand here: the command's, and those above, as `fallthrough` has it.
  std::vector<std::pair<const CommandEntry*, const ArgumentEntry*>> options() const {
    std::vector<std::pair<const CommandEntry*, const ArgumentEntry*>> all;
    for (auto at = path_.rbegin(); at != path_.rend(); ++at) {
      for (const ArgumentEntry& argument : (*at)->arguments) {
        if (!argument.positional) all.emplace_back(*at, &argument);
      }
    }
    return all;
  }
  const ArgumentEntry* optionNamed(const std::string& name) const {
    for (const auto& [owner, option] : options()) {
      if (std::find(option->names.begin(), option->names.end(), name) != option->names.end()) {
        return option;
      }
    }
    return nullptr;
  }
  // The argument that comes next; nullptr: none.
  const ArgumentEntry* next() const {
    std::size_t before = arguments_.size();
    for (const ArgumentEntry& argument : command().arguments) {
      if (!argument.positional) continue;
      if (before == 0 || argument.many) return &argument;
      --before;
    }
    return nullptr;
  }

  const ArgumentEntry* value_of_ = nullptr;
  bool only_arguments_ = false;
  Words arguments_;

 private:
  std::vector<const CommandEntry*> path_;
};

Candidates plain(const Words& words) {
  Candidates list;
  for (const std::string& word : words) list.push_back({word, ""});
  return list;
}

Candidates named(const NamesOfKind& names, const Words& kinds) {
  Candidates list;
  for (const std::string& kind : kinds) {
    for (const std::string& name : names(kind)) list.push_back({name, kind});
  }
  return list;
}

Candidates commandsBelow(const CommandEntry& command) {
  Candidates list;
  for (const CommandEntry& sub : command.commands) list.push_back({sub.words.back(), sub.help});
  return list;
}

// "attempt,br": the kinds behind what is there already.
Candidates historyKinds(const std::string& word) {
  const auto comma = word.rfind(',');
  const std::string before = comma == std::string::npos ? "" : word.substr(0, comma + 1);
  Candidates list;
  for (std::size_t i = 0; i < engine::kHistoryKindCount; ++i) {
    list.push_back(
        {before + std::string(engine::toString(static_cast<engine::HistoryKind>(i))), ""});
  }
  return list;
}

Candidates valuesOf(const CommandEntry& program, const Typed& typed, const ArgumentEntry& argument,
                    const std::string& word, const NamesOfKind& names) {
  if (!argument.choices.empty()) return plain(argument.choices);
  switch (valueSourceOf(typed.command(), argument).value_or(ValueSource::kFree)) {
    case ValueSource::kFree:
      return {};
    case ValueSource::kFile:
      return {{":files", ""}};
    case ValueSource::kGovernor:
      return named(names, {"governor"});
    case ValueSource::kRemedy:
      return named(names, {"remedy"});
    case ValueSource::kCheck:
      return named(names, {"check"});
    case ValueSource::kAny:
      return named(names, {"governor", "remedy", "check"});
    case ValueSource::kFlag:
      return named(names, {"flag"});
    case ValueSource::kHistoryKind:
      return historyKinds(word);
    case ValueSource::kCommand: {
      const CommandEntry* at = &program;
      for (const std::string& before : typed.arguments_) {
        at = commandBelow(*at, before);
        if (at == nullptr) return {};
      }
      return commandsBelow(*at);
    }
    case ValueSource::kCommandLine:
      return {{typed.arguments_.empty() ? ":commands" : ":files", ""}};
    case ValueSource::kShell:
      return plain({"bash", "zsh", "fish"});
  }
  return {};
}

Candidates optionsOf(const Typed& typed) {
  Candidates list;
  for (const auto& [owner, option] : typed.options()) {
    for (const std::string& name : option->names) list.push_back({name, option->help});
  }
  return list;
}

Candidates candidatesFor(const CommandEntry& program, const Typed& typed, const std::string& word,
                         const NamesOfKind& names) {
  if (typed.value_of_ != nullptr) return valuesOf(program, typed, *typed.value_of_, word, names);
  if (word.starts_with("-") && !typed.only_arguments_) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) return optionsOf(typed);
    const std::string option = word.substr(0, equals);
    const ArgumentEntry* known = typed.optionNamed(option);
    if (known == nullptr) return {};
    Candidates values = valuesOf(program, typed, *known, word.substr(equals + 1), names);
    for (Candidate& value : values) {
      if (!value.text.starts_with(":")) value.text = option + "=" + value.text;
    }
    return values;
  }
  if (!typed.command().commands.empty()) return commandsBelow(typed.command());
  const ArgumentEntry* argument = typed.next();
  return argument == nullptr ? Candidates{} : valuesOf(program, typed, *argument, word, names);
}

}  // namespace

std::optional<ValueSource> valueSourceOf(const CommandEntry& command,
                                         const ArgumentEntry& argument) {
  std::string path;
  for (std::size_t i = 1; i < command.words.size(); ++i) path += command.words[i] + " ";
  for (const std::string& name : argument.names) {
    for (const std::string& key : {path + name, name}) {
      if (const auto found = sources().find(key); found != sources().end()) return found->second;
    }
  }
  return std::nullopt;
}

std::vector<Candidate> completionsOf(const CommandEntry& program, const Words& words,
                                     const NamesOfKind& names) {
  Typed typed(program);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) typed.take(words[i]);
  const std::string word = words.empty() ? "" : words.back();
  Candidates all = candidatesFor(program, typed, word, names);
  std::erase_if(all, [&](const Candidate& candidate) {
    return !candidate.text.starts_with(":") && !candidate.text.starts_with(word);
  });
  return all;
}

}  // namespace heald::ctl
