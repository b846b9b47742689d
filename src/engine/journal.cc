#include "engine/journal.h"

#include "core/invariant.h"

namespace heald::engine {

std::optional<core::BootTime> Journal::due() const {
  std::optional<core::BootTime> first;
  for (const Book* book : books_) {
    const auto due = book->due();
    first = first && due ? std::min(*first, *due) : first ? first : due;
  }
  return first;
}

Changes Journal::changes(core::Now now) const {
  Changes changes;
  for (const Book* book : books_) {
    book->write(changes);
    book->tell(changes.history, now);
  }
  changes.at = now;
  return changes;
}

Changes Journal::everything(core::Now now) const {
  Changes all;
  for (const Book* book : books_) book->writeAll(all);
  all.at = now;
  return all;
}

void Journal::stand(core::Now now) {
  for (Book* book : books_) book->stand(now);
}

void Journal::keep(core::Now now) {
  for (Book* book : books_) book->keep(now);
  CHECK(!proposed(), "what was committed is no proposal any more");
}

void Journal::undo(core::Now now) {
  for (Book* book : books_) book->undo(now);
  CHECK(!proposed(), "what was not committed is no proposal any more");
}

}  // namespace heald::engine
