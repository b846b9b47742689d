#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "door/caller.h"
#include "door/request_head.h"

namespace heald::door {

// A body, in pieces of which each may belong to many: what is published once is sent from one
// place.
using Pieces = std::vector<std::shared_ptr<const std::string>>;
std::size_t sizeOf(const Pieces& pieces);  // bytes
std::shared_ptr<const Pieces> inOnePiece(std::shared_ptr<const std::string> body);
std::shared_ptr<const Pieces> inOnePiece(std::string body);

// A whole answer.
struct Answer {
  int status = 200;
  // Status line and header lines, each with its CR LF, without Connection, which is the door's, and
  // without the blank line. Content-Length is there and right, unless the answer is a stream's.
  std::string head;
  std::shared_ptr<const Pieces> body{};  // null: none
  bool close = false;                    // end the connection behind it
};

// Where the text of an answer without an end goes. Whoever writes never waits: what the client has
// not taken yet is held here, up to kMostBytes. Thread-safe, and may outlive its connection.
class Outlet {
 public:
  static constexpr std::size_t kMostBytes = 256 * 1024;
  // Tells the door that there is something to do.
  explicit Outlet(std::function<void()> wake) : wake_(std::move(wake)) {}

  // False: the client has gone. All of `text` is taken, also beyond kMostBytes: look at room()
  // before.
  bool write(std::string text);
  std::size_t room() const;  // bytes until kMostBytes
  bool gone() const { return gone_; }
  void end();  // when all is sent, the connection ends
  // Called on the door's thread, and must not wait: there is room again, or the client has gone.
  void onChange(std::function<void()> told);

  // The door's half.
  std::string take();  // what is to be sent next
  bool ended() const { return ended_; }
  void sent(std::size_t bytes);  // the client has taken so many
  void leave();                  // it has gone

 private:
  void tell();

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::string waiting_;
  std::size_t held_ = 0;  // bytes that the client has not taken
  std::function<void()> told_;
  std::atomic<bool> gone_ = false;
  std::atomic<bool> ended_ = false;
};

// One request, whole, and where its answer goes. Shared between the door and whoever answers.
class Exchange {
 public:
  using Reply = std::function<void(Answer, std::shared_ptr<Outlet>)>;
  struct Contents {
    RequestHead head;
    std::string body;
    Caller caller;
  };

  // `reply` is called once, on whichever thread answers; `wake` is for an outlet.
  Exchange(Contents contents, Reply reply, std::function<void()> wake)
      : contents_(std::move(contents)), reply_(std::move(reply)), wake_(std::move(wake)) {}
  ~Exchange();  // unanswered: the connection is closed
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  const RequestHead& head() const { return contents_.head; }
  const std::string& body() const { return contents_.body; }
  // For whoever answers, once: a large one is then there only as long as it is needed.
  std::string takeBody() { return std::move(contents_.body); }
  const Caller& caller() const { return contents_.caller; }

  // Any thread; the first of the two counts.
  void answer(Answer answer);
  std::shared_ptr<Outlet> stream(Answer head);

  bool answered() const { return answered_; }

  // Whoever was asked has left it to somebody else, who answers later.
  void defer() { deferred_ = true; }
  bool deferred() const { return deferred_; }

  // Whether whoever asks has closed the connection, or its half of it. Any thread.
  bool gone() const { return *gone_; }

  // The door's half: what it sets when the client has gone. It does not hold the exchange itself,
  // so that one which everybody else has dropped ends.
  std::shared_ptr<std::atomic<bool>> goneFlag() const { return gone_; }

 private:
  Contents contents_;
  Reply reply_;
  const std::function<void()> wake_;
  const std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
  std::atomic<bool> answered_ = false;
  std::atomic<bool> deferred_ = false;
};

}  // namespace heald::door
