#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/environment.h"
#include "config/files.h"
#include "config/sources.h"
#include "config/value_reader.h"

namespace heald::config {

// The names of the kinds: the keys whose options defaults may give.
struct KindNames {
  std::vector<std::string> checks;
  std::vector<std::string> remedies;
};

// A configuration as one tree of values, with everything in it that saves writing done: included
// files are added, templates written out, defaults put in. What reads it needs to know of none of
// them: each value has the place where it stands.
struct Tree {
  std::unique_ptr<Sources> sources;
  std::unique_ptr<ValueReader> values;  // with the mistakes so far
  Node root;
  bool whole = false;  // else a file could not be read, and nothing more can be told
  std::uint64_t hash = 0;
};

// Adds a text to what tells one configuration from another.
void hashIn(std::uint64_t& hash, std::string_view text);

Tree readTree(std::string_view text, const std::string& file, const KindNames& kinds,
              const Lookup& environment, const Files& files);

}  // namespace heald::config
