#include "config/names.h"
#include "config/sections.h"
#include "config/wording.h"

namespace heald::config {
namespace {

std::string linkFault(const std::string& url) {
  const bool web = url.starts_with("http://") || url.starts_with("https://");
  const bool plain = url.find_first_of(" \t\r\n<>|\"") == std::string::npos;
  return web && plain ? ""
                      : "is no http:// or https:// address (example: https://heald.example.org/)";
}

engine::Severity severityNamed(const std::string& word) {
  for (const engine::Severity severity : engine::kSeverities) {
    if (toString(severity) == word) return severity;
  }
  return engine::Severity::kInfo;
}

void readReceiver(Fields& fields, const std::vector<Kind>& kinds, TakenNames& names,
                  ReceiverOptions& receiver) {
  readName(fields, receiver.name, names, "its name, unique among the receivers");
  std::string severity(toString(receiver.least));
  fields.text("severity", severity, {.one_of = {"info", "warning", "critical"}},
              "the least severe problem that is sent to it");
  receiver.least = severityNamed(severity);
  fields.boolean("resolved", receiver.resolved, "whether the end of a problem is sent as well");
  fields.exactlyOne("kind of receiver", namesOf(kinds));
  receiver.part.place = fields.place("");
  readKind(fields, kinds, receiver.part);
}

}  // namespace

void readNotifications(Fields& fields, const std::vector<Kind>& kinds,
                       NotificationOptions& notifications) {
  fields.text("instance", notifications.instance, {},
              "what messages call this heald; the host's name when absent");
  fields.text("page_url", notifications.page_url, {.check = linkFault},
              "address of the admin page as recipients reach it, for a link");
  fields.text("runbook_url", notifications.runbook_url, {.check = linkFault},
              "address of the folder with the runbooks, for a link");
  fields.duration("group_wait", notifications.group_wait, {.zero_allowed = true},
                  "what comes within it is one message");
  fields.duration("group_interval", notifications.group_interval, {.zero_allowed = true},
                  "the least time between two messages to a receiver");
  constexpr std::size_t kMostReceivers = 20;
  TakenNames names;
  fields.sections("receivers", {.empty_allowed = true}, "who is notified, and how",
                  [&](Fields& section) {
                    ReceiverOptions receiver;
                    readReceiver(section, kinds, names, receiver);
                    notifications.receivers.push_back(std::move(receiver));
                  });
  if (notifications.receivers.size() > kMostReceivers) {
    fields.fail("receivers", "has " + std::to_string(notifications.receivers.size()) +
                                 " receivers (at most " + std::to_string(kMostReceivers) + ")");
  }
}

}  // namespace heald::config
