#pragma once

#include <memory>
#include <optional>

#include "door/exchange.h"

namespace heald::door {

// What answers the requests of a listener. All of it is called on the door's thread, where nothing
// may wait and nothing may be thrown.
class Service {
 public:
  virtual ~Service() = default;

  // A head has come. `refusal` is the answer before a body is read; otherwise the body is read if
  // the call needs one (and the connection ends behind the answer if it does not and there is one).
  struct Admission {
    std::optional<Answer> refusal{};
    bool reads_body = false;
  };
  virtual Admission admit(const RequestHead& head, const Caller& caller) = 0;

  // The whole request, which may be answered at once or later, from any thread.
  virtual void serve(std::shared_ptr<Exchange> exchange) = 0;

  // The answer to what is no request, or came too late or at a bad time (408, 503).
  virtual Answer refuse(int status, const std::string& message) = 0;
};

}  // namespace heald::door
