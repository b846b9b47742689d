#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "engine/output.h"
#include "heald/result.h"

namespace heald::checks {

inline constexpr std::size_t kAlertmanagerAnswerBytes = 1024 * 1024;

// What is asked of Alertmanager's API (version 2, /api/v2/alerts) to find this alert: those with
// its labels but for the ignored ones, silenced and inhibited ones too. A path with its query.
std::string alertQuery(const engine::AskAlert& ask);

// Whether the alert is among those of the answer. Error{kUnavailable}: no answer of that call.
Result<bool> holdsAlert(std::string_view body, const engine::AskAlert& ask);

// Since when Alertmanager runs, by the answer of /api/v2/status. Error likewise.
Result<core::WallTime> runsSince(std::string_view body);

// Whether an Alertmanager that does not list the alert would list it if it fired: it ran when the
// alert began, or for so long that Prometheus has told everything again (each minute unless
// configured; it keeps alerts in memory alone).
inline constexpr core::Duration kToldAgainWithin = std::chrono::minutes(5);
bool wouldKnow(core::WallTime runs_since, const engine::AskAlert& ask, core::WallTime now);

}  // namespace heald::checks
