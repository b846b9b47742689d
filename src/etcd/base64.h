#pragma once

#include <string>

namespace heald::etcd {

// RFC 4648, with padding: keys and values of etcd's JSON gateway.
std::string encoded(const std::string& bytes);
// Throws std::invalid_argument for what is not base64.
std::string decoded(const std::string& text);

}  // namespace heald::etcd
