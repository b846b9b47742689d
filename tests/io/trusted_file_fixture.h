#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_dir.h"

namespace heald::io {

inline constexpr uid_t kDaemon = 1;  // as in every Debian
inline constexpr uid_t kNobody = 65534;

// A file in a folder, both root's, which a test gives to others.
class TrustedFile : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give files to another user";
    chmod(dir_.path().c_str(), 0755);
    mkdir(folder_.c_str(), 0755);
    dir_.write("etc/heald.yml", "checks: []\n");
    chmod(file_.c_str(), 0644);
  }
  static void give(const std::string& path, uid_t owner, gid_t group, mode_t mode) {
    ASSERT_EQ(lchown(path.c_str(), owner, group), 0);
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
  }

  const test::TempDir dir_;
  const std::string folder_ = dir_.file("etc");
  const std::string file_ = dir_.file("etc/heald.yml");
};

}  // namespace heald::io
