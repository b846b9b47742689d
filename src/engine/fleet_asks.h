#pragma once

#include <optional>
#include <string>

#include "engine/event.h"
#include "engine/roster.h"
#include "engine/runs.h"
#include "engine/step.h"
#include "engine/turns.h"

namespace heald::engine {

// The permit of another heald that a remedy may need for each attempt: the question right before
// its admission, and what the answer means. A no, and no answer, is an obstacle like a pause: its
// word is `fleet`, the governor is not asked and counts nothing. Who may ask again does so when the
// server's `until` has come, within kMostWait, or after kAskAgain.
class FleetAsks {
 public:
  static constexpr core::Duration kAskAgain = std::chrono::minutes(1);
  static constexpr core::Duration kLeastWait = std::chrono::seconds(5);
  static constexpr core::Duration kMostWait = std::chrono::minutes(5);
  // Counted from the question. After a suspend, say, the server's deadline for the attempt may be
  // near, or over.
  static constexpr core::Duration kGoodFor = std::chrono::minutes(1);

  FleetAsks(Roster& roster, Turns& turns, Runs& runs)
      : roster_(roster), turns_(turns), runs_(runs) {}

  // Whether it has to have a permit, and has none. With it in hand its check may be run once more,
  // which takes as long as it takes.
  static bool needed(const Remedy& remedy, core::Duration check_takes, core::BootTime now) {
    return remedy.spec.permit && (remedy.attempt.permit == 0 || old(remedy, now - check_takes));
  }
  // Whether it waits until the server is asked again.
  static bool tooSoon(const Remedy& remedy, core::BootTime now) {
    return remedy.attempt.phase == Phase::kWaiting && remedy.attempt.asks_from &&
           now < *remedy.attempt.asks_from;
  }
  void ask(int remedy, Step& step);
  // Who may go on: it was asked for this one, and waits for it still. A yes to nobody is given
  // back.
  std::optional<int> answered(const FleetAnswered& event, Step& step);

 private:
  static bool old(const Remedy& remedy, core::BootTime now) {
    return now - remedy.attempt.asked_at > kGoodFor;
  }
  void denied(int remedy, const FleetAnswered& event, Step& step);

  Roster& roster_;
  Turns& turns_;
  Runs& runs_;
};

}  // namespace heald::engine
