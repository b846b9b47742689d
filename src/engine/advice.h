#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "engine/snapshot.h"

namespace heald::engine {

// What a person should know and could do, derived from a snapshot at the moment of asking. Every
// issue names its governor (where it has one), the reason and, as a recommendation, the exact
// command that helps.

enum class Overall : std::uint8_t { kHealthy, kDegraded, kDormant, kDisabled };
inline constexpr Overall kOveralls[] = {Overall::kHealthy, Overall::kDegraded, Overall::kDormant,
                                        Overall::kDisabled};
std::string_view toString(Overall overall);  // "healthy", "degraded", "dormant", "disabled"

// The worst of the issues: dormant (a governor is), before disabled (nothing heals by itself:
// auto_healing or auto_detection is off, or everything is paused), before degraded (any issue that
// is more than info). Healthy is what is left: then every issue is info.
Overall overallStatus(const Snapshot& snapshot, core::Now now);
// Whether every remedy is, by one pause.
bool allPaused(const Snapshot& snapshot, core::Now now);
// What makes it so, in one sentence without its full stop and without the texts of checks and
// humans: "governor main is dormant since … (and 2 more)".
std::string headline(const Snapshot& snapshot, core::Now now);

enum class Severity : std::uint8_t { kInfo, kWarning, kCritical };
inline constexpr Severity kSeverities[] = {Severity::kInfo, Severity::kWarning,
                                           Severity::kCritical};
std::string_view toString(Severity severity);  // "info", "warning", "critical"

struct Issue {
  Severity severity = Severity::kWarning;
  std::string governor;  // empty when it is not about one
  std::string reason;    // a guard's word, or one like it
  std::string message;   // one sentence
};

struct Recommendation {
  std::string governor;
  std::string reason;
  std::string message;
  std::string command;  // to be typed as it is; `<…>` is for a human to fill in
};

// The worst first.
std::vector<Issue> issues(const Snapshot& snapshot, core::Now now);
// The same as overallStatus(), for who has the issues.
Overall overallOf(const std::vector<Issue>& issues, const Snapshot& snapshot, core::Now now);
// `with_output`: also what failed actions have printed, which is not for everybody.
std::vector<Recommendation> recommendations(const Snapshot& snapshot, core::Now now,
                                            bool with_output = false);

}  // namespace heald::engine
