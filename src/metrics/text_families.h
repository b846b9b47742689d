#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "metrics/family.h"
#include "metrics/page.h"

namespace heald::metrics {

// What the lines of a page begin with (names and escaped labels), kept from one page to the next:
// they change with the configuration, the numbers with every scrape. Whatever is other than it was
// is written anew, so a page never depends on what was kept. One page at a time.
class Layout {
 private:
  friend class TextFamilies;
  struct OfMetric {
    std::vector<std::string_view> names;  // of the labels of all of its lines; literals
    std::string text;                     // `heald_x{check="web"} `, one after the other
    std::vector<std::uint32_t> ends;      // of each in `text`

    void forgetFrom(std::size_t line);
  };
  std::unordered_map<std::string, OfMetric> metrics_;
  std::size_t last_size_ = 0;  // of the last page, in bytes
};

enum class TextFormat : std::uint8_t { kPrometheus, kOpenMetrics };

// Writes the text of a scrape as its series come: Prometheus' format 0.0.4, or OpenMetrics 1.0, in
// which counters are named without their "_total", buckets may carry an exemplar ({attempt="17"}),
// and the text has an end. Series, labels and numbers are the same in both. Every number has as
// many digits as it takes to read it back unchanged.
class TextFamilies : private Series, public Families {
 public:
  // `layout` outlives this.
  TextFamilies(TextFormat format, Layout& layout)
      : Families(static_cast<Series&>(*this)), format_(format), layout_(layout) {
    page_.text.reserve(layout.last_size_ + layout.last_size_ / 16);
  }

  Page take();

 private:
  void open(prometheus::MetricType type, const std::string& name, std::string_view help) override;
  void add(const LabelSet& labels, double value) override;
  void add(const LabelSet& labels, const engine::Histogram& histogram) override;

  void close();
  void writeHead();
  void writeLabels(std::string& out, std::string_view suffix, const LabelSet& labels,
                   const double* upper_bound = nullptr) const;
  std::string_view knownLine() const;
  bool saysTheSame(std::string_view line, const LabelSet& labels) const;
  void learn(const LabelSet& labels, std::size_t begin);
  void writeBucket(const LabelSet& labels, double bound, std::uint64_t count,
                   const std::optional<engine::Exemplar>& exemplar);
  void wrote(std::size_t lines);
  void cut();

  const TextFormat format_;
  Layout& layout_;
  Page page_;
  // The present metric.
  prometheus::MetricType type_ = prometheus::MetricType::Gauge;
  std::string name_;
  std::string help_;
  Layout::OfMetric* known_ = nullptr;
  std::size_t written_ = 0;   // its series so far
  std::size_t lines_ = 0;     // and their lines
  std::size_t in_chunk_ = 0;  // lines since the last cut
};

}  // namespace heald::metrics
