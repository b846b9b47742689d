#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "core/time.h"
#include "engine/histogram.h"
#include "engine/setup.h"
#include "engine/shared_list.h"

namespace heald::metrics {

using Label = std::pair<const char*, std::string_view>;
using Labels = std::initializer_list<Label>;

// The labels of one series, where they stand: nothing is copied before it is written. Values may be
// any bytes; whoever writes them makes them valid UTF-8.
struct LabelSet {
  Labels first;
  const Label* last = nullptr;
  const engine::MetricLabels* more = nullptr;  // of the configuration

  template <class Take>
  void each(Take take) const {
    for (const auto& [name, value] : first) take(std::string_view(name), value);
    if (last != nullptr) take(std::string_view(last->first), last->second);
    if (more == nullptr) return;
    for (const auto& [name, value] : *more) take(std::string_view(name), std::string_view(value));
  }
};

// Where the series of one metric go.
class Series {
 public:
  virtual ~Series() = default;
  virtual void add(const LabelSet& labels, double value) = 0;
  virtual void add(const LabelSet& labels, const engine::Histogram& histogram) = 0;
  virtual void durable() {}

  // Of a group of items that does not change (SharedList). True: the series that were made of this
  // very object stand, and nothing is to be added; otherwise madeOf() is called behind them.
  virtual bool hasThoseOf(const void* /*group*/) { return false; }
  virtual void madeOf(const std::shared_ptr<const void>& /*group*/) {}
  // They are other ones from then on.
  virtual void holdsUntil(core::BootTime /*end*/) {}
};

class Families;

// One metric, for whoever knows its series.
class Family {
 public:
  // Its counts come back from the store.
  Family durable() const {
    series().durable();
    return *this;
  }

  void add(Labels labels, double value) const { series().add({labels}, value); }
  // With labels of the configuration beside.
  void addLabelled(Labels labels, const engine::MetricLabels& more, double value) const {
    series().add({labels, nullptr, &more}, value);
  }
  void add(Labels labels, const engine::Histogram& histogram) const {
    series().add({labels}, histogram);
  }

  // The series of each item of a list, which `write(item)` adds: it looks at the item and at
  // nothing else, but for the time. Where that matters it says for how long the series are as they
  // are. What has not changed since the last page may be taken from there.
  template <class T, class Write>
  void each(const engine::SharedList<T>& items, Write write) const {
    for (const auto& group : items.groups()) {
      if (series().hasThoseOf(group.get())) continue;
      for (const auto& item : *group) write(std::as_const(*item));
      series().madeOf(group);
    }
  }
  void holdsUntil(core::BootTime end) const { series().holdsUntil(end); }
  void holdsForThisPage() const { series().holdsUntil(core::BootTime::min()); }

  // A state set: one series per word, 1 for the present one and 0 for all others. Words that
  // `toWord` gives for the values of `all`; no `present` at all makes every series 0.
  template <class All, class State, class ToWord>
  void addStates(Labels labels, const char* state_label, const All& all,
                 std::optional<State> present, ToWord toWord) const {
    for (const State state : all) {
      const Label last{state_label, toWord(state)};
      series().add({labels, &last}, present == state ? 1 : 0);
    }
  }

  // One series per value of an enumeration, for counts in an array.
  template <class Counts, class ToWord>
  void addCounts(Labels labels, const char* label, const Counts& counts, ToWord toWord) const {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const Label last{label, toWord(i)};
      series().add({labels, &last}, static_cast<double>(counts[i]));
    }
  }

 private:
  friend class Families;
  Family(const Families* families, int number) : families_(families), number_(number) {}
  Series& series() const;

  const Families* families_;
  int number_;
};

// The metrics of one scrape, in the order in which they are made: a metric has all of its series
// before the next one is asked for (otherwise this throws), so that a text needs no second place
// for any. A name gets the prefix "heald_", except those that Prometheus has fixed for every
// process
// ("process_"). A metric without series is not exposed.
class Families {
 public:
  virtual ~Families() = default;
  Family gauge(std::string_view name, std::string_view help) {
    return begin(prometheus::MetricType::Gauge, name, help);
  }
  Family counter(std::string_view name, std::string_view help) {
    return begin(prometheus::MetricType::Counter, name, help);
  }
  Family histogram(std::string_view name, std::string_view help) {
    return begin(prometheus::MetricType::Histogram, name, help);
  }

 protected:
  explicit Families(Series& series) : series_(&series) {}
  static std::string nameOf(std::string_view name);  // with its prefix
  Families(const Families&) = delete;
  Families& operator=(const Families&) = delete;

 private:
  friend class Family;
  Family begin(prometheus::MetricType type, std::string_view name, std::string_view help);
  // From here on the series are those of this metric, whose whole name is nameOf(name).
  virtual void open(prometheus::MetricType type, std::string_view name, std::string_view help) = 0;

  Series* series_;
  int number_ = 0;  // of the present metric
};

inline Series& Family::series() const {
  if (number_ != families_->number_) {
    throw std::logic_error("a metric gets a series after the next one has begun");
  }
  return *families_->series_;
}

// A gauge or counter with one series for each item, labelled by its name.
template <class Items, class ValueOf>
void addEach(Family family, Items&& items, const char* label, ValueOf valueOf) {
  for (const auto& item : items) {
    family.add({{label, item.name}}, static_cast<double>(valueOf(item)));
  }
}

template <class Item, class ValueOf>
void addEach(Family family, const engine::SharedList<Item>& items, const char* label,
             ValueOf valueOf) {
  family.each(items, [&](const Item& item) {
    family.add({{label, item.name}}, static_cast<double>(valueOf(item)));
  });
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
