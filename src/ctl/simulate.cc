#include "ctl/simulate.h"

#include <fstream>

#include "app/builtin.h"
#include "ctl/error_json.h"
#include "ctl/record_json.h"
#include "ctl/record_text.h"
#include "simulation/picture.h"
#include "simulation/player.h"

namespace heald::ctl {
namespace {

using simulation::Record;
using simulation::Scenario;

using Problems = std::vector<std::string>;

template <class Read>
Problems problemsOf(const Read& read, std::ostream& err) {
  Problems problems;
  for (const config::Problem& problem : read.problems) {
    problems.push_back(toString(problem));
    err << problems.back() << "\n";
  }
  return problems;
}

bool draw(const std::string& file, const Record& record, const std::string& title,
          std::ostream& err) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << simulation::picture(record, title);
  stream.close();
  if (!stream) err << "healdctl: " << file << " cannot be written\n";
  return static_cast<bool>(stream);
}

class Simulation {
 public:
  Simulation(const SimulateOptions& options, const Lookup& environment, bool colours,
             std::ostream& out, std::ostream& err)
      : options_(options), environment_(environment), colours_(colours), out_(out), err_(err) {}

  ExitCode run() {
    const auto config = config::readConfigFile(options_.config, app::builtinKinds(), environment_);
    const Problems problems = config.ok() ? Problems{} : wrongConfig(config);
    bool ok = problems.empty();
    for (const std::string& file : options_.scenarios) {
      if (problems.empty()) ok &= one(config.config.setup, file);
    }
    if (options_.as_json) out_ << jsonText(records_, ok, problems) << "\n";
    if (!problems.empty() || bad_file_) return ExitCode::kBadFile;
    return ok ? ExitCode::kOk : ExitCode::kRefused;
  }

 private:
  // A configuration in the place of the scenario is a typing mistake that its own mistakes would
  // hide.
  Problems wrongConfig(const config::ReadResult& read) {
    const std::string& other = options_.scenarios.front();
    if (!config::readConfigFile(other, app::builtinKinds(), environment_).ok()) {
      return problemsOf(read, err_);
    }
    const std::string swapped = other + " is a configuration, and " + options_.config +
                                " is none (first the configuration, then the scenarios: healdctl "
                                "simulate " +
                                other + " " + options_.config + ")";
    err_ << "healdctl: " << swapped << "\n";
    return {swapped};
  }

  bool one(const engine::Setup& setup, const std::string& file) {
    const auto read = simulation::readScenarioFile(file, setup, environment_);
    if (!read.ok()) {
      records_.push_back({file, "", {}, problemsOf(read, err_)});
      bad_file_ = true;
      return false;
    }
    const Record record = simulation::play(setup, read.scenario);
    const std::string& title = read.scenario.title.empty() ? file : read.scenario.title;
    if (options_.as_json) {
      records_.push_back({file, title, record, {}});
    } else {
      if (!options_.quiet) out_ << timelineText(record, title, colours_) << "\n";
      out_ << verdictsText(record, file, colours_);
    }
    if (!options_.svg.empty() && !draw(options_.svg, record, title, err_)) bad_file_ = true;
    return record.ok() && !bad_file_;
  }

  const SimulateOptions& options_;
  const Lookup& environment_;
  bool colours_;
  std::ostream& out_;
  std::ostream& err_;
  std::vector<NamedRecord> records_;
  bool bad_file_ = false;  // a scenario that cannot be played, a picture that cannot be written
};

}  // namespace

ExitCode simulate(const SimulateOptions& options, const Lookup& environment, bool colours,
                  std::ostream& out, std::ostream& err) {
  if (!options.svg.empty() && options.scenarios.size() != 1) {
    const std::string message =
        "--svg draws one scenario; name one, not " + std::to_string(options.scenarios.size());
    err << "healdctl: " << message << "\n";
    if (options.as_json) out << errorJson({ExitCode::kUsage, message});
    return ExitCode::kUsage;
  }
  return Simulation(options, environment, colours, out, err).run();
}

}  // namespace heald::ctl
