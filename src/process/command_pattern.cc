#include "process/command_pattern.h"

#include <array>

#include "io/text.h"

namespace heald::process {
namespace {

constexpr std::size_t kNameBytes = 15;  // of what the kernel keeps of a name

// `*` is any text. Linear in practice, and at most the product of the lengths: only the last `*`
// is ever tried again.
bool globMatches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0;
  std::size_t star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view firstWord(std::string_view text) {
  return text.substr(0, text.find(' '));
}

std::string_view lastPart(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// "/opt/app/worker --all" -> "worker --all".
std::string_view withoutFolder(std::string_view command) {
  return command.substr(firstWord(command).size() - lastPart(firstWord(command)).size());
}

using Words = std::vector<std::string>;

std::string joined(const Words& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) text += (i > from ? " " : "") + words[i];
  return text;
}

// An interpreter, and the last letter of those of its options after which no script comes.
struct Interpreter {
  std::string_view name;
  std::string_view code_options;
};
constexpr std::array<Interpreter, 12> kInterpreters = {{{"sh", "c"},
                                                        {"bash", "c"},
                                                        {"dash", "c"},
                                                        {"ash", "c"},
                                                        {"ksh", "c"},
                                                        {"zsh", "c"},
                                                        {"python", "cm"},
                                                        {"perl", "eE"},
                                                        {"ruby", "e"},
                                                        {"node", "epr"},
                                                        {"php", "r"},
                                                        {"lua", "e"}}};

// "/usr/bin/python3.11" is python.
const Interpreter* interpreterNamed(std::string_view path) {
  std::string_view name = lastPart(path);
  while (!name.empty() && (name.back() == '.' || (name.back() >= '0' && name.back() <= '9'))) {
    name.remove_suffix(1);
  }
  for (const Interpreter& interpreter : kInterpreters) {
    if (interpreter.name == name) return &interpreter;
  }
  return nullptr;
}

// Where the script stands among the words; 0 when there is none.
std::size_t scriptAmong(const Words& words) {
  const Interpreter* interpreter = words.empty() ? nullptr : interpreterNamed(words.front());
  for (std::size_t i = 1; interpreter && i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!word.starts_with('-')) return i;
    const bool code = !word.starts_with("--") &&
                      interpreter->code_options.find(word.back()) != std::string_view::npos;
    if (code) return 0;
  }
  return 0;
}

}  // namespace

CommandPattern::CommandPattern(std::string_view text)
    : text_(core::trim(text)), any_folder_(firstWord(text_).find('/') == std::string_view::npos) {}

bool CommandPattern::matchesText(std::string_view command) const {
  if (any_folder_) command = withoutFolder(command);
  return globMatches(text_, command) || globMatches(text_ + " *", command);
}

// All that is left of a zombie's command line.
bool CommandPattern::matchesName(const std::string& name) const {
  return globMatches(lastPart(firstWord(text_)).substr(0, kNameBytes), name);
}

bool CommandPattern::matches(const ProcessInfo& process) const {
  if (process.dead()) return matchesName(process.name);
  const Words& words = process.arguments;
  if (words.empty()) return false;
  if (matchesText(joined(words, 0))) return true;
  if (!process.program.empty()) {
    Words called = words;
    called.front() = process.program;
    if (matchesText(joined(called, 0))) return true;
  }
  const std::size_t script = scriptAmong(words);
  return script > 0 && matchesText(joined(words, script));
}

std::string commandPatternProblem(const std::string& text) {
  const std::string_view pattern = core::trim(text);
  if (pattern.size() > CommandPattern::kMaxBytes) {
    return "is too long (at most " + std::to_string(CommandPattern::kMaxBytes) + " bytes)";
  }
  if (pattern.find_first_not_of("* ") == std::string_view::npos) {
    return "matches everything (begin with the program; example: /opt/app/worker)";
  }
  if (pattern.front() == '^' || pattern.back() == '$' || pattern.find('\\') != pattern.npos) {
    return "is no regular expression: it is the beginning of the command line, and * is any text "
           "(example: /opt/app/worker --queue *)";
  }
  return "";
}

std::string scriptOf(const std::vector<std::string>& command) {
  const std::size_t at = scriptAmong(command);
  return at == 0 ? "" : command[at];
}

}  // namespace heald::process
