#include "config/sources.h"

namespace heald::config {

int Sources::addFile(std::string name) {
  files_.push_back(std::move(name));
  return static_cast<int>(files_.size()) - 1;
}

int Sources::addContext(std::string text) {
  contexts_.push_back(std::move(text));
  return static_cast<int>(contexts_.size()) - 1;
}

const std::string& Sources::fileOf(const Place& place) const {
  return files_[static_cast<std::size_t>(place.file)];
}

const std::string& Sources::contextOf(const Place& place) const {
  return contexts_[static_cast<std::size_t>(place.context)];
}

std::string Sources::textOf(const Place& place) const {
  return fileOf(place) + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace heald::config
