#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/episode.h"

namespace heald::engine {

// The episodes of each remedy and target as a group: how many fire, since when none does, and the
// line of those that wait for their attempt. Nothing of it is durable: after a start, all that fire
// without an attempt wait anew.
//
// A group of which nothing fires is forgotten after a while; there may be one for each value that a
// label has ever had.
class EpisodeLines {
 public:
  // By remedy and target.
  using Group = std::pair<std::string, std::string>;

  // One more of the group fires; one less.
  void fires(const Group& group);
  void ceases(const Group& group, core::BootTime now);

  // It stands at the end of the group's line, unless it has a place in one.
  void wait(const Group& group, const EpisodeKey& key);
  void leave(const EpisodeKey& key);
  // Nobody of the group waits any more.
  void setAside(const Group& group);
  // The one that has waited longest.
  std::optional<EpisodeKey> next(const Group& group) const;

  std::size_t waiting(const Group& group) const;
  std::size_t firing(const Group& group) const;
  std::size_t firing() const { return firing_; }  // of all groups
  // Since when nothing of the group fires; none while something does.
  std::optional<core::BootTime> quietSince(const Group& group) const;

  // Forgets the groups that have been quiet for longer than that. Looks at no other.
  void forgetQuiet(core::BootTime now, core::Duration forget_after);
  std::size_t size() const { return groups_.size(); }  // of which something is remembered

  // Something is shown of the group that has changed.
  void touch(const Group& group) { touched_.insert(group); }
  // The groups of which something has changed since this was asked last.
  std::set<Group> takeTouched() { return std::exchange(touched_, {}); }

  // As at a start: nothing has been heard of before now.
  void begin(core::BootTime now);
  // More than one episode has changed: these are all that there are. Who waits and still fires
  // keeps the place; a group that was quiet before is so since then.
  struct Member {
    EpisodeKey key;
    Group group;
    bool firing = false;
  };
  void recount(const std::vector<Member>& members, core::BootTime now);

 private:
  struct Line {
    std::map<std::uint64_t, EpisodeKey> waiting;
    std::size_t firing = 0;
    core::BootTime quiet_since{};
  };
  struct Place {
    Group group;
    std::uint64_t number;
  };
  const Line* find(const Group& group) const;

  std::map<Group, Line> groups_;
  std::map<EpisodeKey, Place> places_;
  std::set<std::pair<core::BootTime, Group>> quiet_;  // of which nothing fires
  std::set<Group> touched_;
  std::size_t firing_ = 0;
  std::uint64_t last_number_ = 0;
  core::BootTime forgotten_since_{};  // groups of which nothing is remembered are quiet
};

}  // namespace heald::engine
