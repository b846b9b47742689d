#include "api/page_packer.h"

#include <zlib.h>

#include <utility>

namespace heald::api {
namespace {

constexpr int kRawWindow = -15;  // the largest window, without a header
constexpr int kMemoryLevel = 8;  // zlib's default

constexpr std::string_view kHead{"\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10};  // the fastest level
constexpr std::string_view kLastBlock{"\x03\0", 2};                      // and it is empty

std::string_view chunkOf(const metrics::Page& page, std::size_t chunk) {
  const std::size_t begin = chunk == 0 ? 0 : page.cuts[chunk - 1];
  return std::string_view(page.text).substr(begin, page.cuts[chunk] - begin);
}

void appendLittleEndian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

bool PagePacker::isKnown(const metrics::Page& page, std::size_t chunk) const {
  return last_ != nullptr && chunk < chunks_.size() && !chunks_[chunk].packed.empty() &&
         chunkOf(*last_, chunk) == chunkOf(page, chunk);
}

bool PagePacker::compress(std::string_view text, Chunk& chunk) {
  ++compressed_;
  z_stream stream{};
  // The text of metrics shrinks to a tenth at every level.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRawWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return false;
  }
  constexpr std::size_t kFlush = 16;  // bytes that a flush may take, beyond the bound
  chunk.packed.resize(deflateBound(&stream, text.size()) + kFlush);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(chunk.packed.data());
  stream.avail_out = static_cast<uInt>(chunk.packed.size());
  const bool whole = deflate(&stream, Z_FULL_FLUSH) == Z_OK && stream.avail_in == 0;
  chunk.packed.resize(stream.total_out);
  chunk.packed.shrink_to_fit();
  chunk.checksum = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
  deflateEnd(&stream);
  return whole;
}

std::optional<std::string> PagePacker::pack(std::shared_ptr<const metrics::Page> page) {
  chunks_.resize(page->cuts.size());
  std::size_t size = kHead.size() + kLastBlock.size() + 8;
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    if (!isKnown(*page, i) && !compress(chunkOf(*page, i), chunks_[i])) {
      last_.reset();
      return std::nullopt;
    }
    size += chunks_[i].packed.size();
  }
  std::string out;
  out.reserve(size);
  out += kHead;
  uLong checksum = 0;
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    out += chunks_[i].packed;
    checksum = crc32_combine(checksum, chunks_[i].checksum,
                             static_cast<z_off_t>(chunkOf(*page, i).size()));
  }
  out += kLastBlock;
  appendLittleEndian(out, static_cast<std::uint32_t>(checksum));
  appendLittleEndian(out, static_cast<std::uint32_t>(page->text.size()));
  last_ = std::move(page);
  return out;
}

}  // namespace heald::api
