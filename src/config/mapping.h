#pragma once

#include <memory>
#include <string>
#include <vector>

namespace heald::config {

// Where something stands in a configuration: keys, and places in lists as "[2]".
using KeyPath = std::vector<std::string>;

// The top of a file that was read, for what can only be said when all of it is known. Of use until
// the reader returns.
class Mapping {
 public:
  virtual ~Mapping() = default;

  // Whether the file has this key, itself or by a default or a template.
  virtual bool has(const KeyPath& path) const = 0;
  // Notes what is allowed and most likely not meant, at the path, or at what is nearest above it.
  // `message` says what follows from it and what would be right; `id` names the rule.
  virtual void warn(const KeyPath& path, const std::string& id, const std::string& message) = 0;
};

}  // namespace heald::config
