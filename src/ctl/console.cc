#include "ctl/console.h"

#include <nlohmann/json.hpp>

#include "ctl/error_json.h"
#include "ctl/explanation_text.h"
#include "ctl/json_access.h"
#include "ctl/names.h"
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

ExitCode Console::fail(const Failure& failure) const {
  err << "healdctl: " << failure.message << "\n";
  if (as_json) out << errorJson(failure);
  return failure.code;
}

std::optional<ordered_json> Console::read(const std::string& path, ExitCode& code) const {
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

ExitCode showStatus(const Console& console, bool check) {
  const Answer answer = console.client.get("/api/status");
  if (!answer.ok()) return console.fail(*answer.failure);
  const auto status = ordered_json::parse(answer.body, nullptr, false);
  if (!objectOf(status, "selfHealing").is_object()) {
    return console.fail(ExitCode::kUnreachable,
                        "what answers at " + console.client.url() + " is not heald");
  }
  console.out << (console.as_json ? answer.body + "\n" : statusText(status, console.colours));
  return check ? exitCodeOf(status) : ExitCode::kOk;
}

ExitCode showFlags(const Console& console) {
  ExitCode code = ExitCode::kOk;
  const auto flags = console.read("/api/flags", code);
  if (!flags) return code;
  console.out << (console.as_json ? flags->dump() + "\n" : flagsText(*flags, console.colours));
  return code;
}

ExitCode explain(const Console& console, const std::string& governor) {
  const Answer answer = console.client.get("/api/governors/" + segment(governor) + "/explain");
  if (!answer.ok()) {
    return console.fail(withSuggestion(console, *answer.failure, "governor", governor));
  }
  const auto explanation = ordered_json::parse(answer.body, nullptr, false);
  if (!listOf(explanation, "guards").is_array()) {
    return console.fail(ExitCode::kUnreachable,
                        "what answers at " + console.client.url() + " is not heald");
  }
  console.out << (console.as_json ? answer.body + "\n" : explanationText(explanation, console.colours));
  return ExitCode::kOk;
}

}  // namespace heald::ctl
