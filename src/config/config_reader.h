#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/fields.h"
#include "config/model.h"
#include "config/problem.h"

namespace heald::config {

// The kinds a file may use. Central configuration knows none by itself.
struct Kinds {
  std::vector<Kind> checks;
  std::vector<Kind> remedies;
};

// A configuration, or why it is none. `config` is whole and consistent when there is no problem,
// and of no use otherwise.
struct ReadResult {
  Config config;
  std::vector<Problem> problems;  // sorted by position

  bool ok() const { return problems.empty(); }
};

// Reads the text of a file. `file` is the name that messages begin with. `environment` serves
// ${NAME}, the FEATURE_* switches and STATE_DIRECTORY. The one reader of the daemon, check-config
// and simulate.
ReadResult readConfig(std::string_view text, const std::string& file, const Kinds& kinds,
                      const Lookup& environment);

// The same from disk.
ReadResult readConfigFile(const std::string& path, const Kinds& kinds, const Lookup& environment);

// JSON Schema (draft 07) of the same descriptions, for editors.
std::string configSchema(const Kinds& kinds);

}  // namespace heald::config
