// `healdctl store migrate`, against the real etcd.
#include "ctl/store_migrate.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "etcd/client.h"
#include "runtime/clock.h"
#include "store/history_reader.h"
#include "store/sqlite_store.h"
#include "support/etcd.h"
#include "support/temp_dir.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;

class StoreMigrate : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(etcd_.ready()) << etcd_.log();
    writeConfig(etcd_.urls().front());
  }
  void writeConfig(const std::string& endpoint) const {
    folder_.write("heald.yml", "checks: []\nstore: {path: " + path() + ", etcd: {endpoints: ['" +
                                   endpoint + "'], prefix: /heald/here, lease: 4s}}\n");
  }
  std::string path() const { return folder_.file("heald.db"); }
  void fill() const {
    const auto store = store::makeSqliteStore({.path = path()});
    const core::ClockStamp present{runtime::readBootId(), runtime::SystemClock().now()};
    ASSERT_TRUE(store->open(present).ok());
    engine::Changes changes;
    engine::Permit permit;
    permit.id = "p1";
    permit.governor = "main";
    permit.deadline = core::BootTime(std::chrono::hours(90'000));
    changes.permits = {{"p1", permit}};
    ASSERT_EQ(store->commit(changes, present), "");
  }
  ExitCode migrate(const std::string& to, bool as_json = false) {
    out_.str("");
    err_.str("");
    return migrateStore({folder_.file("heald.yml"), to, "alice@host", as_json}, nullptr, out_,
                        err_);
  }

  test::TempDir folder_;
  test::Etcd etcd_;
  std::ostringstream out_, err_;
};

TEST_F(StoreMigrate, MovesTheStateThereAndBackAndSaysWhatIsNext) {
  fill();
  ASSERT_EQ(migrate("etcd"), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Moved to etcd, /heald/here: 0 governors, 1 row in all."));
  EXPECT_THAT(out_.str(), HasSubstr("start heald with this configuration"));
  etcd::Client client({.endpoints = etcd_.urls()}, std::chrono::seconds(2));
  EXPECT_EQ(client.list("/heald/here/rows/permits/").rows.size(), 1u);
  const auto page = store::readHistory(path(), {});
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(page->rows[0].entry.actor, "alice@host");
  ASSERT_EQ(migrate("sqlite"), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("remove store.etcd from the configuration"));
  EXPECT_TRUE(client.list("/heald/here/").rows.empty());
}

TEST_F(StoreMigrate, SaysThatItHasFinishedAMoveThatWasCut) {
  fill();
  ASSERT_EQ(migrate("etcd"), ExitCode::kOk) << err_.str();
  fill();  // as if the file had not been emptied yet
  ASSERT_EQ(migrate("etcd"), ExitCode::kOk) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Finished the move to etcd"));
}

TEST_F(StoreMigrate, TellsWhatIsInTheWayFromWhatIsOutOfReach) {
  EXPECT_EQ(migrate("etcd", true), ExitCode::kRefused);
  EXPECT_THAT(err_.str(), HasSubstr("there is no such file"));
  EXPECT_TRUE(nlohmann::json::accept(out_.str()));
  fill();
  writeConfig("http://127.0.0.1:1");
  EXPECT_EQ(migrate("etcd"), ExitCode::kUnreachable);
  folder_.write("heald.yml", "checks: []\nstore: {path: " + path() + "}\n");
  EXPECT_EQ(migrate("etcd"), ExitCode::kBadFile);
  EXPECT_THAT(err_.str(), HasSubstr("no store.etcd"));
}

TEST_F(StoreMigrate, IsDoneAsWhoOwnsTheFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  fill();
  ASSERT_EQ(::chown(path().c_str(), 1, 1), 0);
  EXPECT_EQ(migrate("etcd"), ExitCode::kRefused);
  EXPECT_THAT(err_.str(), HasSubstr("runuser -u daemon -- healdctl store migrate"));
}

}  // namespace
}  // namespace heald::ctl
