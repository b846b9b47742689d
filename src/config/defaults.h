#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/sources.h"
#include "config/value_reader.h"

namespace heald::config {

// `check_defaults` and `remedy_defaults`: puts into each check or remedy what it leaves out and
// what means something for it. A mapping is completed key by key, everything else is taken whole.
// The options of a kind are for those that have that kind: a default chooses none. What is put in
// keeps the place and the path of the default.
class Defaults {
 public:
  enum class Of { kChecks, kRemedies };

  // `section` is the mapping of defaults, without what cannot be one: that is reported, and taken
  // out. `kinds` are the names of the kinds.
  Defaults(Of of, const Node* section, std::vector<std::string> kinds, Sources& sources,
           ValueReader& values);

  // `spot` is the check's or remedy's own. What is used of the limits is added to `used`.
  void complete(Node& item, const Spot& spot, Weight& used) const;

  // What there is of them.
  const Node& section() const { return defaults_; }

 private:
  // Why it can be no default, or nullptr.
  static const char* notADefault(Of of, const std::string& key);
  bool isKind(const std::string& key) const;
  // Whether a default of the top means something for an item that has no such key.
  bool suits(const Node::Entry& entry, const Node& item) const;
  void completeSteps(Node& item, int context, Weight& used) const;
  // `without` is a key of the value that is left out.
  static void put(Node& item, const Node::Entry& entry, std::string_view without, int context,
                  Weight& used);
  static void merge(Node& item, const Node& defaults, std::string_view without, int context,
                    Weight& used);

  Of of_;
  Node defaults_;
  std::vector<std::string> kinds_;
  Sources& sources_;
};

}  // namespace heald::config
