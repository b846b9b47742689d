#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "config/reader.h"

namespace heald::test {

// What a kind makes of its options, through the reader of the product.
struct ReadKind {
  std::shared_ptr<const config::Part> part;
  std::vector<std::string> problems;  // "t.yml:1:1: path: message"
};
inline ReadKind readKind(const config::Kind& kind, const std::string& yaml) {
  ReadKind result;
  const auto unset = [](const std::string&) { return std::optional<std::string>(); };
  const auto problems = config::readFields(yaml, "t.yml", unset,
                                           [&](config::Fields& f) { result.part = kind.read(f); });
  for (const auto& problem : problems) result.problems.push_back(config::toString(problem));
  return result;
}

}  // namespace heald::test
