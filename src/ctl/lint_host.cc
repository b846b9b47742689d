#include "ctl/lint_host.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <sstream>

#include "app/web_configuration.h"
#include "config/lint.h"
#include "process/process.h"

namespace heald::ctl {
namespace {

enum class Program { kRuns, kMissing, kFolder, kNotExecutable };

Program look(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return Program::kMissing;
  if (S_ISDIR(status.st_mode)) return Program::kFolder;
  return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? Program::kRuns
                                                                  : Program::kNotExecutable;
}

// Of this name, in the places where heald looks for one.
std::optional<std::string> lookedUp(const std::string& name) {
  const std::string places = process::kProcessPath;
  for (std::size_t at = 0; at <= places.size();) {
    const std::size_t end = std::min(places.find(':', at), places.size());
    const std::string path = places.substr(at, end - at) + "/" + name;
    if (look(path) == Program::kRuns) return path;
    at = end + 1;
  }
  return std::nullopt;
}

void lintName(const std::string& name, const config::KeyPath& path, config::Mapping& file) {
  if (lookedUp(name)) return;
  file.warn(path, "program-missing",
            "\"" + name + "\" is in none of " + process::kProcessPath +
                " on this machine (install it, or write its whole path)");
}

void lintPath(const std::string& program, const config::KeyPath& path, config::Mapping& file) {
  const std::string name = program.substr(program.rfind('/') + 1);
  const auto elsewhere = name.empty() ? std::nullopt : lookedUp(name);
  switch (look(program)) {
    case Program::kRuns:
      break;
    case Program::kMissing:
      file.warn(path, "program-missing",
                "there is no \"" + program + "\" on this machine (" +
                    (elsewhere ? "there is " + *elsewhere : "install it, or correct the path") +
                    ")");
      break;
    case Program::kFolder:
      file.warn(path, "program-not-executable",
                "\"" + program + "\" is a folder (name a program in it)");
      break;
    case Program::kNotExecutable:
      file.warn(path, "program-not-executable",
                "\"" + program + "\" may not be executed (chmod +x " + program + ")");
      break;
  }
}

void warnOf(const std::vector<config::HostProblem>& problems, const char* id,
            const config::KeyPath& part, config::Mapping& file) {
  for (const config::HostProblem& problem : problems) {
    config::KeyPath path = part;
    std::istringstream keys(problem.key);  // basic_auth.password_file
    for (std::string key; std::getline(keys, key, '.');) path.push_back(key);
    file.warn(path, id, problem.message);
  }
}

void lintPart(const config::KindPart& kind, const config::KeyPath& options, config::Mapping& file) {
  if (kind.part == nullptr) return;
  config::KeyPath path = options;
  path.push_back(kind.kind);
  warnOf(kind.part->problemsOfHost(), "user-unknown", path, file);
  warnOf(kind.part->warningsOfHost(), "program-not-yours", path, file);
  if (kind.part->command().empty()) return;
  const std::string program = kind.part->command().front();
  path.emplace_back("command");
  program.find('/') == std::string::npos ? lintName(program, path, file)
                                         : lintPath(program, path, file);
}

void lintOutgoing(const config::Config& config, config::Mapping& file) {
  const auto& receivers = config.notifications.receivers;
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    const config::KindPart& kind = receivers[i].part;
    if (kind.part == nullptr) continue;
    warnOf(kind.part->warningsOfHost(), "secret-file",
           {"notifications", "receivers", "[" + std::to_string(i) + "]", kind.kind}, file);
  }
  if (config.collector == nullptr) return;
  warnOf(config.collector->warningsOfHost(), "secret-file", {"telemetry", "otlp"}, file);
}

}  // namespace

void lintHost(const config::Config& config, config::Mapping& file) {
  for (const engine::CheckSpec& spec : config.setup.checks) {
    const config::ConfiguredCheck& check = config.checks.of(spec);
    lintPart(check.does, config::pathOf(check), file);
  }
  for (const auto& [plane, fault] : app::problemsOfWeb(config.web)) {
    file.warn({"web", app::toString(plane), "config_file"}, "web-config", fault);
  }
  lintOutgoing(config, file);
  std::set<std::size_t> seen;
  for (const engine::RemedySpec& spec : config.setup.remedies) {
    const config::ConfiguredRemedy& remedy = config.remedies.of(spec);
    for (const auto& [does, path] : config::stepsOf(remedy, file)) lintPart(does, path, file);
    const bool first = seen.insert(remedy.item).second;
    if (remedy.permit == nullptr || !first) continue;
    config::KeyPath path = config::pathOf(remedy);
    path.emplace_back("permit");
    warnOf(remedy.permit->warningsOfHost(), "secret-file", path, file);
  }
}

}  // namespace heald::ctl
