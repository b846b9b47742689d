#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "outbox/digest.h"

namespace heald::outbox {

// When a receiver is told: not at once, as what has one cause comes together, and never often.
struct Timing {
  core::Duration group_wait = std::chrono::seconds(10);     // what comes within it is one message
  core::Duration group_interval = std::chrono::minutes(5);  // between two messages
};

// Which notices are for a receiver.
struct Wanted {
  engine::Severity least = engine::Severity::kInfo;
  bool resolved = true;  // also that something is over
};

// One receiver: what it has not been told, and when it is told next. At most one message is under
// way. Pure: every call is a function of (state, event, now).
//
// `position` is the last entry of the history that was read; a message covers all up to there. The
// cursor is what is known to be told: where a heald that is started anew goes on.
class Delivery {
 public:
  static constexpr core::Duration kFirstRetry = std::chrono::seconds(5);  // doubles
  static constexpr core::Duration kLastRetry = std::chrono::minutes(5);
  // So far the cursor may stay behind, while there is nothing to tell: each move is a commit.
  static constexpr std::int64_t kIdleEntries = 1000;

  Delivery(Wanted wanted, Timing timing) : wanted_(wanted), timing_(timing) {}

  void configure(Wanted wanted, Timing timing) {
    wanted_ = wanted;
    timing_ = timing;
  }
  // `id`: of the entry of the history that says so; one that was seen before is ignored. 0: it is
  // in no history.
  void add(const Notice& notice, std::int64_t id, core::Now now);
  void addLost(std::uint64_t entries, const Notice& notice, core::Now now);

  // When the next message is due; nothing: there is none, or one is under way.
  std::optional<core::BootTime> nextDue() const;
  bool due(core::Now now) const { return nextDue() && *nextDue() <= now.boot; }
  // The content of the next message, which is then under way.
  void take(std::int64_t position, Message& message);
  // How it ended: "" or the reason. One that failed is sent again, with what has come meanwhile,
  // and not before the receiver wants it.
  void ended(const std::string& error, core::Now now, core::Duration retry_after = {});

  // Where the cursor is, as the disk has it; nothing: that could not be read yet. `place` also when
  // another history has begun, at 0.
  std::optional<std::int64_t> cursor() const { return cursor_; }
  void place(std::int64_t cursor);
  // Where it is to be moved to, durably: asked again until it is; nothing: it is right where it is.
  // `stopping`: even a small way counts.
  std::optional<std::int64_t> cursorTarget(std::int64_t position, bool stopping) const;
  void moveBegan() { moving_ = true; }
  void moveEnded(std::int64_t to, bool done);

  // What people are told of it.
  std::size_t pending() const;  // problems
  std::uint64_t sent() const { return sent_; }
  std::uint64_t failed() const { return failed_; }
  std::uint64_t lost() const { return lost_; }
  std::optional<core::WallTime> lastSent() const { return last_sent_; }
  std::optional<core::WallTime> failingSince() const { return failing_since_; }
  const std::string& error() const { return error_; }  // of the last try; "" when it succeeded

 private:
  void began(core::Now now);

  Wanted wanted_;
  Timing timing_;
  std::optional<std::int64_t> cursor_;
  bool moving_ = false;
  std::int64_t seen_ = 0;  // the last entry that was added
  Digest waiting_;
  Digest under_way_;
  bool sending_ = false;
  std::int64_t told_ = 0;                // up to here all is told
  std::int64_t covered_ = 0;             // by the message under way
  std::optional<core::BootTime> first_;  // that waits
  core::BootTime not_before_{};
  core::Duration retry_ = kFirstRetry;
  std::uint64_t sent_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<core::WallTime> last_sent_;
  std::optional<core::WallTime> failing_since_;
  std::string error_;
};

}  // namespace heald::outbox
