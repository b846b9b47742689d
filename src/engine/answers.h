#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.h"
#include "engine/output.h"

namespace heald::engine {

// What a caller names its request by, so that asking again does it once. An empty key: nothing.
struct Claim {
  std::string key;      // who asks, and what they call the request
  std::string request;  // a digest of all that is asked for: the same key means the same request
};

// What was done under a key and answered, so that whoever lost the answer gets it again. An answer
// that says no is not remembered: nothing was changed, and asking again asks anew.
//
// It is part of the commit of what it tells of, and so it survives a restart if and only if that
// does. Where nothing had to be committed (a check that is run now) it lives as long as the
// process.
class Answers {
 public:
  static constexpr core::Duration kRemembered = std::chrono::hours(24);
  static constexpr std::size_t kMostRemembered = 1000;

  // The remembered one, or null.
  const KeptAnswer* find(const std::string& key) const;
  // Of a step whose commit is still to come.
  bool pending(const std::string& key) const;
  // Of the step that is being made; what is too old or too much goes with it.
  void propose(const Claim& claim, const Reply& reply, core::Now now);

  void addChanges(Changes& changes) const;
  void addEverything(Changes& changes) const;
  // `committed`: whether the step was; what was forgotten in one that was not goes with the next.
  void keep(bool committed);
  void undo();
  void load(const std::string& key, KeptAnswer answer);  // at start-up only

 private:
  void change(const std::string& key, std::optional<KeptAnswer> after);
  void put(const std::string& key, std::optional<KeptAnswer> answer);

  struct Proposal {
    std::string key;
    std::optional<KeptAnswer> before;
  };
  std::map<std::string, KeptAnswer> answers_;
  std::multimap<core::WallTime, std::string> by_age_;
  std::vector<Proposal> proposals_;
  std::set<std::string> dropped_;  // and still on disk
};

}  // namespace heald::engine
