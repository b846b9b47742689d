#include "ctl/session.h"

#include <nlohmann/json.hpp>

#include "ctl/json_access.h"
#include "ctl/status_text.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

ExitCode exitCodeOf(const ordered_json& status) {
  const std::string overall = textOf(objectOf(status, "selfHealing"), "status");
  if (overall == "degraded") return ExitCode::kDegraded;
  if (overall == "dormant") return ExitCode::kDormant;
  if (overall == "disabled") return ExitCode::kDisabled;
  return ExitCode::kOk;
}

}  // namespace

ExitCode Session::fail(const Failure& failure) const {
  err << "healdctl: " << failure.message << "\n";
  return failure.code;
}

std::optional<ordered_json> Session::read(const std::string& path, ExitCode& code) const {
  const Answer answer = client.get(path);
  if (!answer.ok()) {
    code = fail(*answer.failure);
    return std::nullopt;
  }
  auto value = ordered_json::parse(answer.body, nullptr, false);
  if (value.is_object()) return value;
  code = fail(ExitCode::kUnreachable, "what answers at " + client.url() + " is not heald");
  return std::nullopt;
}

ExitCode showStatus(const Session& session, bool as_json, bool check) {
  const Answer answer = session.client.get("/api/status");
  if (!answer.ok()) return session.fail(*answer.failure);
  const auto status = ordered_json::parse(answer.body, nullptr, false);
  if (!objectOf(status, "selfHealing").is_object()) {
    return session.fail(ExitCode::kUnreachable,
                        "what answers at " + session.client.url() + " is not heald");
  }
  session.out << (as_json ? answer.body + "\n" : statusText(status, session.colours));
  return check ? exitCodeOf(status) : ExitCode::kOk;
}

ExitCode showFlags(const Session& session) {
  ExitCode code = ExitCode::kOk;
  const auto flags = session.read("/api/flags", code);
  if (!flags) return code;
  session.out << flagsText(*flags, session.colours);
  return code;
}

}  // namespace heald::ctl
