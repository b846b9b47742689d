// What Grafana would swallow and a reader would miss: a lint of the dashboards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "support/command.h"
#include "support/temp_dir.h"

namespace heald::test {
namespace {

using nlohmann::json;

const std::filesystem::path kSource = HEALD_SOURCE_DIR;

std::string textOf(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// By uid.
std::map<std::string, json> dashboards() {
  std::map<std::string, json> found;
  for (const auto& file : std::filesystem::directory_iterator(kSource / "dashboards")) {
    if (file.path().extension() != ".json") continue;
    json dashboard = json::parse(textOf(file.path()));
    EXPECT_EQ(dashboard.at("uid"), file.path().stem().string()) << "the uid is the file's name";
    const std::string uid = dashboard.at("uid");
    found[uid] = std::move(dashboard);
  }
  EXPECT_EQ(found.size(), 5u);
  return found;
}

// Of every panel that is not a row; `where` names it.
void forEachPanel(const std::function<void(const std::string& where, const json& panel)>& look) {
  for (const auto& [uid, dashboard] : dashboards()) {
    for (const json& panel : dashboard.at("panels")) {
      if (panel.at("type") == "row") continue;
      look(uid + ": " + panel.at("title").get<std::string>(), panel);
    }
  }
}

std::vector<std::string> all(const std::string& text, const std::regex& pattern,
                             std::size_t group = 0) {
  std::vector<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    found.push_back((*it)[group]);
  }
  return found;
}

// What every selector begins with.
const std::string kChosen = "{cluster=~\"$cluster\",job=~\"$job\",instance=~\"$instance\"";

const std::regex kMetric("\\b(heald_[a-z_]+|process_[a-z_]+|up)(?=\\{|\\[|\\s|$|\\))");

const std::regex kRecorded("[a-z_]+:heald_[a-z_]+:[a-z0-9_]+");

std::vector<std::string> recordedIn(const std::string& promql) {
  return all(promql, kRecorded);
}

// The names as they stand in a query: a histogram's parts count as the histogram. What rules record
// is none of heald's.
std::set<std::string> metricsIn(const std::string& promql) {
  std::set<std::string> names;
  for (std::string name : all(std::regex_replace(promql, kRecorded, ""), kMetric)) {
    names.insert(std::regex_replace(name, std::regex("_(bucket|sum|count)$"), ""));
  }
  return names;
}

// Each metric of docs/metrics.md that is there without being asked for, with its labels as they
// stand there.
std::map<std::string, std::string> labelsByMetric() {
  std::map<std::string, std::string> labels;
  const std::regex row("\\| `((?:heald|process)_[a-z_]+)` \\| [a-z]+ \\|([^|]*)\\|");
  const std::string all = textOf(kSource / "docs/metrics.md");
  const std::string text = all.substr(0, all.find("\n## Full detail"));
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    labels[(*it)[1]] = (*it)[2];
  }
  EXPECT_GE(labels.size(), 100u);
  return labels;
}

std::set<std::string> catalogue() {
  std::set<std::string> names;
  for (const auto& [name, labels] : labelsByMetric()) names.insert(name);
  return names;
}

std::vector<std::string> variablesOf(const json& dashboard) {
  std::vector<std::string> names;
  for (const json& variable : dashboard.at("templating").at("list")) {
    names.push_back(variable.at("name"));
  }
  return names;
}

std::string rulesText() {
  std::string expressions;
  const std::string text = textOf(kSource / "alerts/heald.rules.yml");
  for (const std::string& rule : all(text, std::regex("expr: [^]*?(for|labels):")))
    expressions += rule;
  return expressions;
}

TEST(Dashboards, ReadTheirDataWhereTheReaderSays) {
  for (const auto& [uid, dashboard] : dashboards()) {
    std::vector<std::string> names;
    for (const json& variable : dashboard.at("templating").at("list")) {
      names.push_back(variable.at("name"));
      if (variable.at("type") != "query") continue;
      EXPECT_EQ(variable.at("datasource").at("uid"), "${datasource}") << uid;
    }
    EXPECT_THAT(names, testing::IsSupersetOf({"datasource", "cluster", "job", "instance"})) << uid;
    for (const std::string& used : all(dashboard.dump(), std::regex("=~\\\\\"\\$(\\w+)"), 1)) {
      EXPECT_THAT(names, testing::Contains(used)) << uid;
    }
  }
  forEachPanel([](const std::string& where, const json& panel) {
    EXPECT_EQ(panel.at("datasource").at("uid"), "${datasource}") << where;
    for (const json& target : panel.at("targets")) {
      EXPECT_EQ(target.at("datasource").at("uid"), "${datasource}") << where;
    }
  });
}

TEST(Dashboards, ExplainEveryPanelAndGiveItAUnit) {
  std::set<std::string> titles;
  forEachPanel([&](const std::string& where, const json& panel) {
    EXPECT_TRUE(titles.insert(where).second) << where << " is there twice";
    EXPECT_GE(panel.value("description", "").size(), 20u) << where;
    EXPECT_NE(panel.at("fieldConfig").at("defaults").value("unit", ""), "") << where;
    EXPECT_FALSE(panel.at("targets").empty()) << where;
  });
  EXPECT_GE(titles.size(), 70u);
}

TEST(Dashboards, SelectByClusterJobAndInstanceInEverySelector) {
  forEachPanel([](const std::string& where, const json& panel) {
    for (const json& target : panel.at("targets")) {
      const std::string promql = target.at("expr");
      EXPECT_FALSE(metricsIn(promql).empty() && recordedIn(promql).empty())
          << where << ": " << promql;
      for (std::sregex_iterator it(promql.begin(), promql.end(), kMetric), end; it != end; ++it) {
        const std::string rest = it->suffix();
        EXPECT_TRUE(rest.starts_with(kChosen)) << where << ": " << promql;
      }
    }
  });
}

// A job's have no instance.
TEST(Dashboards, SelectByClusterJobAndInstanceWhatRulesRecordAndLeaveNothingToNobody) {
  std::set<std::string> known;
  for (const std::string& name :
       all(textOf(kSource / "alerts/heald.rules.yml"), std::regex("record: (\\S+)"), 1)) {
    known.insert(name);
  }
  std::set<std::string> used;
  forEachPanel([&](const std::string& where, const json& panel) {
    for (const json& target : panel.at("targets")) {
      const std::string promql = target.at("expr");
      for (std::sregex_iterator it(promql.begin(), promql.end(), kRecorded), end; it != end; ++it) {
        EXPECT_TRUE(known.contains(it->str())) << where << ": " << it->str();
        used.insert(it->str());
        const std::string rest = it->suffix();
        const bool of_job = it->str().starts_with("job");
        EXPECT_TRUE(rest.starts_with(of_job ? "{cluster=~\"$cluster\",job=~\"$job\"}" : kChosen))
            << where << ": " << promql;
      }
    }
  });
  // The rest is for alerts, or for other rules.
  const std::string rules = textOf(kSource / "alerts/heald.rules.yml");
  for (const std::string& name : known) {
    EXPECT_TRUE(used.contains(name) || rules.find(name) != rules.rfind(name))
        << name << " is in vain";
  }
}

// What is chosen at the top holds for every series that has that label; a process goes by the name
// of its check.
TEST(Dashboards, SelectByGovernorRemedyAndCheckWhereTheyOfferIt) {
  const auto labels = labelsByMetric();
  const std::regex selector("((?:heald|process)_[a-z_]+?)(?:_bucket|_sum|_count)?\\{([^}]*)\\}");
  int looked_at = 0;
  for (const auto& [uid, dashboard] : dashboards()) {
    const auto variables = variablesOf(dashboard);
    for (const json& panel : dashboard.at("panels")) {
      for (const json& target : panel.value("targets", json::array())) {
        const std::string promql = target.at("expr");
        for (std::sregex_iterator it(promql.begin(), promql.end(), selector), end; it != end;
             ++it) {
          for (const auto& [label, variable] :
               std::map<std::string, std::string>{{"governor", "governor"},
                                                  {"remedy", "remedy"},
                                                  {"check", "check"},
                                                  {"process", "check"}}) {
            const bool offered = testing::Value(variables, testing::Contains(variable));
            const auto found = labels.find((*it)[1]);
            if (!offered || found == labels.end() || found->first.ends_with("_info")) continue;
            if (found->second.find("`" + label + "`") == std::string::npos) continue;
            EXPECT_THAT((*it)[2].str(), testing::HasSubstr(label + "=~\"$" + variable + "\""))
                << uid << ": " << panel.at("title") << ": " << promql;
            ++looked_at;
          }
        }
      }
    }
  }
  EXPECT_GE(looked_at, 50);
}

TEST(Dashboards, OfferWhatFleetsAreDividedBy) {
  std::set<std::string> offered;
  for (const auto& [uid, dashboard] : dashboards()) {
    for (const std::string& name : variablesOf(dashboard)) offered.insert(name);
  }
  EXPECT_THAT(offered, testing::IsSupersetOf(
                           {"cluster", "job", "instance", "governor", "remedy", "check", "team"}));
}

TEST(Dashboards, AskNothingTwice) {
  std::map<std::string, std::string> asked;
  for (const auto& [uid, dashboard] : dashboards()) {
    for (const json& panel : dashboard.at("panels")) {
      const std::string where = uid + ": " + panel.at("title").get<std::string>();
      for (const json& target : panel.value("targets", json::array())) {
        const auto first = asked.insert({uid + target.at("expr").get<std::string>(), where});
        EXPECT_TRUE(first.second) << where << " asks the same as " << first.first->second;
      }
    }
  }
}

// 1 and 1 of two series of one name would make another state, 2.
TEST(Dashboards, NeverAddNumbersThatStandForStates) {
  const std::regex added("[2-9] \\* (sum|count)|\\+ [2-9] \\*");
  int compared = 0;
  forEachPanel([&](const std::string& where, const json& panel) {
    for (const json& target : panel.at("targets")) {
      const std::string promql = target.at("expr");
      EXPECT_FALSE(std::regex_search(promql, added)) << where << ": " << promql;
      if (panel.at("type") != "state-timeline") continue;
      EXPECT_THAT(promql, testing::HasSubstr("max by (")) << where;
      ++compared;
    }
  });
  EXPECT_GE(compared, 5);
}

// A data source may be told a scrape interval that is shorter than the real one; and a panel 4,000
// pixels wide wants 4,000 points.
TEST(Dashboards, AskForNoMorePointsThanTheyNeed) {
  forEachPanel([](const std::string& where, const json& panel) {
    const bool drawn = panel.at("type") == "timeseries" || panel.at("type") == "state-timeline";
    for (const json& target : panel.at("targets")) {
      EXPECT_EQ(target.at("range").get<bool>(), drawn) << where;
      EXPECT_NE(target.at("instant"), target.at("range")) << where;
      if (!drawn) continue;
      EXPECT_THAT(target.value("interval", ""), testing::AnyOf("1m", "5m", "10m")) << where;
    }
    if (!drawn) return;
    EXPECT_THAT(panel.value("interval", ""), testing::AnyOf("1m", "5m", "10m")) << where;
    EXPECT_LE(panel.value("maxDataPoints", 9999), 250) << where;
  });
}

std::vector<std::string> dataLinksOf(const json& panel) {
  std::vector<std::string> urls;
  const auto collect = [&](const json& links) {
    for (const json& link : links) urls.push_back(link.at("url"));
  };
  const json& config = panel.at("fieldConfig");
  collect(config.at("defaults").value("links", json::array()));
  for (const json& override : config.at("overrides")) {
    for (const json& property : override.at("properties")) {
      if (property.at("id") == "links") collect(property.at("value"));
    }
  }
  return urls;
}

TEST(Dashboards, LeadFromTheFleetToOneHostAndCarryWhatIsChosen) {
  const auto known = dashboards();
  std::set<std::string> from_fleet_to;
  int links = 0;
  forEachPanel([&](const std::string& where, const json& panel) {
    for (const std::string& url : dataLinksOf(panel)) {
      std::smatch parts;
      ASSERT_TRUE(std::regex_match(url, parts, std::regex("/d/([a-z-]+)\\?(.*)"))) << where << url;
      EXPECT_TRUE(known.contains(parts[1])) << where << ": " << url;
      if (where.starts_with("heald-overview")) from_fleet_to.insert(parts[1]);
      EXPECT_THAT(url, testing::HasSubstr("${datasource:queryparam}&")) << where;
      EXPECT_THAT(url, testing::HasSubstr("${__url_time_range}")) << where;
      for (const std::string name : {"cluster", "job", "instance"}) {
        EXPECT_THAT(url, testing::AnyOf(testing::HasSubstr("${" + name + ":queryparam}"),
                                        testing::HasSubstr("var-" + name + "=${__")))
            << where;
      }
      ++links;
    }
  });
  EXPECT_GE(links, 20);
  EXPECT_THAT(from_fleet_to,
              testing::IsSupersetOf({"heald-host", "heald-healing", "heald-checks"}));
}

TEST(Dashboards, SelectByClusterJobAndInstanceInAnnotationsToo) {
  int annotations = 0;
  for (const auto& [uid, dashboard] : dashboards()) {
    for (const json& annotation : dashboard.at("annotations").at("list")) {
      if (annotation.contains("builtIn")) continue;
      EXPECT_THAT(annotation.at("expr").get<std::string>(), testing::HasSubstr(kChosen + "}"))
          << uid;
      for (const std::string& name : metricsIn(annotation.at("expr"))) {
        EXPECT_TRUE(catalogue().contains(name)) << uid << ": " << name;
      }
      ++annotations;
    }
  }
  EXPECT_EQ(annotations, 20);
}

// The marks of one event at 4 min, asked for every minute as Grafana does; `samples` are a minute
// apart.
std::string marksTest(const std::string& promql, const std::string& counter,
                      const std::string& samples) {
  return R"(  - interval: 1m
    input_series:
      - series: ')" +
         counter + R"({job="heald",instance="web:9469",governor="main"}'
        values: ')" +
         samples + R"('
    promql_expr_test:
      - {expr: 'max_over_time(count()" +
         promql + R"()[7m:1m])', eval_time: 9m, exp_samples: [{value: 1}]}
      - {expr: 'max_over_time(count()" +
         promql + R"()[2m:1m])', eval_time: 3m, exp_samples: []}
)";
}

TEST(Dashboards, MarkEventsAtAScrapeIntervalOfAMinuteAndWhenAScrapeIsMissing) {
  if (!haveProgram("promtool")) GTEST_SKIP() << "promtool is not installed";
  std::string tests = "rule_files: []\ntests:\n";
  for (const auto& [uid, dashboard] : dashboards()) {
    for (const json& annotation : dashboard.at("annotations").at("list")) {
      if (annotation.contains("builtIn")) continue;
      // Grafana's $__rate_interval: four steps, of the least step that the annotation asks for.
      ASSERT_EQ(annotation.at("step"), "60s") << uid;
      std::string promql = std::regex_replace(annotation.at("expr").get<std::string>(),
                                              std::regex("\\$__rate_interval"), "4m");
      promql = std::regex_replace(promql, std::regex("\\$(cluster|job|instance)"), ".*");
      const auto counter = metricsIn(promql);
      ASSERT_EQ(counter.size(), 1u) << uid;
      for (const std::string samples : {"0 0 0 0 1 1 1 1 1 1", "0 0 0 0 _ 1 1 1 1 1"}) {
        tests += marksTest(promql, *counter.begin(), samples);
      }
    }
  }
  const TempDir dir;
  const CommandResult judged =
      runCommand({"promtool", "test", "rules", dir.write("marks.yml", tests)});
  EXPECT_EQ(judged.code, 0) << judged.output;
}

// Red says that a human is needed; whoever sees it wants to know what for.
TEST(Dashboards, SayWhatToDoWherePanelsTurnRed) {
  int red = 0;
  forEachPanel([&](const std::string& where, const json& panel) {
    const std::string colours = panel.at("fieldConfig").dump();
    if (!std::regex_search(colours, std::regex("\"(dark-)?red\""))) return;
    EXPECT_TRUE(panel.contains("links")) << where << " turns red and links to no runbook";
    ++red;
  });
  EXPECT_GE(red, 10);
}

TEST(Dashboards, TakeRatesOverGrafanasIntervalTheTimeRangeOrADay) {
  forEachPanel([](const std::string& where, const json& panel) {
    for (const json& target : panel.at("targets")) {
      for (const std::string& range : all(target.at("expr"), std::regex("\\[([^\\]]+)\\]"), 1)) {
        EXPECT_THAT(range, testing::AnyOf("$__rate_interval", "$__interval", "$__range", "24h"))
            << where;
      }
    }
  });
}

TEST(Dashboards, AskForMetricsThatExist) {
  std::set<std::string> known = catalogue();
  known.insert("up");
  forEachPanel([&](const std::string& where, const json& panel) {
    for (const json& target : panel.at("targets")) {
      for (const std::string& name : metricsIn(target.at("expr"))) {
        EXPECT_TRUE(known.contains(name)) << where << ": " << name;
      }
    }
  });
  for (const std::string& name : metricsIn(rulesText())) EXPECT_TRUE(known.contains(name)) << name;
}

TEST(Dashboards, AndAlertsUseEveryMetricOfTheCatalogue) {
  std::set<std::string> used = metricsIn(rulesText());
  forEachPanel([&](const std::string&, const json& panel) {
    for (const json& target : panel.at("targets")) used.merge(metricsIn(target.at("expr")));
  });
  for (const std::string& name : catalogue()) EXPECT_TRUE(used.contains(name)) << name;
}

TEST(Dashboards, LayTheirPanelsBesideEachOtherWithinTheGrid) {
  for (const auto& [uid, dashboard] : dashboards()) {
    std::map<std::pair<int, int>, std::string> taken;
    std::set<int> ids;
    for (const json& panel : dashboard.at("panels")) {
      const std::string where = uid + ": " + panel.at("title").get<std::string>();
      EXPECT_TRUE(ids.insert(panel.at("id").get<int>()).second) << where;
      const json& grid = panel.at("gridPos");
      const int left = grid.at("x");
      const int top = grid.at("y");
      EXPECT_LE(left + grid.at("w").get<int>(), 24) << where;
      for (int x = left; x < left + grid.at("w").get<int>(); ++x) {
        for (int y = top; y < top + grid.at("h").get<int>(); ++y) {
          const auto placed = taken.insert({{x, y}, where});
          EXPECT_TRUE(placed.second) << where << " lies on " << placed.first->second;
        }
      }
    }
  }
}

// Red is for what needs a human; a palette would give it to whatever comes fifth.
TEST(Dashboards, LeaveNoColourToChance) {
  forEachPanel([](const std::string& where, const json& panel) {
    const std::string mode =
        panel.at("fieldConfig").at("defaults").value("/color/mode"_json_pointer, "");
    EXPECT_THAT(mode, testing::Not(testing::StartsWith("palette"))) << where;
    EXPECT_TRUE(mode != "" || panel.at("type") != "timeseries") << where;
  });
}

TEST(Dashboards, LinkToRunbooksThatExist) {
  int links = 0;
  forEachPanel([&](const std::string& where, const json& panel) {
    if (!panel.contains("links")) return;
    for (const json& link : panel.at("links")) {
      const std::string url = link.at("url");
      const std::string base = "http://runbooks.example.org/";
      ASSERT_TRUE(url.starts_with(base)) << where;
      EXPECT_TRUE(std::filesystem::exists(kSource / "docs/runbooks" / url.substr(base.size())))
          << where;
      ++links;
    }
  });
  EXPECT_GE(links, 20);
  for (const auto& [uid, dashboard] : dashboards())
    EXPECT_EQ(dashboard.at("links").size(), 3u) << uid;
}

TEST(Dashboards, MarkWhatHumansAndBreakersDid) {
  for (const auto& [uid, dashboard] : dashboards()) {
    std::vector<std::string> names;
    for (const json& annotation : dashboard.at("annotations").at("list")) {
      names.push_back(annotation.at("name"));
    }
    EXPECT_THAT(names, testing::IsSupersetOf({"Dormant", "Resumed", "Reset", "Reload"})) << uid;
  }
}

TEST(Dashboards, AreNamedByTheAlertsThatLinkToThem) {
  const auto known = dashboards();
  const auto uids = all(textOf(kSource / "alerts/heald.rules.yml"),
                        std::regex("grafana.example.org/d/([a-z-]+)"), 1);
  EXPECT_GE(uids.size(), 30u);
  for (const std::string& uid : uids) EXPECT_TRUE(known.contains(uid)) << uid;
}

}  // namespace
}  // namespace heald::test
