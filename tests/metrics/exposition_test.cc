// The text of a scrape, as promtool judges it.
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "metrics/support.h"
#include "metrics/text_families.h"

namespace heald::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  int code = -1;
  std::string output;
};

Ran promtool(const std::string& text) {
  std::string path = (std::filesystem::temp_directory_path() / "heald-metrics-XXXXXX").string();
  ::close(::mkstemp(path.data()));
  std::ofstream(path, std::ios::binary) << text;
  Ran ran;
  FILE* pipe = ::popen(("promtool check metrics < " + path + " 2>&1").c_str(), "r");
  char buffer[4096];
  for (std::size_t size = 0; (size = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    ran.output.append(buffer, size);
  }
  ran.code = ::pclose(pipe);
  std::filesystem::remove(path);
  return ran;
}

bool promtoolIsHere() {
  return ::system("command -v promtool >/dev/null 2>&1") == 0;
}

std::string textOf(const engine::Snapshot& snapshot) {
  Layout layout;
  return textOf(snapshot, richSources(), at(100), TextFormat::kPrometheus, layout).text();
}

TEST(Exposition, PromtoolFindsNothingToSayAboutARichSnapshot) {
  if (!promtoolIsHere()) {
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  const Ran ran = promtool(textOf(richSnapshot()));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.output, "");
}

TEST(Exposition, PromtoolFindsNothingToSayAboutAnEmptyOne) {
  if (!promtoolIsHere()) {
    GTEST_SKIP() << "promtool is not installed (package prometheus)";
  }
  const Ran ran = promtool(textOf(engine::Snapshot{}));
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.output, "");
}

TEST(Exposition, HostileNamesCostNoScrape) {
  engine::Snapshot snapshot = richSnapshot();
  snapshot.checks[0].name = "bad \xff\xc0\xaf byte";
  snapshot.checks[1].name = "line\nbreak \"quote\" back\\slash } 1\n# TYPE x counter";
  snapshot.governors[0].name = "\xed\xa0\x80";  // a surrogate is no UTF-8
  snapshot.tasks[0].id = "gru\xcc\x88n \xf0\x9f\x94\x94";
  snapshot.check_durations.try_emplace("\xfe", engine::checkBuckets());
  const std::string text = textOf(snapshot);
  EXPECT_THAT(text, HasSubstr("{check=\"bad \uFFFD\uFFFD\uFFFD byte\"}"));
  EXPECT_THAT(text, HasSubstr(R"(line\nbreak \"quote\" back\\slash } 1\n# TYPE x counter)"));
  EXPECT_THAT(text, HasSubstr("gru\xcc\x88n \xf0\x9f\x94\x94"));
  EXPECT_THAT(text, Not(HasSubstr("\xff")));
  if (promtoolIsHere()) {
    const Ran ran = promtool(text);
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(ran.output, "");
  }
}

}  // namespace
}  // namespace heald::metrics
