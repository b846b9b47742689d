#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/time.h"
#include "engine/history.h"
#include "engine/output.h"

namespace heald::engine {

// Some of the durable state: governors, pauses, permits, … What a step changes of it is a proposal
// until the step's commit, and is then kept or undone with all else that the commit was of.
class Book {
 public:
  Book() = default;
  virtual ~Book() = default;
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  // Whether the step has to be committed for it. What only goes along with other changes says no.
  virtual bool proposed() const = 0;
  // When what was seen, and is no proposal, is to be written; nothing when all is.
  virtual std::optional<core::BootTime> due() const { return std::nullopt; }
  // The rows of what was proposed or seen since the last commit, as they are to be on disk; and all
  // rows, for a store that has to be written anew.
  virtual void write(Changes& changes) const = 0;
  virtual void writeAll(Changes& changes) const = 0;
  // What the proposals say in the history. A book may add to what those before it have told.
  virtual void tell(std::vector<HistoryEntry>& entries, core::Now now) const;
  // The step needs no commit: what only went along stands by itself.
  virtual void stand(core::Now now);
  // The commit took place: what was proposed is so.
  virtual void keep(core::Now now) = 0;
  // It did not: everything is as it was before the proposals.
  virtual void undo(core::Now now) = 0;
};

inline void Book::tell(std::vector<HistoryEntry>&, core::Now) const {}
inline void Book::stand(core::Now) {}

// All that is durable in one place: what is proposed, written, told, kept and undone is so in every
// book, or in none. Books depend on nothing of each other in that; only their telling has an order,
// which is that of the list.
class Journal {
 public:
  explicit Journal(std::vector<Book*> books) : books_(std::move(books)) {}

  bool proposed() const {
    return std::any_of(books_.begin(), books_.end(), [](const Book* b) { return b->proposed(); });
  }
  std::optional<core::BootTime> due() const;
  Changes changes(core::Now now) const;
  Changes everything(core::Now now) const;
  void stand(core::Now now);
  void keep(core::Now now);
  void undo(core::Now now);

 private:
  std::vector<Book*> books_;
};

}  // namespace heald::engine
