#pragma once

#include <string>
#include <string_view>

#include "outbox/message.h"

namespace heald::outbox {

// The body of Alertmanager's webhook, version 4: what takes notifications of Alertmanager takes
// those of heald. `firing` alerts come first. A test is one alert HealdTest.
std::string webhookBody(const Message& message);

// "sha256=" and the HMAC-SHA256 of the body in hexadecimal digits, for X-Heald-Signature.
std::string signatureOf(std::string_view body, std::string_view secret);

}  // namespace heald::outbox
