#pragma once

#include <functional>
#include <memory>

#include "config/fields.h"
#include "engine/event.h"
#include "engine/output.h"
#include "io/http_access.h"

namespace heald::checks {

// An Alertmanager that can be asked whether an alert still fires. It is only believed that an alert
// does not when it would know (alertmanager_answer.h). Immutable; any thread.
class Alertmanager : public config::Part {
 public:
  struct Options {
    io::HttpRequest request;  // its URL is the server's
    io::HttpAccess access;
  };
  // Called exactly once, from the thread that sendWithAccess names.
  using Done = std::function<void(engine::AlertAsked)>;
  using Clock = std::function<core::WallTime()>;

  explicit Alertmanager(Options options)
      : options_(std::make_shared<const Options>(std::move(options))) {}

  // Returns at once. `services` and `now` outlive the run.
  void ask(io::Services& services, engine::AskAlert alert, Clock now, io::CancelToken cancel,
           Done done) const;

 private:
  std::shared_ptr<const Options> options_;  // shared: a run may outlive its configuration
};

// `url` and how it is asked, of the section `alertmanager`. Without a `url` it makes no part.
config::Kind alertmanagerKind();

}  // namespace heald::checks
