#pragma once

#include <prometheus/metric_family.h>

#include <deque>
#include <initializer_list>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/histogram.h"
#include "engine/setup.h"

namespace heald::metrics {

using Labels = std::initializer_list<std::pair<const char*, std::string_view>>;

// One metric with its series. Label values may be any bytes; they are made valid UTF-8 here.
class Family {
 public:
  explicit Family(prometheus::MetricFamily* family) : family_(family) {}

  void add(Labels labels, double value) const;
  // With labels of the configuration beside.
  void addLabelled(Labels labels, const engine::MetricLabels& more, double value) const;
  void add(Labels labels, const engine::Histogram& histogram) const;

  // A state set: one series per word, 1 for the present one and 0 for all others. Words that
  // `toWord` gives for the values of `all`; no `present` at all makes every series 0.
  template <class All, class State, class ToWord>
  void addStates(Labels labels, const char* state_label, const All& all,
                 std::optional<State> present, ToWord toWord) const {
    for (const State state : all) {
      add(labels, {state_label, toWord(state)}, present == state ? 1 : 0);
    }
  }

  // One series per value of an enumeration, for counts in an array.
  template <class Counts, class ToWord>
  void addCounts(Labels labels, const char* label, const Counts& counts, ToWord toWord) const {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      add(labels, {label, toWord(i)}, static_cast<double>(counts[i]));
    }
  }

 private:
  void add(Labels labels, std::pair<const char*, std::string_view> last, double value) const;
  prometheus::ClientMetric& append(Labels labels) const;

  prometheus::MetricFamily* family_;
};

// The metrics of one scrape, in the order in which they are made. A name gets the prefix "heald_",
// except those that Prometheus has fixed for every process ("process_").
class Families {
 public:
  Family gauge(std::string_view name, std::string_view help);
  Family counter(std::string_view name, std::string_view help);
  Family histogram(std::string_view name, std::string_view help);

  // Those that have series; a metric without any is not exposed.
  std::vector<prometheus::MetricFamily> take();

 private:
  Family make(prometheus::MetricType type, std::string_view name, std::string_view help);

  std::deque<prometheus::MetricFamily> families_;  // a deque: Family points into it
};

// A gauge or counter with one series for each item, labelled by its name.
template <class Items, class ValueOf>
void addEach(Family family, Items&& items, const char* label, ValueOf valueOf) {
  for (const auto& item : items) {
    family.add({{label, item.name}}, static_cast<double>(valueOf(item)));
  }
}

// Of all counts.
template <class Counts>
double sum(const Counts& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

double seconds(core::Duration duration);
double seconds(core::WallTime time);                 // since 1970
double seconds(std::optional<core::WallTime> time);  // 0 when there is none

}  // namespace heald::metrics
