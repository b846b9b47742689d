#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "heald/result.h"
#include "io/log.h"
#include "runtime/clock.h"
#include "runtime/mailbox.h"
#include "runtime/work.h"
#include "store/store.h"

namespace heald::runtime {

// The engine's thread: the only owner of the engine and of the store. It takes events from the
// mailbox, steps, commits, and only then starts what was decided; then it publishes an immutable
// snapshot, before it answers whoever asked.
//
// Every public function may be called from any thread, but start and stop from one only.
class EngineLoop {
 public:
  // A store that fails is asked again this often; one that works is probed this often, so that a
  // full or read-only disk is known before an attempt needs it, and less often once nothing has
  // come for as long: whatever comes then is committed first, and that notices the same.
  static constexpr std::chrono::seconds kRetryStore{1};
  static constexpr std::chrono::seconds kHurry{5};  // after askStore(), it is asked more often
  static constexpr std::chrono::seconds kProbeStore{10};
  static constexpr std::chrono::seconds kProbeQuiet{60};
  // Snapshots are at most this old while something changes; and never older than kHeartbeat, or
  // than kProbeQuiet while it is quiet: when nothing has come for kQuietAfter, the thread sleeps
  // from one probe to the next. A replica is never quiet.
  static constexpr std::chrono::milliseconds kPublishAfter{100};
  static constexpr std::chrono::seconds kHeartbeat{1};
  static constexpr std::chrono::seconds kQuietAfter{1};
  EngineLoop(engine::Setup setup, store::Store& store, Work& work, const Clock& clock,
             io::Log& log);
  ~EngineLoop();
  EngineLoop(const EngineLoop&) = delete;
  EngineLoop& operator=(const EngineLoop&) = delete;

  // Called on the engine's thread whenever the history has become longer. Before start() only; must
  // not block.
  void onHistory(std::function<void()> longer) { history_longer_ = std::move(longer); }
  // Called on the engine's thread each time that it has gone round, every kProbeQuiet at least.
  // Before start() only; must be quick, and not block.
  void onRound(std::function<void()> round) { round_ = std::move(round); }
  // Who leads while this replica stands by, for people; "" when it acts. Asked with each snapshot.
  // Before start() only; must be quick, and not block.
  void onStandby(std::function<std::string()> leader) { leader_ = std::move(leader); }
  // The store is to be opened or probed at once: what it stands on has changed.
  void askStore() {
    mailbox_.put(
        {.event = engine::Tick{}, .answer = nullptr, .function = nullptr, .ask_store = true});
  }
  // Something for the history that the engine does not know by itself. Also before start().
  void record(engine::HistoryEntry entry);
  // Makes durable how far who tells others of the history has come; nothing: it is forgotten.
  // `done` gets "" or the reason, on the engine's thread; never, once heald stops.
  using Moved = std::function<void(const std::string& error)>;
  void moveCursor(std::string name, std::optional<std::int64_t> position, Moved done);

  // Opens the store (which may fail: heald then runs, and starts nothing) and starts the thread.
  void start();

  // Asks the engine and waits for its answer. kLimit when its mailbox is full, kShutdown once it
  // stops. `function` is the job of a RegisterTask. Not from a job that would replace itself.
  Result<engine::Reply> call(engine::Event command, Work::TaskFunction function = nullptr);
  // The same for a caller who may go away, and does not wait here. `gone` is asked on the engine's
  // thread, right before the command would be done: if it says so, nothing is, and the answer is
  // kConflict. `then` is called once, on the engine's thread (so it must be quick) or, when the
  // command does not even get there, on the caller's.
  using Gone = std::function<bool()>;
  using Then = std::function<void(Result<engine::Reply>)>;
  void call(engine::Event command, engine::Claim claim, Gone gone, Then then);
  // What nobody waited for any more, and what was answered again under its key.
  std::uint64_t abandoned() const { return abandoned_; }
  std::uint64_t repeated() const { return repeated_; }
  // Such a call that did not come this far.
  Error abandon();

  // Asks the engine to take another configuration. When it has agreed, and before anything of it
  // starts, `applied` is called on the engine's thread.
  Result<engine::Reply> reload(engine::Reload command, std::function<void()> applied);

  std::shared_ptr<const engine::Snapshot> snapshot() const;
  std::size_t queueLength() const { return mailbox_.size(); }
  static constexpr std::size_t queueCapacity() { return Mailbox<int>::kCapacity; }
  std::uint64_t queueFull() const { return queue_full_; }
  // Since the thread should have gone round again; for the watchdog. Not above 0 while it sleeps.
  core::Duration sinceBeat() const;

  // Nothing starts any more; what runs may still report.
  void beginStop();
  // True when no action runs any more. After beginStop().
  bool waitUntilIdle(core::Duration patience);
  // Ends the thread. Waiting callers get kShutdown.
  void stop();

 private:
  // Of one who asked: given, or else that heald is stopping.
  class Answer {
   public:
    explicit Answer(Then then) : then_(std::move(then)) {}
    ~Answer() { give(Error{ErrorCode::kShutdown, "heald is stopping"}); }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;
    void give(Result<engine::Reply> result) {
      const Then then = std::exchange(then_, nullptr);
      if (!then) return;
      try {
        then(std::move(result));
      } catch (...) {  // out of memory, or a caller's fault: nothing of it ends the engine's thread
      }
    }

   private:
    Then then_;
  };
  struct Message {
    engine::Event event;
    std::shared_ptr<Answer> answer;  // shared: the caller keeps none, a waiting task does
    Work::TaskFunction function;
    std::function<void()> applied = nullptr;
    engine::Claim claim = {};
    Gone gone = nullptr;
    // In the place of an event: what the engine does not know of.
    std::shared_ptr<const engine::Changes> beside = nullptr;
    Moved moved = nullptr;
    bool quit = false;
    bool ask_store = false;
  };
  struct Reply {
    std::shared_ptr<Answer> answer;
    Result<engine::Reply> result;
  };

  Result<engine::Reply> ask(Message message);
  void send(Message message, Then then);
  void openStore();
  void run();
  // The next of these, or several that share a commit; returns how many.
  std::size_t handleSome(std::span<Message> messages);
  void handle(Message& message);
  void commitBeside(const Message& message);
  void handleTogether(std::span<Message> messages);
  void beat(core::Duration due);  // it goes round again when that is over
  bool abandoned(Message& message);
  // A permit, of a state that has not been read: answered with "ask again".
  bool unanswerable(Message& message);
  void tell(Message& message, engine::Output& out);
  void perform(engine::Output& out);
  void start(const engine::Action& action);
  void taskReady(const engine::TaskReady& ready);
  void answer(Message& message, engine::Output& out);
  bool quiet(core::BootTime now, core::Duration since) const;
  void noteMessage(core::BootTime now);
  void probeIfDue();
  std::string restoreStore(const core::Now& now);
  void tellRoom(const core::Now& now, engine::Output& out);
  void publish();
  void publishIfDue();
  core::Duration patience() const;
  core::ClockStamp stamp(core::Now now) const { return {boot_id_, now}; }
  std::string commit(const engine::Changes& changes);
  void log(const engine::Note& note);

  engine::Setup setup_;  // until the engine is made
  store::Store& store_;
  Work& work_;
  const Clock& clock_;
  io::Log& log_;
  const std::string boot_id_;

  std::function<void()> history_longer_;
  std::function<void()> round_;
  std::function<std::string()> leader_;
  std::unique_ptr<engine::Engine> engine_;
  bool loaded_ = false;
  core::BootTime next_probe_{};
  core::BootTime hurry_until_{};
  core::BootTime last_message_{};
  engine::StoreRoom::State room_{};  // that the engine knows
  bool dirty_ = false;
  bool stopping_ = false;  // the engine has taken the Stop: what is idle from here on stays so
  bool quitting_ = false;
  core::BootTime published_{};
  std::vector<Reply> replies_;
  std::map<std::uint64_t, std::shared_ptr<Answer>> waiting_;  // by install
  std::map<std::uint64_t, Work::TaskFunction> functions_;     // by install

  Mailbox<Message> mailbox_;
  std::size_t checks_running_ = 0;  // each of them puts one message
  // Not std::atomic<std::shared_ptr>: libstdc++ 12 unlocks its reader without release, which is a
  // data race (ThreadSanitizer shows it). Held for a copy of the pointer only.
  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const engine::Snapshot> snapshot_;
  std::atomic<std::int64_t> beat_{0};
  std::atomic<std::uint64_t> queue_full_{0};
  std::atomic<std::uint64_t> abandoned_{0};
  std::atomic<std::uint64_t> repeated_{0};
  std::mutex idle_mutex_;
  std::condition_variable idle_changed_;
  bool idle_ = false;
  std::atomic<bool> closed_{false};
  std::thread thread_;
};

}  // namespace heald::runtime
