#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/document.h"
#include "heald/result.h"

namespace heald::config {

// The content of a file, cut where it is certainly too large. Only of a regular file: a pipe could
// block for ever. The error's message says why, without the path.
Result<std::string> loadFile(const std::string& path, const FileKind& kind = kConfigurationFile);

// Where the files come from that a configuration includes. Without functions there are none.
struct Files {
  std::function<Result<std::string>(const std::string& path)> load;
  // The names in a folder that match a pattern of the shell (* ? [a-z]), sorted by bytes; hidden
  // ones only when the pattern begins with a dot. An Error when there are more than kMostIncluded,
  // or when the folder cannot be read.
  std::function<Result<std::vector<std::string>>(const std::string& folder,
                                                 const std::string& pattern)>
      list;
  // Whether two paths lead to one file.
  std::function<bool(const std::string&, const std::string&)> same;
};
inline constexpr std::size_t kMostIncluded = 1000;

Files filesOnDisk();

}  // namespace heald::config
