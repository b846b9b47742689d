#include "process/pid_file.h"

#include <gmock/gmock.h>

#include <cstdio>

#include "io/trusted_file_fixture.h"

namespace heald::process {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class PidFileOfOthers : public io::TrustedFile {
 protected:
  void SetUp() override {
    io::TrustedFile::SetUp();
    if (!IsSkipped()) dir_.write("etc/app.pid", "1\n");
  }
  // The user that it may be used against, "anybody", or why it is not obeyed.
  std::string reach() const {
    const auto read = readPidFile(path_);
    if (!read) return read.error().message;
    return read->only_of ? std::to_string(*read->only_of) : "anybody";
  }
  const std::string path_ = dir_.file("etc/app.pid");
};

TEST_F(PidFileOfOthers, ReachesAnybodyWhenItIsRoots) {
  EXPECT_EQ(reach(), "anybody");
}

TEST_F(PidFileOfOthers, ReachesItsOwnerAlone) {
  give(path_, io::kDaemon, io::kDaemon, 0644);
  EXPECT_EQ(reach(), "1");
  give(path_, io::kDaemon, io::kDaemon,
       0666);  // whoever writes it, it is used against its owner alone
  EXPECT_EQ(reach(), "1");
}

TEST_F(PidFileOfOthers, ReachesTheOwnerOfItsFolderAlone) {
  give(folder_, io::kDaemon, io::kDaemon, 0755);
  EXPECT_EQ(reach(), "1");  // though the file is root's: she can put any of root's files there
  give(path_, io::kDaemon, io::kDaemon, 0644);
  EXPECT_EQ(reach(), "1");
  give(folder_, io::kDaemon, io::kDaemon, 02775);  // as /run/postgresql
  EXPECT_EQ(reach(), "1");
}

TEST_F(PidFileOfOthers, ReachesTheOwnerOfALinkAlone) {
  ASSERT_EQ(rename(path_.c_str(), dir_.file("etc/real.pid").c_str()), 0);
  ASSERT_EQ(symlink("real.pid", path_.c_str()), 0);
  EXPECT_EQ(reach(), "anybody");
  ASSERT_EQ(lchown(path_.c_str(), io::kDaemon, io::kDaemon), 0);
  EXPECT_EQ(reach(), "1");
}

TEST_F(PidFileOfOthers, ReachesNobodyWhenTwoDecide) {
  give(folder_, io::kDaemon, io::kDaemon, 0755);
  give(path_, io::kNobody, io::kNobody, 0644);
  EXPECT_THAT(reach(), HasSubstr("nobody and daemon both decide what is there"));
}

TEST_F(PidFileOfOthers, ReachesNobodyWhenOthersMayWriteWhatIsRoots) {
  give(path_, 0, 0, 0666);
  EXPECT_THAT(reach(), AllOf(StartsWith("pid file " + path_), HasSubstr("written by everybody")));
  give(path_, 0, 0, 0644);
  give(folder_, 0, io::kDaemon, 0775);
  EXPECT_THAT(reach(), HasSubstr("may be written by group daemon"));
  give(path_, io::kDaemon, io::kDaemon, 0644);  // what she puts there is hers
  EXPECT_EQ(reach(), "1");
}

}  // namespace
}  // namespace heald::process
