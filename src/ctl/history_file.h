#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/history.h"

namespace heald::ctl {

// A history that was kept: what `healdctl history --json` prints, or a store of heald.
struct HistoryFile {
  std::vector<engine::HistoryEntry> entries;  // in the order of their ids
  std::size_t unreadable = 0;                 // damaged rows, left out
  std::int64_t first_id = 0;
  std::size_t missing = 0;            // ids between the first and the last that are not there
  std::vector<std::string> problems;  // "FILE:LINE: what is wrong"; none: it is sound
};

// All problems, unless there are very many; of lines that are no JSON objects the first. No entry
// at all is one, and so is a time further than `longest` behind the first. Keys that this version
// does not know are left alone.
HistoryFile readHistoryFile(const std::string& path, core::Duration longest);

// The same of lines from anywhere; `name` is the file in the problems. A line of more than
// kLongestHistoryLine bytes is a problem, and the last that is read: a device has no end of it.
HistoryFile readHistoryLines(std::istream& lines, const std::string& name, core::Duration longest);

inline constexpr std::size_t kLongestHistoryLine = 1 << 20;

}  // namespace heald::ctl
