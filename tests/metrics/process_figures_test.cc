#include "metrics/process_figures.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace heald::metrics {
namespace {

// A /proc with one process, whose name is as confusing as a name can be.
class FakeProc {
 public:
  explicit FakeProc(const std::string& stat) {
    std::string name = (std::filesystem::temp_directory_path() / "heald-proc-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    std::filesystem::create_directories(path_ + "/self/fd");
    for (const char* fd : {"0", "1", "2", "7"}) {
      std::ofstream(path_ + "/self/fd/" + fd) << "";
    }
    setStat(stat);
    std::ofstream(path_ + "/stat") << "cpu 1 2 3\nbtime 1700000000\nprocesses 5\n";
  }
  ~FakeProc() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  void setStat(const std::string& stat) const { std::ofstream(path_ + "/self/stat") << stat; }

 private:
  std::string path_;
};

TEST(ProcessFigures, ReadsTheFieldsWhateverTheNameOfTheProgram) {
  const FakeProc proc(
      "42 (a) b (c)) S 1 42 42 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 9 0 12300 16777216 100 "
      "18446744073709551615 1 1 0 0 0 0 0\n");
  const auto figures = ProcessReader(proc.path()).read();
  ASSERT_TRUE(figures.has_value());
  const double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_EQ(figures->cpu_seconds, 300 / ticks);
  EXPECT_EQ(figures->start_time_seconds, 1'700'000'000 + 12300 / ticks);
  EXPECT_EQ(figures->threads, 9u);
  EXPECT_EQ(figures->virtual_bytes, 16777216u);
  EXPECT_EQ(figures->resident_bytes, 100u * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(figures->open_fds, 3u);
}

TEST(ProcessFigures, AreReadAnewEachTime) {
  const FakeProc proc("42 (x) S 1 42 42 0 -1 0 900 0 0 0 250 50 0 0 20 0 9 0 12300 4096 100\n");
  const ProcessReader reader(proc.path());
  EXPECT_EQ(reader.read()->threads, 9u);
  proc.setStat("42 (x) S 1 42 42 0 -1 0 900 0 0 0 250 50 0 0 20 0 7 0 12300 4096 100\n");
  EXPECT_EQ(reader.read()->threads, 7u);
}

TEST(ProcessFigures, AreAbsentWhenTheyCannotBeRead) {
  EXPECT_FALSE(ProcessReader("/nowhere").read());
  EXPECT_FALSE(ProcessReader(FakeProc("").path()).read());
  EXPECT_FALSE(ProcessReader(FakeProc("42 (x) S 1 2").path()).read());
}

TEST(ProcessFigures, OfThisProcessArePlausible) {
  const auto before = ProcessReader().read();
  ASSERT_TRUE(before.has_value());
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto after = ProcessReader().read();
  ::close(fd);
  EXPECT_EQ(after->open_fds, before->open_fds + 1);
  EXPECT_GE(after->threads, 1u);
  EXPECT_GT(after->resident_bytes, 100'000u);
  EXPECT_GT(after->virtual_bytes, after->resident_bytes);
  EXPECT_GT(after->start_time_seconds, 1.6e9);
  EXPECT_GT(after->max_fds, 3);
}

}  // namespace
}  // namespace heald::metrics
