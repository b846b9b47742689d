#pragma once

#include <string>

#include "heald/result.h"
#include "io/fd.h"

namespace heald::io {

// The content of a small regular file (a token, a key). Fails with kNotFound when there is none,
// kUnavailable when it cannot be read, is not a regular file, or has more than `limit` bytes. The
// message names the path and the reason, never the content. Blocks as long as the disk does.
Result<std::string> readSmallFile(const std::string& path, std::size_t limit = 64 * 1024);

// The same of a file that heald obeys: fails with kInvalid when others may change it (see
// ownerProblem()).
Result<std::string> readTrustedFile(const std::string& path, std::size_t limit = 64 * 1024);

// Opens a regular file for reading, as these do.
Result<UniqueFd> openRegularFile(const std::string& path);
// All that is in it, from where it stands.
Result<std::string> readAll(int fd, const std::string& path, std::size_t limit);

}  // namespace heald::io
