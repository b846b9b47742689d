#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/invariant.h"

namespace heald::engine {

// Values by key that are on disk, and what has changed of them since the last commit. Most books
// are made of one.
//
// A change is *proposed*: it is so at once for who asks, and kept or undone with the commit of its
// step. Or it was *seen* (a check has recovered, an old row is dropped): that is no decision which
// could be taken back, so it stays, and is written with the next commit that succeeds.
template <class Key, class Value>
class Ledger {
 public:
  struct Change {
    Key key;
    std::optional<Value> before;  // nothing: it was not there
  };
  using Rows = std::vector<std::pair<Key, std::optional<Value>>>;  // nothing: it is gone
  // Called for every change, undone ones too: what is derived from the values follows here.
  using Moved = std::function<void(const Key& key, const Value* before, const Value* after)>;

  explicit Ledger(Moved moved = nullptr) : moved_(std::move(moved)) {}

  const std::map<Key, Value>& all() const { return values_; }
  std::size_t size() const { return values_.size(); }
  bool contains(const Key& key) const { return values_.contains(key); }
  // Null where there is none; valid until it changes.
  const Value* find(const Key& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }

  void propose(const Key& key, std::optional<Value> after) {
    const Value* before = find(key);
    changes_.push_back({key, before == nullptr ? std::nullopt : std::optional<Value>(*before)});
    put(key, std::move(after));
  }
  // An undo does not bring back what earlier proposals of this step have changed of it.
  void see(const Key& key, std::optional<Value> after) {
    std::erase_if(changes_, [&](const Change& change) { return change.key == key; });
    seen_.insert(key);
    put(key, std::move(after));
  }

  // In the order in which they were proposed. A key may be there several times.
  const std::vector<Change>& proposals() const { return changes_; }
  bool proposed() const { return !changes_.empty(); }
  bool proposed(const Key& key) const {
    return std::any_of(changes_.begin(), changes_.end(),
                       [&](const Change& change) { return change.key == key; });
  }

  // What the next commit has to write, by key.
  Rows unwritten() const {
    std::set<Key> keys = seen_;
    for (const Change& change : changes_) keys.insert(change.key);
    Rows rows;
    for (const Key& key : keys) {
      const Value* now = find(key);
      rows.emplace_back(key, now == nullptr ? std::nullopt : std::optional<Value>(*now));
    }
    return rows;
  }

  // Returns what is kept: what has changed, as proposals() had it.
  std::vector<Change> keep() {
    seen_.clear();
    return std::exchange(changes_, {});
  }
  // The proposals are so without a commit, and nothing writes them. Returns them.
  std::vector<Change> stand() { return std::exchange(changes_, {}); }
  // The last one first. Returns what is undone, likewise.
  std::vector<Change> undo() {
    std::vector<Change> undone = std::exchange(changes_, {});
    for (auto change = undone.rbegin(); change != undone.rend(); ++change) {
      put(change->key, change->before);
    }
    return undone;
  }

  // What the store held. At the start, or in the place of all that was.
  void load(const Key& key, Value value) {
    CHECK(!proposed(key), "what is loaded is no proposal");
    put(key, std::move(value));
  }
  void load(std::map<Key, Value> values) {
    for (const auto& [key, value] : std::exchange(values_, {})) {
      if (moved_) moved_(key, &value, nullptr);
    }
    changes_.clear();
    seen_.clear();
    for (auto& [key, value] : values) put(key, std::move(value));
  }

 private:
  void put(const Key& key, std::optional<Value> after) {
    const auto found = values_.find(key);
    if (moved_) {
      moved_(key, found == values_.end() ? nullptr : &found->second, after ? &*after : nullptr);
    }
    if (!after) {
      if (found != values_.end()) values_.erase(found);
    } else if (found != values_.end()) {
      found->second = std::move(*after);
    } else {
      values_.emplace(key, std::move(*after));
    }
  }

  const Moved moved_;
  std::map<Key, Value> values_;
  std::vector<Change> changes_;
  std::set<Key> seen_;  // and not written
};

}  // namespace heald::engine
