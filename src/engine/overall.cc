// One word and one sentence for the whole, made from what advice.cc finds.
#include <algorithm>

#include "engine/advice.h"

namespace heald::engine {
namespace {

using core::Feature;

constexpr std::string_view kPaused = "paused";
constexpr std::string_view kDormant = "dormant";
constexpr std::string_view kFlag = "feature_flag";

// Nothing heals by itself.
bool switchedOff(const Snapshot& s, core::Now now) {
  return !s.features.enabled(Feature::kAutoHealing) ||
         !s.features.enabled(Feature::kAutoDetection) || allPaused(s, now);
}

// The issue that gives the state its word.
const Issue* causeOf(Overall overall, const std::vector<Issue>& issues, const Snapshot& s) {
  const bool flag =
      !s.features.enabled(Feature::kAutoHealing) || !s.features.enabled(Feature::kAutoDetection);
  const auto is_it = [&](const Issue& issue) {
    switch (overall) {
      case Overall::kDormant:
        return issue.reason == kDormant;
      case Overall::kDisabled:  // those come first of their kinds
        return issue.reason == (flag ? kFlag : kPaused);
      case Overall::kDegraded:
      case Overall::kHealthy:
        break;
    }
    return true;
  };
  const auto cause = std::find_if(issues.begin(), issues.end(), is_it);
  return cause == issues.end() ? nullptr : &*cause;
}

}  // namespace

bool allPaused(const Snapshot& s, core::Now now) {
  return s.pause && now.boot < s.pause->until;
}

std::string_view toString(Overall overall) {
  switch (overall) {
    case Overall::kHealthy:
      return "healthy";
    case Overall::kDegraded:
      return "degraded";
    case Overall::kDormant:
      return "dormant";
    case Overall::kDisabled:
      return "disabled";
  }
  return "";
}

std::string_view toString(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kCritical:
      return "critical";
  }
  return "";
}

Overall overallOf(const std::vector<Issue>& issues, const Snapshot& s, core::Now now) {
  const bool dormant = std::any_of(issues.begin(), issues.end(),
                                   [](const Issue& issue) { return issue.reason == kDormant; });
  const bool wrong = !issues.empty() && issues.front().severity > Severity::kInfo;
  return dormant               ? Overall::kDormant
         : switchedOff(s, now) ? Overall::kDisabled
         : wrong               ? Overall::kDegraded
                               : Overall::kHealthy;
}

Overall overallStatus(const Snapshot& s, core::Now now) {
  return overallOf(issues(s, now), s, now);
}

std::string headline(const Snapshot& s, core::Now now) {
  const std::vector<Issue> all = issues(s, now);
  const Issue* cause = causeOf(overallOf(all, s, now), all, s);
  if (cause == nullptr) {
    return "everything is quiet";
  }
  const auto more = std::count_if(all.begin(), all.end(), [&](const Issue& issue) {
    return &issue != cause && issue.severity > Severity::kInfo;
  });
  const std::string& message = cause->message;  // what comes behind it is below
  return message.substr(0, std::min(message.find(": "), message.find("; "))) +
         (more > 0 ? " (and " + std::to_string(more) + " more)" : "");
}

}  // namespace heald::engine
