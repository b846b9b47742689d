#pragma once

#include <string>

#include "io/http_client.h"
#include "outbox/receiver.h"

namespace heald::outbox {

// How a request to a receiver ended: "" when it was taken, or the reason in one line. Of an answer
// that is no 2xx its first line belongs to it: "status 400: invalid_payload".
std::string problemOf(const io::HttpResponse& response);

// The same with how long an answer of 429 or 503 asks to be left alone.
Outcome outcomeOf(const io::HttpResponse& response);

}  // namespace heald::outbox
