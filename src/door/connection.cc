#include "door/connection.h"

#include <sys/epoll.h>

#include <utility>

namespace heald::door {
namespace {

using State = Channel::State;

constexpr std::size_t kChunk = 16 * 1024;
constexpr std::size_t kTogether = 16 * 1024;  // a body that goes with its head in one piece
constexpr std::size_t kOneTurn = 256 * 1024;  // bytes before others have their turn

}  // namespace

Channel::State Connection::shake() {
  blocked_ = channel.handshake().state;
  return blocked_;
}

void Connection::receive(std::size_t most) {
  std::array<char, kChunk> chunk;
  std::size_t turn = 0;
  while (!ended && in.size() < most && turn < kOneTurn) {
    const std::size_t wanted = std::min(chunk.size(), most - in.size());
    const auto [state, count] = channel.read(std::span(chunk.data(), wanted));
    blocked_ = state;
    ended = state == State::kEnd || state == State::kBroken;
    broken = broken || state == State::kBroken;
    if (state != State::kDone) return;
    in.append(chunk.data(), count);
    turn += count;
  }
}

void Connection::discard() {
  in.clear();
  receive(kOneTurn);
  in.clear();
}

void Connection::queue(std::string text) {
  first_ = hasOutput() ? std::string(rest()) + text : std::move(text);
  done_ = 0;
  first_done_ = false;
}

void Connection::queue(std::string text, std::shared_ptr<const std::string> body) {
  if (body != nullptr && body->size() <= kTogether) {
    text += *body;
    body = nullptr;
  }
  queue(std::move(text));
  body_ = std::move(body);
}

std::string_view Connection::rest() const {
  const std::string_view part = first_done_ ? std::string_view(*body_) : std::string_view(first_);
  return part.substr(done_);
}

Connection::Flushed Connection::flush() {
  std::size_t turn = 0;
  while (hasOutput()) {
    if (rest().empty()) {  // the first part is sent
      if (first_done_ || body_->empty()) break;
      first_done_ = true;
      done_ = 0;
      continue;
    }
    if (turn >= kOneTurn) return Flushed::kBlocked;
    const auto [state, count] = channel.write(rest().substr(0, kOneTurn));
    blocked_ = state;
    if (state == State::kEnd || state == State::kBroken) {
      broken = true;
      return Flushed::kBroken;
    }
    if (state != State::kDone) return Flushed::kBlocked;
    done_ += count;
    turn += count;
  }
  first_.clear();
  first_.shrink_to_fit();
  body_ = nullptr;
  done_ = 0;
  first_done_ = false;
  return Flushed::kAll;
}

bool Connection::reads() const {
  return phase == Phase::kHead || phase == Phase::kIdle || phase == Phase::kBody ||
         phase == Phase::kLingering;
}

std::uint32_t Connection::wanted() const {
  if (phase == Phase::kHandshake) {
    return blocked_ == State::kWantsWrite ? EPOLLOUT : EPOLLIN;
  }
  std::uint32_t events = ended ? 0 : static_cast<std::uint32_t>(EPOLLRDHUP);
  if (reads() && !ended) events |= blocked_ == State::kWantsWrite ? EPOLLOUT : EPOLLIN;
  if (hasOutput())
    events |= blocked_ == State::kWantsRead && channel.secured() ? EPOLLIN : EPOLLOUT;
  return events;
}

}  // namespace heald::door
