#pragma once

#include <functional>
#include <optional>
#include <string>

#include "door/caller.h"
#include "door/request_head.h"

namespace heald::door {

// Who may ask a listener for anything, before its service hears of them. All of it is called on the
// door's thread, where nothing may wait and nothing may be thrown.
class Gate {
 public:
  struct Refusal {
    int status = 401;
    std::string message;    // a sentence's end for people
    std::string headers{};  // lines of the answer, each with its CR LF
  };
  // Whoever is let in, with what their request has proven; or why not.
  struct Verdict {
    std::optional<Refusal> refusal{};
    std::string user{};             // Caller::user
    std::function<bool()> still{};  // Caller::still
    bool needs_credential = false;  // Caller::needs_credential
  };

  virtual ~Gate() = default;

  // Nothing: it takes longer, and judgeLater() is to be asked.
  virtual std::optional<Verdict> judge(const RequestHead& head, const Caller& caller) = 0;
  // `done` is called once, on any thread, or never when the gate ends before.
  virtual void judgeLater(const RequestHead& head, const Caller& caller,
                          std::function<void(Verdict)> done) = 0;
  // Lines that every answer of the listener gets, each with its CR LF.
  virtual std::string headers() const = 0;
};

}  // namespace heald::door
