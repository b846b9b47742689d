#include "process/process_signal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "support/eventually.h"
#include "support/leaky_service.h"

namespace heald::process {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

SignalReport signalTo(const ProcessSelector& selector, const SignalOrder& order,
                      const io::CancelToken& cancel = {}) {
  io::Looks looks;
  return signalProcesses(looks, selector, order, cancel);
}
SignalReport send(const test::LeakyService& service, const SignalOrder& order) {
  return signalTo({.match = service.program()}, order);
}

TEST(ProcessSignal, ReachesTheOrphansAndNobodyElse) {
  test::LeakyService service;
  const auto kept = service.keep(3);
  const auto leaked = service.leak(5);
  const SignalReport report = send(service, {.orphans = true});
  EXPECT_THAT(report.signalled, UnorderedElementsAreArray(leaked));
  EXPECT_THAT(report.surviving, IsEmpty());
  EXPECT_THAT(report.killed, IsEmpty());
  EXPECT_EQ(report.problem, "");
  EXPECT_EQ(service.alive(leaked), 0);
  EXPECT_EQ(service.alive(kept), 3);
}

TEST(ProcessSignal, ReachesAllThatAreMeant) {
  test::LeakyService service;
  const auto kept = service.keep(2);
  EXPECT_THAT(send(service, {}).signalled, UnorderedElementsAreArray(kept));
  EXPECT_EQ(service.alive(kept), 0);
  EXPECT_THAT(send(service, {}).signalled, IsEmpty());
}

TEST(ProcessSignal, IsFollowedByKillForWhatIsLeft) {
  test::LeakyService service(SIGTERM);
  const auto leaked = service.leak(3);
  const SignalReport report = send(service, {.orphans = true, .kill_after = 50ms});
  EXPECT_THAT(report.killed, UnorderedElementsAreArray(leaked));
  EXPECT_THAT(report.surviving, IsEmpty());
  EXPECT_EQ(service.alive(leaked), 0);
}

TEST(ProcessSignal, TellsWhoIsStillThereWhenTheTimeIsOver) {
  test::LeakyService service(SIGTERM);
  const auto kept = service.keep(1);
  const SignalReport report = send(service, {.timeout = 1s});
  EXPECT_EQ(report.surviving, kept);
  EXPECT_EQ(service.alive(kept), 1);
}

TEST(ProcessSignal, IsNotWaitedForWhenItIsNotMeantToEndAnybody) {
  test::LeakyService service(SIGUSR1);
  const auto kept = service.keep(1);
  const SignalReport report = send(service, {.signal = SIGUSR1, .ends = false, .timeout = 60s});
  EXPECT_EQ(report.signalled, kept);
  EXPECT_THAT(report.surviving, IsEmpty());
}

TEST(ProcessSignal, ReachesOneThatIsStopped) {
  test::LeakyService service;
  const auto kept = service.keep(1);
  kill(kept[0], SIGSTOP);
  EXPECT_THAT(send(service, {}).surviving, IsEmpty());
  EXPECT_EQ(service.alive(kept), 0);
}

TEST(ProcessSignal, EndsEarlyWhenCancelled) {
  test::LeakyService service(SIGTERM);
  const auto kept = service.keep(1);
  io::CancelSource cancel;
  auto report = std::async(std::launch::async, [&] {
    return signalTo({.match = service.program()}, {.kill_after = 50s, .timeout = 60s},
                    cancel.token());
  });
  cancel.cancel();
  EXPECT_TRUE(report.get().cancelled);
  EXPECT_EQ(service.alive(kept), 1) << "nobody is killed in a hurry";
}

TEST(ProcessSignal, NeverReachesProcessOneThisProcessOrItsParents) {
  const SignalReport report =
      signalTo({.pid_file = test::TempDir().file("none")}, {.signal = 0, .ends = false});
  EXPECT_THAT(report.signalled, IsEmpty());
  const test::TempDir dir;
  for (const pid_t pid : {1, getpid(), getppid()}) {
    const std::string path = dir.write("pid", std::to_string(pid));
    // Signal 0 reaches nobody, and tells whom it would have reached.
    const auto spared = signalTo({.pid_file = path}, {.signal = 0, .ends = false});
    EXPECT_THAT(spared.signalled, IsEmpty()) << pid;
    EXPECT_THAT(spared.forbidden, IsEmpty()) << pid;
  }
}

TEST(ProcessSignal, SaysWhyItCannotLook) {
  const SignalReport report = signalTo({.user = "nobody-of-this-name"}, {});
  EXPECT_EQ(report.problem, "there is no user nobody-of-this-name");
}

}  // namespace
}  // namespace heald::process
