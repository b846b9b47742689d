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

// What formats with room for it say of a metric beside its series.
struct Beside {
  bool durable = false;                       // its counters and histograms go on over a restart
  std::vector<engine::Histogram> histograms;  // one for each series of a histogram
};

// One metric with its series. Label values may be any bytes; they are made valid UTF-8 here.
class Family {
 public:
  Family(prometheus::MetricFamily* family, Beside* beside) : family_(family), beside_(beside) {}

  // Its counts come back from the store.
  Family durable() const;

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
  Beside* beside_;  // null: nobody wants it
};

// The metrics of one scrape, in the order in which they are made. A name gets the prefix "heald_",
// except those that Prometheus has fixed for every process ("process_").
class Families {
 public:
  explicit Families(bool with_beside = false) : with_beside_(with_beside) {}

  Family gauge(std::string_view name, std::string_view help);
  Family counter(std::string_view name, std::string_view help);
  Family histogram(std::string_view name, std::string_view help);

  // Those that have series; a metric without any is not exposed.
  std::vector<prometheus::MetricFamily> take();
  // What stands beside those of the last take(), in their order; empty unless it was wanted.
  std::vector<Beside> takeBeside() { return std::move(taken_beside_); }

 private:
  Family make(prometheus::MetricType type, std::string_view name, std::string_view help);

  bool with_beside_;
  std::deque<prometheus::MetricFamily> families_;  // deques: Family points into them
  std::deque<Beside> beside_;
  std::vector<Beside> taken_beside_;
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
