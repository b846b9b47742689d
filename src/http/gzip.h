#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace heald::http {

inline constexpr std::size_t kGzipThreshold =
    1024;  // bytes; below, a header costs more than it saves

// True when Accept-Encoding names gzip, unless with q=0. "*" counts as no.
bool acceptsGzip(std::string_view accept_encoding);

enum class Packing : unsigned char {
  kFast,      // for what is sent once
  kSmallest,  // for what is kept
};

// The text as one gzip member; nothing when zlib has no memory. Its state lives on the heap: the
// stacks of CivetWeb's workers are 100 KiB small.
std::optional<std::string> gzip(std::string_view text, Packing packing = Packing::kFast);

// Compresses the body in place when the client accepts it and it is worth it; sets
// Content-Encoding and Vary.
void compressFor(const Request& request, Response& response);

}  // namespace heald::http
