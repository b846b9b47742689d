#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/governor.h"
#include "engine/output.h"

namespace heald::store {

// The durable state as keys with texts, for a store that knows no tables. A key is its table, a
// slash and the name ("governors/api"); of an episode the name is the remedy, a line feed and the
// identity. A text is one JSON object: `row` is the value as codec.h has it, `boot_id`, `boot_ns`
// and `wall_ns` are when it was written.
struct Row {
  std::string key;
  std::optional<std::string> text;  // nothing: the key goes

  friend bool operator==(const Row&, const Row&) = default;
};

// The history is not in it.
std::vector<Row> rowsOf(const engine::Changes& changes, const core::ClockStamp& now);

// What these rows hold, rebased to `present`. What does not parse is treated as the same row of a
// table is (open_store.h): listed where it matters, left out where nothing depends on it. Keys of
// tables that this heald does not know are passed over.
engine::Saved savedOf(const std::vector<std::pair<std::string, std::string>>& rows,
                      const core::ClockStamp& present);

// Rows in one transaction of etcd, which takes 128 operations: beside them are the head, and what
// is cleared away.
inline constexpr std::size_t kMostRows = 126;
// As many of the first rows as one transaction of etcd holds; at least one.
std::size_t fitting(std::span<const Row> rows);

// Rows as one text, and back; throws Fault for what is none.
std::string textOf(const std::vector<Row>& rows);
std::vector<Row> rowsIn(const std::string& text);

}  // namespace heald::store
