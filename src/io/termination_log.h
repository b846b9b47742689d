#pragma once

#include <string>
#include <string_view>

#include "heald/result.h"

namespace heald::io {

// What Kubernetes shows of a container that has ended: the beginning of its termination log.
inline constexpr std::size_t kTerminationBytes = 2048;

// `text` in at most `max` bytes: whole, or each line cut to one width, so that every mistake is
// there with its place. Where not even kReadable bytes a line are left, the first lines and how
// many are missing. Pure.
inline constexpr std::size_t kReadable = 96;
std::string fitted(std::string_view text, std::size_t max = kTerminationBytes);

// Writes a fitted text to the file, which the kubelet has made. "": nowhere.
Result<void> writeTerminationLog(const std::string& file, std::string_view text);

}  // namespace heald::io
