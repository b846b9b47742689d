#include "api/alerts_body.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>

#include "api/json_pieces.h"
#include "io/timestamp.h"

namespace heald::api {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json notification() {
  return json::parse(R"({
    "version": "4", "groupKey": "{}:{alertname=\"Down\"}", "truncatedAlerts": 0,
    "status": "firing", "receiver": "heald", "groupLabels": {"alertname": "Down"},
    "commonLabels": {"alertname": "Down"}, "commonAnnotations": {},
    "externalURL": "http://alertmanager:9093",
    "alerts": [
      {"status": "firing", "labels": {"alertname": "Down", "instance": "a:1"}, "annotations": {},
       "startsAt": "2026-11-23T20:47:00.5Z", "endsAt": "0001-01-01T00:00:00Z",
       "generatorURL": "", "fingerprint": "c1a5f1d2e3b4a596"},
      {"status": "resolved", "labels": {"alertname": "Down", "instance": "b:1"}, "annotations": {},
       "startsAt": "2026-11-23T21:47:00.5+01:00", "endsAt": "2026-11-23T21:50:00Z",
       "generatorURL": "", "fingerprint": "0000000000000001"}]})");
}

class Pieces : public http::BodySource {
 public:
  Pieces(std::string_view text, std::size_t size) : text_(text), size_(size) {}
  std::string_view next() override {
    const std::string_view piece = text_.substr(0, size_);
    text_.remove_prefix(piece.size());
    return piece;
  }
  std::optional<http::Response> failure() const override { return std::nullopt; }

 private:
  std::string_view text_;
  std::size_t size_;
};

std::string problemOf(const json& body) {
  const auto alerts = readAlerts(body.dump());
  return alerts ? "" : alerts.error().message;
}

TEST(AlertsBody, ReadsWhatAlertmanagerSends) {
  const auto alerts = readAlerts(notification().dump());
  ASSERT_TRUE(alerts) << alerts.error().message;
  ASSERT_EQ(alerts->alerts.size(), 2u);
  const engine::Alert& first = alerts->alerts.at(0);
  EXPECT_EQ(first.fingerprint, "c1a5f1d2e3b4a596");
  EXPECT_TRUE(first.firing);
  EXPECT_EQ(first.labels, (engine::Labels{{"alertname", "Down"}, {"instance", "a:1"}}));
  EXPECT_FALSE(alerts->alerts.at(1).firing);
  EXPECT_EQ(first.starts_at, alerts->alerts.at(1).starts_at) << "the same moment in another zone";
}

TEST(AlertsBody, AnEmptyListIsNoMistake) {
  json body = notification();
  body["alerts"] = json::array();
  EXPECT_TRUE(readAlerts(body.dump())->alerts.empty());
}

TEST(AlertsBody, NamesThePlaceOfWhatIsWrong) {
  EXPECT_THAT(problemOf({{"alerts", json::array()}}), HasSubstr("version must be \"4\""));
  json body = notification();
  body["version"] = "5";
  EXPECT_THAT(problemOf(body), HasSubstr("version"));
  body = notification();
  body["alerts"] = 3;
  EXPECT_THAT(problemOf(body), HasSubstr("alerts must be a list"));
  for (const auto& [key, value] :
       std::map<std::string, json>{{"status", "gone"},
                                   {"labels", json::array()},
                                   {"startsAt", "yesterday"},
                                   {"fingerprint", std::string(129, 'a')}}) {
    body = notification();
    body["alerts"][1][key] = value;
    EXPECT_THAT(problemOf(body), HasSubstr("alerts[1]." + key));
  }
  body = notification();
  body["alerts"][0] = "text";
  EXPECT_THAT(problemOf(body), HasSubstr("alerts[0]"));
  EXPECT_THAT(readAlerts("{").error().message, HasSubstr("line 1"));
}

TEST(AlertsBody, WhatIsBeyondTheLimitIsCountedAndDoesNotCostTheOthers) {
  json body = notification();
  const json one = body["alerts"][0];
  body["alerts"] = json(kMaxAlerts + 3, one);
  const auto alerts = readAlerts(body.dump());
  ASSERT_TRUE(alerts);
  EXPECT_EQ(alerts->alerts.size(), kMaxAlerts);
  EXPECT_EQ(alerts->left_out, 3u);
}

TEST(AlertsBody, ManySmallLabelsDoNotTakeMoreMemoryThanIsAllowed) {
  json body = notification();
  json one = body["alerts"][0];
  for (int i = 0; i < 62; ++i) one["labels"]["l" + std::to_string(i)] = "";
  body["alerts"] = json(9'000, one);
  const auto alerts = readAlerts(body.dump());
  ASSERT_TRUE(alerts);
  EXPECT_GT(alerts->alerts.size(), 3'000u);
  EXPECT_EQ(alerts->alerts.size() + alerts->left_out, 9'000u);
}

TEST(AlertsBody, KnowsWhenAnAlertWasResolved) {
  const auto alerts = readAlerts(notification().dump());
  EXPECT_FALSE(alerts->alerts.at(0).ends_at);
  EXPECT_EQ(alerts->alerts.at(1).ends_at, io::parseTimestamp("2026-11-23T21:50:00Z"));
}

TEST(AlertsBody, IsTheSameWhereverItIsCutIntoPieces) {
  json body = notification();
  body["alerts"][0]["labels"]["city"] = "Zürich 日本 🙂";
  const std::string text = body.dump() + "\n";
  const auto whole = readAlerts(text);
  ASSERT_TRUE(whole);
  for (std::size_t size = 1; size <= 7; ++size) {
    Pieces pieces(text, size);
    const auto alerts = readAlerts(pieces);
    ASSERT_TRUE(alerts) << alerts.error().message;
    EXPECT_EQ(alerts->alerts.at(0).labels, whole->alerts.at(0).labels);
  }
}

TEST(AlertsBody, AHugeTextIsCutAndStaysAText) {
  json body = notification();
  json& first = body["alerts"][0];
  std::string faces;
  for (int i = 0; i < 20'000; ++i) faces += "🙂\"\n";
  first["annotations"]["description"] = faces;
  first["labels"]["long"] = faces;
  for (const bool ascii : {true, false}) {  // as \\ud83d\\ude42, and as it is
    const auto alerts = readAlerts(body.dump(-1, ' ', ascii));
    ASSERT_TRUE(alerts) << alerts.error().message;
    EXPECT_EQ(alerts->alerts.at(0).labels.size(), 2u) << "a label that was cut is left out";
    EXPECT_EQ(alerts->alerts.size(), 2u);
  }
}

TEST(AlertsBody, WhatHasNoTextForTooLongIsRefused) {
  std::string body = notification().dump();
  body.insert(1, std::string(JsonPieces::kLongestGap + 10, ' '));
  EXPECT_THAT(readAlerts(body).error().message, HasSubstr("bytes without a text"));
  EXPECT_THAT(readAlerts(std::string(100, '[')).error().message, HasSubstr("expected an object"));
  EXPECT_THAT(readAlerts("{\"a\":" + std::string(100, '[')).error().message,
              HasSubstr("nested deeper than 32 levels"));
}

TEST(AlertsBody, LeavesOutLabelsThatAreTooLongTooManyOrNoText) {
  json body = notification();
  json& labels = body["alerts"][0]["labels"];
  labels["long"] = std::string(kMaxLabelValue + 1, 'a');
  labels[std::string(kMaxLabelName + 1, 'n')] = "a";
  labels["number"] = 3;
  EXPECT_EQ(readAlerts(body.dump())->alerts.at(0).labels.size(), 2u);
  labels["wide"] = std::string(kMaxLabelValue, 'w');
  labels["x"] = labels["y"] = labels["z"] = labels["wide"];
  EXPECT_EQ(readAlerts(body.dump())->alerts.at(0).labels.size(), 5u)
      << "of four kibibytes, three fit";
  for (const char* name : {"wide", "x", "y", "z"}) labels.erase(name);
  for (int i = 0; i < 100; ++i) labels["l" + std::to_string(i)] = "x";
  EXPECT_EQ(readAlerts(body.dump())->alerts.at(0).labels.size(), kMaxLabels);
}

TEST(AlertsBody, WithoutAFingerprintTheLabelsTellAlertsApart) {
  json body = notification();
  body["alerts"][0].erase("fingerprint");
  body["alerts"][1].erase("fingerprint");
  const auto alerts = readAlerts(body.dump());
  EXPECT_FALSE(alerts->alerts.at(0).fingerprint.empty());
  EXPECT_NE(alerts->alerts.at(0).fingerprint, alerts->alerts.at(1).fingerprint);
  EXPECT_EQ(alerts->alerts.at(0).fingerprint, readAlerts(body.dump())->alerts.at(0).fingerprint);
}

TEST(AlertsBody, BytesThatAreNotUtf8DoNotCostTheOtherAlerts) {
  std::string body = notification().dump();
  body.replace(body.find("a:1"), 3, "a\xff\xfe");
  const auto alerts = readAlerts(body);
  ASSERT_TRUE(alerts);
  EXPECT_EQ(alerts->alerts.at(0).labels.at(1).second, "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(alerts->alerts.size(), 2u);
}

}  // namespace
}  // namespace heald::api
