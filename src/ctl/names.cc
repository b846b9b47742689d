#include "ctl/names.h"

#include <fnmatch.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/wording.h"
#include "ctl/json_access.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMostListed = 10;

std::string pluralOf(const std::string& kind) {
  return kind == "remedy" ? "remedies" : kind + "s";
}

}  // namespace

std::string unknownName(const std::string& kind, const std::string& name,
                        const std::vector<std::string>& known) {
  const std::string text = "no " + kind + " \"" + printable(name) + "\" ";
  if (known.empty()) return text + "(there is none)";
  const std::string near = config::nearest(name, known);
  if (!near.empty()) return text + "(did you mean \"" + near + "\"?)";
  return text + "(there are: " + someOf(known) + ")";
}

std::string someOf(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < std::min(names.size(), kMostListed); ++i) {
    list += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kMostListed) {
    list += ", and " + std::to_string(names.size() - kMostListed) + " more";
  }
  return list;
}

std::vector<std::string> namesOf(const Console& console, const std::string& kind) {
  const std::string plural = pluralOf(kind);
  const Answer answer = console.client.get("/api/" + plural);
  const auto value = ordered_json::parse(answer.ok() ? answer.body : "", nullptr, false);
  std::vector<std::string> names;
  for (const ordered_json& thing : listOf(value, plural)) names.push_back(textOf(thing, "name"));
  return names;
}

Failure withSuggestion(const Console& console, Failure failure, const std::string& kind,
                       const std::string& name) {
  if (failure.code != ExitCode::kNotFound) return failure;
  const auto known = namesOf(console, kind);
  if (!known.empty() && std::find(known.begin(), known.end(), name) == known.end()) {
    failure.message = unknownName(kind, name, known);
  }
  return failure;
}

bool matches(const std::string& pattern, const std::string& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

}  // namespace heald::ctl
