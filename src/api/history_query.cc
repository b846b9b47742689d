#include "api/history_query.h"

#include <algorithm>
#include <charconv>

#include "config/scalars.h"
#include "io/text.h"
#include "io/timestamp.h"

namespace heald::api {
namespace {

using engine::HistoryQuery;

Error badParameter(std::string_view name, std::string_view value, const std::string& wanted) {
  return {ErrorCode::kInvalid,
          std::string(name) + ": \"" + io::oneLine(value, 64) + "\" " + wanted};
}

std::vector<QueryField> choices() {
  return {{"governor", "only of this governor and its targets"},
          {"remedy", "only of this remedy"},
          {"check", "only of this check"},
          {"kind", "only of these kinds, comma-separated: attempt,breaker"}};
}

std::string kindNames() {
  std::string names;
  for (std::size_t i = 0; i < engine::kHistoryKindCount; ++i) {
    names += (i == 0 ? "" : ", ") + std::string(toString(static_cast<engine::HistoryKind>(i)));
  }
  return names;
}

Result<void> readKinds(std::string_view text, HistoryQuery& query) {
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto kind = engine::historyKindNamed(text.substr(0, end));
    if (!kind) return badParameter("kind", text.substr(0, end), "is no kind (" + kindNames() + ")");
    query.kinds.push_back(*kind);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

Result<void> readTime(std::string_view name, std::string_view text, core::WallTime now,
                      std::optional<core::WallTime>& time) {
  time = io::parseTypedTime(text);
  if (time) return {};
  const auto ago = config::parseDuration(text);
  if (!ago || *ago > now.time_since_epoch()) {
    return badParameter(name, text,
                        "is neither a time nor a duration before now (examples: 2026-11-23, "
                        "2026-11-23T20:47:00Z, 2h)");
  }
  time = now - *ago;
  return {};
}

Result<void> readLimit(std::string_view text, HistoryQuery& query) {
  const auto limit = config::parseInteger(text);
  if (!limit || *limit < 1 || *limit > static_cast<long>(kMostHistoryEntries)) {
    return badParameter("limit", text, "is not from 1 to " + std::to_string(kMostHistoryEntries));
  }
  query.limit = static_cast<std::size_t>(*limit);
  return {};
}

Result<void> readText(std::string_view text, HistoryQuery& query) {
  if (text.size() > kMostSearchedBytes) {
    return badParameter("text", text,
                        "is longer than " + std::to_string(kMostSearchedBytes) + " bytes");
  }
  query.text = text;
  return {};
}

Result<void> readInto(std::string_view name, std::string_view value, core::WallTime now,
                      HistoryQuery& query) {
  if (name == "since") return readTime(name, value, now, query.since);
  if (name == "until") return readTime(name, value, now, query.until);
  if (name == "limit") return readLimit(value, query);
  if (name == "kind") return readKinds(value, query);
  if (name == "governor") query.governor = value;
  if (name == "remedy") query.remedy = value;
  if (name == "check") query.check = value;
  if (name == "text") return readText(value, query);
  if (name == "before" || name == "after") {
    const auto id = readHistoryId(name, value);
    if (!id) return id.error();
    (name == "before" ? query.before : query.after) = *id;
  }
  return {};
}

std::string namesOf(const std::vector<QueryField>& fields) {
  std::string names;
  for (const QueryField& field : fields) names += (names.empty() ? "" : ", ") + field.name;
  return names;
}

}  // namespace

std::vector<QueryField> historyFields() {
  std::vector<QueryField> fields = {
      {"since",
       "entries from then on: a time (2026-11-23T20:47:00Z; 2026-11-23; without a zone UTC) or how "
       "long ago (2h)"},
      {"until", "entries before then, likewise"},
      {"limit", "how many at most, from 1 to 1000; 100 without it"},
      {"before", "entries with lower ids: `next` of the page before"},
      {"text",
       "only of these words: names, message, reason, who, details, whatever the case; a page ends "
       "after 10000 entries that were looked at"}};
  for (QueryField& field : choices()) fields.push_back(std::move(field));
  return fields;
}

std::vector<QueryField> eventFields() {
  std::vector<QueryField> fields = {
      {"after", "begin behind this id; as the header Last-Event-ID, which wins"}};
  for (QueryField& field : choices()) fields.push_back(std::move(field));
  return fields;
}

Result<HistoryQuery> readHistoryQuery(const http::Request& request,
                                      const std::vector<QueryField>& fields, core::WallTime now) {
  HistoryQuery query;
  for (const auto& [name, value] : request.query) {
    const auto same = [&name = name](const QueryField& field) { return field.name == name; };
    if (std::none_of(fields.begin(), fields.end(), same)) {
      return Error{ErrorCode::kInvalid, "\"" + io::oneLine(name, 64) +
                                            "\" is not known here; this call takes " +
                                            namesOf(fields)};
    }
    if (const auto read = readInto(name, value, now, query); !read) return read.error();
  }
  return query;
}

Result<std::int64_t> readHistoryId(std::string_view name, std::string_view text) {
  std::int64_t id = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failure != std::errc{} || end != text.data() + text.size() || id < 0) {
    return badParameter(name, text, "is not the id of an entry (a whole number)");
  }
  return id;
}

}  // namespace heald::api
