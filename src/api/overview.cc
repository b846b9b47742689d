#include "api/overview.h"

#include <algorithm>

namespace heald::api {
namespace {

using engine::Overall;
using engine::Snapshot;

constexpr std::size_t kMostNames = 10;

http::Response unready(const std::string& why) {
  http::Response response = http::text("heald is not ready: " + why + "\n");
  response.status = 503;
  return response;
}

http::Response readiness(const Snapshot* snapshot, Detail detail, bool standby_is_ready) {
  if (snapshot == nullptr) return unready("it is starting");
  if (snapshot->stopping) return unready("it is stopping");
  if (!snapshot->standby.empty()) {
    if (standby_is_ready) return http::text("heald stands by.\n");
    return unready("it stands by: " +
                   (detail == Detail::kAll ? snapshot->standby : "another replica acts"));
  }
  if (!snapshot->store_up) {
    const std::string why = detail == Detail::kAll ? snapshot->store_error : "heald's log says why";
    return unready("the store is unavailable: " + why);
  }
  // Without this a kill switch would take heald out of service.
  const bool detects = snapshot->features.enabled(core::Feature::kAutoDetection);
  if (detects && snapshot->cycles == 0) {
    return unready("the first detection cycle has not been scheduled");
  }
  return http::text("heald is ready.\n");
}

// Without the texts of checks and humans: the metrics listener asks for no credential.
std::string sentenceOf(Overall overall, bool quiet) {
  switch (overall) {
    case Overall::kHealthy:
      return quiet ? "Everything is quiet." : "Nothing is wrong.";
    case Overall::kDegraded:
      return "Something is wrong.";
    case Overall::kDormant:
      return "Healing has stopped under a governor and waits for a human.";
    case Overall::kDisabled:
      return "Nothing heals by itself: it is switched off or paused.";
  }
  return "";
}

// Names of targets come from alerts; those that metrics do not show are not shown here.
bool isExposed(const Snapshot& snapshot, const std::string& governor) {
  return std::any_of(snapshot.governors.begin(), snapshot.governors.end(),
                     [&](const auto& known) { return known.name == governor && known.exposed; });
}

// "dormant: 2 (gateway, queue)": the word of each kind of issue, how many, and which governors.
std::vector<std::string> countsOf(const std::vector<engine::Issue>& issues,
                                  const Snapshot& snapshot) {
  struct Kind {
    std::string word;
    std::size_t count = 0;
    std::string governors = {};
  };
  std::vector<Kind> kinds;
  for (const engine::Issue& issue : issues) {
    const auto same = [&](const Kind& kind) { return kind.word == issue.reason; };
    auto kind = std::find_if(kinds.begin(), kinds.end(), same);
    if (kind == kinds.end()) kind = kinds.insert(kinds.end(), Kind{issue.reason});
    ++kind->count;
    if (kind->count > kMostNames || !isExposed(snapshot, issue.governor)) continue;
    kind->governors += (kind->governors.empty() ? "" : ", ") + issue.governor;
  }
  std::vector<std::string> lines;
  for (const Kind& kind : kinds) {
    lines.push_back(kind.word + ": " + std::to_string(kind.count) +
                    (kind.governors.empty() ? "" : " (" + kind.governors + ")"));
  }
  return lines;
}

}  // namespace

std::vector<Call> healthCalls(const Backend& backend, Detail detail) {
  const auto healthy = [](const http::Request&) { return http::text("heald is healthy.\n"); };
  // Open to everybody, so what only a reader may see is for who could read it elsewhere.
  const auto ready = [snapshot = backend.snapshot, detail](const http::Request& request) {
    return readiness(snapshot().get(), request.may_read ? detail : Detail::kNamesAndCounts,
                     request.queryValue("standby") == "ok");
  };
  return {{.method = "GET",
           .path = "/-/healthy",
           .needs = http::Access::kOpen,
           .summary = "200 while heald answers",
           .content_type = "text/plain",
           .handler = healthy},
          {.method = "GET",
           .path = "/-/ready",
           .needs = http::Access::kOpen,
           .summary = "200 when heald detects, 503 and why when it does not",
           .query = {{"standby", "`ok`: 200 also from a replica that stands by"}},
           .content_type = "text/plain",
           .handler = ready}};
}

Landing overviewOf(const Backend& backend) {
  Landing landing;
  landing.title = "heald";
  landing.version = backend.version;
  const auto snapshot = backend.snapshot();
  if (snapshot == nullptr) return landing;
  const core::Now now = backend.now();
  landing.status = engine::overallStatus(*snapshot, now);
  const std::vector<engine::Issue> issues = engine::issues(*snapshot, now);
  landing.sentence = sentenceOf(*landing.status, issues.empty());
  landing.issues = countsOf(issues, *snapshot);
  return landing;
}

http::Response notStartedYet() {
  return http::error({ErrorCode::kUnavailable, "heald is starting; ask again in a moment"});
}

}  // namespace heald::api
