#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace heald::metrics {

// The body of a scrape. It is cut into chunks of some hundred lines, at places that depend on the
// series and not on their values: from one scrape to the next a chunk holds the same series, so
// that whoever has compressed one has to look only at those that are other bytes now.
struct Page {
  std::string text;
  std::vector<std::size_t> cuts;  // where each chunk ends; the last one is text.size()
};

// One that is a chunk as a whole.
inline Page wholePage(std::string text) {
  Page page{std::move(text), {}};
  page.cuts.push_back(page.text.size());
  return page;
}

}  // namespace heald::metrics
