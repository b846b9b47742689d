#include "api/metrics_routes.h"
#include "api/landing_page.h"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>

#include "api/control_routes.h"
#include "fake_backend.h"

namespace heald::api {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsRoutes : public testing::Test {
 protected:
  http::Response get(const std::string& path) {
    return ask(metricsRoutes(engine_.backend()), "GET", path);
  }

  FakeEngine engine_;
};

TEST_F(MetricsRoutes, ServesTheExpositionFormat) {
  const http::Response response = get("/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "heald_up 1\n");
}

TEST_F(MetricsRoutes, ServesOpenMetricsToWhomPrefersIt) {
  const auto typeFor = [&](const std::string& accept) {
    const http::Response response =
        ask(metricsRoutes(engine_.backend()), "GET", "/metrics", {}, {{"Accept", accept}});
    EXPECT_EQ(response.headers.get("Vary"), "Accept, Accept-Encoding");
    EXPECT_EQ(response.body.ends_with("# EOF\n"),
              response.content_type.find("openm") != std::string::npos);
    return response.content_type.substr(0, response.content_type.find(';'));
  };
  const char* const text = "text/plain";
  const char* const open = "application/openmetrics-text";
  EXPECT_EQ(typeFor("application/openmetrics-text;version=1.0.0,"
                    "application/openmetrics-text;version=0.0.1;q=0.75,"
                    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
            open);
  EXPECT_EQ(typeFor("application/openmetrics-text; version=1.0.0; escaping=allow-utf-8; q=0.6, "
                    "text/plain; version=0.0.4; q=0.3"),
            open);
  EXPECT_EQ(typeFor("Application/OpenMetrics-Text"), open);
  EXPECT_EQ(typeFor("*/*"), text);
  EXPECT_EQ(typeFor("text/html, text/plain"), text);
  EXPECT_EQ(typeFor("application/openmetrics-text;q=0"), text);
  EXPECT_EQ(typeFor("application/openmetrics-text;q=0.1,text/plain"), text);
}

TEST_F(MetricsRoutes, ServesProtobufToThePrometheusThatAsksForIt) {
  const auto answerFor = [&](const std::string& accept) {
    return ask(metricsRoutes(engine_.backend()), "GET", "/metrics", {}, {{"Accept", accept}});
  };
  const std::string protobuf =
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  // Prometheus 2.42 and 3.5 with native histograms.
  for (const std::string& accept :
       {protobuf + ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;"
                   "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        protobuf + ";q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                   "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;"
                   "escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
        std::string("application/vnd.google.protobuf; encoding=\"delimited\"; "
                    "proto=io.prometheus.client.MetricFamily")}) {
    const http::Response answer = answerFor(accept);
    EXPECT_EQ(answer.content_type,
              "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
              "encoding=delimited")
        << accept;
    EXPECT_EQ(answer.body, "protobuf");
    EXPECT_EQ(answer.headers.get("Vary"), "Accept, Accept-Encoding");
  }
  // Prometheus 3.5 without, and those who mean another protobuf.
  EXPECT_THAT(answerFor("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
                        protobuf + ";q=0.3,text/plain;version=0.0.4;q=0.2")
                  .content_type,
              testing::StartsWith("application/openmetrics-text"));
  EXPECT_THAT(answerFor(protobuf + ";q=0,text/plain").content_type,
              testing::StartsWith("text/plain"));
  EXPECT_THAT(answerFor("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                        "encoding=text")
                  .content_type,
              testing::StartsWith("text/plain"));
  EXPECT_THAT(answerFor("application/vnd.google.protobuf").content_type,
              testing::StartsWith("text/plain"));
}

TEST_F(MetricsRoutes, ChangesNothing) {
  const http::Router router = metricsRoutes(engine_.backend());
  for (const http::Route& route : router.routes()) {
    EXPECT_EQ(route.method, "GET");
    EXPECT_EQ(route.access, http::Access::kOpen);
  }
  EXPECT_EQ(ask(metricsRoutes(engine_.backend()), "POST", "/metrics").status, 405);
  EXPECT_EQ(get("/api/status").status, 404);
}

TEST_F(MetricsRoutes, IsHealthyWhileItAnswers) {
  engine_.snapshot = nullptr;
  EXPECT_EQ(get("/-/healthy").body, "heald is healthy.\n");
}

TEST_F(MetricsRoutes, IsReadyOnceTheFirstCycleIsScheduledAndTheStoreIsUp) {
  const auto readyWith = [&](auto change) {
    engine::Snapshot snapshot = sampleSnapshot();
    change(snapshot);
    engine_.show(snapshot);
    const http::Response response = get("/-/ready");
    return std::to_string(response.status) + " " + response.body;
  };
  EXPECT_EQ(readyWith([](auto&) {}), "200 heald is ready.\n");
  EXPECT_EQ(readyWith([](auto& s) { s.cycles = 0; }),
            "503 heald is not ready: the first detection cycle has not been scheduled\n");
  EXPECT_EQ(readyWith([](auto& s) {
              s.store_up = false;
              s.store_error = "disk full";
            }),
            "503 heald is not ready: the store is unavailable: heald's log says why\n");
  EXPECT_EQ(readyWith([](auto& s) { s.stopping = true; }),
            "503 heald is not ready: it is stopping\n");
  EXPECT_EQ(readyWith([](auto& s) {
              s.cycles = 0;
              s.features.setConfiguration(core::Feature::kAutoDetection, false);
            }),
            "200 heald is ready.\n");
}

TEST_F(MetricsRoutes, AReplicaThatStandsByIsReadyForThoseWhoAskForThat) {
  engine::Snapshot snapshot = sampleSnapshot();
  snapshot.standby = "b (https://b:3001) leads";
  engine_.show(snapshot);
  EXPECT_EQ(get("/-/ready").body, "heald is not ready: it stands by: another replica acts\n");
  EXPECT_EQ(get("/-/ready?standby=ok").status, 200);
  EXPECT_EQ(get("/-/ready?standby=ok").body, "heald stands by.\n");
  EXPECT_EQ(get("/-/ready?standby=yes").status, 503);
  snapshot.standby = "";
  snapshot.store_up = false;
  engine_.show(snapshot);
  EXPECT_EQ(get("/-/ready?standby=ok").status, 503) << "nobody acts: etcd is away";
}

TEST_F(MetricsRoutes, HasALandingPageThatNeedsNothingFromOutside) {
  const http::Response page = get("/");
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, HasSubstr("<b>healthy</b>"));
  EXPECT_THAT(page.body, HasSubstr("1.2.3"));
  EXPECT_THAT(page.body, HasSubstr("href=\"/metrics\""));
  EXPECT_THAT(page.body, HasSubstr("href=\"http://localhost:3001/\""));
  EXPECT_THAT(page.body, HasSubstr("prefers-color-scheme:dark"));
  for (const char* outside : {"<script", "src=", "@import", "url(", "style=\""}) {
    EXPECT_THAT(page.body, Not(HasSubstr(outside)));
  }
}

// Texts that a check, an alert or a human has brought about, and where a file is.
TEST_F(MetricsRoutes, ShowsNamesAndCountsAndNothingThatACheckOrAHumanHasSaid) {
  engine::Snapshot snapshot = troubledSnapshot();
  snapshot.checks.push_back(check("queue-depth", engine::Health::kUnhealthy, "HUSH password"));
  snapshot.checks.push_back(check("other", engine::Health::kUnhealthy, "HUSH again"));
  const auto gateway =
      std::find_if(snapshot.governors.begin(), snapshot.governors.end(),
                   [](const auto& governor) { return governor.name == "gateway"; });
  ASSERT_NE(gateway, snapshot.governors.end());
  engine::GovernorView& shown =
      snapshot.governors[static_cast<std::size_t>(gateway - snapshot.governors.begin())];
  shown.state.dormancy->reason = "HUSH: cannot log in as admin";
  engine::GovernorView target = shown;
  target.name = "gateway@HUSH";
  target.exposed = false;
  snapshot.governors.push_back(target);
  snapshot.pause =
      engine::Pause{testNow().boot + std::chrono::hours(1), testNow().wall, "HUSH", "HUSH"};
  snapshot.store_up = false;
  snapshot.store_error = "/HUSH/state.db: disk full";
  engine_.show(snapshot);
  const std::string page = get("/").body;
  EXPECT_THAT(page, Not(HasSubstr("HUSH")));
  EXPECT_THAT(page, HasSubstr("<li>dormant: 2 (gateway)</li>"));
  EXPECT_THAT(page, HasSubstr("<li>breaker_open: 1 (queue)</li>"));
  EXPECT_THAT(page, HasSubstr("<li>store_unavailable: 1</li>"));
  EXPECT_THAT(get("/-/ready").body, Not(HasSubstr("HUSH")));
  const http::Response control = ask(controlRoutes(engine_.backend()), "GET", "/-/ready");
  EXPECT_THAT(control.body, HasSubstr("/HUSH/state.db: disk full"));
}

std::string sha256InBase64(const std::string& text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char base64[64];
  EVP_EncodeBlock(base64, digest, sizeof digest);
  return reinterpret_cast<const char*>(base64);
}

TEST_F(MetricsRoutes, AllowsItsOwnStyleByHashAndNothingElse) {
  const http::Response page = get("/");
  const auto policy = std::string(page.headers.get("Content-Security-Policy").value_or(""));
  const auto begin = page.body.find("<style>") + 7;
  const std::string style = page.body.substr(begin, page.body.find("</style>") - begin);
  EXPECT_THAT(policy,
              HasSubstr("default-src 'none'; style-src 'sha256-" + sha256InBase64(style) + "'; "));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST(LandingPage, EscapesWhatItIsGivenAndShowsSoMuchOfIt) {
  const http::Response page =
      landingPage({.issues = std::vector<std::string>(40, "<script>\"'&\xff"), .links = {}});
  EXPECT_THAT(page.body, HasSubstr("&lt;script&gt;&quot;&#39;&amp;\uFFFD"));
  EXPECT_THAT(page.body, HasSubstr("and 30 more"));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
}

TEST_F(MetricsRoutes, LeavesOutALinkThatIsNotHttp) {
  Backend backend = engine_.backend();
  backend.control_url = "javascript:alert(1)";
  EXPECT_THAT(ask(metricsRoutes(backend), "GET", "/").body, Not(HasSubstr("javascript")));
  backend.control_url = "";
  EXPECT_THAT(ask(metricsRoutes(backend), "GET", "/").body, Not(HasSubstr("Control plane")));
}

}  // namespace
}  // namespace heald::api
