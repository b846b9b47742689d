#include "store/open_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "engine/pauses.h"
#include "io/fd.h"
#include "store/codec.h"
#include "store/fault.h"
#include "store/rows.h"

namespace heald::store {
namespace {

constexpr std::uint64_t kBlock = 4096;

template <class Time>
std::int64_t nanoseconds(Time time) {
  return time.time_since_epoch().count();
}

}  // namespace

void OpenStore::loadGovernors(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows =
      database_.prepare("SELECT name, state, boot_id, boot_ns, wall_ns FROM governors");
  while (rows.next()) {
    try {
      saved.governors.emplace_back(rows.text(0), governorFrom(rows, present));
    } catch (const Fault& fault) {
      saved.unreadable.emplace_back(rows.text(0), fault.what());
    }
  }
}

void OpenStore::loadRemedies(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT name, totals FROM remedies");
  while (rows.next()) {
    try {
      saved.remedies.emplace_back(rows.text(0), decodeRemedy(rows.text(1)));
    } catch (const Fault& fault) {
      saved.unreadable.emplace_back(rows.text(0),
                                    std::string("the remedy's totals: ") + fault.what());
    }
  }
}

void OpenStore::loadFlags(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT feature, enabled, changed_at_ns FROM flags");
  while (rows.next()) {
    const std::string name = rows.text(0);
    const auto feature = core::featureNamed(name);
    if (!feature) {
      saved.unreadable.emplace_back(name, "a feature flag that this heald does not know");
      continue;
    }
    saved.flags.emplace_back(*feature, layersFrom(rows, saved));
  }
}

// One that cannot be read holds until a human ends it: not knowing means not acting.
void OpenStore::loadPauses(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT remedy, pause, boot_id, boot_ns, wall_ns FROM pauses");
  while (rows.next()) {
    try {
      engine::Pause pause = decodePause(rows.text(1));
      pause.until = core::rebased(pause.until, stampFrom(rows, 2), present);
      saved.pauses.emplace_back(rows.text(0), std::move(pause));
    } catch (const Fault& fault) {
      saved.pauses.emplace_back(
          rows.text(0),
          engine::Pause{present.at.boot + engine::Pauses::kLongest, present.at.wall,
                        std::string("its record is unreadable: ") + fault.what(), "heald"});
    }
  }
}

// One that cannot be read is not there: its ticket is still in flight in its governor, belongs to
// nobody, and has failed. The row stays for whoever wants to look at it.
void OpenStore::loadPermits(const core::ClockStamp& present, engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT id, permit, boot_id, boot_ns, wall_ns FROM permits");
  while (rows.next()) {
    try {
      engine::Permit permit = decodePermit(rows.text(0), rows.text(1));
      permit.deadline = core::rebased(permit.deadline, stampFrom(rows, 2), present);
      saved.permits.push_back(std::move(permit));
    } catch (const Fault&) {
      continue;
    }
  }
}

// One that cannot be read is left out: its alert is told of again, and counts as new.
void OpenStore::loadEpisodes(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT remedy, identity, episode FROM episodes");
  while (rows.next()) {
    try {
      const engine::EpisodeKey key{rows.text(0), rows.text(1)};
      saved.episodes.emplace_back(key, decodeEpisode(rows.text(2)));
    } catch (const Fault&) {
      continue;
    }
  }
}

// One that cannot be read is left out: who asks again under its key asks anew.
void OpenStore::loadAnswers(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT key, answer FROM answers");
  while (rows.next()) {
    try {
      saved.answers.emplace_back(rows.text(0), decodeAnswer(rows.text(1)));
    } catch (const Fault&) {
      continue;
    }
  }
}

// One that cannot be read is left out: its escalation begins anew.
void OpenStore::loadIncidents(engine::Saved& saved) {
  Statement rows = database_.prepare("SELECT remedy, incident FROM incidents");
  while (rows.next()) {
    try {
      saved.incidents.emplace(rows.text(0), decodeIncident(rows.text(1)));
    } catch (const Fault&) {
      continue;
    }
  }
}

// A count that cannot be is left out, and begins anew; it decides nothing.
void OpenStore::loadTally(const core::ClockStamp& present, engine::Saved& saved) {
  Statement counts = database_.prepare("SELECT name, count FROM counts");
  while (counts.next()) {
    if (const std::int64_t count = counts.integer(1); count >= 0) {
      saved.counts.emplace_back(counts.text(0), static_cast<std::uint64_t>(count));
    }
  }
  Statement times = database_.prepare(
      "SELECT check_name, ended_ns, since_ns, human, boot_id, boot_ns, wall_ns"
      " FROM unhealthy_times");
  while (times.next()) {
    try {
      saved.unhealthy_times.emplace_back(times.text(0), unhealthyTimeFrom(times, present));
    } catch (const Fault&) {
      continue;
    }
  }
}

engine::Saved OpenStore::load(const core::ClockStamp& present) {
  engine::Saved saved;
  loadGovernors(present, saved);
  loadRemedies(saved);
  loadFlags(saved);
  loadPauses(present, saved);
  loadPermits(present, saved);
  approvals_.load(present, saved);
  loadEpisodes(saved);
  loadAnswers(saved);
  loadIncidents(saved);
  loadTally(present, saved);
  return saved;
}

void OpenStore::put(const engine::Changes& changes, const core::ClockStamp& now) {
  const std::int64_t boot = nanoseconds(now.at.boot);
  const std::int64_t wall = nanoseconds(now.at.wall);
  for (const auto& [name, state] : changes.governors) {
    const std::string text = encode(state);
    put_governor_.bind(name).bind(text).bind(now.boot_id).bind(boot).bind(wall).run();
  }
  for (const std::string& name : changes.forgotten) {
    drop_governor_.bind(name).run();
  }
  for (const auto& [name, totals] : changes.remedies) {
    const std::string text = encode(totals);
    put_remedy_.bind(name).bind(text).bind(wall).run();
  }
  for (const auto& [feature, layers] : changes.flags) {
    std::optional<std::int64_t> changed_at;
    if (layers.changed_at) {
      changed_at = nanoseconds(*layers.changed_at);
    }
    put_flag_.bind(toString(feature)).bind(std::optional<std::int64_t>(layers.overridden));
    put_flag_.bind(changed_at).run();
  }
  for (const auto& [remedy, pause] : changes.pauses) {
    if (pause) {
      const std::string text = encode(*pause);
      put_pause_.bind(remedy).bind(text).bind(now.boot_id).bind(boot).bind(wall).run();
    } else {
      drop_pause_.bind(remedy).run();
    }
  }
  for (const auto& [id, permit] : changes.permits) {
    if (permit) {
      const std::string text = encode(*permit);
      put_permit_.bind(id).bind(text).bind(now.boot_id).bind(boot).bind(wall).run();
    } else {
      drop_permit_.bind(id).run();
    }
  }
  approvals_.put(changes, now);
  putEpisodes(changes);
  putAnswers(changes);
  putIncidents(changes);
  putTally(changes, now);
  putCursors(changes);
}

void OpenStore::putCursors(const engine::Changes& changes) {
  for (const auto& [name, position] : changes.cursors) {
    if (position) {
      put_cursor_.bind(name).bind(*position).run();
    } else {
      drop_cursor_.bind(name).run();
    }
  }
}

void OpenStore::putTally(const engine::Changes& changes, const core::ClockStamp& now) {
  for (const auto& [name, count] : changes.counts) {
    put_count_.bind(name).bind(static_cast<std::int64_t>(count)).run();
  }
  for (const auto& [check, time] : changes.unhealthy_times) {
    std::optional<std::int64_t> since;
    if (time.since) since = nanoseconds(*time.since);
    put_unhealthy_time_.bind(check).bind(time.ended.count()).bind(since);
    put_unhealthy_time_.bind(std::int64_t{time.human}).bind(now.boot_id);
    put_unhealthy_time_.bind(nanoseconds(now.at.boot)).bind(nanoseconds(now.at.wall)).run();
  }
}

void OpenStore::putAnswers(const engine::Changes& changes) {
  for (const auto& [key, answer] : changes.answers) {
    if (answer) {
      const std::string text = encode(*answer);
      put_answer_.bind(key).bind(text).run();
    } else {
      drop_answer_.bind(key).run();
    }
  }
}

void OpenStore::putIncidents(const engine::Changes& changes) {
  for (const auto& [remedy, incident] : changes.incidents) {
    if (incident) {
      const std::string text = encode(*incident);
      put_incident_.bind(remedy).bind(text).run();
    } else {
      drop_incident_.bind(remedy).run();
    }
  }
}

void OpenStore::putEpisodes(const engine::Changes& changes) {
  for (const auto& [key, episode] : changes.episodes) {
    if (episode) {
      const std::string text = encode(*episode);
      put_episode_.bind(key.remedy).bind(key.identity).bind(text).run();
    } else {
      drop_episode_.bind(key.remedy).bind(key.identity).run();
    }
  }
}

void OpenStore::commit(const engine::Changes& changes, const core::ClockStamp& now,
                       std::optional<std::int64_t> history_end) {
  watch_.requireSame();
  Transaction transaction(database_);
  put(changes, now);
  history_.dropAfter(history_end);
  history_.append(changes.history);
  transaction.commit();
  history_.committed();
  if (!watch_.same()) {
    throw InDoubt("the store's files were replaced while it was written");
  }
}

void OpenStore::beat(const core::ClockStamp& now) {
  putBeat(now.boot_id, now);
}

void OpenStore::putBeat(const std::string& boot_id, const core::ClockStamp& now) {
  watch_.requireSame();
  Transaction transaction(database_);
  put_beat_.bind(boot_id).bind(nanoseconds(now.at.boot)).bind(nanoseconds(now.at.wall)).run();
  transaction.commit();
  watch_.requireSame();
}

void OpenStore::beatAtSize(std::uint64_t bytes, const core::ClockStamp& now) {
  putBeat(now.boot_id + std::string(bytes, ' '), now);
  beat(now);
}

std::uint64_t OpenStore::fileBytes() {
  return static_cast<std::uint64_t>(database_.integer("PRAGMA page_count") *
                                    database_.integer("PRAGMA page_size"));
}

std::uint64_t OpenStore::freeFileBytes() {
  return static_cast<std::uint64_t>(database_.integer("PRAGMA freelist_count") *
                                    database_.integer("PRAGMA page_size"));
}

void OpenStore::holdAhead(std::uint64_t journal_bytes, std::uint64_t file_bytes,
                          const core::ClockStamp& now) {
  try {
    if (freeFileBytes() < file_bytes / 2) {
      beatAtSize(file_bytes, now);
      recycleJournal();
    }
    const std::uint64_t used = regularFileSize(journalOf(path_));
    if (journal_held_ < used + journal_bytes / 2) {
      takeForJournal(used + journal_bytes - std::max(used, journal_held_));
    }
  } catch (const Fault&) {  // the next commit will tell, if it matters
    return;
  }
}

// Less of it when another program was faster.
std::uint64_t OpenStore::takeRoom(std::uint64_t bytes) {
  const bool for_file = 3 * file_taken_ <= journal_taken_;
  try {
    for (std::uint64_t share = bytes; share >= kBlock; share -= kBlock) {
      if (for_file ? takeForFile(share) : takeForJournal(share)) {
        (for_file ? file_taken_ : journal_taken_) += share;
        return share;
      }
    }
  } catch (const Fault&) {  // its size cannot be read now: the room is free, and perhaps stays so
  }
  return 0;
}

bool OpenStore::takeForFile(std::uint64_t bytes) {
  const std::uint64_t size = (file_held_ > 0 ? file_held_ : fileBytes()) + bytes;
  if (!database_.holdSize(size)) {
    database_.holdSize(file_held_);
    return false;
  }
  file_held_ = size;
  return true;
}

// Blocks behind the end of the journal, whose size stays. (Of the store's own file they cannot be
// had like this: closing a descriptor of it would end SQLite's locks.)
bool OpenStore::takeForJournal(std::uint64_t bytes) {
  const io::UniqueFd file(::open(journalOf(path_).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status = {};
  if (!file.valid() || ::fstat(file.get(), &status) != 0) {
    return false;
  }
  const auto begin = std::max(static_cast<std::uint64_t>(status.st_size), journal_held_);
  const bool done = ::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(begin),
                                static_cast<off_t>(bytes)) == 0;
  if (done) {
    journal_held_ = begin + bytes;
  }
  return done || errno == EOPNOTSUPP;
}

void OpenStore::recycleJournal() {
  try {
    database_.integer("PRAGMA wal_checkpoint(PASSIVE)");
    // SQLite would hold twice the size for a file that has outgrown it.
    if (file_held_ > 0 && fileBytes() > file_held_) {
      releaseRoom();
    }
  } catch (const Fault&) {
    return;
  }
}

// What is behind the end of the journal stays there until SQLite removes it.
void OpenStore::releaseRoom() {
  database_.holdSize(0);
  file_held_ = 0;
  file_taken_ = 0;
  journal_taken_ = 0;
}

}  // namespace heald::store
