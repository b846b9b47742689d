#pragma once

#include "config/fields.h"

namespace heald::checks {

// `disk`: how many bytes and inodes the file system of a path has left, for whoever is not root (as
// `df` counts). Critical below its limits, 5 % of both by default; also when the path is not there.
// A file system without a fixed number of inodes (btrfs) has enough of them. One that hangs, on a
// dead mount, is critical after the timeout; one that heald may not look at is unknown.
config::Kind diskKind();

}  // namespace heald::checks
