#pragma once

#include <openssl/types.h>

#include <string>
#include <vector>

namespace heald::door {

// The subject's alternative names, each with its kind: "DNS:prometheus.example",
// "URI:spiffe://…", "email:…", "IP:192.0.2.7". One with a NUL in it is left out.
std::vector<std::string> alternativeNames(const X509* certificate);

}  // namespace heald::door
