#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/environment.h"
#include "config/fields.h"
#include "config/files.h"
#include "config/mapping.h"
#include "config/model.h"
#include "config/problem.h"

namespace heald::config {

// The kinds a file may use. Central configuration knows none by itself.
struct Kinds {
  std::vector<Kind> checks;
  std::vector<Kind> remedies;
  // More keys of the section `alertmanager`, and the part that is asked; no `read`: there is none.
  Kind alertmanager = {};
  std::vector<Kind> receivers = {};  // of notifications
  Kind otlp = {};                    // of telemetry; no `read`: there is none
  Kind permit = {};                  // of a remedy, a PermitPart; no `read`: there is none
};

// A configuration, or why it is none. `config` is whole and consistent when there is no problem,
// and of no use otherwise.
struct ReadResult {
  Config config;
  std::vector<Problem> problems;   // sorted by position
  std::vector<Problem> warnings;   // what is allowed and most likely not meant (lint.h)
  std::vector<std::string> files;  // that were read, the main file first
  // From disk alone, also with problems: the files that were asked for, and the folders of
  // patterns.
  std::vector<std::string> looked_at;
  // Of what they hold, but for store.etcd.name and url: tells one configuration from another.
  std::uint64_t hash = 0;

  bool ok() const { return problems.empty(); }
};

// Rules of the caller's own, beside those of lint(): called for a file without a mistake.
using MoreLint = std::function<void(const Config&, Mapping&)>;

// Reads the text of a file. `file` is the name that messages begin with. `environment` serves
// ${NAME}, the FEATURE_* switches and STATE_DIRECTORY. The one reader of the daemon, check-config
// and simulate. `files` serves `include`, by paths relative to the folder of `file`.
ReadResult readConfig(std::string_view text, const std::string& file, const Kinds& kinds,
                      const Lookup& environment, const Files& files = {},
                      const MoreLint& more = {});

// The same from disk, with what the file includes.
ReadResult readConfigFile(const std::string& path, const Kinds& kinds, const Lookup& environment,
                          const MoreLint& more = {});

// JSON Schema (draft 07) of the same descriptions, for editors.
std::string configSchema(const Kinds& kinds);

}  // namespace heald::config
