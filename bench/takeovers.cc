// How long nobody acts when the replica that leads ends:
//
//   heald_takeovers [COUNT] [term|step-down|kill] [LEASE] [HEALDS]
//
// Starts etcd and three healds (the one that was built beside it) on loopback, and ends who leads,
// so many times. From the signal, or the request, to the first commit of another one: a permit that
// it has given. Prints the median and the longest in milliseconds. A kill costs what is left of the
// lease, too.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/daemon.h"
#include "support/etcd.h"

namespace {

using heald::test::TestDaemon;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kAsk = R"({"governor": "jobs", "deadline": "1m"})";

std::unique_ptr<TestDaemon> replica(const heald::test::Etcd& etcd, const std::string& name,
                                    const std::string& lease) {
  auto daemon = std::make_unique<TestDaemon>(heald::test::Launch{
      .config = "store:\n  path: @DIR@/heald.db\n  etcd: {endpoints: [" + etcd.urls().front() +
                "], lease: " + lease + ", name: " + name +
                "}\nhealing: {max_concurrent: 100}\n"
                "governors: {jobs: {max_in_flight: 100, max_consecutive_failures: 1000, budgets: "
                "[]}}\n"});
  daemon->start();
  return daemon;
}

bool commits(const TestDaemon& daemon) {
  const auto answer = daemon.post("/api/permits", kAsk);
  if (answer.status != 201) return false;
  const std::string id = nlohmann::json::parse(answer.body)["id"];
  daemon.post("/api/permits/" + id + "/result", R"({"ok": true})");
  return true;
}

bool standsBy(const TestDaemon& daemon) {
  return daemon.get("/-/ready?standby=ok").status == 200 && daemon.get("/-/ready").status == 503;
}

void end(TestDaemon& daemon, const std::string& how) {
  if (how == "kill") {
    daemon.signal(SIGKILL);
  } else if (how == "term") {
    daemon.signal(SIGTERM);
  } else {
    daemon.post("/api/replicas/step-down", R"({"reason": "a measurement"})");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 20;
  const std::string how = argc > 2 ? argv[2] : "term";
  const std::string lease = argc > 3 ? argv[3] : "5s";
  const std::size_t healds = argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 3;
  std::vector<std::unique_ptr<TestDaemon>> all;
  const heald::test::Etcd etcd;  // ends before them: it is nothing that they have left behind
  if (!etcd.ready()) {
    std::cerr << "etcd does not start\n";
    return 1;
  }
  for (std::size_t i = 0; i < healds; ++i) {
    all.push_back(replica(etcd, std::string(1, static_cast<char>('a' + i)), lease));
    if (i == 0) all.front()->await("it leads", [&] { return commits(*all.front()); });
  }
  std::vector<double> took;
  std::size_t leads = 0;
  for (int i = 0; i < count; ++i) {
    TestDaemon& ends = *all[leads];
    for (std::size_t other = 0; other < healds; ++other) {
      if (other != leads) all[other]->await("it stands by", [&] { return standsBy(*all[other]); });
    }
    ends.await("all are known",
               [&] { return ends.metric("heald_replicas") == static_cast<double>(healds); });
    std::this_thread::sleep_for(milliseconds(300 + 37 * (i % 7)));  // anywhere in what is periodic
    const auto begun = Clock::now();
    std::jthread ending([&] { end(ends, how); });
    std::size_t next = leads;
    do {
      next = (next + 1) % healds;
      if (next == leads) std::this_thread::sleep_for(milliseconds(1));
    } while (next == leads || !commits(*all[next]));
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    ending.join();
    ends.waitForExit();
    ends.start();
    leads = next;
  }
  std::sort(took.begin(), took.end());
  std::cout << count << " takeovers of " << healds << " by " << how << ", lease " << lease
            << ": p50 " << took[took.size() / 2] << " ms, longest " << took.back() << " ms\n";
  return 0;
}
