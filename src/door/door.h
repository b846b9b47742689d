#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "door/phase.h"
#include "door/seats.h"
#include "door/service.h"
#include "door/strikes.h"
#include "heald/result.h"
#include "io/fd.h"

namespace heald::door {

class Gate;
class TlsSource;

struct Listener {
  std::string name;                     // a label of metrics: "metrics", "control", "socket"
  std::vector<io::UniqueFd> sockets{};  // listening, non-blocking
  Service* service = nullptr;           // outlives the door
  Seats::Limits limits{};
  TlsSource* tls = nullptr;    // null: plain; outlives the door
  Gate* gate = nullptr;        // null: everybody may ask; outlives the door
  bool asks_for_users = true;  // Caller::uid is there over loopback as well, for service and gate
};

struct DoorOptions {
  Patience patience{};
  std::size_t most_memory = std::size_t{128} * 1024 * 1024;  // bodies and answers under way, bytes
  // One line for the log each; on the door's thread.
  std::function<void(const std::string& listener, const Strikes::Report&)> struck{};
};

// The front of heald: one thread that owns every connection of its listeners. It accepts, speaks
// TLS, reads whole requests within limits and deadlines, hands them to a Service, and sends the
// answers at each client's pace. However many clients are silent, slow or hostile, they cost
// descriptors and buffers, both bounded, and nobody's time but their own.
//
// Ignores SIGPIPE for the process: OpenSSL writes to sockets without MSG_NOSIGNAL.
class Door {
 public:
  static Result<std::unique_ptr<Door>> open(std::vector<Listener> listeners, DoorOptions options);

  // No new connections and requests; what is being answered has kGrace to be taken. Not from a
  // service.
  ~Door();
  static constexpr std::chrono::milliseconds kGrace{500};

  struct Figures {
    std::string listener;
    std::size_t connections = 0;
    std::vector<std::pair<Limit, std::uint64_t>> strikes;  // every limit
  };
  std::vector<Figures> figures() const;  // one for each listener, in order; any thread

  class Impl;

 private:
  explicit Door(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace heald::door
