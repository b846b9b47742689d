#pragma once

#include <string>

#include "engine/history.h"

namespace heald::store {

// An entry as a row: what is asked for has a column of its own, the rest is one JSON object. Texts
// are made valid UTF-8 and bounded on the way in: names and actors to 256 bytes, messages and
// values to 1,024, the output to engine::kHistoryOutputBytes; of details the first 16 count.
struct HistoryColumns {
  std::int64_t wall_ns = 0;
  std::string kind;
  std::string governor;
  std::string remedy;
  std::string check;
  std::string entry;

  std::int64_t bytes() const;  // what it takes on disk, roughly
};

HistoryColumns encode(const engine::HistoryEntry& entry);
// Throws Fault, with what is wrong.
engine::HistoryEntry decodeHistory(const HistoryColumns& columns);

}  // namespace heald::store
