#include "config/placeholders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heald::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Placeholders, AreNamesInDoubleBraces) {
  EXPECT_THAT(namesIn("{{a}} and {{ b_2 }}, {{\tc}}"), ElementsAre("a", "b_2", "c"));
  EXPECT_THAT(namesIn("{a} {{}} {{ }} {{2b}} {{a b}} {{a-b}} {{.State.Running}}"), IsEmpty());
  EXPECT_THAT(namesIn("{{a} {{b"), IsEmpty());
}

TEST(Placeholders, InThreeBracesAreBetweenTwo) {
  const auto found = placeholdersIn("x{{{job}}}y");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].begin, 2U);
  EXPECT_EQ(found[0].end, 9U);
  EXPECT_EQ(found[0].inside, "job");
}

TEST(Placeholders, TellWhatPrometheusFillsInFromWhatOthersDo) {
  EXPECT_EQ(alertTemplateIn("a {{ $labels.instance }} b").label, "instance");
  EXPECT_EQ(alertTemplateIn("a {{ $labels.instance }} b").text, "{{ $labels.instance }}");
  EXPECT_EQ(alertTemplateIn("{{.Labels.job}}").label, "job");
  EXPECT_EQ(alertTemplateIn("{{ .GroupLabels.alertname | toUpper }}").label, "alertname");
  EXPECT_EQ(alertTemplateIn("{{ index $labels \"job\" }}").label, "job");
  EXPECT_EQ(alertTemplateIn("$labels.job").text, "$labels.job");
  EXPECT_EQ(alertTemplateIn("{{ $value | humanize }}").label, "");
  EXPECT_NE(alertTemplateIn("{{ $value | humanize }}").text, "");
  for (const char* other :
       {"{{.State.Running}}", "{{.Config.Labels.app}}", "{{ .Labels }}",
        "{{ .Names }}\t{{.Status}}", "{{index .Config.Labels \"app\"}}",
        "{{range .items}}{{.metadata.name}}{{end}}", "{{json .}}", "$LABELS", "{{instance}}"}) {
    EXPECT_EQ(alertTemplateIn(other).text, "") << other;
  }
}

TEST(Placeholders, ThatNothingClosesAreSeen) {
  EXPECT_EQ(openPlaceholderIn("--to={{host}:80"), "{{host}");
  EXPECT_EQ(openPlaceholderIn("{{ host"), "{{ host");
  EXPECT_EQ(openPlaceholderIn("{{host}} {{.State} {{"), "");
}

TEST(Placeholders, AreFoundInTimeThatGrowsWithTheText) {
  const std::string braces(4 << 20, '{');
  EXPECT_THAT(namesIn(braces + "a}}"), ElementsAre("a"));
  EXPECT_EQ(openPlaceholderIn(braces), "");
  std::string many;
  for (int i = 0; i < 500'000; ++i) many += "{{a}}";
  EXPECT_EQ(namesIn(many).size(), 500'000U);
}

}  // namespace
}  // namespace heald::config
