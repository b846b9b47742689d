#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/page.h"

namespace heald::api {

// Compresses pages of metrics, of which most is what it was in the page before: a chunk that is the
// same bytes is not compressed again. Each chunk is compressed by itself and ends at a byte (a full
// flush of deflate, RFC 1951); one after the other they are the body of a single gzip member
// (RFC 1952), whose checksum is combined from theirs. A member for each chunk would be simpler, but
// curl and browsers read only the first.
//
// One page at a time.
class PagePacker {
 public:
  // Null when zlib has no memory.
  std::shared_ptr<const std::string> pack(metrics::Page page);

  std::uint64_t compressed() const { return compressed_; }  // chunks, since the beginning

 private:
  using Pieces = std::span<const metrics::Page::Piece>;
  struct Chunk {
    std::string packed;
    std::uint32_t checksum = 0;
    std::size_t size = 0;  // of the text
  };
  bool isKnown(std::size_t chunk, Pieces pieces) const;
  bool compress(Pieces pieces, Chunk& chunk);

  metrics::Page last_;
  std::vector<Chunk> chunks_;  // of `last_`
  std::uint64_t compressed_ = 0;
};

}  // namespace heald::api
