#include "ctl/simulate.h"

#include <fstream>

#include "app/builtin.h"
#include "ctl/record_json.h"
#include "ctl/record_text.h"
#include "simulation/picture.h"
#include "simulation/player.h"

namespace heald::ctl {
namespace {

using simulation::Record;
using simulation::Scenario;

template <class Read>
bool sound(const Read& read, std::ostream& err) {
  for (const config::Problem& problem : read.problems) err << toString(problem) << "\n";
  return read.ok();
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
    if (!sound(config, err_)) return ExitCode::kRefused;
    bool ok = true;
    for (const std::string& file : options_.scenarios) ok &= one(config.config.setup, file);
    if (options_.as_json) out_ << jsonText(records_, ok) << "\n";
    return ok ? ExitCode::kOk : ExitCode::kRefused;
  }

 private:
  bool one(const engine::Setup& setup, const std::string& file) {
    const auto read = simulation::readScenarioFile(file, setup, environment_);
    if (!sound(read, err_)) return false;
    const Record record = simulation::play(setup, read.scenario);
    const std::string& title = read.scenario.title.empty() ? file : read.scenario.title;
    if (options_.as_json) {
      records_.push_back({file, title, record});
    } else {
      if (!options_.quiet) out_ << timelineText(record, title, colours_) << "\n";
      out_ << verdictsText(record, file, colours_);
    }
    const bool drawn = options_.svg.empty() || draw(options_.svg, record, title, err_);
    return record.ok() && drawn;
  }

  const SimulateOptions& options_;
  const Lookup& environment_;
  bool colours_;
  std::ostream& out_;
  std::ostream& err_;
  std::vector<NamedRecord> records_;
};

}  // namespace

ExitCode simulate(const SimulateOptions& options, const Lookup& environment, bool colours,
                  std::ostream& out, std::ostream& err) {
  if (!options.svg.empty() && options.scenarios.size() != 1) {
    err << "healdctl: --svg draws one scenario; name one, not " << options.scenarios.size() << "\n";
    return ExitCode::kUsage;
  }
  return Simulation(options, environment, colours, out, err).run();
}

}  // namespace heald::ctl
