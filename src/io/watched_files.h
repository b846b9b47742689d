#pragma once

#include <string>
#include <utility>
#include <vector>

namespace heald::io {

// Files that are looked at now and then: has one changed since it was added? That is also told of
// one that is replaced by another of the same size and time, that goes, or that a symbolic link on
// the way now leads elsewhere for, as Kubernetes' secrets do it (inotify on the file sees nothing
// then). For one thread.
class WatchedFiles {
 public:
  void clear() { files_.clear(); }
  // Before it is read: what is written meanwhile has changed. "" is none.
  void add(const std::string& file);
  bool changed() const;

 private:
  std::vector<std::pair<std::string, std::string>> files_;  // and what they looked like
};

}  // namespace heald::io
