#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/model.h"
#include "core/time.h"
#include "engine/history.h"
#include "outbox/delivery.h"

namespace heald::outbox {

// A receiver, for people and metrics.
struct ReceiverView {
  std::string name;
  std::string kind;
  std::size_t pending = 0;  // problems that it has not been told of
  std::uint64_t sent = 0;   // messages, since the start
  std::uint64_t failed = 0;
  std::uint64_t lost = 0;  // entries of the history that were forgotten before they were told
  std::optional<core::WallTime> last_sent = {};
  std::optional<core::WallTime> failing_since = {};
  std::string error = {};  // of the last try, one line; "" when it succeeded
};

// Where a receiver goes on, by its name.
using Cursors = std::map<std::string, std::int64_t>;
struct CursorMove {
  std::string receiver;
  std::optional<std::int64_t> to;  // nothing: it is forgotten
};

// A message and who it is for.
struct Outgoing {
  config::ReceiverOptions receiver;
  Message message;
};

// Who is told what of the history, and when: everything of the outbox but its thread and its I/O.
// Pure: every call is a function of (state, event, now). Not thread-safe.
class Dispatch {
 public:
  // `host` is what messages call this heald when the configuration has no name for it.
  explicit Dispatch(std::string host) : host_(std::move(host)) {}

  void configure(const config::NotificationOptions& options);
  const std::string& instance() const { return instance_; }

  // Whether it is known where every receiver goes on: not before place(). Then they are told
  // nothing but what storeFails() says.
  bool placed() const { return placed_; }
  // What the disk says: the cursors, and the ends of the history (0, 0: it is empty). A receiver
  // without a cursor is new, and begins at the newest. What has to be made durable for that.
  std::vector<CursorMove> place(const Cursors& cursors, std::int64_t oldest, std::int64_t newest,
                                core::Now now);
  // What the history says before position(): how long that has lasted which ends from now on. In
  // the history's order, of the kinds that the Interpreter wants.
  void learn(const std::vector<engine::HistoryRow>& rows);

  // Up to here the history was taken.
  std::int64_t position() const { return position_; }
  // The next page behind it, read in the history's order.
  void take(const engine::HistoryPage& page, core::Now now);
  // Why the store fails at this moment; "": it does not. To be told every second or so.
  void storeFails(const std::string& error, core::Now now);

  // The messages that are due, each of which is then under way until ended().
  std::vector<Outgoing> due(core::Now now);
  std::optional<core::BootTime> nextDue() const;
  // The error of the try before.
  std::string ended(const std::string& receiver, const std::string& error, core::Now now,
                    core::Duration retry_after = {});

  // Cursors to make durable, each of which is then under way until moved().
  std::vector<CursorMove> moves(bool stopping);
  void moved(const CursorMove& move, bool done);

  std::vector<ReceiverView> views() const;  // in the order of the configuration
  // A message without content, for this receiver.
  Message messageFor(const config::ReceiverOptions& receiver, core::Now now) const;
  const config::NotificationOptions& options() const { return options_; }

 private:
  bool known(const std::string& receiver) const;
  void beginAgain();
  void add(const Notice& notice, std::int64_t id, core::Now now);

  const std::string host_;
  std::string instance_;
  config::NotificationOptions options_;
  std::map<std::string, Delivery> deliveries_;  // by receiver
  std::optional<Interpreter> interpreter_;
  bool placed_ = false;
  bool ever_placed_ = false;
  std::int64_t position_ = 0;
  bool store_failing_ = false;
  bool told_store_ = false;  // and its end has not been taken yet
};

}  // namespace heald::outbox
