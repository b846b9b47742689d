#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "door/channel.h"
#include "door/exchange.h"
#include "door/phase.h"
#include "door/request_head.h"

namespace heald::door {

// The two buffers of one connection and what is known of its present request. Decides nothing: the
// Door does. For one thread.
class Connection {
 public:
  using Id = std::uint64_t;

  Connection(Id number, std::size_t of, Channel bytes, Caller other)
      : id(number), listener(of), channel(std::move(bytes)), caller(std::move(other)) {}

  Channel::State shake();  // a step of TLS' handshake
  // Takes what has come, as far as it may be of use now: at most `most` bytes are held.
  void receive(std::size_t most);
  void discard();  // takes it and throws it away

  enum class Flushed { kAll, kBlocked, kBroken };
  Flushed flush();
  void queue(std::string text);
  void queue(std::string text, std::shared_ptr<const Pieces> body);
  // Whether receive() stopped for others' sake: TLS may hold what the kernel does not tell of.
  bool mayHaveMore() const { return !ended && blocked_ == Channel::State::kDone; }
  bool hasOutput() const { return !first_.empty() || body_ != nullptr; }

  // The events that it waits for (EPOLLIN, …).
  std::uint32_t wanted() const;
  bool reads() const;  // waits for the client to send

  const Id id;
  const std::size_t listener;
  Channel channel;
  Caller caller;

  Phase phase = Phase::kHead;
  std::uint32_t watched = 0;  // what the kernel is asked for
  std::string in;
  HeadReader reader;
  std::optional<RequestHead> head;  // while its body comes
  std::size_t mebibytes = 0;        // of the body that have come
  bool ended = false;               // the client sends nothing more
  bool half_closed = false;         // the kernel has said so, perhaps before all of it is read
  bool broken = false;              // nor can anything be sent
  bool close_after = false;         // the present answer is the last
  bool last = false;                // the client has said so of the present request
  bool without_body = false;        // HEAD
  std::size_t reserved = 0;         // bytes that the door counts for it
  std::shared_ptr<std::atomic<bool>> gone;  // tells whoever answers that nobody listens
  std::shared_ptr<Outlet> outlet;
  std::size_t streamed = 0;  // bytes of the outlet's that are under way

 private:
  std::string_view part(std::size_t number) const;
  std::size_t parts() const { return 1 + (body_ == nullptr ? 0 : body_->size()); }
  void sent(std::size_t bytes);

  std::string first_;  // part 0, before those of the body
  std::shared_ptr<const Pieces> body_;
  std::size_t part_ = 0;                                 // which is being sent
  std::size_t done_ = 0;                                 // of that part
  Channel::State blocked_ = Channel::State::kWantsRead;  // what TLS waits for, reading or writing
};

}  // namespace heald::door
