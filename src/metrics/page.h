#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace heald::metrics {

// The body of a scrape, in pieces that pages share: what did not change since the page before is
// the very same object. Some hundred lines of them are a chunk. Where chunks end depends on the
// series and not on their values: from one scrape to the next a chunk holds the same series, so
// that whoever has compressed one has to look only at those that are other bytes now.
struct Page {
  using Piece = std::shared_ptr<const std::string>;
  std::vector<Piece> pieces;
  std::vector<std::size_t>
      cuts;              // how many pieces end with each chunk; the last one is all of them
  std::size_t size = 0;  // bytes

  void add(Piece piece) {
    size += piece->size();
    pieces.push_back(std::move(piece));
  }
  void cut() {
    if (pieces.size() > (cuts.empty() ? 0 : cuts.back())) cuts.push_back(pieces.size());
  }
  std::string text() const {
    std::string all;
    all.reserve(size);
    for (const Piece& piece : pieces) all += *piece;
    return all;
  }
};

// One that is a chunk as a whole.
inline Page wholePage(std::string text) {
  Page page;
  page.add(std::make_shared<const std::string>(std::move(text)));
  page.cut();
  return page;
}

}  // namespace heald::metrics
