#include "door/connection.h"

#include <sys/epoll.h>

#include <array>
#include <utility>

namespace heald::door {
namespace {

using State = Channel::State;

constexpr std::size_t kChunk = 16 * 1024;
constexpr std::size_t kPartsTogether = 256;   // of a body
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
    // The kernel had no more, and tells when it has. TLS may hold what it does not tell of.
    if (count < wanted && !channel.secured()) {
      blocked_ = State::kWantsRead;
      return;
    }
  }
}

void Connection::discard() {
  in.clear();
  receive(kOneTurn);
  in.clear();
}

void Connection::queue(std::string text) {
  if (part_ == 0 && done_ < first_.size()) text.insert(0, first_, done_);
  first_ = std::move(text);
  part_ = 0;
  done_ = 0;
}

void Connection::queue(std::string text, std::shared_ptr<const Pieces> body) {
  queue(std::move(text));
  body_ = std::move(body);
}

std::string_view Connection::part(std::size_t number) const {
  return number == 0 ? std::string_view(first_) : std::string_view(*(*body_)[number - 1]);
}

void Connection::sent(std::size_t bytes) {
  while (part_ < parts() && bytes >= part(part_).size() - done_) {
    bytes -= part(part_).size() - std::exchange(done_, 0);
    ++part_;
  }
  done_ += bytes;
}

Connection::Flushed Connection::flush() {
  std::array<std::string_view, kPartsTogether> next;
  std::size_t turn = 0;
  for (sent(0); part_ < parts(); sent(0)) {
    if (turn >= kOneTurn) return Flushed::kBlocked;
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (std::size_t i = part_; i < parts() && count < next.size() && bytes < kOneTurn; ++i) {
      next[count] = part(i).substr(i == part_ ? done_ : 0, kOneTurn - bytes);
      bytes += next[count++].size();
    }
    const auto [state, written] = channel.write({next.data(), count});
    blocked_ = state;
    if (state == State::kEnd || state == State::kBroken) {
      broken = true;
      return Flushed::kBroken;
    }
    if (state != State::kDone) return Flushed::kBlocked;
    sent(written);
    turn += written;
  }
  first_.clear();
  first_.shrink_to_fit();
  body_ = nullptr;
  part_ = 0;
  done_ = 0;
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
