#include "door/passwords.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace heald::door {
namespace {

using Digest = std::array<unsigned char, 32>;

// Compared with where there is no such user: exporter-toolkit's own hash of "fakepassword".
constexpr char kNobodys[] = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi";

}  // namespace

struct Passwords::Core {
  // The newest digests of their kind.
  class Kept {
   public:
    bool has(const Digest& digest) const {
      return std::find(digests_.begin(), digests_.end(), digest) != digests_.end();
    }
    void add(const Digest& digest) {
      digests_.push_back(digest);
      if (digests_.size() > kMostKept) digests_.pop_front();
    }

   private:
    std::deque<Digest> digests_;
  };

  struct Job {
    Claim claim;
    Digest digest{};
    std::string peer;
    std::vector<std::function<void(Outcome)>> done;  // all who wait for the same
  };

  Core() { RAND_bytes(key.data(), static_cast<int>(key.size())); }

  Digest digestOf(const Claim& claim) const {
    std::string text;
    for (const std::string& part : {claim.user, claim.hash.value_or(""), claim.password}) {
      text += std::to_string(part.size()) + ":" + part;
    }
    Digest digest{};
    unsigned size = digest.size();
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    OPENSSL_cleanse(text.data(), text.size());
    return digest;
  }

  // The next of somebody else than the last one was of, if there is such a one.
  Job next() {
    auto job = std::find_if(jobs.begin(), jobs.end(), [&](const Job& j) { return j.peer != last; });
    if (job == jobs.end()) job = jobs.begin();
    Job taken = std::move(*job);
    jobs.erase(job);
    last = taken.peer;
    return taken;
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return closed || !jobs.empty(); });
      if (closed) return;
      running = next();
      lock.unlock();
      const Claim& claim = running->claim;
      const bool right = matchesBcrypt(claim.password, claim.hash.value_or(kNobodys)) && claim.hash;
      lock.lock();
      (right ? rights : wrongs).add(running->digest);
      const auto done = std::move(running->done);
      running.reset();
      if (closed) return;
      // Under the lock, so that whoever ends the passwords knows that nobody is called any more.
      for (const auto& one : done) one(right ? Outcome::kRight : Outcome::kWrong);
    }
  }

  Digest key{};
  mutable std::mutex mutex;
  std::condition_variable changed;
  Kept rights;
  Kept wrongs;
  std::deque<Job> jobs;
  std::optional<Job> running;
  std::string last;  // whose was the last
  bool started = false;
  bool closed = false;
};

Passwords::Passwords() : core_(std::make_shared<Core>()) {}

Passwords::~Passwords() {
  const std::lock_guard lock(core_->mutex);
  core_->closed = true;
  core_->jobs.clear();
  core_->changed.notify_all();
}

std::optional<bool> Passwords::known(const Claim& claim) const {
  const Digest digest = core_->digestOf(claim);
  const std::lock_guard lock(core_->mutex);
  if (core_->rights.has(digest)) return true;
  if (core_->wrongs.has(digest)) return false;
  return std::nullopt;
}

void Passwords::compare(Claim claim, const std::string& peer, std::function<void(Outcome)> done) {
  Core& core = *core_;
  const Digest digest = core.digestOf(claim);
  std::unique_lock lock(core.mutex);
  if (core.running && core.running->digest == digest) {
    core.running->done.push_back(std::move(done));
    return;
  }
  std::size_t own = 0;
  for (Core::Job& job : core.jobs) {
    own += job.peer == peer ? 1 : 0;
    if (job.digest != digest) continue;
    job.done.push_back(std::move(done));
    return;
  }
  bool busy = core.jobs.size() >= kMostWaiting || own >= kMostOfOnePeer;
  if (!busy && !core.started) {
    try {
      std::thread([held = core_] { held->run(); }).detach();
      core.started = true;
    } catch (const std::system_error&) {  // no thread now, perhaps one later
      busy = true;
    }
  }
  if (busy) {
    lock.unlock();
    return done(Outcome::kBusy);
  }
  core.jobs.push_back({std::move(claim), digest, peer, {}});
  core.jobs.back().done.push_back(std::move(done));
  core.changed.notify_one();
}

bool matchesBcrypt(const std::string& password, const std::string& hash) {
  if (password.find('\0') != std::string::npos || hash.size() < 3) return false;
  // Go takes any letter behind "$2", and none, for what crypt calls b.
  std::string setting = "$2b" + hash.substr(hash.find('$', 2));
  auto data = std::make_unique<crypt_data>();
  const char* made = ::crypt_r(password.c_str(), setting.c_str(), data.get());
  const bool same = made != nullptr && std::strlen(made) == setting.size() &&
                    CRYPTO_memcmp(made, setting.data(), setting.size()) == 0;
  OPENSSL_cleanse(data.get(), sizeof *data);
  return same;
}

}  // namespace heald::door
