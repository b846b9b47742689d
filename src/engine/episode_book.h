#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/episode.h"
#include "engine/journal.h"

namespace heald::engine {

// The episodes that are known, as they are on disk, and in the order in which they were heard of.
// What a step changes is a proposal until its commit. That one was heard of again is none: it is
// written with the next change of it.
class EpisodeBook : public Book {
 public:
  // By remedy and target.
  using Group = std::pair<std::string, std::string>;
  // Called after an undo: what is derived from episodes follows here.
  using Undone = std::function<void(core::BootTime now)>;

  explicit EpisodeBook(Undone undone) : undone_(std::move(undone)) {}

  std::size_t size() const { return rows_.size(); }
  const Episode* find(const EpisodeKey& key) const;  // null: none is known
  bool firing(const EpisodeKey& key) const;
  core::BootTime heardOf(const EpisodeKey& key) const { return rows_.at(key).heard; }
  // Whether the episode that this attempt was admitted for was resolved, and not only forgotten;
  // another one may fire since.
  bool resolved(const EpisodeKey& key, std::uint64_t attempt) const;
  // Those that were heard of before then, the oldest first. Looks at no other.
  std::vector<EpisodeKey> heardBefore(core::BootTime then) const;

  // These look at every episode, or at every one of a remedy: for a start or a reload.
  using Chosen = std::function<bool(const EpisodeKey&, const Episode&)>;
  std::vector<EpisodeKey> keys(const Chosen& chosen, const std::string& remedy = "") const;
  // The alert whose episode, the latest or the one before, an attempt was admitted for.
  std::optional<EpisodeKey> ofAttempt(const Group& group, std::uint64_t attempt) const;
  std::set<std::string> targets() const;  // that any episode names

  // Proposals: to change one, or to begin the first one of an alert; none is known any more.
  Episode& change(const EpisodeKey& key);
  void drop(const EpisodeKey& key);
  // It was heard of just now. No proposal.
  void heard(const EpisodeKey& key, core::Now now);

  bool proposed() const override { return !before_.empty(); }
  void write(Changes& changes) const override;
  void writeAll(Changes& changes) const override;
  void tell(std::vector<HistoryEntry>& entries, core::Now now) const override;
  void keep(core::Now) override { before_.clear(); }
  void undo(core::Now now) override;
  // In the place of all that was known; they count as heard of now.
  void load(std::vector<std::pair<EpisodeKey, Episode>> episodes, core::BootTime now);

 private:
  struct Row {
    Episode episode;
    core::BootTime heard{};  // last: a step of the wall clock makes nobody forget
  };
  Row& put(const EpisodeKey& key, core::BootTime heard);
  void erase(const EpisodeKey& key);

  const Undone undone_;
  std::map<EpisodeKey, Row> rows_;
  std::set<std::pair<core::BootTime, EpisodeKey>> ages_;
  std::map<EpisodeKey, std::optional<Row>> before_;  // as they were before this step
};

// The value of the label `alertname`, or "without a name".
std::string alertName(const Labels& labels);

}  // namespace heald::engine
