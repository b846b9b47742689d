#include "ctl/error_json.h"

#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "ctl/json_access.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

const char* wordOf(ExitCode code) {
  switch (code) {
    case ExitCode::kUsage:
      return "usage";
    case ExitCode::kUnreachable:
      return "unreachable";
    case ExitCode::kNotAuthorised:
      return "not_authorised";
    case ExitCode::kNotFound:
      return "not_found";
    case ExitCode::kBadFile:
      return "bad_file";
    case ExitCode::kNoOutput:
      return "no_output";
    case ExitCode::kWarnings:
      return "warnings";
    case ExitCode::kOk:
    case ExitCode::kRefused:
    case ExitCode::kDegraded:
    case ExitCode::kDormant:
    case ExitCode::kDisabled:
      return "refused";
  }
  return "refused";
}

std::string dumped(const ordered_json& value) {
  return core::escapedLines(value.dump(-1, ' ', false, ordered_json::error_handler_t::replace)) +
         "\n";
}

}  // namespace

std::string errorJson(const Failure& failure) {
  auto value = ordered_json::parse(failure.body, nullptr, false);
  if (!objectOf(value, "error").is_object()) value = {{"error", {{"code", wordOf(failure.code)}}}};
  value["error"]["message"] = failure.message;
  value["exitCode"] = static_cast<int>(failure.code);
  return dumped(value);
}

std::string errorJson(const std::string& message, const std::vector<std::string>& problems,
                      ExitCode code) {
  ordered_json value = {{"error", {{"code", wordOf(code)}, {"message", message}}}};
  value["error"]["problems"] = problems;
  value["exitCode"] = static_cast<int>(code);
  return dumped(value);
}

}  // namespace heald::ctl
