#pragma once

#include "http/backend.h"
#include "http/call.h"
#include "http/landing_page.h"

namespace heald::http {

// What both listeners have in common.

// `/-/healthy`: 200 while the process answers at all. `/-/ready`: 200 once the store is up and the
// first detection cycle has been scheduled (or detection is switched off), else 503 with the
// reason.
std::vector<Call> healthCalls(const Backend& backend);

// The landing page's upper half, from the present snapshot.
Landing overviewOf(const Backend& backend);

// The answer of a call that needs a snapshot while there is none yet.
Response notStartedYet();

}  // namespace heald::http
