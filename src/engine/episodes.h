#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/episode.h"
#include "engine/episode_book.h"
#include "engine/episode_lines.h"
#include "engine/episode_rules.h"

namespace heald::engine {

// What happens to the episodes: they are told of, admitted and ended, and forgotten. Which there
// are is in the book; how many of a group fire, and who waits for an attempt, in the lines, which
// follow.
//
// A resolved episode is remembered for a while, because the same notification may come again. One
// that fires and is not heard of any more is forgotten too: then its Alertmanager is gone, and
// nothing is known.
class Episodes {
 public:
  static constexpr std::size_t kLimit = 20'000;
  using Group = EpisodeLines::Group;

  Episodes() = default;
  Episodes(const Episodes&) = delete;
  Episodes& operator=(const Episodes&) = delete;

  const EpisodeBook& book() const { return book_; }
  EpisodeBook& book() { return book_; }
  const EpisodeLines& lines() const { return lines_; }
  EpisodeLines& lines() { return lines_; }

  // A notification: see episode_rules.h. kFull: no room, and nothing was changed.
  enum class Heard : std::uint8_t { kNew, kAgain, kResolved, kOld, kFull };
  Heard hear(const EpisodeKey& key, const std::string& target, const Alert& alert, core::Now now);

  // It waits for an attempt, if it fires.
  void waitAgain(const EpisodeKey& key);
  // All that fire without an attempt wait again; those of the group do.
  void wakeAll();
  void wake(const Group& group);

  void admitted(const EpisodeKey& key, std::uint64_t attempt);
  // Of its incident: an attempt starts with this step; this one has ended.
  void reached(const EpisodeKey& key, int step);
  void ended(const EpisodeKey& key, std::uint64_t attempt, bool ok);
  // The one that this attempt was admitted for does not fire any more, though nobody told so.
  void ceased(const EpisodeKey& key, std::uint64_t attempt, core::Now now);

  // Forgets what was not heard of for so long; looks at most every minute, and at nothing else.
  // Returns the groups of those that still fired, one for each.
  std::vector<Group> forgetOld(core::Now now, core::Duration forget_after);
  // Alerts are told apart in another way: what is one now keeps the episode that fires, or that has
  // had an attempt. Returns the new names of all that have one.
  using Identify = std::function<std::string(const Episode&)>;
  std::map<EpisodeKey, EpisodeKey> rename(const Identify& identity, core::BootTime now);
  // Forgets those that nobody takes any more.
  using Taken = std::function<bool(const EpisodeKey&, const Episode&)>;
  void keepOnly(const Taken& taken, core::BootTime now);
  // What the store held.
  void load(std::vector<std::pair<EpisodeKey, Episode>> episodes, core::BootTime now);

 private:
  Episode& change(const EpisodeKey& key);
  void begin(const EpisodeKey& key, const std::string& target, const Alert& alert, core::Now now);
  void fire(const EpisodeKey& key, Episode& episode);
  void cease(const EpisodeKey& key, Episode& episode, core::BootTime now);
  void drop(const EpisodeKey& key, core::BootTime now);
  bool makeRoom(core::BootTime now);
  void recount(core::BootTime now);

  EpisodeLines lines_;
  EpisodeBook book_{[this](core::BootTime now) { recount(now); }};
  core::BootTime next_cleanup_{};
};

}  // namespace heald::engine
