#pragma once

#include <string>

#include "http/message.h"

namespace heald::http {

// The status line and the header lines of an answer, without Connection, which is the door's, and
// without the blank line. Every answer forbids sniffing and storing; HTML gets a
// Content-Security-Policy that allows only what heald itself serves. A header the response brings
// wins over these defaults. Line breaks in values are dropped, so that no value can begin another
// header.
std::string responseHead(const Response& response);

}  // namespace heald::http
