// GET /api/history and GET /api/events: what they ask for, what they answer, and how a stream ends.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <thread>

#include "api/change_signal.h"
#include "api/control_routes.h"
#include "api/event_streams.h"
#include "api/history_json.h"
#include "fake_backend.h"
#include "io/uri.h"
#include "support/control_listener.h"
#include "support/eventually.h"
#include "support/http_test_client.h"

namespace heald::api {
namespace {

using engine::HistoryKind;
using engine::HistoryPage;
using engine::HistoryQuery;
using engine::HistoryRow;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

HistoryRow rowOf(std::int64_t id) {
  HistoryRow row;
  row.id = id;
  row.entry = {.kind = HistoryKind::kAttempt,
               .event = "failed",
               .at = testNow().wall,
               .governor = "main",
               .remedy = "restart",
               .check = "gateway",
               .attempt = 3,
               .actor = "api from 127.0.0.1",
               .message = "exit code 3",
               .output = "password=hunter2",
               .details = {{"exitCode", 3}, {"reason", "error"}}};
  return row;
}

// A history in memory, of as many entries as the test says.
struct FakeHistory {
  std::atomic<std::int64_t> newest = 0;
  std::optional<Error> failure;
  std::mutex mutex;
  std::vector<HistoryQuery> queries;
  ChangeSignal changed;
  FakeEngine engine;

  Backend backend() {
    Backend backend = engine.backend();
    backend.history_changed = &changed;
    backend.history = [this](const HistoryQuery& query) -> Result<HistoryPage> {
      const std::lock_guard lock(mutex);
      queries.push_back(query);
      if (failure) return *failure;
      HistoryPage page;
      page.newest = newest;
      for (std::int64_t id = query.after + 1; id <= page.newest; ++id) {
        if (page.rows.size() == query.limit) page.more = true;
        if (!page.more) page.rows.push_back(rowOf(id));
      }
      return page;
    };
    return backend;
  }

  http::Response ask(const std::string& target, bool token = true) {
    http::Request request;
    request.method = "GET";
    request.path = target.substr(0, target.find('?'));
    if (const auto mark = target.find('?'); mark != std::string::npos) {
      request.query = *io::parseQuery(target.substr(mark + 1));
    }
    request.headers.add("Host", "localhost");
    if (token) request.headers.add("Authorization", "Bearer the token");
    const http::Pipeline pipeline(controlRoutes(backend()), http::GuardPolicy{.token = "the token"},
                                  {});
    return pipeline.answer(request, [](http::Request&, bool) { return std::nullopt; });
  }
  std::string refusal(const std::string& target) {
    const http::Response response = ask(target);
    EXPECT_EQ(response.status, 400) << target;
    return json::parse(response.body)["error"]["message"];
  }
};

TEST(HistoryCall, AnswersAPageWithWhereTheNextBegins) {
  FakeHistory history;
  history.newest = 7;
  const json answer = json::parse(history.ask("/api/history?limit=2").body);
  EXPECT_EQ(answer["entries"].size(), 2u);
  EXPECT_EQ(answer["next"], 2);
  EXPECT_EQ(answer["newest"], 7);
  EXPECT_TRUE(json::parse(history.ask("/api/history").body)["next"].is_null());
  EXPECT_EQ(history.queries.back().limit, 100u);
  EXPECT_TRUE(history.queries.back().newest_first);
}

TEST(HistoryCall, PassesOnWhatIsChosen) {
  FakeHistory history;
  history.ask(
      "/api/history?since=2h&until=2026-11-23T20:47:00Z&governor=a%20b&remedy=r&check=c"
      "&kind=attempt,breaker&before=9&limit=1000");
  const HistoryQuery& query = history.queries.back();
  EXPECT_EQ(query.since, testNow().wall - std::chrono::hours(2));
  EXPECT_EQ(query.until, testNow().wall);
  EXPECT_EQ(query.governor, "a b");
  EXPECT_EQ(query.remedy, "r");
  EXPECT_EQ(query.check, "c");
  EXPECT_THAT(query.kinds, ElementsAre(HistoryKind::kAttempt, HistoryKind::kBreaker));
  EXPECT_EQ(query.before, 9);
  EXPECT_EQ(query.limit, 1000u);
}

TEST(HistoryCall, RefusesWhatItDoesNotKnowAndSaysWhatWouldBeRight) {
  FakeHistory history;
  EXPECT_EQ(history.refusal("/api/history?goveror=a"),
            "\"goveror\" is not known here; this call takes since, until, limit, before, "
            "text, governor, remedy, check, kind");
  EXPECT_THAT(history.refusal("/api/history?since=yesterday"),
              HasSubstr("\"yesterday\" is neither a time nor a duration before now (examples: "));
  EXPECT_THAT(history.refusal("/api/history?until=-5s"), HasSubstr("until: \"-5s\""));
  EXPECT_EQ(history.refusal("/api/history?limit=0"), "limit: \"0\" is not from 1 to 1000");
  EXPECT_THAT(history.refusal("/api/history?limit=1001"), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(history.refusal("/api/history?limit=99999999999999999999"), HasSubstr("limit"));
  EXPECT_THAT(history.refusal("/api/history?kind=attempt,nonesuch"),
              HasSubstr("kind: \"nonesuch\" is no kind (heald, reload, "));
  EXPECT_THAT(history.refusal("/api/history?before=-1"), HasSubstr("not the id of an entry"));
  EXPECT_THAT(history.refusal("/api/history?after=1"), HasSubstr("is not known here"));
  EXPECT_THAT(history.refusal("/api/events?since=2h"), HasSubstr("is not known here"));
  EXPECT_THAT(history.refusal("/api/events?after=1x"), HasSubstr("not the id of an entry"));
  EXPECT_THAT(history.refusal("/api/history?text=" + std::string(257, 'x')),
              HasSubstr("is longer than 256 bytes"));
  EXPECT_THAT(history.refusal("/api/events?text=x"), HasSubstr("is not known here"));
  EXPECT_TRUE(history.queries.empty());
}

TEST(HistoryCall, SearchesOutputsForThoseAloneWhoSeeThem) {
  FakeHistory history;
  history.ask("/api/history?text=hunter2");
  EXPECT_EQ(history.queries.back().text, "hunter2");
  EXPECT_TRUE(history.queries.back().in_output);
  history.ask("/api/history?text=hunter2", false);
  EXPECT_FALSE(history.queries.back().in_output);
}

TEST(HistoryCall, ShowsWhatCommandsPrintedWithTheTokenOnly) {
  FakeHistory history;
  history.newest = 1;
  const json with = json::parse(history.ask("/api/history").body);
  EXPECT_EQ(with["entries"][0]["output"], "password=hunter2");
  EXPECT_EQ(with["outputShown"], true);
  const http::Response open = history.ask("/api/history", false);
  EXPECT_EQ(open.status, 200);
  EXPECT_THAT(open.body, Not(HasSubstr("hunter2")));
  EXPECT_EQ(json::parse(open.body)["outputShown"], false);
}

TEST(HistoryCall, IsUnavailableWhenTheStoreIs) {
  FakeHistory history;
  history.failure = Error{ErrorCode::kUnavailable, "heald.db: the disk is gone"};
  EXPECT_EQ(history.ask("/api/history").status, 503);
  EXPECT_EQ(history.ask("/api/events").status, 503);
}

TEST(HistoryJson, HasEveryKeyAndTheDocumentExplainsIt) {
  std::ifstream file(HEALD_SOURCE_DIR "/docs/http-api.md");
  std::stringstream document;
  document << file.rdbuf();
  FakeHistory history;
  history.newest = 1;
  const std::string answer = history.ask("/api/history").body;
  const std::regex key("\"([A-Za-z]+)\":");
  int keys = 0;
  for (std::sregex_iterator found(answer.begin(), answer.end(), key), end; found != end; ++found) {
    ++keys;
    EXPECT_THAT(document.str(), HasSubstr("`" + (*found)[1].str() + "`"));
  }
  EXPECT_EQ(keys, 21);
  for (std::size_t i = 0; i < engine::kHistoryKindCount; ++i) {
    const std::string word(toString(static_cast<HistoryKind>(i)));
    EXPECT_THAT(document.str(), HasSubstr("| `" + word + "` | "));
  }
}

TEST(HistoryJson, ShowsADamagedRowAsSuch) {
  HistoryRow row;
  row.id = 4;
  row.unreadable = "it is not a JSON object";
  EXPECT_EQ(historyJson(row, true).dump(),
            R"({"id":4,"time":null,"kind":"unreadable","message":"it is not a JSON object"})");
}

// A stream and the client that takes what it writes.
struct Streaming {
  Streaming(FakeHistory& history, HistoryQuery query = {}, bool reads = true)
      : streams(history.backend()), outlet(std::make_shared<door::Outlet>([] {})) {
    streams.add(query, {}, outlet, streams.place());
    if (reads) reader = std::jthread([this](const std::stop_token& stop) { read(stop); });
  }
  bool has(const std::string& part) {
    return test::eventually([&] {
      const std::lock_guard lock(mutex);
      return text.find(part) != std::string::npos;
    });
  }
  bool hasNow(const std::string& part) {
    const std::lock_guard lock(mutex);
    return text.find(part) != std::string::npos;
  }
  void read(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::string more = outlet->take();
      if (more.empty()) {
        std::this_thread::yield();
        continue;
      }
      outlet->sent(more.size());
      const std::lock_guard lock(mutex);
      text += more;
    }
  }

  EventStreams streams;
  std::shared_ptr<door::Outlet> outlet;
  std::mutex mutex;
  std::string text;
  std::jthread reader;
};

TEST(EventStream, SendsWhatIsThereAndThenWhatComes) {
  FakeHistory history;
  history.newest = 250;  // more than a page
  Streaming streaming(history, {.after = 3});
  EXPECT_TRUE(streaming.has("id: 250\n"));
  EXPECT_FALSE(streaming.hasNow("id: 3\n"));
  EXPECT_TRUE(streaming.hasNow("id: 4\ndata: {\"id\":4,"));
  history.newest = 251;
  history.changed.notify();
  EXPECT_TRUE(streaming.has("id: 251\n"));
  EXPECT_FALSE(streaming.hasNow("hunter2"));
  history.changed.close();
  EXPECT_TRUE(test::eventually([&] { return streaming.outlet->ended(); }));
  EXPECT_FALSE(streaming.hasNow("id: 252\n"));
}

TEST(EventStream, BeginsAnewWhenTheHistoryDoes) {
  FakeHistory history;
  history.newest = 10;
  Streaming streaming(history, {.after = 9});
  EXPECT_TRUE(streaming.has("id: 10\n"));
  history.newest = 2;
  history.changed.notify();
  EXPECT_TRUE(streaming.has("id: 2\n"));
  EXPECT_TRUE(streaming.hasNow("id: 1\n"));
}

TEST(EventStream, GivesItsPlaceBackWhenItsClientGoes) {
  FakeHistory history;
  history.newest = 1;
  Streaming streaming(history);
  EXPECT_TRUE(streaming.has("id: 1\n"));
  std::vector<std::shared_ptr<void>> rest;
  while (auto place = streaming.streams.place()) rest.push_back(std::move(place));
  EXPECT_EQ(rest.size(), EventStreams::kMost - 1);
  EXPECT_EQ(streaming.streams.place(), nullptr) << "a refusal takes none";
  streaming.outlet->leave();
  EXPECT_TRUE(test::eventually([&] { return streaming.streams.place() != nullptr; }));
}

TEST(EventStream, ReadsNothingForAClientThatTakesNothing) {
  FakeHistory history;
  history.newest = 100'000;
  Streaming slow(history, {}, false);
  EXPECT_TRUE(test::eventually([&] { return slow.outlet->room() == 0; }));
  for (int i = 0; i < 5; ++i) history.changed.notify();
  const auto held = slow.outlet->take().size();
  EXPECT_LT(held, 2 * door::Outlet::kMostBytes) << "a page beyond it at most";
}

TEST(EventStream, AStoreThatCannotBeReadEndsNoStream) {
  FakeHistory history;
  history.newest = 1;
  {
    const std::lock_guard lock(history.mutex);
    history.failure = Error{ErrorCode::kUnavailable, "gone"};
  }
  Streaming streaming(history);
  EXPECT_TRUE(streaming.has("cannot be read"));
  {
    const std::lock_guard lock(history.mutex);
    history.failure.reset();
  }
  history.changed.notify();
  EXPECT_TRUE(streaming.has("id: 1\n"));
}

TEST(EventStream, OneThatComesRightBeforeTheEndHasItsFirstPage) {
  FakeHistory history;
  history.newest = 5;
  history.changed.close();
  Streaming streaming(history);
  EXPECT_TRUE(streaming.has("id: 5\ndata: "));
  EXPECT_TRUE(test::eventually([&] { return streaming.outlet->ended(); }));
}

// Over real connections: more streams than there are workers, the calls beside them, a stop.
TEST(EventStream, ManyPinNoWorkerAndEndWithTheServer) {
  FakeHistory history;
  history.newest = 5;
  auto server = std::make_unique<test::ControlListener>(controlRoutes(history.backend()),
                                                        http::GuardPolicy{}, 2);
  const std::string call = "GET /api/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::vector<std::unique_ptr<test::RawConnection>> streams;
  for (int i = 0; i < 200; ++i) {
    streams.push_back(std::make_unique<test::RawConnection>(server->port()));
    streams.back()->send(call);
    ASSERT_TRUE(streams.back()->readable({20, 0}));
  }
  EXPECT_EQ(test::get(server->port(), "/api/history").status, 200);
  EXPECT_EQ(
      test::sendRaw(server->port(), "HEAD /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n").status,
      200);
  history.changed.close();
  const auto begun = std::chrono::steady_clock::now();
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
  for (const auto& stream : streams) {
    const test::RawResponse whole(stream->readAll());
    EXPECT_TRUE(whole.hasHeader("Content-Type: text/event-stream"));
    EXPECT_THAT(whole.head, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(whole.body, HasSubstr("id: 5\ndata: "));
  }
}

}  // namespace
}  // namespace heald::api
