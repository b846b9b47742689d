#include "outbox/answers.h"

#include "io/text.h"

namespace heald::outbox {

std::string problemOf(const io::HttpResponse& response) {
  if (response.end != io::HttpEnd::kAnswered) return io::oneLine(response.error);
  if (response.status / 100 == 2) return "";
  const std::string said(io::firstLine(response.body));
  return io::oneLine(
      "status " + std::to_string(response.status) + (said.empty() ? "" : ": ") + said, 256);
}

Outcome outcomeOf(const io::HttpResponse& response) {
  const bool busy = response.status == 429 || response.status == 503;
  return {problemOf(response), busy ? response.retry_after : core::Duration{}};
}

}  // namespace heald::outbox
