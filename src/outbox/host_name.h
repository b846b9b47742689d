#pragma once

#include <string>

namespace heald::outbox {

// What others call this heald, as long as nobody has given it a name: the host's.
std::string hostName();

}  // namespace heald::outbox
