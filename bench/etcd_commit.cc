// What a commit of the store costs beside a bare transaction of etcd that writes as much:
//
//   heald_etcd_commit [COMMITS] [MEMBERS]
//
// Starts etcd itself, on loopback. Pairs are measured in turn, so that both see the same machine.
// Prints the median and the 99th percentile of each in milliseconds, and the ratio of the medians.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "store/etcd_head.h"
#include "store/etcd_rows.h"
#include "store/etcd_store.h"
#include "store/memory_store.h"
#include "support/etcd.h"

namespace {

using heald::engine::Changes;
using Clock = std::chrono::steady_clock;

// An attempt starts: its governor, its remedy and its incident.
Changes attempt(std::uint64_t number) {
  heald::core::GovernorState state;
  state.totals = {number, number, 0};
  Changes changes;
  changes.governors = {{"gateway", state}};
  changes.remedies = {{"restart-gateway", {number, number, {}}}};
  changes.incidents = {{"restart-gateway", heald::engine::Incident{}}};
  return changes;
}

heald::core::ClockStamp now() {
  return {"boot", {heald::core::BootTime(Clock::now().time_since_epoch()), {}}};
}

double millisecondsOf(const std::function<void()>& work) {
  const auto begun = Clock::now();
  work();
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

double print(const char* what, std::vector<double> took) {
  std::sort(took.begin(), took.end());
  const double median = took[took.size() / 2];
  std::cout << what << ": p50 " << median << " ms, p99 " << took[took.size() * 99 / 100] << " ms\n";
  return median;
}

}  // namespace

int main(int argc, char** argv) {
  const int commits = argc > 1 ? std::atoi(argv[1]) : 2000;
  const heald::test::Etcd etcd(argc > 2 ? std::atoi(argv[2]) : 1);
  if (!etcd.ready()) {
    std::cerr << "etcd does not start:\n" << etcd.log();
    return 1;
  }
  const std::string folder = std::filesystem::temp_directory_path() / "heald-etcd-commit";
  std::filesystem::create_directories(folder);
  heald::store::EtcdOptions options;
  options.address.endpoints = etcd.urls();
  options.prefix = "/heald";
  options.replica = "a";
  options.may_act = [] { return true; };
  options.history_path = options.memory_file = folder + "/seen";
  std::filesystem::remove(options.memory_file);
  const auto store =
      heald::store::makeEtcdStore(options, std::make_unique<heald::store::MemoryStore>());
  if (const auto opened = store->open(now()); !opened) {
    std::cerr << opened.error().message << "\n";
    return 1;
  }
  heald::etcd::Client client({.endpoints = etcd.urls()}, std::chrono::seconds(2));
  std::int64_t revision = client.commit({}, {heald::etcd::Put{"/raw/head", "0"}}).revision;
  std::vector<double> raw, through_store;
  for (int i = 0; i < commits; ++i) {
    const Changes changes = attempt(static_cast<std::uint64_t>(i));
    std::vector<heald::etcd::Operation> puts;
    for (const auto& row : heald::store::rowsOf(changes, now())) {
      puts.push_back(heald::etcd::Put{"/raw/rows/" + row.key, *row.text});
    }
    heald::store::Head head;
    head.number = static_cast<std::uint64_t>(i);
    head.replica = "a";
    puts.push_back(heald::etcd::Put{"/raw/head", encode(head)});
    raw.push_back(millisecondsOf([&] {
      const heald::etcd::Compare ours{"/raw/head", heald::etcd::Compare::Of::kModRevision,
                                      revision};
      const heald::etcd::Done done = client.commit({ours}, puts);
      if (!done.succeeded) std::exit(1);
      revision = done.revision;
    }));
    through_store.push_back(millisecondsOf([&] {
      if (const std::string error = store->commit(changes, now()); !error.empty()) {
        std::cerr << error << "\n";
        std::exit(1);
      }
    }));
  }
  const double bare = print("a transaction of etcd", std::move(raw));
  const double commit = print("a commit of the store", std::move(through_store));
  std::cout << "ratio of the medians: " << commit / bare << "\n";
  return 0;
}
