#include "ctl/status_command.h"

#include <nlohmann/json.hpp>

#include "config/wording.h"
#include "core/plain_text.h"
#include "ctl/json_access.h"

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

// The first pattern that matches no name at all.
std::optional<std::string> unmatched(const ordered_json& status, const StatusChoice& choice) {
  for (const std::string& pattern : choice.patterns) {
    if (namesIn(chosenOf(status, {{pattern}, false})).empty()) return pattern;
  }
  return std::nullopt;
}

ExitCode failUnmatched(const Console& console, const ordered_json& status,
                       const std::string& pattern) {
  const std::string near = config::nearest(pattern, namesIn(status));
  return console.fail(ExitCode::kNotFound,
                      "nothing is named like \"" + printable(pattern) + "\"" +
                          (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
}

StatusLayout layoutOf(const Console& console, const StatusOptions& options) {
  StatusLayout layout{console.colours, 0, 0};
  if (!options.terminal) return layout;
  layout.width = static_cast<std::size_t>(options.terminal->columns);
  if (!options.all && options.choice.everything()) {
    layout.rows = static_cast<std::size_t>(options.terminal->rows);
  }
  return layout;
}

}  // namespace

ExitCode showStatus(const Console& console, const StatusOptions& options) {
  const Answer answer = console.client.get("/api/status");
  if (!answer.ok()) return console.fail(*answer.failure);
  const auto status = ordered_json::parse(answer.body, nullptr, false);
  if (!objectOf(status, "selfHealing").is_object()) {
    return console.fail(ExitCode::kUnreachable,
                        "what answers at " + console.client.url() + " is not heald");
  }
  if (const auto pattern = unmatched(status, options.choice)) {
    return failUnmatched(console, status, *pattern);
  }
  const bool everything = options.choice.everything();
  const ordered_json chosen = everything ? ordered_json() : chosenOf(status, options.choice);
  if (console.as_json) {
    console.out << core::escapedLines(everything ? answer.body : chosen.dump()) << "\n";
  } else {
    console.out << statusText(everything ? status : chosen, layoutOf(console, options));
    const std::string shown = everything ? "" : choiceText(status, chosen);
    if (!shown.empty())
      console.out << "\n" << painted(shown, Colour::kQuiet, console.colours) << "\n";
  }
  return options.check ? exitCodeOf(status) : ExitCode::kOk;
}

}  // namespace heald::ctl
