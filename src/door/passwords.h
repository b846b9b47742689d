#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace heald::door {

// Compares passwords with bcrypt's hashes, which takes long on purpose: on a thread of its own, one
// at a time, and the results are kept, so that a known password costs nothing. What is kept is a
// keyed digest, never the password. Thread-safe.
class Passwords {
 public:
  static constexpr std::size_t kMostKept = 100;     // right ones, and as many wrong ones
  static constexpr std::size_t kMostWaiting = 64;   // comparisons
  static constexpr std::size_t kMostOfOnePeer = 8;  // of them

  struct Claim {
    std::string user;
    std::string password;
    std::optional<std::string> hash;  // nothing: there is no such user, and time does not tell so
  };
  enum class Outcome { kRight, kWrong, kBusy };

  Passwords();
  ~Passwords();  // comparisons that wait are dropped; one that runs ends by itself, unheard
  Passwords(const Passwords&) = delete;
  Passwords& operator=(const Passwords&) = delete;

  // Whether the same claim was compared before, and how that ended.
  std::optional<bool> known(const Claim& claim) const;
  // `done` is called once: at once with kBusy when too many wait, otherwise on the other thread.
  // The peers have their turns.
  void compare(Claim claim, const std::string& peer, std::function<void(Outcome)> done);

 private:
  struct Core;
  const std::shared_ptr<Core> core_;
};

// The comparison itself; takes as long as the hash says. bcrypt reads 72 bytes of a password.
bool matchesBcrypt(const std::string& password, const std::string& hash);

}  // namespace heald::door
