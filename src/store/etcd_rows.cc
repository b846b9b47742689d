#include "store/etcd_rows.h"

#include <charconv>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/pauses.h"
#include "store/codec.h"
#include "store/fault.h"
#include "store/json_fields.h"

namespace heald::store {
namespace {

using nlohmann::json;

template <class Time>
std::int64_t nanoseconds(Time time) {
  return time.time_since_epoch().count();
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json parsed(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) throw Fault("not JSON");
  return value;
}

std::string encode(const core::FeatureFlags::Layers& layers) {
  json value = json::object();
  if (layers.overridden) value["enabled"] = *layers.overridden;
  if (layers.changed_at) value["changed_at_ns"] = nanoseconds(*layers.changed_at);
  return dumped(value);
}

std::string encode(const engine::UnhealthyTime& time) {
  json value = {{"ended_ns", time.ended.count()}, {"human", time.human}};
  if (time.since) value["since_ns"] = nanoseconds(*time.since);
  return dumped(value);
}

class Writer {
 public:
  explicit Writer(const core::ClockStamp& now) : now_(now) {}

  void put(std::string_view table, const std::string& name, const std::string& row) {
    const json value = {{"row", row},
                        {"boot_id", now_.boot_id},
                        {"boot_ns", nanoseconds(now_.at.boot)},
                        {"wall_ns", nanoseconds(now_.at.wall)}};
    rows_.push_back({keyOf(table, name), dumped(value)});
  }
  void drop(std::string_view table, const std::string& name) {
    rows_.push_back({keyOf(table, name), std::nullopt});
  }
  template <class Value>
  void change(std::string_view table, const std::string& name, const std::optional<Value>& value) {
    value ? put(table, name, store::encode(*value)) : drop(table, name);
  }
  std::vector<Row> take() { return std::move(rows_); }

 private:
  static std::string keyOf(std::string_view table, const std::string& name) {
    return std::string(table) + "/" + name;
  }

  const core::ClockStamp& now_;
  std::vector<Row> rows_;
};

// One row under its name, with when it was written.
struct Stored {
  std::string name;
  std::string row;
  core::ClockStamp at;
};

Stored storedIn(std::string name, const std::string& text) {
  const json value = parsed(text);
  return {std::move(name),
          textAt(value, "row"),
          {textAt(value, "boot_id"), {bootAt(value, "boot_ns"), wallAt(value, "wall_ns")}}};
}

// Takes a row of one table into `saved`; may throw Fault.
using Taker = void (*)(const Stored&, const core::ClockStamp& present, engine::Saved& saved);
// What becomes of one that cannot be taken.
using Unreadable = void (*)(const std::string& name, const Fault&, const core::ClockStamp& present,
                            engine::Saved& saved);
struct Table {
  Taker take;
  Unreadable unreadable = [](const std::string&, const Fault&, const core::ClockStamp&,
                             engine::Saved&) {};
};

void takeGovernor(const Stored& stored, const core::ClockStamp& present, engine::Saved& saved) {
  core::GovernorState state = decodeGovernor(stored.row);
  if (const std::string fault = core::inconsistency(state); !fault.empty()) throw Fault(fault);
  core::rebase(state, stored.at, present);
  saved.governors.emplace_back(stored.name, std::move(state));
}

void takeFlag(const Stored& stored, const core::ClockStamp&, engine::Saved& saved) {
  const auto feature = core::featureNamed(stored.name);
  if (!feature) throw Fault("a feature flag that this heald does not know");
  const json value = parsed(stored.row);
  core::FeatureFlags::Layers layers;
  if (value.contains("enabled")) {
    if (!value["enabled"].is_boolean()) throw Fault("enabled is no boolean");
    layers.overridden = value["enabled"].get<bool>();
  }
  if (value.contains("changed_at_ns")) layers.changed_at = wallAt(value, "changed_at_ns");
  saved.flags.emplace_back(*feature, layers);
}

void takePause(const Stored& stored, const core::ClockStamp& present, engine::Saved& saved) {
  engine::Pause pause = decodePause(stored.row);
  pause.until = core::rebased(pause.until, stored.at, present);
  saved.pauses.emplace_back(stored.name, std::move(pause));
}

void pauseForGood(const std::string& name, const Fault& fault, const core::ClockStamp& present,
                  engine::Saved& saved) {
  saved.pauses.emplace_back(
      name, engine::Pause{present.at.boot + engine::Pauses::kLongest, present.at.wall,
                          std::string("its record is unreadable: ") + fault.what(), "heald"});
}

void takePermit(const Stored& stored, const core::ClockStamp& present, engine::Saved& saved) {
  engine::Permit permit = decodePermit(stored.name, stored.row);
  permit.deadline = core::rebased(permit.deadline, stored.at, present);
  saved.permits.push_back(std::move(permit));
}

// The target is last: it may be anything.
std::string nameOf(const engine::ApprovalKey& key) {
  return key.name + "\n" + std::to_string(key.step) + "\n" + key.target;
}

void takeApproval(const Stored& stored, const core::ClockStamp& present, engine::Saved& saved) {
  const std::size_t first = stored.name.find('\n');
  const std::size_t second = first == std::string::npos ? first : stored.name.find('\n', first + 1);
  if (second == std::string::npos) throw Fault("no step");
  const std::string step = stored.name.substr(first + 1, second - first - 1);
  engine::ApprovalKey key{stored.name.substr(0, first), stored.name.substr(second + 1), 0};
  const auto [end, fault] = std::from_chars(step.data(), step.data() + step.size(), key.step);
  if (fault != std::errc() || end != step.data() + step.size()) throw Fault("no step");
  engine::Approval approval = decodeApproval(stored.row);
  approval.until = core::rebased(approval.until, stored.at, present);
  saved.approvals.emplace_back(std::move(key), std::move(approval));
}

void takeEpisode(const Stored& stored, const core::ClockStamp&, engine::Saved& saved) {
  const std::size_t line = stored.name.find('\n');
  if (line == std::string::npos) throw Fault("no identity");
  saved.episodes.emplace_back(
      engine::EpisodeKey{stored.name.substr(0, line), stored.name.substr(line + 1)},
      decodeEpisode(stored.row));
}

void takeCount(const Stored& stored, const core::ClockStamp&, engine::Saved& saved) {
  const json value = parsed(stored.row);
  saved.counts.emplace_back(stored.name, countAt<std::uint64_t>(json{{"count", value}}, "count"));
}

void takeUnhealthyTime(const Stored& stored, const core::ClockStamp& present,
                       engine::Saved& saved) {
  const json value = parsed(stored.row);
  engine::UnhealthyTime time;
  time.ended = bootAt(value, "ended_ns").time_since_epoch();
  if (value.contains("since_ns")) {
    time.since = core::pastRebased(bootAt(value, "since_ns"), stored.at, present);
  }
  time.human = value.value("human", false);
  saved.unhealthy_times.emplace_back(stored.name, time);
}

const std::map<std::string, Table, std::less<>>& tables() {
  static const std::map<std::string, Table, std::less<>> kTables = {
      {"governors",
       {takeGovernor,
        [](const std::string& name, const Fault& fault, const core::ClockStamp&,
           engine::Saved& saved) { saved.unreadable.emplace_back(name, fault.what()); }}},
      {"remedies",
       {[](const Stored& stored, const core::ClockStamp&, engine::Saved& saved) {
          saved.remedies.emplace_back(stored.name, decodeRemedy(stored.row));
        },
        [](const std::string& name, const Fault& fault, const core::ClockStamp&,
           engine::Saved& saved) {
          saved.unreadable.emplace_back(name, std::string("the remedy's totals: ") + fault.what());
        }}},
      {"flags",
       {takeFlag, [](const std::string& name, const Fault& fault, const core::ClockStamp&,
                     engine::Saved& saved) { saved.unreadable.emplace_back(name, fault.what()); }}},
      {"pauses", {takePause, pauseForGood}},
      {"permits", {takePermit}},
      {"approvals", {takeApproval}},
      {"episodes", {takeEpisode}},
      {"answers", {[](const Stored& stored, const core::ClockStamp&, engine::Saved& saved) {
         saved.answers.emplace_back(stored.name, decodeAnswer(stored.row));
       }}},
      {"incidents", {[](const Stored& stored, const core::ClockStamp&, engine::Saved& saved) {
         saved.incidents.emplace(stored.name, decodeIncident(stored.row));
       }}},
      {"counts", {takeCount}},
      {"unhealthy_times", {takeUnhealthyTime}},
  };
  return kTables;
}

// etcd takes 128 operations and 1.5 MiB in one transaction; base64 makes four bytes of three.
constexpr std::size_t kMostBytes = std::size_t{700} * 1024;

std::size_t bytesOf(const Row& row) {
  return row.key.size() + (row.text ? row.text->size() : 0);
}

}  // namespace

std::vector<Row> rowsOf(const engine::Changes& changes, const core::ClockStamp& now) {
  Writer out(now);
  for (const auto& [name, state] : changes.governors) out.put("governors", name, encode(state));
  for (const std::string& name : changes.forgotten) out.drop("governors", name);
  for (const auto& [name, totals] : changes.remedies) out.put("remedies", name, encode(totals));
  for (const auto& [feature, layers] : changes.flags) {
    out.put("flags", std::string(toString(feature)), encode(layers));
  }
  for (const auto& [remedy, pause] : changes.pauses) out.change("pauses", remedy, pause);
  for (const auto& [id, permit] : changes.permits) out.change("permits", id, permit);
  for (const auto& [key, approval] : changes.approvals) {
    out.change("approvals", nameOf(key), approval);
  }
  for (const auto& [key, episode] : changes.episodes) {
    out.change("episodes", key.remedy + "\n" + key.identity, episode);
  }
  for (const auto& [key, answer] : changes.answers) out.change("answers", key, answer);
  for (const auto& [remedy, incident] : changes.incidents) {
    out.change("incidents", remedy, incident);
  }
  for (const auto& [name, count] : changes.counts) out.put("counts", name, std::to_string(count));
  for (const auto& [check, time] : changes.unhealthy_times) {
    out.put("unhealthy_times", check, encode(time));
  }
  return out.take();
}

engine::Saved savedOf(const std::vector<std::pair<std::string, std::string>>& rows,
                      const core::ClockStamp& present) {
  engine::Saved saved;
  for (const auto& [key, text] : rows) {
    const std::size_t slash = key.find('/');
    const auto table = tables().find(key.substr(0, slash));
    if (slash == std::string::npos || table == tables().end()) continue;
    const std::string name = key.substr(slash + 1);
    try {
      table->second.take(storedIn(name, text), present, saved);
    } catch (const Fault& fault) {
      table->second.unreadable(name, fault, present, saved);
    }
  }
  return saved;
}

std::size_t fitting(std::span<const Row> rows) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (const Row& row : rows) {
    bytes += bytesOf(row);
    if (count > 0 && (count == kMostRows || bytes > kMostBytes)) break;
    ++count;
  }
  return count;
}

std::string textOf(const std::vector<Row>& rows) {
  json list = json::array();
  for (const Row& row : rows) {
    list.push_back(row.text ? json{row.key, *row.text} : json{row.key});
  }
  return dumped(list);
}

std::vector<Row> rowsIn(const std::string& text) {
  std::vector<Row> rows;
  for (const json& row : parsed(text)) {
    if (!row.is_array() || row.empty() || row.size() > 2 || !row[0].is_string() ||
        (row.size() == 2 && !row[1].is_string())) {
      throw Fault("not a row");
    }
    rows.push_back({row[0].get<std::string>(), std::nullopt});
    if (row.size() == 2) rows.back().text = row[1].get<std::string>();
  }
  return rows;
}

}  // namespace heald::store
