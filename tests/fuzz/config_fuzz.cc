// A configuration file, with all kinds that heald has.
#include <algorithm>
#include <set>

#include "app/builtin.h"
#include "config/config_reader.h"
#include "fuzz.h"

using namespace heald;

namespace {

std::optional<std::string> environment(const std::string& name) {
  if (name == "STATE_DIRECTORY" || name == "HOST") return "/tmp/heald-fuzz";
  if (name == "MAX") return "7";
  return std::nullopt;
}

void requireProblem(const config::Problem& problem, int lines) {
  const std::string line = toString(problem);
  fuzz::requireLine(line, "a problem");
  fuzz::require(line.starts_with("heald.yml:"), "a problem begins with the file", line);
  fuzz::require(!problem.message.empty(), "a problem says what is wrong", line);
  fuzz::require(problem.place.line >= 0 && problem.place.line <= lines, "its line is in the file",
                line);
  fuzz::require(problem.place.column >= 0, "its column is in the file", line);
}

template <class Specs>
std::set<std::string> namesOf(const Specs& specs) {
  std::set<std::string> names;
  for (const auto& spec : specs) {
    fuzz::require(names.insert(spec.name).second, "names are unique", spec.name);
    fuzz::require(!spec.name.empty(), "names are not empty");
  }
  return names;
}

// What the engine takes for granted.
void requireWhole(const engine::Setup& setup) {
  const auto checks = namesOf(setup.checks);
  const auto governors = namesOf(setup.governors);
  namesOf(setup.remedies);
  for (const engine::CheckSpec& check : setup.checks) {
    fuzz::require(check.interval > core::Duration{} && check.timeout > core::Duration{},
                  "intervals and timeouts are above zero", check.name);
    for (const std::string& other : check.depends_on) {
      fuzz::require(checks.contains(other), "a check that is depended on exists", other);
    }
  }
  for (const engine::RemedySpec& remedy : setup.remedies) {
    fuzz::require(governors.contains(remedy.governor), "its governor exists", remedy.name);
    fuzz::require(remedy.check.empty() || checks.contains(remedy.check), "its check exists",
                  remedy.name);
    fuzz::require(!remedy.check.empty() || remedy.byAlert() || remedy.preventive,
                  "something asks for a remedy", remedy.name);
    fuzz::require(!remedy.steps.empty() && remedy.steps[0] == 0 &&
                      std::is_sorted(remedy.steps.begin(), remedy.steps.end()),
                  "steps ascend from 0", remedy.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const config::Kinds kinds = app::builtinKinds();
  const std::string_view text = fuzz::textOf(data, size);
  const config::ReadResult read = config::readConfig(text, "heald.yml", kinds, environment);
  const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  for (const config::Problem& problem : read.problems) {
    requireProblem(problem, lines + 1);
  }
  const auto by_place = [](const auto& a, const auto& b) { return a.place < b.place; };
  fuzz::require(read.problems.size() <= 201, "problems are limited");
  const auto end = read.problems.size() > 200 ? read.problems.end() - 1 : read.problems.end();
  fuzz::require(std::is_sorted(read.problems.begin(), end, by_place), "problems are sorted");
  if (read.ok()) requireWhole(read.config.setup);
  return 0;
}
