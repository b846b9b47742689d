#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <future>

#include "store/sqlite_store.h"
#include "support/temp_dir.h"

// A heald that is killed in the moment of a fork leaves its lock on the store to that child, until
// the child has closed its descriptors. The next heald, started at once, has to wait that long.
namespace heald::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

core::ClockStamp present() {
  return {"boot", {core::BootTime(seconds(1)), core::WallTime(seconds(1))}};
}

// The lock, held as by another process: flock belongs to the open file.
class HeldLock {
 public:
  explicit HeldLock(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT, 0600)) {
    if (::flock(fd_, LOCK_EX) != 0) abort();
  }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;
  ~HeldLock() { ::close(fd_); }

 private:
  int fd_;
};

TEST(StoreLock, ALockThatIsHeldForAMomentIsWaitedFor) {
  const TempDir folder;
  auto held = std::make_unique<HeldLock>(folder.file("heald.db.lock"));
  const auto store = store::makeSqliteStore({folder.file("heald.db"), seconds(60)});
  auto opened = std::async(std::launch::async, [&] { return store->open(present()).ok(); });
  EXPECT_EQ(opened.wait_for(milliseconds(100)), std::future_status::timeout);
  held.reset();
  EXPECT_TRUE(opened.get());
}

TEST(StoreLock, ALockThatStaysHeldIsAnErrorThatNamesItsReason) {
  const TempDir folder;
  const HeldLock held(folder.file("heald.db.lock"));
  const auto store = store::makeSqliteStore({folder.file("heald.db"), milliseconds(20)});
  const auto opened = store->open(present());
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another heald uses this store"), std::string::npos);
}

}  // namespace
}  // namespace heald::test
