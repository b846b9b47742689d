#pragma once

#include "config/fields.h"

namespace heald::checks {

// `tcp`: opens one connection and closes it. Healthy when it opens in time, critical when it does
// not, unknown when heald itself has no descriptor for it.
config::Kind tcpKind();

}  // namespace heald::checks
