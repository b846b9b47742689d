#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"

namespace heald::config {

// Where each key of a description belongs: for a key that stands in the wrong mapping, and for a
// value that should be a mapping. Built when it is asked for the first time.
class KeyIndex {
 public:
  // `read` describes the top of a file, and what it fills is thrown away.
  explicit KeyIndex(std::function<void(Fields&)> read) : read_(std::move(read)) {}

  struct Belongs {
    std::string text;  // "under remedies[].exec or remedies[].http", "at the top of the file"
    std::string first_below;  // the first key on the way there from the mapping, or ""
  };
  // Where this key belongs that the mapping at `path` ("checks[2]") does not know; the nearest
  // places, and nothing when no mapping knows it.
  std::optional<Belongs> find(const std::string& path, std::string_view key) const;
  // The key that a mapping at `path` most needs, "" when that is none or has none.
  std::string firstKey(const std::string& path) const;

 private:
  using Segments = std::vector<std::string>;  // "checks", "[]", "http"; "*" is any name
  struct Entry {
    Segments mapping;
    std::string key;
    bool required;
  };
  const std::vector<Entry>& entries() const;

  std::function<void(Fields&)> read_;
  mutable std::optional<std::vector<Entry>> entries_;
};

}  // namespace heald::config
