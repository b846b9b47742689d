#include "io/watched_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace heald::io {
namespace {

std::string appearanceOf(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::to_string(errno);
  std::string look;
  for (const auto value :
       {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
        static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_mtim.tv_sec),
        static_cast<std::int64_t>(status.st_mtim.tv_nsec),
        static_cast<std::int64_t>(status.st_ctim.tv_sec),
        static_cast<std::int64_t>(status.st_ctim.tv_nsec)}) {
    look += " " + std::to_string(value);
  }
  return look;
}

}  // namespace

void WatchedFiles::add(const std::string& file) {
  if (!file.empty()) files_.emplace_back(file, appearanceOf(file));
}

bool WatchedFiles::changed() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](const auto& file) { return appearanceOf(file.first) != file.second; });
}

}  // namespace heald::io
