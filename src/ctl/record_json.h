#pragma once

#include <string>
#include <vector>

#include "simulation/record.h"

namespace heald::ctl {

struct NamedRecord {
  std::string file;
  std::string title;
  simulation::Record record;
};

// {"ok": …, "scenarios": [{"file", "title", "ok", "runForSeconds", "checkRuns", "timeline",
// "attempts", "governors", "expectations"}]}: docs/simulate.md. Times are seconds from the start.
// `ok` is false too when a file could not be read.
std::string jsonText(const std::vector<NamedRecord>& records, bool ok);

}  // namespace heald::ctl
