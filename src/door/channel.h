#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "door/caller.h"
#include "io/fd.h"

namespace heald::door {

struct SslDeleter {
  void operator()(SSL* ssl) const;
};
using SslPointer = std::unique_ptr<SSL, SslDeleter>;

// The bytes of one connection, with TLS or without, and never waiting. For one thread.
class Channel {
 public:
  enum class State {
    kDone,       // `count` bytes, at least one
    kWantsRead,  // when the socket is readable
    kWantsWrite,
    kEnd,     // the other side has ended its half
    kBroken,  // and nothing more can be sent either
  };
  struct Outcome {
    State state = State::kBroken;
    std::size_t count = 0;
  };

  explicit Channel(io::UniqueFd socket) : socket_(std::move(socket)) {}

  void secure(SslPointer ssl);  // from now on it is TLS

  int socket() const { return socket_.get(); }
  bool secured() const { return ssl_ != nullptr; }
  // A connection that is to be secured, and whose first byte is no TLS but could be HTTP.
  bool startsPlain() const;
  // Of TLS; kDone at once without. Once it is done, the caller can be completed.
  Outcome handshake();
  void addCertificate(Caller& caller) const;

  Outcome read(std::span<char> into);
  // As much of the parts, one after the other, as goes at once: something of the first, at least. A
  // write that has to wait is done again with the same bytes, or with more behind them.
  Outcome write(std::span<const std::string_view> parts);
  void close();
  void finish();  // says to the other side that nothing more comes

 private:
  Outcome judge(int result) const;

  io::UniqueFd socket_;
  SslPointer ssl_;
};

}  // namespace heald::door
