#include "door/hall.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "door/tls_source.h"

namespace heald::door {
namespace {

// The numbers below are the listeners' and the post's.
constexpr Connection::Id kFirstId = 1'000;
// So many connections over loopback share one name where nobody else asks whose they are. Beyond,
// each user has a share of their own.
constexpr std::size_t kUnasked = 32;

// Whoever is in one of these can be asked to go without losing an answer.
bool isIdle(Phase phase) {
  return phase == Phase::kHandshake || phase == Phase::kHead || phase == Phase::kIdle ||
         phase == Phase::kBody || phase == Phase::kLingering;
}

}  // namespace

Hall::Hall(std::vector<Listener>& listeners, const DoorOptions& options, Poller& poller,
           std::shared_ptr<Post> post)
    : listeners_(listeners),
      options_(options),
      poller_(poller),
      post_(std::move(post)),
      deadlines_(options.patience),
      next_id_(kFirstId) {
  for (const Listener& listener : listeners) rooms_.push_back(std::make_unique<Room>(listener));
}

Hall::~Hall() {
  while (!connections_.empty()) close(*connections_.begin()->second);
}

std::vector<Door::Figures> Hall::figures() const {
  std::vector<Door::Figures> all;
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    Door::Figures figures{listeners_[i].name, rooms_[i]->size, {}};
    for (std::size_t limit = 0; limit < kLimits; ++limit) {
      const auto which = static_cast<Limit>(limit);
      figures.strikes.emplace_back(which, rooms_[i]->strikes.count(which));
    }
    all.push_back(std::move(figures));
  }
  return all;
}

void Hall::strike(std::size_t listener, Limit limit, const std::string& peer) {
  const auto report = rooms_[listener]->strikes.note(limit, peer, now_);
  if (report && options_.struck) options_.struck(listeners_[listener].name, *report);
}

void Hall::findUser(Caller& caller, int socket) {
  if (!caller.uid && caller.isLocal()) caller.uid = users_.userOf(socket);
}

void Hall::strike(Connection& c, Limit limit) {
  findUser(c.caller, c.channel.socket());
  strike(c.listener, limit, c.caller.peer());
}

bool Hall::freeOne(std::size_t listener, Limit why) {
  const auto oldest = rooms_[listener]->seats.oldestIdle();
  if (!oldest) return false;
  Connection& c = *connections_.at(*oldest);
  strike(c, why);
  close(c);
  return true;
}

void Hall::enter(std::size_t listener, io::UniqueFd socket) {
  Caller caller = callerOf(socket.get());
  const Id id = next_id_++;
  Room& room = *rooms_[listener];
  const std::size_t unasked = std::min(kUnasked, listeners_[listener].limits.peer / 2);
  if (listeners_[listener].asks_for_users || room.seats.sizeOf(caller.peer()) >= unasked) {
    findUser(caller, socket.get());
  }
  const Seats::Verdict verdict = room.seats.arrive(id, caller.peer());
  if (verdict.full != Seats::Full::kNo) {
    const bool of_all = verdict.full == Seats::Full::kAll;
    strike(listener, of_all ? Limit::kConnections : Limit::kPeerConnections, caller.peer());
  }
  if (verdict.leaves) close(*connections_.at(*verdict.leaves));
  const TlsSource* tls = listeners_[listener].tls;
  const bool secured = tls != nullptr && tls->secures();
  Channel channel(std::move(socket));
  if (!verdict.admitted) {
    // A last word where it costs nothing; with TLS there is none before a handshake.
    if (!secured) refuseEntry(listener, std::move(channel));
    return;
  }
  auto connection =
      std::make_unique<Connection>(id, listener, std::move(channel), std::move(caller));
  Connection& c = *connection;
  connections_[id] = std::move(connection);
  room.size = room.seats.size();
  c.watched = EPOLLIN | EPOLLRDHUP;
  move(c, secured ? Phase::kHandshake : Phase::kHead);
  if (!poller_.add(c.channel.socket(), id, c.watched)) close(c);
}

void Hall::refuseEntry(std::size_t listener, Channel channel) {
  const Answer answer = listeners_[listener].service->refuse(503, "too many connections");
  std::string text = answer.head + "Connection: close\r\n\r\n";
  for (const auto& piece : *answer.body) text += *piece;
  const std::string_view part = text;
  (void)channel.write({&part, 1});
}

bool Hall::isShaking(Id id) const {
  const auto found = connections_.find(id);
  return found != connections_.end() && found->second->phase == Phase::kHandshake;
}

void Hall::move(Connection& c, Phase phase) {
  c.phase = phase;
  deadlines_.enter(c.id, phase, now_);
  isIdle(phase) ? room(c).seats.idle(c.id) : room(c).seats.busy(c.id);
}

void Hall::watch(Connection& c) {
  if (!connections_.contains(c.id)) return;
  const std::uint32_t wanted = c.wanted();
  if (wanted == c.watched) return;
  c.watched = wanted;
  poller_.change(c.channel.socket(), c.id, wanted);
}

void Hall::close(Connection& c) {
  const auto found = connections_.find(c.id);
  if (found == connections_.end()) return;
  closed_.push_back(std::move(found->second));
  connections_.erase(found);
  deadlines_.leave(c.id);
  Room& own = room(c);
  own.seats.leave(c.id);
  own.size = own.seats.size();
  memory_ -= std::exchange(c.reserved, 0);
  c.channel.close();
  if (c.gone != nullptr) *std::exchange(c.gone, nullptr) = true;
  if (c.outlet != nullptr) std::exchange(c.outlet, nullptr)->leave();
}

void Hall::sweep() {
  closed_.clear();
}

bool Hall::reserve(Connection& c, std::size_t bytes) {
  if (memory_ + bytes > options_.most_memory) {
    strike(c, Limit::kMemory);
    return false;
  }
  memory_ += bytes;
  c.reserved += bytes;
  return true;
}

void Hall::onEvent(Id id, std::uint32_t events) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& c = *found->second;
  const bool over = (events & (EPOLLERR | EPOLLHUP)) != 0;
  const bool half = (events & EPOLLRDHUP) != 0;
  c.half_closed = c.half_closed || half;
  switch (c.phase) {
    case Phase::kHandshake:
      handshake(c);
      break;
    case Phase::kHead:
    case Phase::kIdle:
    case Phase::kBody:
      read(c);
      break;
    case Phase::kWaiting:
    case Phase::kSending:
      if (half) c.ended = true;
      if (half && c.gone != nullptr) *c.gone = true;
      if (over) close(c);
      if (!over && c.phase == Phase::kSending) send(c);
      if (c.phase == Phase::kIdle) read(c);  // what it has sent meanwhile
      break;
    case Phase::kStreaming:
    case Phase::kFalling:
      half || over ? close(c) : stream(c);
      break;
    case Phase::kLingering:
      c.discard();
      if (c.ended || over) close(c);
      break;
  }
  // Most have their answer in this turn, and then are watched as before.
  c.phase == Phase::kWaiting ? unwatched_.push_back(id) : watch(c);
  sweep();
}

void Hall::watchWaiting() {
  for (const Id id : unwatched_) {
    if (const auto found = connections_.find(id); found != connections_.end()) {
      watch(*found->second);
    }
  }
  unwatched_.clear();
}

void Hall::onTime() {
  while (const auto id = deadlines_.over(now_)) timeOut(*connections_.at(*id));
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    for (const Strikes::Report& report : rooms_[i]->strikes.due(now_)) {
      if (options_.struck) options_.struck(listeners_[i].name, report);
    }
  }
  sweep();
}

std::optional<Hall::Clock::time_point> Hall::next() const {
  auto first = deadlines_.next();
  for (const auto& room : rooms_) {
    if (const auto report = room->strikes.next())
      first = first ? std::min(*first, *report) : report;
  }
  return first;
}

void Hall::drain() {
  draining_ = true;
  std::vector<Connection*> leaving;
  for (const auto& [id, c] : connections_) {
    // A stream has its last words, when whoever writes it ends it.
    if (isIdle(c->phase) && c->phase != Phase::kLingering) leaving.push_back(c.get());
  }
  for (Connection* c : leaving) close(*c);
  sweep();
}

}  // namespace heald::door
