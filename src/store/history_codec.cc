#include "store/history_codec.h"

#include <nlohmann/json.hpp>

#include "io/text.h"
#include "store/codec.h"
#include "store/fault.h"

namespace heald::store {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kNameBytes = 256;
constexpr std::size_t kMessageBytes = 1024;
constexpr std::size_t kMostDetails = 16;
constexpr std::int64_t kRowBytes = 64;  // of numbers and of SQLite's own

std::string name(const std::string& text) {
  return io::oneLine(text, kNameBytes);
}

OrderedJson valueJson(const engine::HistoryValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr ? OrderedJson(*number)
                           : OrderedJson(io::oneLine(std::get<std::string>(value), kMessageBytes));
}

OrderedJson detailsJson(const engine::HistoryEntry& entry) {
  OrderedJson details = OrderedJson::object();
  for (const auto& [key, value] : entry.details) {
    if (details.size() < kMostDetails) {
      details[name(key)] = valueJson(value);
    }
  }
  return details;
}

std::string textIn(const OrderedJson& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) {
    return "";
  }
  if (!found->is_string()) {
    throw Fault("\"" + std::string(field) + "\" is not a text");
  }
  return found->get<std::string>();
}

void readDetails(const OrderedJson& object, engine::HistoryEntry& entry) {
  const auto found = object.find("details");
  if (found == object.end()) {
    return;
  }
  if (!found->is_object()) {
    throw Fault("\"details\" is not an object");
  }
  for (const auto& [key, value] : found->items()) {
    if (value.is_number_integer()) {
      entry.details.emplace_back(key, value.get<std::int64_t>());
    } else if (value.is_string()) {
      entry.details.emplace_back(key, value.get<std::string>());
    } else {
      throw Fault("\"details\" has a value that is neither a text nor a number");
    }
  }
}

void addText(OrderedJson& object, const char* field, std::string text) {
  if (!text.empty()) {
    object[field] = std::move(text);
  }
}

}  // namespace

std::int64_t HistoryColumns::bytes() const {
  return kRowBytes + static_cast<std::int64_t>(kind.size() + governor.size() + remedy.size() +
                                               check.size() + entry.size());
}

HistoryColumns encode(const engine::HistoryEntry& entry) {
  OrderedJson object = {{"event", name(entry.event)}};
  if (entry.attempt != 0) {
    object["attempt"] = entry.attempt;
  }
  addText(object, "target", name(entry.target));
  addText(object, "actor", name(entry.actor));
  addText(object, "message", io::oneLine(entry.message, kMessageBytes));
  addText(object, "output",
          io::clip(io::toValidUtf8(entry.output.substr(0, engine::kHistoryOutputBytes)),
                   engine::kHistoryOutputBytes));
  if (!entry.details.empty()) {
    object["details"] = detailsJson(entry);
  }
  return {entry.at.time_since_epoch().count(),
          std::string(toString(entry.kind)),
          name(entry.governor),
          name(entry.remedy),
          name(entry.check),
          object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace)};
}

engine::HistoryEntry decodeHistory(const HistoryColumns& columns) {
  engine::HistoryEntry entry;
  const auto kind = engine::historyKindNamed(columns.kind);
  if (!kind) {
    throw Fault("its kind is not known");
  }
  entry.kind = *kind;
  entry.at = wallTime(columns.wall_ns);
  entry.governor = columns.governor;
  entry.remedy = columns.remedy;
  entry.check = columns.check;
  const OrderedJson object = OrderedJson::parse(columns.entry, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    throw Fault("it is not a JSON object");
  }
  entry.event = textIn(object, "event");
  entry.target = textIn(object, "target");
  entry.actor = textIn(object, "actor");
  entry.message = textIn(object, "message");
  entry.output = textIn(object, "output");
  if (const auto attempt = object.find("attempt"); attempt != object.end()) {
    if (!attempt->is_number_unsigned()) {
      throw Fault("\"attempt\" is not a count");
    }
    entry.attempt = attempt->get<std::uint64_t>();
  }
  readDetails(object, entry);
  return entry;
}

}  // namespace heald::store
