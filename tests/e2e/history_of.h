#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/daemon.h"

namespace heald::test {

// All entries of the history that the query ("kind=attempt") chooses, with ids above `after`, the
// oldest first.
inline std::vector<nlohmann::json> historyOf(const TestDaemon& daemon, const std::string& query,
                                             std::int64_t after = 0) {
  std::vector<nlohmann::json> entries;
  std::string before;
  const auto known = [&](const nlohmann::json& entry) { return entry.at("id") <= after; };
  do {
    const std::string call = "/api/history?limit=1000&" + query + before;
    const auto page = nlohmann::json::parse(daemon.get(call).body);
    for (const auto& entry : page.at("entries")) entries.push_back(entry);
    const auto& next = page.at("next");
    before = next.is_null() ? "" : "&before=" + std::to_string(next.get<long>());
  } while (!before.empty() && !known(entries.back()));
  std::erase_if(entries, known);
  std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace heald::test
