#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/drive.h"
#include "engine/engine.h"
#include "store/memory_store.h"
#include "store/support.h"
#include "support/faulty_vfs.h"

namespace heald::test {

// A store in front of the real one that keeps, in memory, what was acknowledged: what must be found
// again after any crash. Throws Died when the disk did.
struct Died {};

class Witness {
 public:
  Witness(const FaultyDisk& disk, store::Store& real) : disk_(disk), real_(real) {}

  Result<std::optional<engine::Saved>> open(const core::ClockStamp& now);
  std::string commit(const engine::Changes& changes, const core::ClockStamp& now);
  std::string probe(const core::ClockStamp& now);
  std::string reopen(const engine::Changes& everything, const core::ClockStamp& now);

  // Every state that may be found on the disk now: the acknowledged one; that with the commit that
  // was under way when the machine died; and that with one of the commits that have failed in
  // doubt, as long as the store has not answered again.
  std::vector<engine::Saved> possible(const core::ClockStamp& now) const;
  // The highest number of an attempt on record.
  std::uint64_t attempts(const std::string& governor) const;
  int doubts() const { return doubts_; }

 private:
  const FaultyDisk& disk_;
  store::Store& real_;
  using Commit = std::pair<engine::Changes, core::ClockStamp>;
  std::vector<Commit> acknowledged_;
  std::vector<Commit> uncertain_;
  int doubts_ = 0;
};

// One life of heald on such a store, in virtual time and always the same: attempts that fail until
// the breaker opens, a reset, an attempt whose error makes the governor dormant for good, a resume,
// an attempt that succeeds; a pause, a permit, a flag, an alert; and the close, with its
// checkpoint. It goes on through faults of the disk as heald does.
class Life {
 public:
  Life(const FaultyDisk& disk, const std::string& path);
  ~Life();

  bool run();  // to its end, or until the disk dies: false
  // Instead: opens what another life has left, lets a human set it free, and goes on for a while
  // with a check that is critical.
  void goOn(core::Duration from);
  void close() { store_.reset(); }
  const Witness& witness() const { return witness_; }
  const std::vector<std::uint64_t>& started() const { return started_; }
  core::Duration time() const { return now_; }
  core::ClockStamp present() const { return {"boot-1", now()}; }

  static engine::Setup setup();
  static core::Now at(core::Duration since);

 private:
  core::Now now() const { return at(now_); }
  void script();
  void open();
  void pass(core::Duration duration);
  void restoreStore();
  void send(const engine::Event& event, const engine::Claim& claim = {});
  void handle(engine::Output out);
  std::string commit(const engine::Changes& changes);
  void humans();
  void alert(bool firing);
  void permit();

  std::unique_ptr<store::Store> store_;
  Witness witness_;
  std::unique_ptr<engine::Engine> engine_;
  core::Duration now_{};
  core::Duration next_probe_{};
  bool loaded_ = false;
  core::CheckStatus status_ = core::CheckStatus::kCritical;
  bool heals_ = false;
  std::string output_;
  std::string permit_;
  std::vector<std::uint64_t> started_;
};

// What a store holds, in words: the same for two of the same content.
std::string written(const engine::Saved& saved);

}  // namespace heald::test
