// How long nobody acts when the replica that leads ends:
//
//   heald_takeovers [COUNT] [term|step-down|kill] [LEASE]
//
// Starts etcd and two healds (the one that was built beside it) on loopback, and ends who leads, so
// many times. From the signal, or the request, to the first commit of the other one: a permit that
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
  std::vector<std::unique_ptr<TestDaemon>> both;
  const heald::test::Etcd etcd;  // ends before them: it is nothing that they have left behind
  if (!etcd.ready()) {
    std::cerr << "etcd does not start\n";
    return 1;
  }
  both.push_back(replica(etcd, "a", lease));
  both.front()->await("it leads", [&] { return commits(*both.front()); });
  both.push_back(replica(etcd, "b", lease));
  std::vector<double> took;
  for (int i = 0; i < count; ++i) {
    TestDaemon& leads = *both[static_cast<std::size_t>(i) % 2];
    TestDaemon& next = *both[static_cast<std::size_t>(i + 1) % 2];
    next.await("it stands by", [&] { return standsBy(next); });
    leads.await("both are known", [&] { return leads.metric("heald_replicas") == 2; });
    std::this_thread::sleep_for(milliseconds(300 + 37 * (i % 7)));  // anywhere in what is periodic
    const auto begun = Clock::now();
    std::jthread ending([&] { end(leads, how); });
    while (!commits(next)) std::this_thread::sleep_for(milliseconds(1));
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    ending.join();
    leads.waitForExit();
    leads.start();
  }
  std::sort(took.begin(), took.end());
  std::cout << count << " takeovers by " << how << ", lease " << lease << ": p50 "
            << took[took.size() / 2] << " ms, longest " << took.back() << " ms\n";
  return 0;
}
