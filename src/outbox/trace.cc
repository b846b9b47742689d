#include "outbox/trace.h"

#include <algorithm>
#include <charconv>

#include "core/text.h"

namespace heald::outbox {
namespace {

using engine::HistoryEntry;
using engine::HistoryKind;

std::optional<std::int64_t> numberIn(const HistoryEntry& entry, std::string_view key) {
  for (const auto& [name, value] : entry.details) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (name == key && number != nullptr) return *number;
  }
  return std::nullopt;
}

std::string textIn(const HistoryEntry& entry, std::string_view key) {
  for (const auto& [name, value] : entry.details) {
    const auto* text = std::get_if<std::string>(&value);
    if (name == key && text != nullptr) return *text;
  }
  return "";
}

// "check/api/1795466820000000000": the moment at its end.
std::optional<core::WallTime> sinceIn(const std::string& incident) {
  const std::size_t slash = incident.rfind('/');
  const char* begin = incident.data() + slash + 1;
  const char* end = incident.data() + incident.size();
  std::int64_t since = 0;
  const auto read = std::from_chars(begin, end, since);
  const bool whole = slash != std::string::npos && read.ec == std::errc() && read.ptr == end;
  return whole ? std::optional(core::WallTime(core::Duration(since))) : std::nullopt;
}

void put(std::vector<Attribute>& attributes, const char* key, const std::string& text) {
  if (!text.empty()) attributes.emplace_back(key, text);
}

}  // namespace

const std::vector<HistoryKind>& Tracer::kinds() {
  static const std::vector<HistoryKind> all = {HistoryKind::kCheck,   HistoryKind::kAlert,
                                               HistoryKind::kAttempt, HistoryKind::kGovernor,
                                               HistoryKind::kBreaker, HistoryKind::kHuman};
  return all;
}

std::vector<Span> Tracer::read(const engine::HistoryRow& row) {
  std::vector<Span> out;
  if (!row.unreadable.empty()) return out;
  const HistoryEntry& entry = row.entry;
  switch (entry.kind) {
    case HistoryKind::kAttempt:
      entry.event == "started" ? began(entry) : ended(entry, out);
      break;
    case HistoryKind::kHuman:
      human(row, out);
      break;
    case HistoryKind::kGovernor:
    case HistoryKind::kBreaker:
      changed(entry);
      break;
    case HistoryKind::kCheck:
      checked(entry, out);
      break;
    case HistoryKind::kAlert:
      alerted(entry, out);
      break;
    case HistoryKind::kHeald:
    case HistoryKind::kReload:
    case HistoryKind::kStore:
    case HistoryKind::kDenial:
    case HistoryKind::kFlag:
    case HistoryKind::kPause:
    case HistoryKind::kApproval:
    case HistoryKind::kAccess:
      break;
  }
  return out;
}

void Tracer::began(const HistoryEntry& entry) {
  const std::string incident = textIn(entry, "incident");
  if (incident.empty()) return;  // of an older heald, or a permit
  if (open_.size() >= kMostOpen && !open_.contains(incident)) {
    open_.erase(std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
      return a.second.since < b.second.since;
    }));
  }
  Open& open = open_[incident];
  if (open.attempts == 0) {
    const bool of_attempt = incident.starts_with("attempt/");
    open.check = of_attempt ? "" : entry.check;
    open.fingerprint = textIn(entry, "fingerprint");
    open.remedy = entry.remedy;
    open.since = of_attempt ? entry.at : sinceIn(incident).value_or(entry.at);
    open.events.push_back({open.since, "detected", {}});
    put(open.events.back().attributes, "heald.reason", entry.message);
  }
  ++open.attempts;
  ++open.running;
  open.governors.insert(entry.governor);
  Attempt attempt{incident, entry.at, entry.message, {}};
  put(attempt.attributes, "heald.remedy", entry.remedy);
  put(attempt.attributes, "heald.governor", entry.governor);
  put(attempt.attributes, "heald.target", entry.target);
  put(attempt.attributes, "heald.check", entry.check);
  attempt.attributes.emplace_back("heald.attempt", static_cast<std::int64_t>(entry.attempt));
  attempt.attributes.emplace_back("heald.step", numberIn(entry, "step").value_or(1));
  put(attempt.attributes, "heald.reason", entry.message);
  if (attempts_.size() >= kMostOpen) attempts_.erase(attempts_.begin());
  attempts_[{entry.governor, entry.attempt}] = std::move(attempt);
}

void Tracer::ended(const HistoryEntry& entry, std::vector<Span>& out) {
  const auto found = attempts_.find({entry.governor, entry.attempt});
  if (found == attempts_.end()) return;
  const Attempt attempt = std::move(found->second);
  attempts_.erase(found);
  const std::string& incident = attempt.incident;
  const bool ok = entry.event == "succeeded";
  Span span{.trace = ids_.trace(incident),
            .id = ids_.attempt(incident, entry.governor, entry.attempt),
            .parent = ids_.root(incident),
            .name = "attempt " + entry.remedy,
            .start = attempt.start,
            .end = std::max(attempt.start, entry.at),
            .status = ok ? Span::Status::kOk : Span::Status::kError,
            .message = ok ? "" : entry.message,
            .attributes = attempt.attributes};
  put(span.attributes, "heald.result", entry.message);
  put(span.attributes, "heald.failure", textIn(entry, "reason"));
  if (const auto code = numberIn(entry, "exitCode"))
    span.attributes.emplace_back("process.exit.code", *code);
  const auto verified = numberIn(entry, "verification");
  if (verified && *verified > 0) {
    Span verification{
        .trace = span.trace,
        .id = ids_.other(incident, "verification " + entry.governor,
                         static_cast<std::int64_t>(entry.attempt)),
        .parent = span.id,
        .name = "verification",
        .start = std::max(span.start, span.end - std::chrono::milliseconds(*verified)),
        .end = span.end,
        .status = span.status,
        .message = span.message};
    out.push_back(std::move(verification));
  }
  out.push_back(std::move(span));
  const auto open = open_.find(incident);
  if (open == open_.end()) return;
  open->second.healed = ok;
  --open->second.running;
  if (open->second.over) return close(incident, std::max(*open->second.over, entry.at), out);
  // A run that no incident asks for is over with its attempt.
  if (incident.starts_with("attempt/")) close(incident, entry.at, out);
}

void Tracer::human(const engine::HistoryRow& row, std::vector<Span>& out) {
  const HistoryEntry& entry = row.entry;
  for (const auto& [incident, open] : open_) {
    const bool concerns = open.governors.contains(entry.governor) ||
                          (!entry.remedy.empty() && entry.remedy == open.remedy);
    if (!concerns) continue;
    Span span{.trace = ids_.trace(incident),
              .id = ids_.other(incident, "human", row.id),
              .parent = ids_.root(incident),
              .name = "human " + entry.event,
              .start = entry.at,
              .end = entry.at};
    put(span.attributes, "heald.actor", entry.actor);
    put(span.attributes, "heald.reason", entry.message);
    put(span.attributes, "heald.governor", entry.governor);
    out.push_back(std::move(span));
  }
}

void Tracer::changed(const HistoryEntry& entry) {
  constexpr std::size_t kMostEvents = 100;
  for (auto& [incident, open] : open_) {
    if (!open.governors.contains(entry.governor) || open.events.size() >= kMostEvents) continue;
    const bool breaker = entry.kind == HistoryKind::kBreaker;
    open.events.push_back({entry.at, (breaker ? "breaker " : "governor ") + entry.event, {}});
    put(open.events.back().attributes, "heald.governor", entry.governor);
    put(open.events.back().attributes, "heald.reason", entry.message);
  }
}

void Tracer::checked(const HistoryEntry& entry, std::vector<Span>& out) {
  if (entry.event != "healthy") return;
  std::vector<std::string> over;
  for (const auto& [incident, open] : open_) {
    if (!open.check.empty() && open.check == entry.check) over.push_back(incident);
  }
  for (const std::string& incident : over) close(incident, entry.at, out);
}

void Tracer::alerted(const HistoryEntry& entry, std::vector<Span>& out) {
  if (entry.event != "resolved" && entry.event != "forgotten") return;
  const std::string fingerprint = textIn(entry, "fingerprint");
  std::vector<std::string> over;
  for (const auto& [incident, open] : open_) {
    const bool its = !open.fingerprint.empty() && open.fingerprint == fingerprint;
    if (its && open.remedy == entry.remedy) over.push_back(incident);
  }
  for (const std::string& incident : over) close(incident, entry.at, out);
}

void Tracer::close(const std::string& incident, core::WallTime at, std::vector<Span>& out) {
  const auto found = open_.find(incident);
  Open& open = found->second;
  if (open.running > 0) {
    open.over = at;
    return;
  }
  const std::string what = !open.check.empty() ? open.check : open.remedy;
  Span span{.trace = ids_.trace(incident),
            .id = ids_.root(incident),
            .parent = "",
            .name = (incident.starts_with("attempt/") ? "run " : "incident ") + what,
            .start = open.since,
            .end = std::max(open.since, at),
            .status = open.healed ? Span::Status::kOk : Span::Status::kUnset,
            .message = "",
            .attributes = {},
            .events = std::move(open.events)};
  span.attributes.emplace_back("heald.incident", incident);
  put(span.attributes, "heald.check", open.check);
  put(span.attributes, "heald.remedy", open.remedy);
  put(span.attributes, "heald.alert.fingerprint", open.fingerprint);
  span.attributes.emplace_back("heald.attempts", open.attempts);
  out.push_back(std::move(span));
  open_.erase(found);
}

}  // namespace heald::outbox
