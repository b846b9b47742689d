#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/files.h"
#include "config/sources.h"
#include "config/value_reader.h"

namespace heald::config {

// Puts together what the files of one configuration say: the main file, and those that its
// `include` names. These may hold `checks`, `remedies` and `governors`, which are added to the main
// file's own in the order of the patterns, the files of a pattern by name. Everything keeps its
// place and its path in its own file. The limits of a document are for all of them together.
class Includes {
 public:
  // What is wrong is reported to `values`, which reads by `sources`. All outlive this.
  Includes(const Files& files, Sources& sources, ValueReader& values, Weight& used)
      : files_(files), sources_(sources), values_(values), used_(used) {}

  // `root` is the top of the main file and becomes that of all; `bytes` are the main file's.
  void addTo(Node& root, std::size_t bytes);

  // Called with the text of each file that was read.
  std::function<void(std::string_view text)> onText;

 private:
  void addPattern(Node& root, const Spot& spot, const std::string& pattern);
  void addFile(Node& root, const Spot& spot, const std::string& pattern, const std::string& path);
  void merge(Node& root, Node& included, int file);
  void mergeEntry(Node& root, Node::Entry& entry);

  const Files& files_;
  Sources& sources_;
  ValueReader& values_;
  Weight& used_;
  std::size_t bytes_ = 0;
  std::set<std::string> seen_;
};

}  // namespace heald::config
