#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "ctl/console.h"

namespace heald::ctl {

// `healdctl history`: what has happened, the oldest first.
struct HistoryOptions {
  // since, until, governor, remedy, check, kind, as GET /api/history takes them.
  std::map<std::string, std::string, std::less<>> query;
  std::size_t limit = 0;  // the newest so many; 0: all
  bool as_json = false;   // a line of JSON for each
  bool follow = false;    // and then what comes
  std::string store;      // a file to read instead of asking a heald
};

// Of a running heald. With `follow` it goes on until it is interrupted, over restarts of heald too.
ExitCode showHistory(const Console& console, const HistoryOptions& options);

// Of a file: heald's own or a copy, whether or not a heald runs on it.
ExitCode showStoredHistory(const HistoryOptions& options, std::ostream& out, std::ostream& err,
                           bool colours);

}  // namespace heald::ctl
