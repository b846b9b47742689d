#include "app/config_watch.h"

#include <utility>

namespace heald::app {

void ConfigWatch::look() {
  if (watched_.changed()) {
    watch();
    settled_ = false;
    if (++unquiet_ < kPatience) return;
  }
  unquiet_ = 0;
  if (settled_) return;
  settled_ = true;
  std::vector<std::string> files = apply_();
  if (files == files_) return;
  files_ = std::move(files);
  watch();
  settled_ = false;  // one that is new in the list may have changed before it was watched
}

void ConfigWatch::watch() {
  watched_.clear();
  for (const std::string& file : files_) watched_.add(file);
}

}  // namespace heald::app
