#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace heald::engine {

// How far one remedy has come since its check needs it: an escalation goes on from here. It begins
// with the first attempt and ends when the check counts as healed; of a remedy without a check,
// with a success. An alert has its own in its Episode.
struct Incident {
  std::string check;       // "" of a remedy without one
  core::WallTime since{};  // the check's present status, when the first attempt started
  int failures = 0;
  int step = 0;  // the furthest that an attempt has started with, from 1; 0: none

  friend bool operator==(const Incident&, const Incident&) = default;
};

// The incidents that last, by remedy; at most one for each. Durable. What an attempt changes is a
// proposal until its commit, as everything of an attempt. That one is over was seen and is no
// decision: it is so at once, and is written with the next commit, after kWritten at the latest.
// Whatever starts meanwhile is a commit of its own and takes it along.
class Incidents {
 public:
  static constexpr core::Duration kWritten = std::chrono::seconds(1);

  const Incident* find(const std::string& remedy) const;

  // Proposals. An incident that is not there begins.
  void started(const std::string& remedy, const Incident& begins, int step);
  void failed(const std::string& remedy, const Incident& begins);
  void succeeded(const std::string& remedy) { propose(remedy, std::nullopt); }

  void over(const std::string& remedy, core::BootTime now);
  // Those that nobody takes any more are over.
  void keepOnly(const std::function<bool(const std::string& remedy, const Incident&)>& taken,
                core::BootTime now);

  bool proposed() const { return !before_.empty(); }
  // When what was seen is to be written; nothing when all is.
  std::optional<core::BootTime> due() const { return due_; }
  std::vector<std::pair<std::string, std::optional<Incident>>> changes() const;
  std::vector<std::pair<std::string, std::optional<Incident>>> everything() const;
  void keep();
  void undo();
  void load(std::map<std::string, Incident> incidents);

 private:
  void propose(const std::string& remedy, std::optional<Incident> after);
  void put(const std::string& remedy, std::optional<Incident> incident);

  std::map<std::string, Incident> incidents_;
  std::map<std::string, std::optional<Incident>> before_;  // the proposals of this step
  std::set<std::string> unwritten_;
  std::optional<core::BootTime> due_;
};

}  // namespace heald::engine
