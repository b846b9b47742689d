#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/time.h"
#include "engine/journal.h"
#include "engine/ledger.h"
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
class Answers : public Book {
 public:
  static constexpr core::Duration kRemembered = std::chrono::hours(24);
  static constexpr std::size_t kMostRemembered = 1000;

  // The remembered one, or null.
  const KeptAnswer* find(const std::string& key) const;
  // Of a step whose commit is still to come.
  bool pending(const std::string& key) const;
  // Of the step that is being made; what is too old or too much goes with it.
  void propose(const Claim& claim, const Reply& reply, core::Now now);

  void load(const std::string& key, KeptAnswer answer);  // at start-up only

  bool proposed() const override { return false; }  // an answer goes along with what it tells of
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  // What was forgotten is still on disk, and goes with the next commit.
  void stand(core::Now now) override;
  void keep(core::Now) override { ledger_.keep(); }
  void undo(core::Now) override { ledger_.undo(); }

 private:
  void moved(const std::string& key, const KeptAnswer* before, const KeptAnswer* after);

  std::set<std::pair<core::WallTime, std::string>> by_age_;
  Ledger<std::string, KeptAnswer> ledger_{
      [this](const std::string& key, const KeptAnswer* before, const KeptAnswer* after) {
        moved(key, before, after);
      }};
};

}  // namespace heald::engine
