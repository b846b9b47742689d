#include "config/environment.h"

#include <algorithm>
#include <cstdlib>

#include "config/wording.h"

namespace heald::config {
namespace {

bool isNameStart(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}
bool isName(std::string_view text) {
  return !text.empty() && isNameStart(text[0]) && std::all_of(text.begin(), text.end(), [](char c) {
    return isNameStart(c) || (c >= '0' && c <= '9');
  });
}

Error malformed(std::string message) {
  return {ErrorCode::kInvalid, std::move(message)};
}

// What a remedy's command finds in its environment.
bool isOfCommands(const std::string& name) {
  return name.starts_with("HEALD_LABEL_") || name == "HEALD_CHECK" || name == "HEALD_REMEDY" ||
         name == "HEALD_ATTEMPT" || name == "HEALD_REASON" || name == "HEALD_FENCE";
}

// What is between the braces of one reference.
Result<std::string> valueOf(std::string_view reference, const Lookup& environment) {
  const std::size_t colon = reference.find(":-");
  const std::string name(reference.substr(0, colon));
  const bool has_default = colon != std::string_view::npos;
  if (!isName(name) || (has_default && reference.find("${", colon) != std::string_view::npos)) {
    return malformed(
        quoted("${" + std::string(reference) + "}") +
        " is not a reference (write ${NAME} or ${NAME:-default}; $${ is a literal ${)");
  }
  const std::optional<std::string> value = environment ? environment(name) : std::nullopt;
  if (has_default && (!value || value->empty())) return std::string(reference.substr(colon + 2));
  if (!value && isOfCommands(name)) {
    return malformed("the variable " + name +
                     " is one that heald sets for a command when it runs, not while it reads this "
                     "(in a shell script write $" +
                     name + "; an argument takes a label as {{instance}})");
  }
  if (!value) {
    const bool lower =
        std::none_of(name.begin(), name.end(), [](char c) { return c <= 'Z' && c >= 'A'; });
    return malformed("the environment variable " + name + " is not set (set it, or write ${" +
                     name + ":-default}" +
                     (lower ? "; a key of for_each, or a label, is {{" + name + "}})" : ")"));
  }
  return *value;
}

}  // namespace

std::optional<std::string> processEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::string> expand(std::string_view text, const Lookup& environment) {
  std::string result;
  while (true) {
    const std::size_t start = text.find("${");
    if (start == std::string_view::npos) return result + std::string(text);
    if (start > 0 && text[start - 1] == '$') {
      result += std::string(text.substr(0, start - 1)) + "${";
      text.remove_prefix(start + 2);
      continue;
    }
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) {
      return malformed("\"${\" is not closed (write ${NAME}; $${ is a literal ${)");
    }
    const Result<std::string> value = valueOf(text.substr(start + 2, end - start - 2), environment);
    if (!value) return value.error();
    result += std::string(text.substr(0, start)) + *value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace heald::config
