#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"
#include "outbox/notice.h"

namespace heald::outbox {

// A problem as one message tells it: all notices of it since the message before.
struct Item {
  Notice notice;                             // the last one
  std::optional<core::WallTime> since = {};  // when it began, where that is known
  std::uint64_t times = 1;                   // it has begun
};

// What goes to a receiver at one time. However much has happened, it is one message.
struct Message {
  std::string id;        // the same when it is sent once more with the same content
  std::string receiver;  // its name
  std::string instance;  // which heald
  std::string page_url;  // of its admin page; "": none
  std::string runbook_url;
  core::WallTime at{};
  std::vector<Item> items;     // the worst first; those that are over last
  std::uint64_t left_out = 0;  // notices of problems beyond what one message keeps apart
  bool test = false;           // `healdctl notify test`: it tells of nothing

  bool firing() const;                // some problem is not over
  engine::Severity severity() const;  // the worst of those, or of all when all are over
};

// The parts of a message as the Slack template of alerts/ has them (heald.slack.title and so on).
// Plain text: who sends it escapes it for where it goes.
struct Paragraph {
  std::string label;  // "What that means:"; "": none
  std::string text;
};
std::string titleOf(const Message& message);
std::vector<Paragraph> paragraphsOf(const Message& message);
std::string footerOf(const Message& message);
std::string runbookOf(const Message& message);  // of the first problem; "": none is configured

}  // namespace heald::outbox
