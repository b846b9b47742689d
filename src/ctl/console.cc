#include "ctl/console.h"

#include <nlohmann/json.hpp>

#include "core/plain_text.h"
#include "ctl/error_json.h"
#include "ctl/json_access.h"
#include "ctl/status_text.h"

namespace heald::ctl {

using nlohmann::ordered_json;

ExitCode Console::fail(const Failure& failure) const {
  err << "healdctl: " << core::escapedLines(failure.message) << "\n";
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

ExitCode showFlags(const Console& console) {
  ExitCode code = ExitCode::kOk;
  const auto flags = console.read("/api/flags", code);
  if (!flags) return code;
  console.out << (console.as_json ? core::escapedLines(flags->dump()) + "\n"
                                  : flagsText(*flags, console.colours));
  return code;
}

}  // namespace heald::ctl
