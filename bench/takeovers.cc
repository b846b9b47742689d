// How long nobody acts when the replica that leads ends:
//
//   heald_takeovers [COUNT] [term|step-down|kill] [LEASE] [HEALDS]
//
// Starts etcd and three healds (the one that was built beside it) on loopback, and ends who leads,
// so many times. From the signal, or the request, to the first commit of another one: a permit that
// it has given. Beside it, what a transaction of etcd costs on this machine at that time: some that
// write one key, before each takeover. In milliseconds. A kill costs what is left of the lease,
// too.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "etcd/client.h"
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

// The permit that it has given; "" when it gives none.
std::string permitOf(const TestDaemon& daemon) {
  const auto answer = daemon.post("/api/permits", kAsk);
  return answer.status != 201 ? "" : nlohmann::json::parse(answer.body)["id"].get<std::string>();
}

void giveBack(const TestDaemon& daemon, const std::string& permit) {
  daemon.post("/api/permits/" + permit + "/result", R"({"ok": true})");
}

double msSince(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

void writeSome(heald::etcd::Client& client, std::vector<double>& took) {
  for (int i = 0; i < 10; ++i) {
    const auto begun = Clock::now();
    client.commit({}, {heald::etcd::Put{"/bare", std::to_string(i)}});
    took.push_back(msSince(begun));
  }
}

void print(const std::string& what, std::vector<double> took) {
  std::sort(took.begin(), took.end());
  const auto at = [&](std::size_t percent) { return took[(took.size() - 1) * percent / 100]; };
  std::cout << took.size() << " " << what << ": p50 " << at(50) << " ms, p90 " << at(90) << ", p99 "
            << at(99) << ", longest " << took.back() << "\n";
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
    if (i != 0) continue;
    all.front()->await("it leads", [&] {
      const std::string permit = permitOf(*all.front());
      if (!permit.empty()) giveBack(*all.front(), permit);
      return !permit.empty();
    });
  }
  heald::etcd::Client client({.endpoints = etcd.urls()}, std::chrono::seconds(5));
  std::vector<double> took;
  std::vector<double> bare;
  std::size_t leads = 0;
  for (int i = 0; i < count; ++i) {
    TestDaemon& ends = *all[leads];
    for (std::size_t other = 0; other < healds; ++other) {
      if (other != leads) all[other]->await("it stands by", [&] { return standsBy(*all[other]); });
    }
    ends.await("all are known",
               [&] { return ends.metric("heald_replicas") == static_cast<double>(healds); });
    std::this_thread::sleep_for(milliseconds(300 + 37 * (i % 7)));  // anywhere in what is periodic
    writeSome(client, bare);
    std::string permit;
    const auto begun = Clock::now();
    std::jthread ending([&] { end(ends, how); });
    std::size_t next = leads;
    do {
      next = (next + 1) % healds;
      if (next == leads) std::this_thread::sleep_for(milliseconds(1));
      if (next != leads) permit = permitOf(*all[next]);
    } while (permit.empty());
    took.push_back(msSince(begun));
    giveBack(*all[next], permit);
    ending.join();
    ends.waitForExit();
    ends.start();
    leads = next;
  }
  print("takeovers of " + std::to_string(healds) + " by " + how + ", lease " + lease, took);
  print("bare transactions of etcd", bare);
  return 0;
}
