#pragma once

#include "config/fields.h"

namespace heald::checks {

// `certificate`: how long the certificates of a TLS endpoint, or of a file, are still valid. The
// one of the chain that expires first counts. Critical when it has expired, is not valid yet or has
// less left than `critical`; when verification fails (unless `verify: false`); when the endpoint
// does not answer, like every service that is down; when the file is missing or holds no
// certificate. Unknown when heald cannot look: no permission, no descriptors, no ca_file.
config::Kind certificateKind();

}  // namespace heald::checks
