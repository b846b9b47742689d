#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "heald/result.h"

namespace heald::io {

// A small file that is put in another's place as a whole: whoever reads the path finds the old
// content or the new one, also after a crash. It is on disk, beside the path, before commit() makes
// it the file; what is not committed is removed.
class FileReplacement {
 public:
  struct Options {
    mode_t mode = 0600;
    std::optional<std::pair<uid_t, gid_t>> owner = {};  // nothing: this process's
  };
  // kUnavailable, with the path and the reason and never the content.
  static Result<FileReplacement> prepare(const std::string& path, std::string_view content,
                                         const Options& options);
  static Result<FileReplacement> prepare(const std::string& path, std::string_view content) {
    return prepare(path, content, Options());
  }
  FileReplacement(FileReplacement&& other) noexcept;
  FileReplacement& operator=(FileReplacement&&) = delete;
  ~FileReplacement();

  Result<void> commit();

 private:
  FileReplacement(std::string path, std::string temporary)
      : path_(std::move(path)), temporary_(std::move(temporary)) {}

  std::string path_;
  std::string temporary_;  // "": committed, or moved away
};

}  // namespace heald::io
