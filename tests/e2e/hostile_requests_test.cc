// Requests that are meant to be understood wrongly, by the ten thousand, on both listeners, plain
// and over TLS: mixed ones whose answer is known, mutated ones, and those that hide another one.
//
// HEALD_SOAK=1 (scripts/soak requests) plays all of them, and a share of them otherwise. A seed is
// printed with what fails, and HEALD_SEED plays it again.
#include <dirent.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "door/request_head.h"
#include "support/any_connection.h"
#include "support/command.h"
#include "support/daemon.h"
#include "support/hostile_requests.h"
#include "support/thinned.h"
#include "support/tls_server.h"

namespace heald::test {
namespace {

bool isSoak() {
  return std::getenv("HEALD_SOAK") != nullptr;
}
unsigned mixedRequests() {
  return isSoak() ? 100'000 : 6'000 / kThinned;
}
unsigned mutatedRequests() {
  return isSoak() ? 20'000 : 1'500 / kThinned;
}
std::uint64_t seed() {
  const char* given = std::getenv("HEALD_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 14;
}

constexpr char kOneGovernor[] =
    "checks: [{name: ok, exec: {command: [/bin/true]}}]\n"
    "governors: {job: {}}\n";
constexpr char kBothOverTls[] =
    "web:\n  control: {config_file: '@DIR@/web.yml'}\n  metrics: {config_file: '@DIR@/web.yml'}\n";

// A heald, and whoever comes to its listeners: the parameter says whether over TLS.
class HostileRequests : public testing::TestWithParam<bool> {
 protected:
  HostileRequests()
      : heald_({.config = std::string(GetParam() ? kBothOverTls : "") + kOneGovernor}) {
    if (GetParam()) {
      certificate_.writePem(heald_.file("server.crt"));
      certificate_.writeKey(heald_.file("server.key"));
      heald_.dir().write("web.yml",
                         "tls_server_config: {cert_file: server.crt, key_file: server.key}\n");
      context_ = SSL_CTX_new(TLS_client_method());
    }
    heald_.start();
    heald_.await("readiness", [&] { return asked(true, "/-/ready").status == 200; });
    reader_ = created("reader");
  }
  ~HostileRequests() override { SSL_CTX_free(context_); }

  std::string healdctl(std::vector<std::string> words) const {
    std::vector<std::string> all = {HEALD_BINARY_DIR "/healdctl", "--token-file",
                                    heald_.file("control.token"), "--url"};
    all.push_back((GetParam() ? "https://127.0.0.1:" : "http://127.0.0.1:") +
                  std::to_string(heald_.controlPort()));
    if (GetParam()) all.insert(all.end(), {"--ca-file", heald_.file("server.crt")});
    all.insert(all.end(), words.begin(), words.end());
    const CommandResult result = runCommand(all);
    EXPECT_EQ(result.code, 0) << result.output;
    return result.output;
  }
  std::string created(const std::string& name) const {
    healdctl({"token", "create", name, "--role", "read", "--write", heald_.file(name)});
    std::string token = heald_.read(name);
    token.erase(token.find_last_not_of("\n") + 1);
    return token;
  }
  std::uint16_t port(bool metrics) const {
    return metrics ? heald_.metricsPort() : heald_.controlPort();
  }

  // Of four who come at one time; each has a share of `count` and a random number of their own.
  template <class Play>
  void four(unsigned count, Play play) const {
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < 4; ++i) {
      clients.emplace_back([=, this] {
        Random random(seed() + i);
        for (unsigned done = 0; done < count / 4 && !HasFailure();) done += play(random);
      });
    }
    for (std::thread& client : clients) client.join();
  }

  long memory() const {  // KiB
    const std::string status = fileText("/proc/" + std::to_string(heald_.pid()) + "/status");
    return std::stol(status.substr(status.find("VmRSS:") + 6));
  }
  std::size_t descriptors() const {
    DIR* folder = ::opendir(("/proc/" + std::to_string(heald_.pid()) + "/fd").c_str());
    std::size_t count = 0;
    while (folder != nullptr && ::readdir(folder) != nullptr) ++count;
    if (folder != nullptr) ::closedir(folder);
    return count;
  }
  static std::string fileText(const std::string& path) { return runCommand({"cat", path}).output; }

  AnyConnection::Answer asked(bool metrics, const std::string& path) const {
    AnyConnection connection(port(metrics), context_);
    connection.send(headOf("GET " + path) + "\r\n");
    return connection.next();
  }
  // Nothing was changed by what was hostile, nothing is left of it, and heald goes on.
  void expectUnmoved() {
    EXPECT_THAT(asked(false, "/api/flags/auto_healing").body,
                testing::HasSubstr("\"enabled\":true"));
    EXPECT_THAT(asked(false, "/api/history").body, testing::Not(testing::HasSubstr("smuggled")));
    heald_.await("their descriptors", [&] { return descriptors() <= before_ + 4; });
    EXPECT_LT(memory() - memory_, 64 * 1024) << "KiB";
    EXPECT_THAT(heald_.log(), testing::Not(testing::HasSubstr(reader_)));
    EXPECT_THAT(heald_.log(), testing::Not(testing::HasSubstr(heald_.token())));
    EXPECT_EQ(heald_.stop(), 0);
  }
  void remember() {
    before_ = descriptors();
    memory_ = memory();
  }

  const Certificate certificate_{30};
  TestDaemon heald_;
  SSL_CTX* context_ = nullptr;
  std::string reader_;  // a token for reading
  std::size_t before_ = 0;
  long memory_ = 0;
};

// Up to eight in one piece, of which only the last may end the connection.
std::vector<const Kind*> together(Random& random, const std::vector<Kind>& kinds) {
  std::vector<const Kind*> chosen;
  const std::size_t most = 1 + below(random, 8);
  const bool metrics = below(random, 3) == 0;
  while (chosen.size() < most && (chosen.empty() || !chosen.back()->closes)) {
    const Kind& kind = kinds[below(random, kinds.size())];
    if (kind.metrics == metrics) chosen.push_back(&kind);
  }
  return chosen;
}

TEST_P(HostileRequests, MixedByTheThousandHaveEachTheirAnswerAndNoOther) {
  remember();
  const auto kinds = allKinds("Authorization: Bearer " + heald_.token() + "\r\n",
                              "Authorization: Bearer " + reader_ + "\r\n");
  std::atomic<unsigned> answered{0};
  const auto begun = std::chrono::steady_clock::now();
  four(mixedRequests(), [&](Random& random) {
    const auto chosen = together(random, kinds);
    AnyConnection connection(port(chosen[0]->metrics), context_);
    std::string bytes;
    for (const Kind* kind : chosen) bytes += kind->bytes;
    connection.send(bytes);
    for (const Kind* kind : chosen) {
      const auto answer = connection.next(!kind->bytes.starts_with("HEAD"));
      EXPECT_THAT(kind->statuses, testing::Contains(answer.status))
          << kind->bytes.substr(0, 200) << "\n"
          << answer.body.substr(0, 200);
      EXPECT_EQ(answer.closes, kind->closes) << kind->bytes.substr(0, 200);
      ++answered;
    }
    connection.finish();
    EXPECT_EQ(connection.rest(), "") << bytes.substr(0, 2'000);
    return static_cast<unsigned>(chosen.size());
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cout << answered << " mixed requests in " << took.count() << " s; memory " << memory_
            << " and " << memory() << " KiB\n";
  EXPECT_GE(answered, mixedRequests() / 4 * 4);
  expectUnmoved();
}

// What one strict reader makes of the bytes: how many whole requests, and what is behind them.
struct Reading {
  std::vector<bool> with_body;  // of the answer of each whole one
  enum class Rest { kNothing, kMalformed, kHead, kBody } rest = Rest::kNothing;
};

Reading readingOf(std::string_view bytes) {
  Reading reading;
  while (!bytes.empty()) {
    door::HeadReader reader;
    const auto outcome = reader.look(bytes);
    if (std::holds_alternative<door::HeadReader::More>(outcome)) {
      reading.rest = Reading::Rest::kHead;
      return reading;
    }
    if (std::holds_alternative<door::Malformed>(outcome)) {
      reading.rest = Reading::Rest::kMalformed;
      return reading;
    }
    const auto& whole = std::get<door::HeadReader::Whole>(outcome);
    const std::size_t left = bytes.size() - whole.size;
    if (left < whole.head.content_length) {
      reading.rest = Reading::Rest::kBody;
      return reading;
    }
    reading.with_body.push_back(whole.head.method != "HEAD");
    bytes.remove_prefix(whole.size + static_cast<std::size_t>(whole.head.content_length));
  }
  return reading;
}

// In up to four pieces: over TLS each is a record.
void sendInPieces(Random& random, AnyConnection& connection, std::string_view bytes) {
  for (std::size_t pieces = below(random, 4); pieces > 0 && !bytes.empty(); --pieces) {
    const std::size_t size = 1 + below(random, bytes.size());
    connection.send(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  connection.send(bytes);
}

// One answer for each request, until one says that it is the last; and nothing behind it.
void expectFramed(AnyConnection& connection, const Reading& reading, const std::string& shown) {
  bool closed = false;
  const auto take = [&](bool with_body) {
    const auto answer = connection.next(with_body);
    EXPECT_GE(answer.status, 200) << shown;
    EXPECT_LT(answer.status, 600) << shown;
    closed = answer.closes;
  };
  for (std::size_t i = 0; i < reading.with_body.size() && !closed; ++i) take(reading.with_body[i]);
  if (!closed && reading.rest == Reading::Rest::kMalformed) {
    take(true);
    EXPECT_TRUE(closed) << shown;
  }
  connection.finish();
  // A head of which half is there; or of a body, which is refused now, or was before it came.
  if (!closed && reading.rest == Reading::Rest::kBody) {
    const auto answer = connection.next();
    EXPECT_TRUE(answer.status == 0 || answer.status == -1 || answer.closes) << shown;
  }
  if (reading.rest == Reading::Rest::kBody) return;
  EXPECT_EQ(connection.rest(), "") << shown;
}

TEST_P(HostileRequests, MutatedByTheThousandAreFramedAsOneStrictReaderSays) {
  remember();
  std::vector<std::string> seeds;
  // The token that they have is for reading: whatever comes of them changes nothing.
  const std::string reads = "Authorization: Bearer " + reader_ + "\r\n";
  for (const Kind& kind : allKinds(reads, reads)) {
    if (kind.bytes.size() < 2'000) seeds.push_back(kind.bytes);
  }
  std::atomic<unsigned> whole{0}, malformed{0}, half{0};
  const auto begun = std::chrono::steady_clock::now();
  four(mutatedRequests(), [&](Random& random) {
    std::string bytes = seeds[below(random, seeds.size())];
    if (below(random, 2) == 0) bytes += seeds[below(random, seeds.size())];
    bytes = mutated(random, bytes, seeds);
    const Reading reading = readingOf(bytes);
    AnyConnection connection(port(below(random, 3) == 0), context_);
    sendInPieces(random, connection, bytes);
    expectFramed(connection, reading, testing::PrintToString(bytes));
    whole += static_cast<unsigned>(reading.with_body.size());
    malformed += reading.rest == Reading::Rest::kMalformed ? 1 : 0;
    half += reading.rest > Reading::Rest::kMalformed ? 1 : 0;
    return 1u;
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cout << mutatedRequests() << " mutated in " << took.count() << " s: " << whole
            << " requests are whole, " << malformed << " connections end with one that is none, "
            << half << " with half of one; memory " << memory_ << " and " << memory() << " KiB\n";
  expectUnmoved();
}

TEST_P(HostileRequests, NoneHidesAnotherBehindAnUnclearEnd) {
  remember();
  const std::string admin = "Authorization: Bearer " + heald_.token() + "\r\n";
  const std::string hidden =
      bodied("PUT /api/flags/auto_healing", admin + "Content-Type: application/json\r\n",
             R"({"enabled": false, "reason": "smuggled"})");
  const std::string bad = "0\r\n\r\n";
  for (const bool metrics : {false, true}) {
    for (const std::string& line :
         {std::string("POST /api/flags/auto_healing"), std::string("GET /-/healthy"),
          std::string("GET /api/status")}) {
      for (const std::string& framing : unclearFramings()) {
        AnyConnection connection(port(metrics), context_);
        connection.send(headOf(line, admin + "Content-Type: application/json\r\n") + framing +
                        "\r\n" + bad + hidden);
        const auto answer = connection.next();
        const std::string shown = line + " " + testing::PrintToString(framing);
        EXPECT_THAT(answer.status, testing::AllOf(testing::Ge(400), testing::Le(431))) << shown;
        EXPECT_TRUE(answer.closes) << shown;
        connection.finish();
        EXPECT_EQ(connection.rest(), "") << shown;
      }
    }
  }
  // A body that is a request, of a call that reads none.
  for (const bool metrics : {false, true}) {
    AnyConnection connection(port(metrics), context_);
    connection.send(bodied(metrics ? "GET /metrics" : "GET /api/status", "", hidden));
    EXPECT_TRUE(connection.next().closes);
    EXPECT_EQ(connection.rest(), "");
  }
  expectUnmoved();
}

// TLS hands the door its records; where a request ends is not where one of them does.
TEST_P(HostileRequests, MayComeByteByByteAndManyInOnePiece) {
  remember();
  AnyConnection slow(port(false), context_);
  const std::string one = headOf("GET /api/governors/job") + "\r\n";
  for (const char byte : one + one) slow.send(std::string_view(&byte, 1));
  EXPECT_EQ(slow.next().status, 200);
  EXPECT_EQ(slow.next().status, 200);
  AnyConnection quick(port(true), context_);
  std::string many;
  for (int i = 0; i < 2'000; ++i) many += headOf("GET /-/healthy") + "\r\n";
  std::thread sender([&] { quick.send(many); });
  for (int i = 0; i < 2'000; ++i) ASSERT_EQ(quick.next().status, 200) << i;
  sender.join();
  expectUnmoved();
}

INSTANTIATE_TEST_SUITE_P(To, HostileRequests, testing::Values(false, true),
                         [](const testing::TestParamInfo<bool>& over) {
                           return over.param ? "Tls" : "Plain";
                         });

}  // namespace
}  // namespace heald::test
