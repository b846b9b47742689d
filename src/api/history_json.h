#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/history.h"

namespace heald::api {

// An entry of the history as a JSON object; docs/http-api.md lists the keys. The same in the API,
// in the stream and in the lines of `healdctl history --json`. What an action printed may hold what
// is not for everybody, so that it is shown only where `with_output` says so. Pure.
nlohmann::ordered_json historyJson(const engine::HistoryRow& row, bool with_output);

}  // namespace heald::api
