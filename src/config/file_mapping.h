#pragma once

#include "config/mapping.h"
#include "config/value_reader.h"

namespace heald::config {

// The Mapping of a file that is being read; `root` and `values` live longer.
class FileMapping : public Mapping {
 public:
  FileMapping(const Node& root, ValueReader& values) : root_(root), values_(values) {}

  bool has(const KeyPath& path) const override;
  void warn(const KeyPath& path, const std::string& id, const std::string& message) override;

 private:
  const Node& root_;
  ValueReader& values_;
};

}  // namespace heald::config
