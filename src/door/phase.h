#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace heald::door {

// What a connection waits for. From kHead to kSending it goes round, once for each request.
enum class Phase : std::uint8_t {
  kHandshake,  // TLS
  kHead,       // the first byte of a new connection, or the rest of a head
  kIdle,       // the next request of a connection that had one
  kBody,
  kWaiting,    // whoever answers
  kSending,    // the client, to take its answer
  kStreaming,  // more of an answer without an end
  kFalling,    // the client, to take what has come of it
  kLingering,  // the client, to see the end: closing at once could cost it its answer
};
inline constexpr std::size_t kPhases = 9;

// How long each may last. What is not limited is limited elsewhere: an answer by whoever gives it,
// a stream by its client.
struct Patience {
  std::chrono::milliseconds handshake{5'000};
  std::chrono::milliseconds head{5'000};    // all of it; a drip does not make it longer
  std::chrono::milliseconds idle{120'000};  // beyond Prometheus' scrape interval
  std::chrono::milliseconds body{5'000};    // all of it, or each mebibyte of a large one
  std::chrono::milliseconds send{10'000};   // a whole answer, or one step of a stream
  std::chrono::milliseconds linger{1'000};
};

}  // namespace heald::door
