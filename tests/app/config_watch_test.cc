#include "app/config_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "support/temp_dir.h"

namespace heald::app {
namespace {

namespace fs = std::filesystem;

struct Watch : testing::Test {
  // Looks until it has settled, as after a start.
  void SetUp() override {
    dir.write("heald.yml", "one");
    files = {dir.file("heald.yml")};
  }
  void settle() {
    for (int i = 0; i < 3; ++i) watch.look();
    applied = 0;
  }

  test::TempDir dir;
  std::vector<std::string> files;
  int applied = 0;
  ConfigWatch watch{[this] {
    ++applied;
    return files;
  }};
};

TEST_F(Watch, ReadsTheConfigurationOnceMoreAtFirstAndThenLeavesItAlone) {
  watch.look();
  EXPECT_EQ(applied, 1);
  watch.look();
  EXPECT_EQ(applied, 2) << "it may have changed before it was watched";
  for (int i = 0; i < 5; ++i) watch.look();
  EXPECT_EQ(applied, 2);
}

TEST_F(Watch, AChangeIsReadWhenItIsOver) {
  settle();
  dir.write("heald.yml", "a half");
  watch.look();
  dir.write("heald.yml", "a half, and another");
  watch.look();
  EXPECT_EQ(applied, 0);
  watch.look();
  EXPECT_EQ(applied, 1);
  watch.look();
  EXPECT_EQ(applied, 1);
}

TEST_F(Watch, WhatNeverRestsIsReadAllTheSame) {
  settle();
  for (int i = 0; i < ConfigWatch::kPatience; ++i) {
    EXPECT_EQ(applied, 0);
    dir.write("heald.yml", std::string(static_cast<std::size_t>(i), 'x'));
    watch.look();
  }
  EXPECT_EQ(applied, 1);
}

TEST_F(Watch, AnEditorThatRenamesAndAFileThatGoesAreSeen) {
  settle();
  dir.write("new", "two");
  fs::rename(dir.file("new"), dir.file("heald.yml"));
  watch.look();
  watch.look();
  EXPECT_EQ(applied, 1);
  fs::remove(dir.file("heald.yml"));
  watch.look();
  watch.look();
  EXPECT_EQ(applied, 2);
}

// As the kubelet does it: heald.yml -> ..data/heald.yml, and ..data -> a folder with the time in
// its name, which is made anew and renamed over the old link.
TEST_F(Watch, TheLinkOfAKubernetesVolumeIsFollowed) {
  fs::create_directory(dir.file("..1"));
  fs::create_directory(dir.file("..2"));
  dir.write("..1/heald.yml", "same");
  dir.write("..2/heald.yml", "same");
  fs::create_directory_symlink("..1", dir.file("..data"));
  fs::create_symlink("..data/heald.yml", dir.file("mounted.yml"));
  files = {dir.file("mounted.yml")};
  settle();
  fs::create_directory_symlink("..2", dir.file("..data_tmp"));
  fs::rename(dir.file("..data_tmp"), dir.file("..data"));
  watch.look();
  watch.look();
  EXPECT_EQ(applied, 1);
}

TEST_F(Watch, AFileThatComesToAFolderIsSeenAndThenWatched) {
  fs::create_directory(dir.file("conf.d"));
  files.push_back(dir.file("conf.d/"));
  settle();
  dir.write("conf.d/shop.yml", "checks: []");
  files.push_back(dir.file("conf.d/shop.yml"));
  for (int i = 0; i < 4; ++i) watch.look();
  EXPECT_EQ(applied, 2) << "with the new file in the list, once more";
  dir.write("conf.d/shop.yml", "checks: [{}]");
  watch.look();
  watch.look();
  EXPECT_EQ(applied, 3);
}

}  // namespace
}  // namespace heald::app
