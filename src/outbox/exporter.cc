#include "outbox/exporter.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "outbox/inbox.h"
#include "outbox/receiver.h"

namespace heald::outbox {
namespace {

using engine::HistoryQuery;

constexpr std::chrono::seconds kRound{1};
constexpr std::size_t kPage = 200;
constexpr int kPagesBefore = 50;  // what incidents that last began with is looked for so far back
constexpr std::int64_t kIdleEntries = 1000;  // the cursor follows in such steps
constexpr core::Duration kFirstRetry = std::chrono::seconds(5);
constexpr core::Duration kLastRetry = std::chrono::minutes(5);

HistoryQuery following(std::int64_t position) {
  HistoryQuery query{.kinds = Tracer::kinds(), .newest_first = false, .limit = kPage};
  query.after = position;
  return query;
}

}  // namespace

class Exporter::Worker {
 public:
  explicit Worker(ExporterNeeds needs)
      : needs_(std::move(needs)), inbox_(std::make_shared<Inbox>()) {}
  ~Worker() { stop(); }

  void use(std::shared_ptr<const Collector> collector) {
    const bool any = collector != nullptr;
    // On the caller's thread before there is another: a cursor that nobody follows is forgotten.
    if (!any && !thread_.joinable()) {
      const auto cursor = needs_.cursor();
      if (cursor && *cursor) needs_.keep(std::nullopt);
      return;
    }
    // Here, so that what happens from the caller's next step on is exported.
    const auto page = needs_.history({.limit = 1});
    const auto newest = page ? std::optional(page->newest) : std::nullopt;
    inbox_->post([this, newest, collector = std::move(collector)] { adopt(collector, newest); });
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }

  void historyGrew() { inbox_->historyGrew(); }

  void stop() {
    inbox_->close();
    cancel_.cancel();
    if (thread_.joinable()) thread_.join();
  }

  ExporterFigures figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
  }

 private:
  void run() {
    for (;;) {
      Inbox::Taken taken = inbox_->take(patience(), next_ - needs_.now().boot);
      for (const Inbox::Job& job : taken.jobs) job();
      unread_ = unread_ || taken.grew;
      if (taken.closed) break;
      if (collector_ != nullptr) goOn();
    }
    if (collector_ != nullptr && !sending_ && batch_.empty()) keepCursor(1);
  }

  core::Duration patience() const {
    const core::Duration rest =
        unread_ || !batch_.empty() ? next_ - needs_.now().boot : core::Duration(kRound);
    return sending_ ? core::Duration(kRound)
                    : std::clamp<core::Duration>(rest, core::Duration{}, kRound);
  }

  void adopt(const std::shared_ptr<const Collector>& collector,
             std::optional<std::int64_t> newest) {
    collector_ = collector;
    begin_ = newest;
    if (collector_ != nullptr) return;
    batch_.clear();
    position_.reset();
    needs_.keep(std::nullopt);
  }

  void goOn() {
    const core::BootTime now = needs_.now().boot;
    if (sending_ || now < next_) return;
    if (!place()) {
      next_ = now + kRound;
      return;
    }
    if (unread_ && batch_.empty()) {
      next_ = now + kRound;
      readOn();
    }
    if (!batch_.empty()) {
      send();
    } else {
      keepCursor(kIdleEntries);
    }
  }

  bool place() {
    if (position_) return true;
    const auto cursor = needs_.cursor();
    const auto page = needs_.history({.limit = 1});
    if (!cursor || !page) return false;
    position_ = cursor->value_or(begin_.value_or(page->newest));
    if (*position_ > page->newest) position_ = 0;  // another history has begun
    cursor_ = *position_;
    if (!*cursor) needs_.keep(position_);
    tracer_.emplace(needs_.resource.instance);
    learn();
    unread_ = true;
    return true;
  }

  // What lasts has begun before the cursor: its spans are known, and were sent.
  void learn() {
    std::vector<engine::HistoryRow> rows;
    std::int64_t before = *position_ + 1;
    for (int number = 0; number < kPagesBefore; ++number) {
      const HistoryQuery query{.before = before, .kinds = Tracer::kinds(), .limit = kPage};
      const auto page = needs_.history(query);
      if (!page || page->rows.empty()) break;
      rows.insert(rows.end(), page->rows.begin(), page->rows.end());
      before = page->rows.back().id;
      if (!page->more) break;
    }
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) tracer_->read(*row);
  }

  void readOn() {
    unread_ = false;
    for (bool more = true; more && batch_.size() < kMostSpans;) {
      const auto page = needs_.history(following(*position_));
      unread_ = !page;  // then again, a second later
      if (!page) return;
      if (page->newest < *position_) {
        position_ = cursor_ = 0;
        continue;
      }
      for (const engine::HistoryRow& row : page->rows) {
        for (Span& span : tracer_->read(row)) batch_.push_back(std::move(span));
      }
      more = page->more;
      position_ = more ? page->end() : page->newest;
      unread_ = more;
    }
  }

  void send() {
    const std::size_t count = std::min(batch_.size(), kMostSpans);
    const std::vector<Span> now(batch_.begin(),
                                batch_.begin() + static_cast<std::ptrdiff_t>(count));
    sending_ = true;
    collector_->send(
        needs_.services, otlpBody(now, needs_.resource), cancel_.token(),
        [this, inbox = inbox_, count](Exported exported) {
          inbox->post([this, count, exported = std::move(exported)] { ended(count, exported); });
        });
  }

  void ended(std::size_t count, const Exported& exported) {
    sending_ = false;
    tell(exported);
    if (exported.end == Exported::End::kLater) {
      next_ = needs_.now().boot + std::max(retry_, std::min(exported.retry_after, kLongestAsked));
      retry_ = std::min(2 * retry_, kLastRetry);
      const std::lock_guard lock(mutex_);
      ++figures_.failed;
      return;
    }
    retry_ = kFirstRetry;
    // With another collector meanwhile, or none, it may be another batch.
    count = std::min(count, batch_.size());
    batch_.erase(batch_.begin(), batch_.begin() + static_cast<std::ptrdiff_t>(count));
    {
      const std::lock_guard lock(mutex_);
      const bool taken = exported.end == Exported::End::kTaken;
      const std::size_t refused = taken ? std::min(exported.rejected, count) : count;
      figures_.exported += count - refused;
      figures_.dropped += refused;
    }
    if (batch_.empty() && position_) keepCursor(1);
  }

  void tell(const Exported& exported) {
    if (std::exchange(reason_, exported.reason) == exported.reason) return;
    if (exported.reason.empty()) {
      needs_.log.write(io::LogLevel::kInfo, "traces are exported again");
      return;
    }
    const bool later = exported.end == Exported::End::kLater;
    needs_.log.write(io::LogLevel::kWarn,
                     later ? "traces were not exported: it is tried again"
                           : "traces were refused by the collector, and are dropped",
                     {{"reason", exported.reason}});
  }

  void keepCursor(std::int64_t least) {
    if (!position_ || *position_ - cursor_ < least) return;
    cursor_ = *position_;
    needs_.keep(position_);
  }

  const ExporterNeeds needs_;
  const std::shared_ptr<Inbox> inbox_;
  io::CancelSource cancel_;

  mutable std::mutex mutex_;
  ExporterFigures figures_;

  // The exporter's thread alone.
  std::shared_ptr<const Collector> collector_;
  std::optional<Tracer> tracer_;
  std::optional<std::int64_t> position_;  // up to here the history was read; nothing: not yet
  std::optional<std::int64_t> begin_;     // where one that has no cursor begins
  std::int64_t cursor_ = 0;
  std::vector<Span> batch_;  // all of what was read up to `position_` and not exported
  bool sending_ = false;
  bool unread_ = true;
  core::BootTime next_{};  // not before it is the history read, or an export tried
  core::Duration retry_ = kFirstRetry;
  std::string reason_;  // that was told last

  std::thread thread_;
};

Exporter::Exporter(ExporterNeeds needs) : worker_(std::make_unique<Worker>(std::move(needs))) {}
Exporter::~Exporter() = default;

void Exporter::use(std::shared_ptr<const Collector> collector) {
  exporting_ = collector != nullptr;
  worker_->use(std::move(collector));
}

void Exporter::historyGrew() {
  worker_->historyGrew();
}

void Exporter::stop() {
  worker_->stop();
}

ExporterFigures Exporter::figures() const {
  return worker_->figures();
}

}  // namespace heald::outbox
