#pragma once

#include <string>
#include <vector>

#include "outbox/message.h"

namespace heald::outbox {

// A mail of RFC 5322: plain text in UTF-8, quoted-printable, lines that end with CR LF. Nothing
// that a name or reason holds can begin a header of its own.
std::string mailText(const Message& message, const std::string& from,
                     const std::vector<std::string>& to);

// What is wrong with an address for mail, or "": one mailbox without a name or brackets.
std::string mailAddressProblem(const std::string& address);

}  // namespace heald::outbox
