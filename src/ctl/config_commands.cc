#include "ctl/config_commands.h"

#include "app/builtin.h"

namespace heald::ctl {
namespace {

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace

ExitCode checkConfig(const std::string& file, const Lookup& environment, std::ostream& out,
                     std::ostream& err) {
  const auto read = config::readConfigFile(file, app::builtinKinds(), environment);
  for (const config::Problem& problem : read.problems) err << toString(problem) << "\n";
  if (!read.ok()) return ExitCode::kRefused;
  const engine::Setup& setup = read.config.setup;
  out << file << ": ok: " << counted(setup.checks.size(), "check", "checks") << ", "
      << counted(setup.remedies.size(), "remedy", "remedies") << ", "
      << counted(setup.governors.size(), "governor", "governors") << "\n";
  return ExitCode::kOk;
}

ExitCode printSchema(std::ostream& out) {
  out << config::configSchema(app::builtinKinds()) << "\n";
  return ExitCode::kOk;
}

}  // namespace heald::ctl
