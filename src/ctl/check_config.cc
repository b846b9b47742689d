#include "ctl/check_config.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "app/builtin.h"
#include "config/document.h"
#include "core/plain_text.h"
#include "ctl/lint_host.h"
#include "io/termination_log.h"

namespace heald::ctl {
namespace {

namespace fs = std::filesystem;
using config::Problem;
using nlohmann::ordered_json;

std::string howMany(std::size_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// What one of the arguments stands for; where it stands for nothing, why.
struct Named {
  std::vector<std::string> files;
  std::string fault;
};

Named filesOf(const std::string& argument) {
  std::error_code error;
  if (argument == "-" || !fs::is_directory(argument, error)) return {{argument}, ""};
  Named named;
  for (fs::directory_iterator entry(argument, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string extension = entry->path().extension();
    const bool hidden = entry->path().filename().string().starts_with('.');
    if ((extension == ".yml" || extension == ".yaml") && !hidden && !entry->is_directory()) {
      named.files.push_back(entry->path());
    }
  }
  std::sort(named.files.begin(), named.files.end());
  if (error) named.fault = "cannot be read: " + error.message();
  if (named.fault.empty() && named.files.empty()) {
    named.fault = "is a folder without a file *.yml (name a configuration file)";
  }
  return named;
}

class CheckConfig {
 public:
  CheckConfig(const CheckConfigOptions& options, const Lookup& environment, std::istream& in,
              std::ostream& out, std::ostream& err)
      : options_(options), environment_(environment), in_(in), out_(out), err_(err) {}

  ExitCode run() {
    for (const std::string& argument : options_.files) {
      const Named named = filesOf(argument);
      if (!named.fault.empty()) tell(argument, failed(argument, named.fault));
      for (const std::string& file : named.files) tell(file, read(file));
    }
    const ExitCode code = mistakes_ > 0                      ? ExitCode::kBadFile
                          : options_.strict && warnings_ > 0 ? ExitCode::kWarnings
                                                             : ExitCode::kOk;
    if (options_.as_json) printJson(code);
    const auto written = io::writeTerminationLog(options_.termination_log, texts_);
    if (!written) err_ << core::escaped(written.error().message) << "\n";
    return code;
  }

 private:
  static config::ReadResult failed(const std::string& file, const std::string& why) {
    config::ReadResult result;
    result.problems.push_back({file, {}, "", why});
    return result;
  }

  config::ReadResult read(const std::string& file) {
    const auto more = [&](const config::Config& config, config::Mapping& mapping) {
      if (options_.host) lintHost(config, mapping);
    };
    std::error_code error;
    const auto status = fs::status(file, error);
    if (file != "-" && (fs::is_regular_file(status) || !fs::exists(status))) {
      return config::readConfigFile(file, app::builtinKinds(), environment_, more);
    }
    if (file == "-") return parsed(in_, "stdin", more);
    std::ifstream pipe(file, std::ios::binary);
    if (!pipe) return failed(file, "cannot be read: " + std::generic_category().message(errno));
    return parsed(pipe, file, more);
  }

  config::ReadResult parsed(std::istream& input, const std::string& name,
                            const config::MoreLint& more) {
    std::string text(config::kMaxDocumentBytes + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (input.bad()) return failed(name, "cannot be read: input/output error");
    text.resize(static_cast<std::size_t>(input.gcount()));
    return config::readConfig(text, name, app::builtinKinds(), environment_, config::filesOnDisk(),
                              more);
  }

  // With the same `error` as of every command that fails.
  void printJson(ExitCode code) const {
    ordered_json json = {{"ok", code == ExitCode::kOk}, {"problems", problems_}};
    if (code != ExitCode::kOk) {
      const bool bad = code == ExitCode::kBadFile;
      json["error"] = {{"code", bad ? "bad_file" : "warnings"},
                       {"message", bad ? howMany(mistakes_, "mistake", "mistakes")
                                       : howMany(warnings_, "warning", "warnings")}};
      json["exitCode"] = static_cast<int>(code);
    }
    out_ << core::escapedLines(json.dump(2, ' ', false, ordered_json::error_handler_t::replace))
         << "\n";
  }

  void tell(const std::string& file, const config::ReadResult& result) {
    mistakes_ += countOf(result.problems);
    warnings_ += countOf(result.warnings);
    for (const auto* list : {&result.problems, &result.warnings}) {
      for (const Problem& problem : *list) add(problem);
    }
    if (!result.ok() || options_.as_json) return;
    const engine::Setup& setup = result.config.setup;
    const std::string warned = howMany(countOf(result.warnings), "warning", "warnings");
    out_ << (file == "-" ? "stdin" : core::escaped(file));
    if (options_.strict && !result.warnings.empty()) {
      out_ << ": " << warned << " (--strict)\n";
      return;
    }
    out_ << ": ok: " << howMany(setup.checks.size(), "check", "checks") << ", "
         << howMany(setup.remedies.size(), "remedy", "remedies") << ", "
         << howMany(setup.governors.size(), "governor", "governors")
         << (result.files.size() > 1 ? " (" + std::to_string(result.files.size()) + " files)" : "")
         << (result.warnings.empty() ? "" : ", " + warned) << "\n";
  }

  void add(const Problem& problem) {
    err_ << toString(problem) << "\n";
    const bool warning = !problem.id.empty();
    if (!warning) texts_ += toString(problem) + "\n";
    problems_.push_back({{"file", problem.file},
                         {"line", problem.place.line},
                         {"column", problem.place.column},
                         {"severity", warning ? "warning" : "error"},
                         {"id", warning ? problem.id : "invalid"},
                         {"path", problem.path},
                         {"message", problem.message}});
  }

  const CheckConfigOptions& options_;
  const Lookup& environment_;
  std::istream& in_;
  std::ostream& out_;
  std::ostream& err_;
  ordered_json problems_ = ordered_json::array();
  std::string texts_;  // of the mistakes
  std::size_t mistakes_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace

ExitCode checkConfig(const CheckConfigOptions& options, const Lookup& environment, std::istream& in,
                     std::ostream& out, std::ostream& err) {
  return CheckConfig(options, environment, in, out, err).run();
}

}  // namespace heald::ctl
