#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/drive.h"
#include "engine/engine.h"

namespace heald::proof {

// Everything that can happen to the engine of an EngineWorld. `which` is a check or a remedy.
struct Move {
  enum class Kind : std::uint8_t {
    kLook,     // a human has the check run
    kHealthy,  // the check's run ends so
    kCritical,
    kWarning,
    kUnknown,
    kOk,  // the remedy's action ends so
    kFails,
    kMatches,  // with a permanent-open condition
    kSecond,   // a second passes, with all that is due in it
    kResume,
    kDormant,
    kReset,
    kRetry,
    kFlag,  // the other way
    kPause,
    kUnpause,
    kPermit,    // somebody asks for one, or reports it as failed
    kDiskFull,  // from now on no commit succeeds
    kDiskFree,  // and the store is probed
    kCrash,     // and a start on what was committed
    kReload,    // of the other configuration
    kStop,
  };
  Kind kind;
  int which = 0;
};
std::string toString(const Move& move);
// What is not in the course of things: everything that a human, the store or the process does.
bool disturbs(const Move& move);

// Whether runs of checks take time, so that anything can happen meanwhile, or end as they begin,
// which needs fewer moves to get far.
enum class Checks : std::uint8_t { kTakeTime, kAtOnce };

// The production engine in virtual time, with every event under the explorer's hand, and what it
// may do, known from the inputs and the commits alone.
class EngineWorld {
 public:
  // `other` is what kReload changes to, and back.
  EngineWorld(const engine::Setup& setup, const engine::Setup& other, Checks checks);

  std::vector<Move> moves() const;  // those that can happen now
  void apply(const Move& move);
  // What does not hold; empty while all does.
  const std::string& violation() const { return violation_; }
  // All that can be seen of this state, without what no decision depends on.
  std::string key() const;
  // Clears what stands in the way of the remedy, lets its check fail once, and lets time pass and
  // what runs end: it must start, or its governor must be dormant. The world is used up.
  void expectProgress(std::size_t remedy);

  std::size_t started() const { return started_; }

 private:
  struct Saved {
    std::map<std::string, core::GovernorState> governors;
    std::map<std::string, engine::RemedyTotals> remedies;
    std::map<core::Feature, core::FeatureFlags::Layers> flags;
    std::map<std::string, engine::Pause> pauses;
    std::map<std::string, engine::Permit> permits;
    std::map<std::string, engine::Incident> incidents;
  };

  core::Now now() const;
  void send(const engine::Event& event);
  void run(engine::Output out);
  void drive(engine::Output out);
  std::string commit(const engine::Changes& changes);
  void keepPermits(const engine::Changes& changes, bool outstanding);
  void holdStep(const engine::RemedySpec& remedy, int step);
  void admitted(const std::string& governor, const core::Ticket& ticket);
  void handle(const engine::Output& out);
  void probe();
  void crash();
  void passSecond();
  void finishCheck(int check, core::CheckStatus status);
  void finished(const std::string& check, std::uint64_t run, core::CheckStatus status);
  void finishAction(int remedy, engine::ActionOutcome outcome, const std::string& output);
  void finishAll(int critical);
  void checkWorld();
  void countFreshStart(const std::string& governor, const core::GovernorState& before,
                       const core::GovernorState& after);
  core::Gates gates() const;
  bool parentUnhealthy(const engine::CheckSpec& check) const;
  bool paused(const std::string& remedy) const;
  int inFlight() const;
  int running() const;
  int remedyNamed(const std::string& name) const;
  const core::GovernorPolicy& policyOf(const std::string& governor) const;
  void expect(bool holds, const std::string& statement);

  engine::Setup setup_;
  engine::Setup other_;
  Checks checks_;
  std::map<std::string, core::CheckStatus> next_;  // that a run at once ends with, by check
  std::unique_ptr<engine::Engine> engine_;
  core::Duration now_ = std::chrono::hours(1000);
  Saved saved_;
  bool disk_full_ = false;
  bool store_known_down_ = false;  // a commit or a probe has failed, and none succeeded since
  bool stopped_ = false;
  std::map<std::string, core::CheckStatus> last_;     // of each check, by name
  std::map<std::string, bool> unhealthy_;             // by name
  std::map<std::string, std::uint64_t> check_runs_;   // that run now, by check
  std::map<std::string, std::uint64_t> action_runs_;  // that run now, by remedy
  std::vector<std::uint64_t> cancelled_;              // runs of actions that have not reported
  std::map<std::string, int> since_fresh_start_;      // attempts, by governor
  std::map<std::string, int> reached_;                // step of the present incident, by remedy
  std::size_t started_ = 0;
  std::string violation_;
};

}  // namespace heald::proof
