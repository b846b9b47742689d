#pragma once

#include <string>

#include "heald/result.h"

namespace heald::io {

// The content of a small regular file (a token, a key). Fails with kNotFound when there is none,
// kUnavailable when it cannot be read, is not a regular file, or has more than `limit` bytes. The
// message names the path and the reason, never the content. Blocks as long as the disk does.
Result<std::string> readSmallFile(const std::string& path, std::size_t limit = 64 * 1024);

}  // namespace heald::io
