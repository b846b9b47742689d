#pragma once

#include <vector>

#include "api/call.h"

namespace heald::api {

// The admin page: `/`, and the files that it names, under `/assets/`. An asset's name has the hash
// of what is in it, so it may be kept for ever; the page itself is asked for each time, and
// answered 304 while it is the same. Its policy lets nothing in but what heald itself serves.
std::vector<Call> pageCalls();

}  // namespace heald::api
