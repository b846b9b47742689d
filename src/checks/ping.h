#pragma once

#include "config/fields.h"

namespace heald::checks {

// `ping`: ICMP echo to one host, IPv4 or IPv6. Critical when more packets are lost than `loss`
// allows (by default: when none comes back), when the mean round trip is too long, and when the
// name of the host cannot be resolved. It needs no privilege where the kernel gives ping sockets to
// heald's group (net.ipv4.ping_group_range), else CAP_NET_RAW; with neither it is unknown.
config::Kind pingKind();

}  // namespace heald::checks
