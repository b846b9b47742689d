#pragma once

#include "api/backend.h"
#include "api/call.h"
#include "api/landing_page.h"

namespace heald::api {

// What both listeners have in common.

// What a reader may see. The metrics listener is open to the network and asks for no credential: it
// shows names and counts. What a check or a human has said, or where a file is, is for the control
// listener.
enum class Detail { kNamesAndCounts, kAll };

// `/-/healthy`: 200 while the process answers at all. `/-/ready`: 200 once the store is up and the
// first detection cycle has been scheduled (or detection is switched off), else 503 with the
// reason (without the error of the store, where that is too much).
std::vector<Call> healthCalls(const Backend& backend, Detail detail);

// The upper half of the metrics listener's landing page, from the present snapshot: names and
// counts.
Landing overviewOf(const Backend& backend);

// The answer of a call that needs a snapshot while there is none yet.
http::Response notStartedYet();

}  // namespace heald::api
