#include "engine/phases.h"

namespace heald::engine {
namespace {

std::optional<Phase> goTo(Phase to, bool possible) {
  return possible ? std::optional(to) : std::nullopt;
}

bool waits(Phase phase) {
  return phase == Phase::kWaiting || phase == Phase::kQueued;
}

// No ticket yet.
bool isWanted(Phase phase) {
  return phase == Phase::kIdle || waits(phase) || phase == Phase::kPrechecking ||
         phase == Phase::kAsking;
}

}  // namespace

std::optional<Phase> next(Phase phase, AttemptEvent event) {
  switch (event) {
    case AttemptEvent::kDenied:
      return goTo(Phase::kIdle, isWanted(phase) || phase == Phase::kActing);
    case AttemptEvent::kGivenUp:
      return goTo(Phase::kIdle, isWanted(phase));
    case AttemptEvent::kWaits:
      return goTo(Phase::kWaiting, phase == Phase::kIdle || phase == Phase::kWaiting);
    case AttemptEvent::kQueues:
      return goTo(Phase::kQueued, phase == Phase::kIdle);
    case AttemptEvent::kPrechecks:
      return goTo(Phase::kPrechecking,
                  phase == Phase::kIdle || waits(phase) || phase == Phase::kAsking);
    case AttemptEvent::kTooEarly:
      return goTo(Phase::kWaiting, phase == Phase::kWaiting || phase == Phase::kPrechecking ||
                                       phase == Phase::kAsking);
    case AttemptEvent::kAsks:
      return goTo(Phase::kAsking, isWanted(phase) && phase != Phase::kAsking);
    case AttemptEvent::kAdmitted:
      return goTo(Phase::kActing, isWanted(phase));
    case AttemptEvent::kInterrupted:
      return goTo(Phase::kSettling, phase == Phase::kIdle);
    case AttemptEvent::kActed:
      return goTo(Phase::kSettling, phase == Phase::kActing);
    case AttemptEvent::kActedForAlert:
      return goTo(Phase::kVerifying, phase == Phase::kActing);
    case AttemptEvent::kLooks:
      return goTo(Phase::kVerifying, phase == Phase::kSettling || phase == Phase::kVerifying);
    case AttemptEvent::kNotKnownYet:
      return goTo(Phase::kSettling, phase == Phase::kVerifying);
    case AttemptEvent::kEnded:
      return goTo(Phase::kReporting, phase == Phase::kActing || phase == Phase::kSettling ||
                                         phase == Phase::kVerifying);
    case AttemptEvent::kReported:
      return goTo(Phase::kIdle, phase == Phase::kReporting);
  }
  return std::nullopt;
}

std::string_view toString(AttemptEvent event) {
  switch (event) {
    case AttemptEvent::kDenied:
      return "denied";
    case AttemptEvent::kGivenUp:
      return "given_up";
    case AttemptEvent::kWaits:
      return "waits";
    case AttemptEvent::kQueues:
      return "queues";
    case AttemptEvent::kPrechecks:
      return "prechecks";
    case AttemptEvent::kTooEarly:
      return "too_early";
    case AttemptEvent::kAsks:
      return "asks";
    case AttemptEvent::kAdmitted:
      return "admitted";
    case AttemptEvent::kInterrupted:
      return "interrupted";
    case AttemptEvent::kActed:
      return "acted";
    case AttemptEvent::kActedForAlert:
      return "acted_for_alert";
    case AttemptEvent::kLooks:
      return "looks";
    case AttemptEvent::kNotKnownYet:
      return "not_known_yet";
    case AttemptEvent::kEnded:
      return "ended";
    case AttemptEvent::kReported:
      return "reported";
  }
  return "";
}

}  // namespace heald::engine
