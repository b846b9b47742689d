#pragma once

#include <string>
#include <vector>

#include "simulation/record.h"

namespace heald::ctl {

struct NamedRecord {
  std::string file;
  std::string title;
  simulation::Record record;
  std::vector<std::string> problems;  // why it could not be played
};

// {"ok": …, "scenarios": [{"file", "title", "ok", "runForSeconds", "checkRuns", "timeline",
// "attempts", "governors", "expectations", "problems"}], "problems"}: docs/simulate.md. Times are
// seconds from the start. `problems` are those of the configuration.
std::string jsonText(const std::vector<NamedRecord>& records, bool ok,
                     const std::vector<std::string>& problems);

}  // namespace heald::ctl
