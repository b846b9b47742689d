#pragma once

#include <string>

#include "io/http_client.h"

namespace heald::outbox {

// How a request to a receiver ended: "" when it was taken, or the reason in one line. Of an answer
// that is no 2xx its first line belongs to it: "status 400: invalid_payload".
std::string problemOf(const io::HttpResponse& response);

}  // namespace heald::outbox
