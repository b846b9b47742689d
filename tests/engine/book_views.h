#pragma once

#include <vector>

#include "engine/journal.h"

namespace heald::engine {

// What a book would have the next commit write, what it holds, and what it tells.
inline Changes rowsOf(const Book& book) {
  Changes changes;
  book.write(changes);
  return changes;
}
inline Changes allOf(const Book& book) {
  Changes changes;
  book.writeAll(changes);
  return changes;
}
inline std::vector<HistoryEntry> toldBy(const Book& book, core::Now now) {
  std::vector<HistoryEntry> entries;
  book.tell(entries, now);
  return entries;
}

}  // namespace heald::engine
