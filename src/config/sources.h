#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/problem.h"

namespace heald::config {

// What the numbers in a Place stand for.
class Sources {
 public:
  explicit Sources(std::string main_file) : files_{std::move(main_file)} {}

  int addFile(std::string name);
  // `text` is what a message adds: "item 3 of for_each, heald.yml:41:7 (name: shop)".
  int addContext(std::string text);

  const std::string& fileOf(const Place& place) const;
  const std::string& contextOf(const Place& place) const;
  std::string textOf(const Place& place) const;  // "heald.yml:41:7"
  const std::vector<std::string>& files() const { return files_; }

 private:
  std::vector<std::string> files_;
  std::vector<std::string> contexts_{""};
};

}  // namespace heald::config
