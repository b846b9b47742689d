#include "store/open_store.h"

#include "engine/pauses.h"
#include "store/codec.h"
#include "store/fault.h"
#include "store/rows.h"

namespace heald::store {
namespace {

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
  Statement rows =
      database_.prepare("SELECT remedy, fingerprint, starts_at_ns, episode FROM episodes");
  while (rows.next()) {
    try {
      const engine::EpisodeKey key{rows.text(0), rows.text(1),
                                   core::WallTime(core::Duration(rows.integer(2)))};
      saved.episodes.emplace_back(key, decodeEpisode(rows.text(3)));
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
  loadEpisodes(saved);
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
  putEpisodes(changes);
}

void OpenStore::putEpisodes(const engine::Changes& changes) {
  for (const auto& [key, episode] : changes.episodes) {
    const std::int64_t starts_at = nanoseconds(key.starts_at);
    if (episode) {
      const std::string text = encode(*episode);
      put_episode_.bind(key.remedy).bind(key.fingerprint).bind(starts_at).bind(text).run();
    } else {
      drop_episode_.bind(key.remedy).bind(key.fingerprint).bind(starts_at).run();
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
  watch_.requireSame();
  Transaction transaction(database_);
  put_beat_.bind(now.boot_id).bind(nanoseconds(now.at.boot)).bind(nanoseconds(now.at.wall)).run();
  transaction.commit();
  watch_.requireSame();
}

}  // namespace heald::store
