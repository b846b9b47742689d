#pragma once

#include <string>

#include "etcd/election.h"

namespace heald::etcd {

// A Replica as its key holds it. What cannot be read has the name `otherwise`, and nothing else.
std::string encoded(const Replica& replica);
Replica replicaOf(const std::string& text, const std::string& otherwise);

}  // namespace heald::etcd
