#include "ctl/history_file.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "ctl/json_access.h"
#include "heald/result.h"
#include "io/json_object.h"
#include "io/text.h"
#include "io/timestamp.h"
#include "store/history_reader.h"

namespace heald::ctl {
namespace {

using engine::HistoryEntry;
using engine::HistoryRow;
using nlohmann::ordered_json;

constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kFilePage = 1000;
constexpr std::string_view kSqlite = "SQLite format 3";

std::string shown(const ordered_json& value) {
  return io::clip(printable(value.dump(-1, ' ', false, ordered_json::error_handler_t::replace)),
                  60);
}

// One line, with the first thing that is wrong in it.
class LineReader {
 public:
  explicit LineReader(const ordered_json& line) : line_(line) {}

  Result<HistoryRow> read() {
    if (!line_.is_object())
      return wrong("not a JSON object as healdctl history prints them (add --json)");
    HistoryRow row;
    row.id = static_cast<std::int64_t>(number("id", "a whole number above 0", 1));
    const std::string kind = text("kind");
    if (kind == "unreadable") {
      row.unreadable = "unreadable";
    } else {
      readEntry(kind, row.entry);
    }
    if (!problem_.empty()) return wrong(problem_);
    return row;
  }

 private:
  static Error wrong(std::string what) { return {ErrorCode::kInvalid, std::move(what)}; }

  const ordered_json& at(const char* key) const { return objectOf(line_, key); }

  void expected(const char* key, const std::string& what) {
    const bool missing = !line_.contains(key);
    if (!problem_.empty()) return;
    problem_ = std::string(key) + ": expected " + what +
               (missing ? ", and there is none" : ", not " + shown(at(key)));
  }

  std::uint64_t number(const char* key, const char* what, std::uint64_t least) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    const ordered_json& value = at(key);
    if (value.is_number_unsigned() && value.get<std::uint64_t>() >= least &&
        value.get<std::uint64_t>() <= kMost) {
      return value.get<std::uint64_t>();
    }
    expected(key, what);
    return 0;
  }

  std::string text(const char* key) {
    if (at(key).is_string()) return io::toValidUtf8(at(key).get_ref<const std::string&>());
    expected(key, "a text");
    return "";
  }
  std::string textOrNull(const char* key) { return at(key).is_null() ? "" : text(key); }

  void readEntry(const std::string& kind, HistoryEntry& entry) {
    const auto known = engine::historyKindNamed(kind);
    if (!known) expected("kind", "a kind of docs/http-api.md");
    entry.kind = known.value_or(engine::HistoryKind::kHeald);
    const auto time = at("time").is_string()
                          ? io::parseTimestamp(at("time").get_ref<const std::string&>())
                          : std::nullopt;
    if (!time) expected("time", "a time as 2026-11-23T20:47:00.000Z");
    entry.at = time.value_or(core::WallTime{});
    entry.event = text("event");
    for (const auto& [key, into] : {std::pair{"governor", &entry.governor},
                                    {"remedy", &entry.remedy},
                                    {"target", &entry.target},
                                    {"check", &entry.check},
                                    {"actor", &entry.actor},
                                    {"message", &entry.message},
                                    {"output", &entry.output}}) {
      *into = textOrNull(key);
    }
    if (!at("attempt").is_null()) entry.attempt = number("attempt", "a whole number above 0", 1);
    readDetails(entry);
  }

  void readDetails(HistoryEntry& entry) {
    if (!at("details").is_object() && !at("details").is_null()) expected("details", "an object");
    for (const auto& [key, value] : at("details").items()) {
      if (value.is_string()) {
        entry.details.emplace_back(key, io::toValidUtf8(value.get_ref<const std::string&>()));
      } else if (value.is_number_integer()) {
        entry.details.emplace_back(key, value.get<std::int64_t>());
      }
    }
  }

  const ordered_json& line_;
  std::string problem_;
};

// SQLite's own library opens it anew: only a file that can be opened twice is one.
bool isStore(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return false;
  std::string begin(kSqlite.size(), ' ');
  std::ifstream(path, std::ios::binary).read(begin.data(), std::ssize(begin));
  return begin == kSqlite;
}

class Reader {
 public:
  Reader(const std::string& path, core::Duration longest) : path_(path), longest_(longest) {}

  HistoryFile lines(std::istream& stream) {
    std::string buffer(kLongestHistoryLine + 1, ' ');
    std::size_t number = 1;
    for (; !full() && stream.getline(buffer.data(), std::ssize(buffer)); ++number) {
      const auto length = static_cast<std::size_t>(stream.gcount()) - (stream.eof() ? 0 : 1);
      takeLine(std::string_view(buffer).substr(0, length), lineOf(number));
    }
    if (!full() && !stream.eof()) {
      stream.gcount() > 0 ? problem(lineOf(number), "longer than 1 MiB: no history, or damaged")
                          : problem(path_, "cannot be read");
    }
    return finished();
  }

  HistoryFile store() {
    engine::HistoryQuery query;
    query.newest_first = false;
    query.limit = kFilePage;
    bool more = true;
    while (more && !full()) {
      const auto page = store::readHistory(path_, query);
      if (!page) {
        file_.problems.push_back(page.error().message);
        break;
      }
      for (const HistoryRow& row : page->rows) {
        take(row, path_ + ": entry " + std::to_string(row.id));
        query.after = row.id;
      }
      more = page->more;
    }
    return finished();
  }

 private:
  bool full() const { return file_.problems.size() >= kMostProblems || strange_ >= kMostProblems; }
  void problem(const std::string& place, const std::string& what) {
    file_.problems.push_back(place + ": " + what);
  }

  std::string lineOf(std::size_t number) const { return path_ + ":" + std::to_string(number); }

  void takeLine(std::string_view line, const std::string& place) {
    if (io::trim(line).empty()) return;
    if (io::tooDeepAt(line) != std::string_view::npos) {
      return problem(place, "nested deeper than " + std::to_string(io::kMaxJsonDepth) + " levels");
    }
    const ordered_json json = ordered_json::parse(line, nullptr, false);
    if (!json.is_object() && ++strange_ > 1) return;  // told once, or it is another kind of file
    const auto row = LineReader(json).read();
    row ? take(*row, place) : problem(place, row.error().message);
  }

  void take(const HistoryRow& row, const std::string& place) {
    if (row.id <= last_) {
      return problem(place, "id: " + std::to_string(row.id) + " after " + std::to_string(last_) +
                                ", and ids rise: are these several histories?");
    }
    if (last_ > 0) file_.missing += static_cast<std::size_t>(row.id - last_ - 1);
    if (last_ == 0) file_.first_id = row.id;
    last_ = row.id;
    if (!row.unreadable.empty()) {
      ++file_.unreadable;
      return;
    }
    const core::WallTime first = file_.entries.empty() ? row.entry.at : file_.entries.front().at;
    if (row.entry.at - first > longest_) {
      return problem(place, "time: " + core::toIso8601(row.entry.at) + " is more than " +
                                core::toText(longest_) + " after the first entry");
    }
    file_.entries.push_back(row.entry);
  }

  HistoryFile finished() {
    if (file_.problems.empty() && file_.entries.empty()) problem(path_, "holds no entry");
    return std::move(file_);
  }

  const std::string& path_;
  core::Duration longest_;
  HistoryFile file_;
  std::size_t strange_ = 0;  // lines that are no JSON objects
  std::int64_t last_ = 0;
};

}  // namespace

HistoryFile readHistoryFile(const std::string& path, core::Duration longest) {
  if (isStore(path)) return Reader(path, longest).store();
  std::ifstream stream(path, std::ios::binary);
  return readHistoryLines(stream, path, longest);
}

HistoryFile readHistoryLines(std::istream& lines, const std::string& name, core::Duration longest) {
  return Reader(name, longest).lines(lines);
}

}  // namespace heald::ctl
