#pragma once

#include "config/fields.h"

namespace heald::checks {

// `dns`: a name that must be there, asked of one server or of those of /etc/resolv.conf. Search
// domains are not tried. Critical when there is no such name or no record of the type, when the
// server refuses, fails or does not answer in time, and when an expected record is missing.
config::Kind dnsKind();

}  // namespace heald::checks
