#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "io/watched_files.h"

namespace heald::app {

// Notices that the configuration has changed (--config.watch): a file that is written, that is put
// in another's place, that a symbolic link on the way now leads elsewhere for (the ..data of a
// Kubernetes volume), or that comes to or goes from a folder of `include`. It is read when nothing
// has changed from one look to the next, so that no half of an edit is read; at the latest after
// kPatience looks. For one thread.
class ConfigWatch {
 public:
  static constexpr std::chrono::seconds kInterval{1};  // between looks
  static constexpr int kPatience = 10;

  // Goes by what is on disk now, unless that is what was tried last. Returns the files and folders
  // that the configuration depends on.
  using Apply = std::function<std::vector<std::string>()>;

  explicit ConfigWatch(Apply apply) : apply_(std::move(apply)) {}

  // Calls `apply` when it is time to. The first look always does: what has changed since heald read
  // its configuration is found then.
  void look();

 private:
  void watch();

  const Apply apply_;
  std::vector<std::string> files_;
  io::WatchedFiles watched_;
  bool settled_ = false;  // what is on disk has been applied
  int unquiet_ = 0;       // looks, since the last quiet one, that found a change
};

}  // namespace heald::app
