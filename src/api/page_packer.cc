#include "api/page_packer.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

namespace heald::api {
namespace {

constexpr int kRawWindow = -15;  // the largest window, without a header
constexpr int kMemoryLevel = 8;  // zlib's default

constexpr std::string_view kHead{"\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10};  // the fastest level
constexpr std::string_view kLastBlock{"\x03\0", 2};                      // and it is empty

std::span<const metrics::Page::Piece> piecesOf(const metrics::Page& page, std::size_t chunk) {
  const std::size_t begin = chunk == 0 ? 0 : page.cuts[chunk - 1];
  return std::span(page.pieces).subspan(begin, page.cuts[chunk] - begin);
}

void appendLittleEndian(std::string& out, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

}  // namespace

bool PagePacker::isKnown(std::size_t chunk, Pieces pieces) const {
  if (chunk >= last_.cuts.size() || chunks_[chunk].packed.empty()) return false;
  const Pieces before = piecesOf(last_, chunk);
  return std::equal(pieces.begin(), pieces.end(), before.begin(), before.end(),
                    [](const auto& a, const auto& b) { return a == b || *a == *b; });
}

bool PagePacker::compress(Pieces pieces, Chunk& chunk) {
  ++compressed_;
  chunk = {};
  for (const auto& piece : pieces) chunk.size += piece->size();
  z_stream stream{};
  // The text of metrics shrinks to a tenth at every level.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRawWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return false;
  }
  constexpr std::size_t kFlush = 16;  // bytes that a flush may take, beyond the bound
  chunk.packed.resize(deflateBound(&stream, chunk.size) + kFlush);
  stream.next_out = reinterpret_cast<Bytef*>(chunk.packed.data());
  stream.avail_out = static_cast<uInt>(chunk.packed.size());
  bool whole = true;
  uLong checksum = 0;
  for (const auto& piece : pieces) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece->data()));
    stream.avail_in = static_cast<uInt>(piece->size());
    checksum = crc32(checksum, stream.next_in, stream.avail_in);
    whole = whole && (piece->empty() || deflate(&stream, Z_NO_FLUSH) == Z_OK);
  }
  whole = whole && deflate(&stream, Z_FULL_FLUSH) == Z_OK && stream.avail_in == 0;
  chunk.packed.resize(stream.total_out);
  chunk.packed.shrink_to_fit();
  chunk.checksum = static_cast<std::uint32_t>(checksum);
  deflateEnd(&stream);
  return whole;
}

std::shared_ptr<const std::string> PagePacker::pack(metrics::Page page) {
  chunks_.resize(page.cuts.size());
  std::size_t size = kHead.size() + kLastBlock.size() + 8;
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    if (!isKnown(i, piecesOf(page, i)) && !compress(piecesOf(page, i), chunks_[i])) {
      last_ = {};
      return nullptr;
    }
    size += chunks_[i].packed.size();
  }
  auto packed = std::make_shared<std::string>();
  std::string& out = *packed;
  out.reserve(size);
  out += kHead;
  uLong checksum = 0;
  for (const Chunk& chunk : chunks_) {
    out += chunk.packed;
    checksum = crc32_combine(checksum, chunk.checksum, static_cast<z_off_t>(chunk.size));
  }
  out += kLastBlock;
  appendLittleEndian(out, static_cast<std::uint32_t>(checksum));
  appendLittleEndian(out, static_cast<std::uint32_t>(page.size));
  last_ = std::move(page);
  return packed;
}

}  // namespace heald::api
