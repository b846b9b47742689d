#include "ctl/history.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "api/history_json.h"
#include "api/history_query.h"
#include "core/plain_text.h"
#include "ctl/error_json.h"
#include "ctl/event_parser.h"
#include "ctl/history_text.h"
#include "ctl/json_access.h"
#include "ctl/names.h"
#include "store/history_reader.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kPage = 1000;
constexpr std::chrono::seconds kReconnect{1};
// heald sends something every 15 seconds.
constexpr std::chrono::seconds kSilence{40};

struct Page {
  std::vector<ordered_json> entries;  // the newest first
  long long next = 0;                 // 0: it was the last
  long long newest = 0;
  bool outputs = true;  // shown, where there are any
};
// The page of ids below `before` (0: the newest), of at most so many.
using ReadPage = std::function<std::optional<Page>(long long before, std::size_t limit)>;

std::string shown(const ordered_json& entry, bool as_json, bool colours) {
  return as_json ? core::escapedLines(
                       entry.dump(-1, ' ', false, ordered_json::error_handler_t::replace)) +
                       "\n"
                 : historyText(entry, colours);
}

struct Printed {
  bool all = true;  // false: a page could not be read
  std::size_t entries = 0;
};

Printed print(const HistoryOptions& options, std::ostream& out, bool colours, const ReadPage& read,
              long long& newest) {
  std::vector<std::string> texts;
  long long before = 0;
  do {
    const std::size_t left = options.limit == 0 ? kPage : options.limit - texts.size();
    const auto page = read(before, std::min(left, kPage));
    if (!page) return {false, texts.size()};
    if (before == 0) newest = page->newest;
    before = page->next;
    for (const ordered_json& entry : page->entries) {
      texts.push_back(shown(entry, options.as_json, colours));
    }
  } while (before > 0 && (options.limit == 0 || texts.size() < options.limit));
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) out << *text;
  out.flush();
  return {true, texts.size()};
}

// Nothing was found: perhaps as a name is misspelled. What is no longer configured may have a past,
// so a name is only wrong when it has none.
std::optional<std::string> unknownIn(const Console& console, const HistoryOptions& options) {
  for (const char* kind : {"governor", "remedy", "check"}) {
    const auto asked = options.query.find(kind);
    if (asked == options.query.end()) continue;
    const auto known = namesOf(console, kind);
    if (!known.empty() && std::find(known.begin(), known.end(), asked->second) == known.end()) {
      return unknownName(kind, asked->second, known) + ", and no entry of it";
    }
  }
  return std::nullopt;
}

std::string encoded(const HistoryOptions& options, const std::vector<std::string>& names) {
  std::string query;
  for (const std::string& name : names) {
    const auto found = options.query.find(name);
    if (found != options.query.end()) query += "&" + name + "=" + segment(found->second);
  }
  return query;
}

std::optional<Page> askFor(const Console& console, const std::string& query, long long before,
                           std::size_t limit, ExitCode& code) {
  std::string path = "/api/history?limit=" + std::to_string(limit) + query;
  if (before > 0) path += "&before=" + std::to_string(before);
  const auto answer = console.read(path, code);
  if (!answer) return std::nullopt;
  Page page;
  for (const ordered_json& entry : listOf(*answer, "entries")) page.entries.push_back(entry);
  page.next = numberOf(*answer, "next");
  page.newest = numberOf(*answer, "newest");
  page.outputs = !answer->contains("outputShown") || flagOf(*answer, "outputShown");
  return page;
}

// Prints what a stream brings; knows behind which id the next one has to begin.
class Follower {
 public:
  Follower(const Console& console, const HistoryOptions& options, long long newest)
      : console_(console), options_(options), last_(std::to_string(newest)) {}

  // Until a stream is refused for good.
  ExitCode run() {
    const std::string choice = encoded(options_, {"governor", "remedy", "check", "kind"});
    for (;;) {
      EventParser parser(
          [this](const std::string& id, const std::string& data) { show(id, data); });
      const Answer answer = console_.client.follow(
          "/api/events?after=" + last_ + choice,
          [&](std::string_view piece) { parser.feed(piece); }, kSilence);
      if (answer.failure && answer.status / 100 == 4 && answer.status != 429) {
        return console_.fail(*answer.failure);
      }
      tell(answer);
      std::this_thread::sleep_for(kReconnect);
    }
  }

 private:
  void show(const std::string& id, const std::string& data) {
    told_ = false;
    last_ = segment(id);
    const auto entry = ordered_json::parse(data, nullptr, false);
    if (entry.is_object()) console_.out << shown(entry, options_.as_json, console_.colours);
    console_.out.flush();
  }

  // Once for each time that heald is away.
  void tell(const Answer& answer) {
    if (std::exchange(told_, true)) return;
    const std::string why = answer.failure ? answer.failure->message : "heald has ended the stream";
    console_.err << "healdctl: " << why << "; trying again\n";
  }

  const Console& console_;
  const HistoryOptions& options_;
  std::string last_;
  bool told_ = false;
};

}  // namespace

ExitCode showHistory(const Console& console, const HistoryOptions& options) {
  ExitCode code = ExitCode::kOk;
  long long newest = 0;
  const std::string query =
      encoded(options, {"since", "until", "governor", "remedy", "check", "kind", "text"});
  bool outputs = true;
  const auto read = [&](long long before, std::size_t limit) {
    auto page = askFor(console, query, before, limit, code);
    outputs = outputs && (!page || page->outputs);
    return page;
  };
  const Printed printed = print(options, console.out, console.colours, read, newest);
  if (!printed.all) return code;
  if (const auto unknown = printed.entries == 0 ? unknownIn(console, options) : std::nullopt) {
    if (!options.follow) return console.fail(ExitCode::kNotFound, *unknown);
    console.err << "healdctl: " << *unknown << " until now\n";
  }
  if (options.as_json && !outputs) {
    console.err << "healdctl: without the token, outputs are left out (null)\n";
  }
  return options.follow ? Follower(console, options, newest).run() : ExitCode::kOk;
}

ExitCode showStoredHistory(const HistoryOptions& options, std::ostream& out, std::ostream& err,
                           bool colours) {
  http::Request request;
  request.query = options.query;
  const auto now = std::chrono::time_point_cast<core::Duration>(std::chrono::system_clock::now());
  auto query = api::readHistoryQuery(request, api::historyFields(), now);
  const auto fail = [&](ExitCode code, const std::string& message) {
    err << "healdctl: " << message << "\n";
    if (options.as_json) out << errorJson({code, message});
    return code;
  };
  if (!query) return fail(ExitCode::kUsage, query.error().message);
  query->in_output = true;
  std::string problem;
  const auto read = [&](long long before, std::size_t limit) -> std::optional<Page> {
    query->before = before;
    query->limit = limit;
    const auto rows = store::readHistory(options.store, *query);
    if (!rows) {
      problem = rows.error().message;
      return std::nullopt;
    }
    Page page;
    for (const auto& row : rows->rows) page.entries.push_back(api::historyJson(row, true));
    page.next = rows->more ? rows->end() : 0;
    return page;
  };
  long long newest = 0;
  if (!print(options, out, colours, read, newest).all) return fail(ExitCode::kBadFile, problem);
  return ExitCode::kOk;
}

}  // namespace heald::ctl
