#include "http/overview.h"

namespace heald::http {
namespace {

using engine::Overall;
using engine::Snapshot;

Response unready(const std::string& why) {
  Response response = text("heald is not ready: " + why + "\n");
  response.status = 503;
  return response;
}

Response readiness(const Snapshot* snapshot) {
  if (snapshot == nullptr) return unready("it is starting");
  if (snapshot->stopping) return unready("it is stopping");
  if (!snapshot->store_up) return unready("the store is unavailable: " + snapshot->store_error);
  // Without this a kill switch would take heald out of service.
  const bool detects = snapshot->features.enabled(core::Feature::kAutoDetection);
  if (detects && snapshot->cycles == 0) {
    return unready("the first detection cycle has not been scheduled");
  }
  return text("heald is ready.\n");
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

}  // namespace

std::vector<Call> healthCalls(const Backend& backend) {
  const auto healthy = [](const Request&) { return text("heald is healthy.\n"); };
  const auto ready = [snapshot = backend.snapshot](const Request&) {
    return readiness(snapshot().get());
  };
  return {{.method = "GET",
           .path = "/-/healthy",
           .summary = "200 while heald answers",
           .content_type = "text/plain",
           .handler = healthy},
          {.method = "GET",
           .path = "/-/ready",
           .summary = "200 when heald detects, 503 and why when it does not",
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
  const auto issues = engine::issues(*snapshot, now);
  landing.sentence = sentenceOf(*landing.status, issues.empty());
  for (const engine::Issue& issue : issues) {
    landing.issues.push_back(issue.message);
  }
  return landing;
}

Response notStartedYet() {
  return error({ErrorCode::kUnavailable, "heald is starting; ask again in a moment"});
}

}  // namespace heald::http
