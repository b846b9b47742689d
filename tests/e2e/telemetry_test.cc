#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <regex>

#include "e2e/stories.h"
#include "support/tiny_server.h"

// The real heald and a stub of a collector, which takes nothing that OTLP's JSON does not allow.
namespace heald::test {
namespace {

using nlohmann::json;

bool matches(const json& object, const char* key, const char* pattern) {
  return object.contains(key) && object[key].is_string() &&
         std::regex_match(object[key].get<std::string>(), std::regex(pattern));
}

bool isValue(const json& value) {
  if (!value.is_object() || value.size() != 1) return false;
  return (value.contains("stringValue") && value["stringValue"].is_string()) ||
         matches(value, "intValue", "-?[0-9]+");
}

bool areAttributes(const json& list) {
  return list.is_array() && std::all_of(list.begin(), list.end(), [](const json& one) {
           return one.size() == 2 && one.at("key").is_string() && isValue(one.at("value"));
         });
}

// What is wrong with a span, or "".
std::string faultOf(const json& span) {
  if (!matches(span, "traceId", "[0-9a-f]{32}")) return "traceId";
  if (!matches(span, "spanId", "[0-9a-f]{16}")) return "spanId";
  if (span.contains("parentSpanId") && !matches(span, "parentSpanId", "[0-9a-f]{16}")) {
    return "parentSpanId";
  }
  for (const char* key : {"startTimeUnixNano", "endTimeUnixNano"}) {
    if (!matches(span, key, "[0-9]{19}")) return key;
  }
  if (span["startTimeUnixNano"] > span["endTimeUnixNano"]) return "it ends before it begins";
  if (!span.at("kind").is_number_integer() || !areAttributes(span.at("attributes"))) return "kind";
  for (const json& event : span.at("events")) {
    if (!matches(event, "timeUnixNano", "[0-9]{19}") || !areAttributes(event.at("attributes"))) {
      return "events";
    }
  }
  return span.at("name").is_string() && span.at("status").is_object() ? "" : "name or status";
}

class Collector {
 public:
  Collector() : server_([this](const std::string& request) { return take(request); }) {}

  void answers(int status) { status_ = status; }
  std::string endpoint() const { return server_.url(""); }
  std::string faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
  }
  std::vector<json> named(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    std::vector<json> found;
    for (const json& span : spans_) {
      if (span.at("name") == name) found.push_back(span);
    }
    return found;
  }

 private:
  std::string take(const std::string& request) {
    const int status = status_;
    const std::lock_guard lock(mutex_);
    if (status != 200) return TinyServer::reply(status, "later", "Connection: close\r\n");
    if (!request.starts_with("POST /v1/traces ")) faults_ += "path; ";
    const json body = json::parse(request.substr(request.find("\r\n\r\n") + 4));
    for (const json& resource : body.at("resourceSpans")) {
      if (!areAttributes(resource.at("resource").at("attributes"))) faults_ += "resource; ";
      for (const json& scope : resource.at("scopeSpans")) {
        for (const json& span : scope.at("spans")) {
          if (const std::string fault = faultOf(span); !fault.empty()) faults_ += fault + "; ";
          spans_.push_back(span);
        }
      }
    }
    return TinyServer::reply(200, "{}", "Connection: close\r\n");
  }

  std::atomic<int> status_ = 200;
  mutable std::mutex mutex_;
  std::vector<json> spans_;
  std::string faults_;
  TinyServer server_;
};

class Telemetry : public testing::Test {
 protected:
  void start(const std::string& script) {
    heald_.emplace(Launch{"telemetry: {otlp: {endpoint: '" + collector_.endpoint() + "'}}\n" +
                          sickService(script, kHundredTimesFaster)});
    heald_->start();
  }
  void awaitSpans(const std::string& name, std::size_t count) {
    heald_->await(
        std::to_string(count) + " of " + name,
        [&] { return collector_.named(name).size() >= count; }, std::chrono::seconds(60));
  }

  Collector collector_;
  std::optional<TestDaemon> heald_;
};

TEST_F(Telemetry, AnIncidentIsOneTraceAndARemedyIsToldItsParent) {
  start("echo $TRACEPARENT > @DIR@/parent; rm @DIR@/sick");
  std::ofstream(heald_->file("sick")) << "x";
  awaitSpans("incident service", 1);
  const json root = collector_.named("incident service").front();
  const json attempt = collector_.named("attempt restart").front();
  EXPECT_EQ(attempt.at("traceId"), root.at("traceId"));
  EXPECT_EQ(attempt.at("parentSpanId"), root.at("spanId"));
  EXPECT_EQ(attempt.at("status").at("code"), 1);
  EXPECT_EQ(heald_->read("parent"), "00-" + attempt.at("traceId").get<std::string>() + "-" +
                                        attempt.at("spanId").get<std::string>() + "-01\n");
  EXPECT_EQ(collector_.faults(), "");
}

TEST_F(Telemetry, AfterAKillTheSameTraceGoesOnAndWhatACollectorMissedComesLater) {
  start("exit 1");
  collector_.answers(503);
  std::ofstream(heald_->file("sick")) << "x";
  heald_->await("two attempts", [&] { return startsOf(*heald_).size() >= 2; });
  heald_->kill();
  collector_.answers(200);
  heald_->start();
  awaitSpans("attempt restart", 2);
  std::filesystem::remove(heald_->file("sick"));
  awaitSpans("incident service", 1);
  const json root = collector_.named("incident service").front();
  for (const json& attempt : collector_.named("attempt restart")) {
    EXPECT_EQ(attempt.at("traceId"), root.at("traceId"));
  }
  EXPECT_EQ(collector_.faults(), "");
}

TEST_F(Telemetry, WithoutACollectorNothingIsToldToARemedy) {
  heald_.emplace(Launch{
      sickService("echo \"<$TRACEPARENT>\" > @DIR@/parent; rm @DIR@/sick", kHundredTimesFaster)});
  heald_->start();
  std::ofstream(heald_->file("sick")) << "x";
  heald_->await("the remedy", [&] { return heald_->read("parent") == "<>\n"; });
}

}  // namespace
}  // namespace heald::test
