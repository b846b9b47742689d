#pragma once

#include <string>

#include "outbox/message.h"

namespace heald::outbox {

// The body for Slack's incoming webhook: one attachment, with the parts that Alertmanager makes of
// alerts/templates/heald.tmpl. What names and reasons hold cannot become markup or a link.
std::string slackBody(const Message& message);

}  // namespace heald::outbox
