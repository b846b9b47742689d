#include "http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace heald::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  // the largest window; 16 asks for gzip's header
constexpr int kMemoryLevel = 8;       // zlib's default

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool isRefused(std::string_view weight) {  // "q=0", "q=0.000"
  weight = trimmed(weight);
  return weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string_view::npos;
}

bool namesGzip(std::string_view item) {
  const auto semicolon = std::min(item.find(';'), item.size());
  if (!equalsIgnoringCase(trimmed(item.substr(0, semicolon)), "gzip")) return false;
  return semicolon == item.size() || !isRefused(item.substr(semicolon + 1));
}

}  // namespace

bool acceptsGzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
    if (namesGzip(accept_encoding.substr(0, end))) return true;
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
  }
  return false;
}

std::optional<std::string> gzip(std::string_view text, Packing packing) {
  const auto stream = std::make_unique<z_stream>();
  // Fast: the text of metrics shrinks to a tenth at every level.
  const int level = packing == Packing::kFast ? Z_BEST_SPEED : Z_BEST_COMPRESSION;
  if (deflateInit2(stream.get(), level, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string packed(deflateBound(stream.get(), text.size()), '\0');
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream->avail_in = static_cast<uInt>(text.size());
  stream->next_out = reinterpret_cast<Bytef*>(packed.data());
  stream->avail_out = static_cast<uInt>(packed.size());
  const int outcome = deflate(stream.get(), Z_FINISH);
  packed.resize(stream->total_out);
  deflateEnd(stream.get());
  if (outcome != Z_STREAM_END) return std::nullopt;
  return packed;
}

void compressFor(const Request& request, Response& response) {
  if (response.body.size() <= kGzipThreshold || response.headers.count("Content-Encoding") > 0) {
    return;
  }
  response.headers.add("Vary", "Accept-Encoding");
  if (!acceptsGzip(request.headers.get("Accept-Encoding").value_or(""))) return;
  auto packed = gzip(response.body);
  if (!packed) return;
  response.body = std::move(*packed);
  response.headers.add("Content-Encoding", "gzip");
}

}  // namespace heald::http
