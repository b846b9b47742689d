#pragma once

#include <functional>
#include <string>

#include "config/fields.h"
#include "core/time.h"
#include "io/services.h"
#include "outbox/message.h"

namespace heald::outbox {

// What an answer asks for with Retry-After counts up to here.
inline constexpr core::Duration kLongestAsked = std::chrono::hours(1);

// How a message ended.
struct Outcome {
  std::string error;             // one line, without any secret; "": whoever is there has taken it
  core::Duration retry_after{};  // so long it asked to be left alone
};

// Where messages go: what a kind of receiver (slack, webhook, mail) made of its options. Immutable;
// any thread.
class Receiver : public config::Part {
 public:
  using Done = std::function<void(Outcome)>;

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
