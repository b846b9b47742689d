#pragma once

#include <ostream>
#include <string>

#include "ctl/exit_code.h"
#include "ctl/token.h"

namespace heald::ctl {

struct StoreMigrateOptions {
  std::string file;  // the configuration; it has store.etcd in both directions
  std::string to;    // "etcd" or "sqlite"
  std::string actor;
  bool as_json = false;
};

// `healdctl store migrate`: moves the state of a heald that does not run (store/migration.h), and
// says what to do next. kBadFile: the configuration has mistakes. kRefused: what is there is in the
// way. kUnreachable: etcd or the file cannot be used.
ExitCode migrateStore(const StoreMigrateOptions& options, const Lookup& environment,
                      std::ostream& out, std::ostream& err);

}  // namespace heald::ctl
