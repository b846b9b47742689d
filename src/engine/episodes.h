#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/episode.h"
#include "engine/journal.h"

namespace heald::engine {

// The episodes that are known, and which of them still wait for their attempt. Durable: what a step
// changes is a proposal until its commit.
//
// What is told may be late or out of order: two Alertmanagers tell the same without each other.
// - While one fires: that it fires, whatever its start is, is no news. That it is resolved ends it,
//   but for an end before its start, and for a start at or before the end of the episode before.
// - When it is over: what started after its end is another episode. What started before is told
//   late; but told kLate after the end and later, it was no end: the same episode goes on, with the
//   attempt that it has had.
//
// A resolved episode is remembered for a while, because the same notification may come again. One
// that fires and is not heard of any more is forgotten too: then its Alertmanager is gone, and
// nothing is known.
class Episodes : public Book {
 public:
  static constexpr std::size_t kLimit = 20'000;
  // Longer than Alertmanager takes to give a notification up (its group_interval), and than it
  // believes in an alert that Prometheus no longer tells of (4 minutes).
  static constexpr core::Duration kLate = std::chrono::minutes(5);

  // By remedy and target.
  using Group = std::pair<std::string, std::string>;

  // A notification. kFull: no room, and nothing was changed.
  enum class Heard : std::uint8_t { kNew, kAgain, kResolved, kOld, kFull };
  Heard hear(const EpisodeKey& key, const std::string& target, const Alert& alert, core::Now now);

  // The oldest one of the group that fires and has had no attempt.
  std::optional<EpisodeKey> next(const Group& group) const;
  // Nothing of the group waits any more, until it is heard of again.
  void setAside(const Group& group);
  // All that fire without an attempt wait again.
  void wakeAll();
  void waitAgain(const EpisodeKey& key);
  // Those of the group that fire without an attempt wait again.
  void wake(const Group& group);

  void admitted(const EpisodeKey& key, std::uint64_t attempt);
  // Of its incident: an attempt starts with this step; this one has ended.
  void reached(const EpisodeKey& key, int step);
  void ended(const EpisodeKey& key, std::uint64_t attempt, bool ok);
  // Whether the episode that this attempt was admitted for was resolved, and not only forgotten;
  // another one may fire since.
  bool resolved(const EpisodeKey& key, std::uint64_t attempt) const;
  // The one that this attempt was admitted for does not fire any more, though nobody told so.
  void ceased(const EpisodeKey& key, std::uint64_t attempt, core::Now now);
  // Those that fire, and whose last attempt has failed.
  std::vector<EpisodeKey> failed() const;
  const Episode* find(const EpisodeKey& key) const;
  bool firing(const EpisodeKey& key) const;
  // The alert whose episode, the latest or the one before, an attempt was admitted for.
  std::optional<EpisodeKey> ofAttempt(const Group& group, std::uint64_t attempt) const;
  // Since when nothing of the group fires; none while something does.
  std::optional<core::BootTime> quietSince(const Group& group) const;
  std::size_t waiting(const Group& group) const;
  std::size_t firing(const Group& group) const;
  std::set<std::string> targets() const;  // that any episode names

  // Forgets what was not heard of for so long; looks at most every minute. Returns how many still
  // fired.
  std::size_t forgetOld(core::Now now, core::Duration forget_after);
  // Alerts are told apart in another way: what is one now keeps the episode that fires, or that has
  // had an attempt. Returns the new names of all that have one.
  using Identify = std::function<std::string(const Episode&)>;
  std::map<EpisodeKey, EpisodeKey> rename(const Identify& identity, core::BootTime now);
  // Forgets those that nobody takes any more.
  using Taken = std::function<bool(const EpisodeKey&, const Episode&)>;
  void keepOnly(const Taken& taken, core::BootTime now);

  bool proposed() const override { return !before_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now) override { before_.clear(); }
  void undo(core::Now now) override;
  void load(std::vector<std::pair<EpisodeKey, Episode>> episodes, core::BootTime now);

  // The groups of which something has changed since this was asked last.
  std::set<Group> takeTouched() { return std::exchange(touched_, {}); }

  std::size_t size() const { return episodes_.size(); }
  std::size_t groups() const { return groups_.size(); }  // of which something is remembered

 private:
  struct Known {
    Episode episode;
    std::uint64_t waits_as = 0;  // its place in the group's line; 0: it does not wait
    core::BootTime heard{};      // last: a step of the wall clock makes nobody forget
  };
  struct Members {
    std::map<std::uint64_t, EpisodeKey> waiting;
    std::size_t firing = 0;
    core::BootTime quiet_since{};
  };

  Members& groupOf(const EpisodeKey& key, const Known& known) {
    const Group group{key.remedy, known.episode.target};
    touched_.insert(group);
    return groups_[group];
  }
  void remember(const EpisodeKey& key);
  Heard begin(const EpisodeKey& key, Known& known, const std::string& target, const Alert& alert,
              core::Now now);
  Heard whileFiring(const EpisodeKey& key, Known& known, const Alert& alert, core::Now now);
  Heard whenOver(const EpisodeKey& key, Known& known, const std::string& target, const Alert& alert,
                 core::Now now);
  void startFiring(const EpisodeKey& key, Known& known);
  void leaveLine(const EpisodeKey& key, Known& known);
  void stopFiring(const EpisodeKey& key, Known& known, core::BootTime now);
  void drop(const EpisodeKey& key, core::BootTime now);
  void forgetQuietGroups(core::BootTime now, core::Duration forget_after);
  bool makeRoom(core::BootTime now);
  void recount(core::BootTime now);

  std::map<EpisodeKey, Known> episodes_;
  std::map<Group, Members> groups_;
  std::set<Group> touched_;
  std::map<EpisodeKey, std::optional<Known>> before_;  // as they were before this step
  std::uint64_t line_ = 0;
  core::BootTime quiet_since_{};  // groups of which nothing is remembered
  core::BootTime next_cleanup_{};
};

// The value of the label `alertname`, or "without a name".
std::string alertName(const Labels& labels);

}  // namespace heald::engine
