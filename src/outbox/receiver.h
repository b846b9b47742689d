#pragma once

#include <functional>
#include <string>

#include "config/fields.h"
#include "io/services.h"
#include "outbox/message.h"

namespace heald::outbox {

// Where messages go: what a kind of receiver (slack, webhook, mail) made of its options. Immutable;
// any thread.
class Receiver : public config::Part {
 public:
  // "" when whoever is there has taken it, or the reason in one line, without any secret.
  using Done = std::function<void(std::string error)>;

  // Returns at once. `done` is called exactly once, from any thread and possibly before this
  // returns. `services` outlive it.
  virtual void send(io::Services& services, const Message& message, io::CancelToken cancel,
                    Done done) const = 0;
};

// Slack's incoming webhook, whose address is a secret.
config::Kind slackKind();
// Any program that takes the notifications of Alertmanager's webhook, version 4. Signed on request.
config::Kind webhookKind();
// A mail server.
config::Kind mailKind();

}  // namespace heald::outbox
