#pragma once

#include "config/fields.h"

namespace heald::checks {

// `http`: one request on a fresh connection. Healthy when the status and the body are as expected.
// No connection, no answer in time, another status or another body is critical; what heald itself
// could not do (no token to be had, no file descriptors) is unknown.
config::Kind httpKind();

}  // namespace heald::checks
