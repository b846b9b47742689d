#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

#include "fake_kinds.h"

namespace heald::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

std::string wordOf(const KindPart& part) {
  return dynamic_cast<const FakePart&>(*part.part).word;
}
std::string wordOfCheck(const Config& config, const engine::CheckSpec& check) {
  return wordOf(config.checks.of(check).does);
}

std::vector<std::string> namesOf(const std::vector<engine::CheckSpec>& specs) {
  std::vector<std::string> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}
std::vector<std::string> namesOf(const std::vector<engine::RemedySpec>& specs) {
  std::vector<std::string> names;
  for (const auto& spec : specs) names.push_back(spec.name);
  return names;
}

TEST(Templates, AreWrittenOutOnceForEachItem) {
  const Config config = validConfig(R"(
checks:
  - name: "web-{{name}}"
    for_each:
      - {name: shop, port: 8081, every: 30s, after: 2}
      - {name: blog, port: 8082, every: 1m, after: 3}
    interval: "{{every}}"
    unhealthy_after: "{{after}}"
    http: {url: "http://{{ name }}:{{port}}/"}
  - name: other
    tcp: {address: "h:1"}
)");
  EXPECT_THAT(namesOf(config.setup.checks), ElementsAre("web-shop", "web-blog", "other"));
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[1]), "GET http://blog:8082/");
  EXPECT_EQ(config.setup.checks[0].interval, seconds(30));
  EXPECT_FALSE(config.setup.checks[0].follows_cycle);
  EXPECT_EQ(config.setup.checks[1].unhealthy_after, 3);
}

TEST(Templates, ShareTheirItemsByAnAlias) {
  const Config config = validConfig(R"(
checks:
  - name: "{{name}}"
    for_each: &services
      - {name: shop, port: 81, unit: app-shop}
      - {name: blog, port: 82, unit: app-blog}
    tcp: {address: "h:{{port}}"}
remedies:
  - name: "restart-{{name}}"
    for_each: *services
    when: {check: "{{name}}"}
    exec: {command: [/bin/restart, "{{unit}}"]}
)");
  EXPECT_THAT(namesOf(config.setup.remedies), ElementsAre("restart-shop", "restart-blog"));
  EXPECT_EQ(config.setup.remedies[1].check, "blog");
  EXPECT_EQ(config.setup.governors.size(), 3U);
}

TEST(Templates, TakeListsAndMappingsAsWholeValues) {
  const Config config = validConfig(R"(
checks:
  - {name: base, tcp: {address: "h:1"}}
  - name: "{{name}}"
    for_each:
      - {name: a, needs: [base], headers: {Accept: text/plain}, status: [200, 204]}
      - {name: b, needs: [], headers: {}, status: [200]}
    depends_on: "{{needs}}"
    http: {url: "http://{{name}}/", headers: "{{headers}}", expect_status: "{{status}}"}
)");
  EXPECT_THAT(config.setup.checks[1].depends_on, ElementsAre("base"));
  EXPECT_TRUE(config.setup.checks[2].depends_on.empty());
}

TEST(Templates, NeverLookAtWhatTheyPutIn) {
  const Config config = validConfig(R"(
checks:
  - name: "a{{n}}"
    for_each: [{n: 1, text: "${X}"}]
    tcp: {address: "{{text}}{{text}}"}
)",
                                    environmentOf({{"X", "{{n}}"}}));
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[0]), "{{n}}{{n}}");
}

TEST(Templates, LeaveTextOfOtherTemplatesAlone) {
  const Config config = validConfig(R"(
checks:
  - name: "{{name}}"
    for_each: [{name: a}]
    exec: {command: ["/usr/bin/docker inspect -f {{.State.Running}} {{name}}"]}
)");
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[0]),
            "/usr/bin/docker inspect -f {{.State.Running}} a");
}

TEST(Templates, LeaveDeclaredLabelsToTheAlert) {
  const Config config = validConfig(R"(
remedies:
  - name: "restart-{{job}}"
    for_each: [{job: a}]
    when: {alert: {alertname: Down, job: "{{job}}"}}
    labels: {instance: '[a-z]+'}
    exec: {command: ["/bin/{{job}} {{instance}}"]}
)");
  EXPECT_EQ(config.setup.remedies[0].alert.matchers[1].second, "a");
  EXPECT_EQ(wordOf(config.remedies.of(config.setup.remedies[0]).steps[0]), "/bin/a {{instance}}");
}

TEST(Defaults, StandInForWhatIsLeftOut) {
  const Config config = validConfig(R"(
check_defaults: {interval: 10s, timeout: 3s, http: {method: HEAD}, tcp: {address: "h:1"}}
remedy_defaults:
  governor: shared
  verify: {after: 10s, within: 2m}
  exec: {timeout: 1m}
governors: {shared: {}}
checks:
  - {name: a, http: {url: "http://a/"}}
  - {name: b, timeout: 1s, http: {url: "http://b/", method: POST}}
  - {name: c, tcp: {}}
remedies:
  - {name: one, when: {check: a}, exec: {command: [/bin/true]}}
  - {name: two, when: {check: b}, verify: {after: 1s}, governor: two, exec: {command: [/bin/true]}}
  - {name: three, when: {alert: {alertname: X}}, exec: {command: [/bin/true]}}
  - {name: four, preventive: true, exec: {command: [/bin/true]}}
)");
  EXPECT_EQ(config.setup.checks[0].interval, seconds(10));
  EXPECT_EQ(config.setup.checks[0].timeout, seconds(3));
  EXPECT_EQ(config.setup.checks[1].timeout, seconds(1));
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[0]), "HEAD http://a/");
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[1]), "POST http://b/");
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[2]), "h:1");
  EXPECT_EQ(config.setup.remedies[0].governor, "shared");
  EXPECT_EQ(config.setup.remedies[0].verify.within, minutes(2));
  EXPECT_EQ(config.setup.remedies[1].governor, "two");
  EXPECT_EQ(config.setup.remedies[1].verify.after, seconds(1));
  EXPECT_EQ(config.setup.remedies[1].verify.within, minutes(2));
  // `after` is for checks, and a preventive remedy has nothing to verify by.
  EXPECT_EQ(config.setup.remedies[2].verify.after, seconds(0));
  EXPECT_EQ(config.setup.remedies[2].verify.within, minutes(2));
}

TEST(Defaults, ReachTemplatesAndSteps) {
  const Config config = validConfig(R"(
check_defaults: {http: {method: HEAD}}
remedy_defaults: {exec: {timeout: 1m}, http: {method: HEAD}, labels: {job: '[a-z]+'}}
checks:
  - name: "{{name}}"
    for_each: [{name: a}]
    http: {url: "http://{{name}}/"}
remedies:
  - name: ladder
    when: {check: a}
    steps:
      - exec: {command: [/bin/true]}
      - {after_failures: 2, http: {url: "http://a/"}}
  - name: "by-alert-{{n}}"
    for_each: [{n: 1}]
    when: {alert: {alertname: "A{{n}}"}}
    exec: {command: ["/bin/x {{job}}"]}
)");
  EXPECT_EQ(wordOfCheck(config, config.setup.checks[0]), "HEAD http://a/");
  EXPECT_EQ(wordOf(config.remedies.of(config.setup.remedies[0]).steps[1]), "HEAD http://a/");
  EXPECT_EQ(config.setup.remedies[1].alert.arguments.size(), 1U);
  EXPECT_TRUE(config.setup.remedies[0].alert.arguments.empty());
}

TEST(Defaults, AreJudgedWhereTheyStandAlsoWhenNobodyUsesThem) {
  EXPECT_EQ(problemsOf("check_defaults: {http: {metod: GET}, interval: soon}\nchecks: []\n"),
            "heald.yml:1:25: check_defaults.http.metod: unknown key (did you mean \"method\"?)\n"
            "heald.yml:1:38: check_defaults.interval: \"soon\" is not a duration (examples: 5s, "
            "10m)\n");
}

TEST(Defaults, ChooseNoKind) {
  EXPECT_THAT(problemsOf("check_defaults: {tcp: {address: 'h:1'}}\nchecks: [{name: a}]\n"),
              HasSubstr("heald.yml:2:10: checks[0]: has no kind of check"));
}

TEST(RemedyOfSeveralChecks, IsOneForEachUnderOneGovernor) {
  const Config config = validConfig(R"(
governors: {restart: {max_consecutive_failures: 4}}
checks:
  - {name: a, tcp: {address: "h:1"}}
  - {name: b, tcp: {address: "h:2"}}
remedies:
  - {name: restart, when: {check: [a, b]}, exec: {command: [/bin/true]}}
  - {name: plain, when: {check: [a]}, exec: {command: [/bin/true]}}
)");
  EXPECT_THAT(namesOf(config.setup.remedies), ElementsAre("restart@a", "restart@b", "plain"));
  EXPECT_EQ(config.setup.remedies[0].check, "a");
  EXPECT_EQ(config.setup.remedies[1].check, "b");
  EXPECT_EQ(config.setup.remedies[0].governor, "restart");
  EXPECT_EQ(config.setup.remedies[1].governor, "restart");
  ASSERT_EQ(config.setup.governors.size(), 3U);
  EXPECT_EQ(config.setup.governors[1].policy.max_consecutive_failures, 4);
  EXPECT_EQ(config.setup.remedies.size(), 3U);
}

TEST(RemedyOfSeveralChecks, IsNamedInAWindowByItsOwnName) {
  const Config config = validConfig(R"(
checks:
  - {name: a, tcp: {address: "h:1"}}
  - {name: b, tcp: {address: "h:2"}}
remedies:
  - {name: restart, when: {check: [a, b]}, exec: {command: [/bin/true]}}
windows:
  - {name: w, from: 01:00, to: 02:00, remedies: [restart]}
)");
  EXPECT_THAT(config.setup.windows.at(0).remedies, ElementsAre("restart@a", "restart@b"));
}

// Each ends in a clear error, and soon.
class Hostile : public testing::Test {
 protected:
  std::string soon(const std::string& text) {
    const std::clock_t begun = std::clock();  // of this process: the machine may be busy
    std::string problems = problemsOf(text);
    // Half a second at most; a sanitizer's build is given its time, a quadratic one takes minutes.
    EXPECT_LT((std::clock() - begun) / CLOCKS_PER_SEC, 15);
    return problems;
  }
};

TEST_F(Hostile, HundredsOfThousandsOfItems) {
  std::string text = "checks:\n  - name: 'a{{n}}'\n    tcp: {address: h:1}\n    for_each:\n";
  for (int i = 0; i < 600'000; ++i) text += "      - {n: " + std::to_string(i) + "}\n";
  EXPECT_THAT(soon(text), HasSubstr("grows too large"));
  text = "checks:\n  - name: 'a{{n}}'\n    tcp: {address: h:1}\n    for_each:\n";
  for (int i = 0; i < 200'000; ++i) text += "      - {n: " + std::to_string(i) + "}\n";
  EXPECT_THAT(
      soon(text),
      HasSubstr("heald.yml:4:5: checks[0].for_each: makes the file too large, written out"));
}

TEST_F(Hostile, ItemsThatPutLargeValuesIn) {
  std::string text = "checks:\n  - name: 'a{{n}}'\n    exec: {command: ['{{x}}', '{{x}}']}\n";
  text += "    for_each:\n      - {n: 0, x: &x '" + std::string(100'000, 'x') + "'}\n";
  for (int i = 1; i < 60; ++i) text += "      - {n: " + std::to_string(i) + ", x: *x}\n";
  for (int i = 0; i < 40; ++i) {
    text += "  - {name: 'b" + std::to_string(i) +
            "-{{n}}', for_each: [{n: 1, x: *x}], exec: {command: ['{{x}}{{x}}{{x}}{{x}}']}}\n";
  }
  EXPECT_THAT(soon(text), HasSubstr("too large"));
}

TEST_F(Hostile, ATextThatPutsALargeOneInOften) {
  std::string text = "checks:\n  - name: 'a{{n}}'\n    for_each: [{n: 1, x: '";
  text += std::string(1'000'000, 'x') + "'}]\n    exec: {command: ['";
  for (int i = 0; i < 400'000; ++i) text += "{{x}}";
  EXPECT_THAT(soon(text + "']}\n"), HasSubstr("makes the file too large, written out"));
}

TEST_F(Hostile, AMistakeInEachOfManyItems) {
  std::string text = "checks:\n  - name: 'a{{n}}'\n    tcp: {adress: 'h:1'}\n    for_each:\n";
  for (int i = 0; i < 10'000; ++i) text += "      - {n: " + std::to_string(i) + "}\n";
  EXPECT_THAT(soon(text), HasSubstr("item 1 of its for_each, heald.yml:5:9 (n: 0), and 9999 more"));
}

TEST_F(Hostile, DefaultsThatAreMany) {
  std::string text = "check_defaults:\n  exec:\n    command: [/bin/true]\n    more:\n";
  for (int i = 0; i < 20'000; ++i) text += "      k" + std::to_string(i) + ": v\n";
  text += "checks:\n";
  for (int i = 0; i < 5'000; ++i) text += "  - {name: a" + std::to_string(i) + ", exec: {}}\n";
  EXPECT_THAT(soon(text), HasSubstr("check_defaults: makes the file too large, put in everywhere"));
}

TEST_F(Hostile, AnItemCannotBringFurtherPlaceholders) {
  const std::string problems = soon(
      "checks:\n  - name: 'a{{n}}'\n    for_each: [{n: '{{n}}{{n}}'}]\n    tcp: {address: h:1}\n");
  EXPECT_THAT(problems, HasSubstr("holds {{n}}, and an item is no template"));
}

}  // namespace
}  // namespace heald::config
