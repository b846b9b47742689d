#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/family.h"
#include "metrics/page.h"
#include "metrics/text_buffer.h"

namespace heald::metrics {

enum class TextFormat : std::uint8_t { kPrometheus, kOpenMetrics };

// The pieces of the last page of each format, with what they were made of: groups of items that do
// not change while they are held here (SharedList). A piece is taken over when the group is the
// very same object and the time has not come until which it holds; so a page never depends on what
// was kept. A histogram is compared, which costs less than to write its lines. One page at a time.
class Layout {
 private:
  friend class TextFamilies;
  struct OfGroup {
    std::shared_ptr<const void> items;
    core::BootTime from{};   // the piece holds from then
    core::BootTime until{};  // to then
    std::size_t lines = 0;
    Page::Piece text;  // null: no series
  };
  struct OfHistogram {
    std::string labels;
    std::optional<engine::Histogram> histogram;
    std::string text;
  };
  struct OfMetric {
    std::string key;   // the name as the sections have it,
    std::string name;  // and as it is in the page
    std::string help;
    std::string head;  // with that help
    std::vector<OfGroup> groups;
    std::vector<OfHistogram> histograms;  // that are in no group
  };
  struct OfFormat {
    std::vector<OfMetric> metrics;  // in the order of the page
    bool full_detail = false;
  };
  std::array<OfFormat, 2> formats_;
  TextBuffer between_;  // room to write in, of what stands between groups,
  TextBuffer group_;    // and of one
};

// Writes the text of a scrape as its series come: Prometheus' format 0.0.4, or OpenMetrics 1.0, in
// which counters are named without their "_total", buckets may carry an exemplar ({attempt="17"}),
// and the text has an end. Series, labels and numbers are the same in both. Every number has as
// many digits as it takes to read it back unchanged.
class TextFamilies : private Series, public Families {
 public:
  // `layout` outlives this. What is written of an item may depend on `full_detail` too.
  TextFamilies(TextFormat format, Layout& layout, core::BootTime now = {},
               bool full_detail = false);

  Page take();

 private:
  void open(prometheus::MetricType type, std::string_view name, std::string_view help) override;
  void add(const LabelSet& labels, double value) override;
  void add(const LabelSet& labels, const engine::Histogram& histogram) override;
  bool hasThoseOf(const void* group) override;
  void madeOf(const std::shared_ptr<const void>& group) override;
  void holdsUntil(core::BootTime end) override { until_ = std::min(until_, end); }

  void close();
  Layout::OfMetric& nextMetric(std::string_view key);
  void needHead();
  char* writeLabels(std::string_view suffix, const LabelSet& labels,
                    const double* upper_bound = nullptr);
  Layout::OfHistogram& nextHistogram(const LabelSet& labels);
  void writeHistogram(const LabelSet& labels, const engine::Histogram& histogram);
  void writeBucket(const LabelSet& labels, double bound, std::uint64_t count,
                   const std::optional<engine::Exemplar>& exemplar);
  void wrote(std::size_t lines);
  void endPieceBetween();
  void addPiece(const Layout::OfGroup& group);
  void cut();

  const TextFormat format_;
  const core::BootTime now_;
  Layout& layout_;
  Layout::OfFormat& kept_;
  Page page_;
  TextBuffer* out_;  // where series go: between groups, or those of a group
  // The present metric.
  Layout::OfMetric* known_ = nullptr;
  std::size_t next_metric_ = 0;  // how many the page has
  std::size_t next_group_ = 0;   // which of its groups is next
  std::size_t next_histogram_ = 0;
  core::BootTime until_{};       // that one holds to then
  std::size_t group_lines_ = 0;  // of the present group
  bool has_head_ = false;
  std::size_t lines_ = 0;     // so far
  std::size_t in_chunk_ = 0;  // since the last cut
};

}  // namespace heald::metrics
