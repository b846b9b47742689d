#include "engine/tally.h"

#include <algorithm>
#include <charconv>

#include "engine/snapshot.h"

namespace heald::engine {
namespace {

constexpr std::string_view kSum = "sum_ns";
constexpr std::string_view kInfinity = "+Inf";
constexpr std::string_view kTimes = "time_to_heal/";

std::string nameOf(EndedBy who) {
  return "incidents/" + std::string(toString(who));
}
std::string nameOf(HumanAction action) {
  return "human_actions/" + std::string(toString(action));
}
std::string nameOf(const std::string& kind, std::string_view what) {
  return std::string(kTimes) + kind + "/" + std::string(what);
}

// A bucket goes by its bound, so that another set of bounds still finds what fits.
std::string bucketName(const std::vector<double>& bounds, std::size_t bucket) {
  if (bucket == bounds.size()) return std::string(kInfinity);
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, bounds[bucket]).ptr};
}

std::size_t bucketOf(const std::vector<double>& bounds, std::string_view name) {
  double bound = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), bound);
  const bool whole = read.ec == std::errc() && read.ptr == name.data() + name.size();
  return whole ? static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), bound) -
                                          bounds.begin())
               : bounds.size();
}

}  // namespace

std::string_view toString(EndedBy who) {
  constexpr std::array<std::string_view, kEndedByCount> kWords = {"remedy", "itself", "human"};
  return kWords[static_cast<std::size_t>(who)];
}

void Tally::began(const std::string& check, core::BootTime now) {
  UnhealthyTime& time = checks_[check];
  if (time.since) return;
  time.since = now;
  time.human = false;
  change(check, now);
}

void Tally::ended(const std::string& check, const std::string& kind, EndedBy who,
                  core::BootTime now) {
  const auto found = checks_.find(check);
  if (found == checks_.end() || !found->second.since) return;
  UnhealthyTime& time = found->second;
  const core::Duration lasted = time.total(now) - time.ended;
  const EndedBy by = time.human ? EndedBy::kHuman : who;
  time = {time.ended + lasted, {}, false};
  change(check, now);
  ++incidents_[static_cast<std::size_t>(by)];
  changed(nameOf(by), now);
  Histogram& histogram = knows(kind);
  changed(nameOf(kind, bucketName(histogram.bounds(), histogram.observe(lasted))), now);
  changed(nameOf(kind, kSum), now);
}

void Tally::dropped(const std::string& check, core::BootTime now) {
  const auto found = checks_.find(check);
  if (found == checks_.end() || !found->second.since) return;
  found->second = {found->second.total(now), {}, false};
  change(check, now);
}

void Tally::touched(const std::string& check, core::BootTime now) {
  const auto found = checks_.find(check);
  if (found == checks_.end() || !found->second.since) return;
  if (!std::exchange(found->second.human, true)) change(check, now);
}

void Tally::touchedAll(core::BootTime now) {
  for (const auto& [check, time] : checks_) touched(check, now);
}

void Tally::acted(HumanAction action) {
  ++acts_[static_cast<std::size_t>(action)];
  proposed_.push_back(action);
  changed_.insert(nameOf(action));
}

void Tally::stand(core::Now now) {
  if (!std::exchange(proposed_, {}).empty()) writeBy(now.boot);
}

const UnhealthyTime* Tally::find(const std::string& check) const {
  const auto found = checks_.find(check);
  return found == checks_.end() ? nullptr : &found->second;
}

Histogram& Tally::knows(const std::string& kind) {
  return times_.try_emplace(kind, timeToHealBuckets()).first->second;
}

void Tally::change(const std::string& check, core::BootTime now) {
  changed_checks_.insert(check);
  writeBy(now);
}

void Tally::changed(std::string count, core::BootTime now) {
  changed_.insert(std::move(count));
  writeBy(now);
}

std::map<std::string, std::uint64_t> Tally::byName() const {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t i = 0; i < incidents_.size(); ++i) {
    counts[nameOf(static_cast<EndedBy>(i))] = incidents_[i];
  }
  for (std::size_t i = 0; i < acts_.size(); ++i) {
    counts[nameOf(static_cast<HumanAction>(i))] = acts_[i];
  }
  for (const auto& [kind, histogram] : times_) {
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
      counts[nameOf(kind, bucketName(histogram.bounds(), i))] = histogram.counts()[i];
    }
    counts[nameOf(kind, kSum)] = static_cast<std::uint64_t>(histogram.sumSeconds() * 1e9);
  }
  return counts;
}

Tally::Counts Tally::countsOf(const std::set<std::string>& names) const {
  if (names.empty()) return {};
  const auto all = byName();
  Counts counts;
  for (const std::string& name : names) counts.emplace_back(name, all.at(name));
  return counts;
}

void Tally::write(Changes& changes) const {
  changes.counts = countsOf(changed_);
  for (const std::string& check : changed_checks_) {
    changes.unhealthy_times.emplace_back(check, checks_.at(check));
  }
}

void Tally::fill(Snapshot& s) const {
  s.incidents = incidents_;
  s.times_to_heal = times_;
  s.human_actions = acts_;
}

void Tally::writeAll(Changes& changes) const {
  const auto all = byName();
  changes.counts.assign(all.begin(), all.end());
  changes.unhealthy_times.assign(checks_.begin(), checks_.end());
}

void Tally::keep(core::Now) {
  changed_.clear();
  changed_checks_.clear();
  proposed_.clear();
  due_.reset();
}

// What was seen stays so, and is still to be written.
void Tally::undo(core::Now) {
  for (const HumanAction action : std::exchange(proposed_, {})) {
    --acts_[static_cast<std::size_t>(action)];
  }
}

void Tally::load(const Counts& counts, const Times& times) {
  checks_ = {times.begin(), times.end()};
  incidents_ = {};
  acts_ = {};
  for (auto& [kind, histogram] : times_) histogram = Histogram(timeToHealBuckets());
  for (const auto& [name, count] : counts) {
    for (std::size_t i = 0; i < incidents_.size(); ++i) {
      if (name == nameOf(static_cast<EndedBy>(i))) incidents_[i] = count;
    }
    for (std::size_t i = 0; i < acts_.size(); ++i) {
      if (name == nameOf(static_cast<HumanAction>(i))) acts_[i] = count;
    }
    const std::size_t last = name.rfind('/');
    if (!name.starts_with(kTimes) || last < kTimes.size()) continue;
    Histogram& histogram = knows(name.substr(kTimes.size(), last - kTimes.size()));
    const std::string_view what = std::string_view(name).substr(last + 1);
    if (what == kSum) {
      histogram.restoreSum(static_cast<double>(count) / 1e9);
    } else {
      histogram.restore(bucketOf(histogram.bounds(), what), count);
    }
  }
  keep({});
}

}  // namespace heald::engine
