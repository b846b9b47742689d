#include "io/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

namespace heald::io {
namespace {

TEST(WorkerPool, StartsNoThreadBeforeThereIsWork) {
  WorkerPool pool(4);
  EXPECT_EQ(pool.threads(), 0u);
  pool.post([] {});
  pool.drain();
  EXPECT_EQ(pool.threads(), 1u);
}

TEST(WorkerPool, EndsItsThreadsWhenThereIsNothingToDoAndStartsOthersLater) {
  std::latch rested(2);
  std::atomic<int> done = 0;
  WorkerPool pool(3, std::chrono::milliseconds(1), [&] { rested.count_down(); });
  std::latch all_there(3);
  for (int i = 0; i < 3; ++i) pool.post([&] { all_there.arrive_and_wait(); });
  while (pool.threads() > 0) std::this_thread::yield();
  EXPECT_TRUE(pool.post([&] { ++done; }));
  rested.wait();
  EXPECT_EQ(pool.threads(), 0u);
  EXPECT_EQ(done, 1);
}

TEST(WorkerPool, RunsAsManyJobsAtOnceAsItHasThreads) {
  WorkerPool pool(3);
  std::latch all_there(3);
  for (int i = 0; i < 3; ++i) pool.post([&] { all_there.arrive_and_wait(); });
  pool.drain();
  EXPECT_EQ(pool.threads(), 3u);
}

TEST(WorkerPool, NeverHasMoreThreadsThanItsLimit) {
  WorkerPool pool(2);
  std::atomic<int> running = 0, most = 0, done = 0;
  for (int i = 0; i < 200; ++i) {
    pool.post([&] {
      const int now = ++running;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      --running;
      ++done;
    });
  }
  pool.drain();
  EXPECT_EQ(done, 200);
  EXPECT_LE(most, 2);
  EXPECT_EQ(pool.threads(), 2u);
}

TEST(WorkerPool, RunsWhatItAcceptedAlsoWhenItStops) {
  std::atomic<int> done = 0;
  {
    WorkerPool pool(1);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(pool.post([&] { ++done; }));
  }
  EXPECT_EQ(done, 50);
}

TEST(WorkerPool, RefusesWorkOnceItStops) {
  WorkerPool pool(1);
  pool.stop();
  EXPECT_FALSE(pool.post([] {}));
  pool.stop();
}

TEST(WorkerPool, RefusesWorkBeyondItsQueue) {
  WorkerPool pool(1);
  std::latch started(1), go(1);
  pool.post([&] {
    started.count_down();
    go.wait();
  });
  started.wait();
  for (std::size_t i = 0; i < WorkerPool::kQueueLimit; ++i) ASSERT_TRUE(pool.post([] {}));
  EXPECT_FALSE(pool.post([] {}));
  EXPECT_EQ(pool.queued(), WorkerPool::kQueueLimit);
  go.count_down();
}

TEST(WorkerPoolDeathTest, AbortsOnAJobThatThrows) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        WorkerPool pool(1);
        pool.post([] { throw std::runtime_error("must not occur"); });
        pool.drain();
      },
      "must not occur");
}

}  // namespace
}  // namespace heald::io
