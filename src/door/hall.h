#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "door/caller.h"
#include "door/connection.h"
#include "door/deadlines.h"
#include "door/door.h"
#include "door/gate.h"
#include "door/poller.h"
#include "door/post.h"
#include "door/seats.h"
#include "door/strikes.h"

namespace heald::door {

// All connections of a door, and what each does next. The door's thread alone.
class Hall {
 public:
  using Clock = Deadlines::Clock;
  using Id = Connection::Id;

  Hall(std::vector<Listener>& listeners, const DoorOptions& options, Poller& poller,
       std::shared_ptr<Post> post);
  ~Hall();

  // The time of this turn of the loop.
  void setNow(Clock::time_point now) { now_ = now; }

  // A connection has been accepted.
  void enter(std::size_t listener, io::UniqueFd socket);
  // Whether a connection has still to shake hands, which is the dearest thing that a client can ask
  // for without a word: others go first.
  bool isShaking(Id id) const;
  // Gives up the oldest idle connection of a listener; false: there is none.
  bool freeOne(std::size_t listener, Limit why);
  void strike(std::size_t listener, Limit limit, const std::string& peer);

  void onEvent(Id id, std::uint32_t events);
  void onTime();
  // Before the door waits: those whose answer is still being made are watched from here on, so that
  // their going away is noticed.
  void watchWaiting();
  std::optional<Clock::time_point> next() const;

  // No more requests: whoever is not being answered goes.
  void drain();
  bool empty() const { return connections_.empty(); }

  // Any thread.
  std::vector<Door::Figures> figures() const;

 private:
  struct Room {
    explicit Room(const Listener& listener) : seats(listener.limits) {}
    Seats seats;
    Strikes strikes;
    std::atomic<std::size_t> size = 0;
  };

  Service& service(const Connection& c) const { return *listeners_[c.listener].service; }
  Room& room(const Connection& c) const { return *rooms_[c.listener]; }
  void findUser(Caller& caller, int socket);
  void strike(Connection& c, Limit limit);
  void refuseEntry(std::size_t listener, Channel channel);
  void move(Connection& c, Phase phase);
  void watch(Connection& c);
  void close(Connection& c);
  void sweep();

  void read(Connection& c);
  void readOn(Connection& c);
  bool step(Connection& c);
  bool takeHead(Connection& c);
  bool takeBody(Connection& c);
  void admit(Connection& c, RequestHead head);
  void onVerdict(Id id, Gate::Verdict verdict);
  void decide(Connection& c, RequestHead head, Gate::Verdict verdict);
  void serve(Connection& c, RequestHead head, std::string body);
  bool reserve(Connection& c, std::size_t bytes);

  void refuse(Connection& c, int status, const std::string& message);
  void respond(Connection& c, Answer answer);
  void onReply(Id id, Answer answer, std::shared_ptr<Outlet> outlet);
  void send(Connection& c);
  void afterAnswer(Connection& c);
  static bool endsCleanly(Connection& c);
  void stream(Connection& c);
  void handshake(Connection& c);
  void timeOut(Connection& c);

  std::vector<Listener>& listeners_;
  const DoorOptions& options_;
  Poller& poller_;
  const std::shared_ptr<Post> post_;
  std::vector<std::unique_ptr<Room>> rooms_;  // as the listeners
  PeerUsers users_;
  Deadlines deadlines_;
  std::unordered_map<Id, std::unique_ptr<Connection>> connections_;
  std::vector<Id> unwatched_;                        // that wait for an answer since this turn
  std::vector<std::unique_ptr<Connection>> closed_;  // until nobody looks at them any more
  Clock::time_point now_{};
  std::size_t memory_ = 0;  // of all that is under way
  Id next_id_;
  bool draining_ = false;
};

}  // namespace heald::door
