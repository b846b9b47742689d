#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/time.h"

namespace heald::engine {

// The history (the audit log): what has happened, to what, by whom and why. An entry that tells of
// a change of the durable state is committed in one transaction with it: either both are on disk,
// or neither.

enum class HistoryKind : std::uint8_t {
  kHeald,     // heald itself: started, stopped
  kReload,    // the configuration: reloaded, refused
  kStore,     // unavailable, available, unreadable, lost
  kCheck,     // what is known of a check: healthy, unhealthy, unknown
  kAlert,     // an episode: firing, resolved, forgotten; rejected: alerts with their first reason
  kDenial,    // an attempt that did not start; the event is the guard's word, or what held it back
  kAttempt,   // started, succeeded, failed; of a remedy or of a permit
  kGovernor,  // dormant, active, cleared
  kBreaker,   // the state that it is in now
  kHuman,     // resume, dormant, reset, retry, run_check, run_remedy
  kFlag,      // on, off
  kPause,     // paused, unpaused, over
  kApproval,  // of a human, for one attempt: given, withdrawn, used, over
  kAccess,    // wrong_token: calls whose credential is not right
};
inline constexpr std::size_t kHistoryKindCount = 14;
std::string_view toString(HistoryKind kind);  // "heald", "reload", …
std::optional<HistoryKind> historyKindNamed(std::string_view word);

using HistoryValue = std::variant<std::string, std::int64_t>;

// Texts may be anything that the world has said; the store makes them UTF-8 and bounds them.
struct HistoryEntry {
  HistoryKind kind = HistoryKind::kHeald;
  std::string event = {};  // a word, see HistoryKind
  core::WallTime at{};
  std::string governor = {};  // "" as everywhere here: it concerns none
  std::string remedy = {};
  std::string target = {};
  std::string check = {};
  std::uint64_t attempt = 0;  // the governor's ticket
  std::string actor = {};     // who, and from where
  std::string message = {};   // one line: a human's reason, a check's message, how an attempt ended
  std::string output = {};    // the first lines of what an action printed
  std::vector<std::pair<std::string, HistoryValue>> details = {};

  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

// The bytes of an output that an entry keeps.
inline constexpr std::size_t kHistoryOutputBytes = 2048;

// An entry as the store has it. Ids rise by one, and are never given twice by one store.
struct HistoryRow {
  std::int64_t id = 0;
  HistoryEntry entry;
  std::string unreadable = {};  // why, when the row is damaged; the entry has its time alone
};

struct HistoryQuery {
  std::optional<core::WallTime> since = {};  // at or after
  std::optional<core::WallTime> until = {};  // before
  std::int64_t after = 0;                    // ids above
  std::int64_t before = 0;                   // ids below; 0: any
  std::string governor = {};                 // with its targets; "": any
  std::string remedy = {};
  std::string check = {};
  std::vector<HistoryKind> kinds = {};  // none: any
  // Only entries that say this somewhere, in whatever case (of ASCII); "": any. What an action has
  // printed is looked at where `in_output` says so: who may not see it cannot search it either.
  std::string text = {};
  bool in_output = false;
  bool newest_first = true;
  std::size_t limit = 100;
};

// A search for a text looks at this many entries for one page, and then says how far it has come.
inline constexpr std::size_t kHistorySearched = 10'000;

struct HistoryPage {
  std::vector<HistoryRow> rows;
  bool more = false;          // the query fits others beyond, or may: a search ends early
  std::int64_t newest = 0;    // the last id that was given when the page was read; 0: none yet
  std::int64_t searched = 0;  // of a search: the last id that it has looked at; 0: it is no search

  // Behind which id the next page begins, while there is more.
  std::int64_t end() const { return searched != 0 ? searched : rows.back().id; }
};

}  // namespace heald::engine
