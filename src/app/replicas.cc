#include "app/replicas.h"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "app/etcd_address.h"
#include "process/run_deadline.h"
#include "store/etcd_store.h"
#include "store/sqlite_store.h"

namespace heald::app {
namespace {

std::string hostName() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

etcd::ElectionOptions electionOf(const config::EtcdOptions& options, const std::string& version,
                                 const std::string& config_hash, const runtime::Clock& clock) {
  etcd::ElectionOptions election;
  election.address = addressOf(options);
  election.prefix = options.prefix;
  election.lease = std::chrono::duration_cast<std::chrono::seconds>(options.lease);
  election.self = {options.name.empty() ? hostName() : options.name, options.url, version,
                   config_hash};
  election.now = [&clock] { return clock.now().boot; };
  election.act_until = &process::runDeadline();
  return election;
}

}  // namespace

Replicas::Replicas(const config::StoreOptions& options, const std::string& version,
                   const std::string& config_hash, const runtime::Clock& clock, io::Log& log)
    : options_(options),
      clock_(clock),
      log_(log),
      election_(electionOf(*options.etcd, version, config_hash, clock)) {}

Replicas::~Replicas() {
  election_.stop(false);
  process::runDeadline() = process::kNever;
}

std::unique_ptr<store::Store> Replicas::makeStore() {
  store::EtcdOptions options;
  options.address = addressOf(*options_.etcd);
  options.prefix = options_.etcd->prefix;
  options.replica = election_.standing().self.name;
  options.may_act = [this] { return election_.mayAct(); };
  options.why_not = [this] { return whyNot(); };
  options.deposed = [this](const std::string& reason) { endDeposed(reason); };
  options.took_over = [this](std::uint64_t term) { fence_ = term; };
  options.warn = [this](const std::string& reason) {
    log_.write(io::LogLevel::kWarn, "the store in etcd", {{"reason", reason}});
  };
  options.history_path = options_.path;
  options.memory_file = options_.path + ".etcd";
  return store::makeEtcdStore(std::move(options), store::makeSqliteStore({.path = options_.path}));
}

void Replicas::configured(std::uint64_t hash) {
  etcd::Replica self = election_.standing().self;
  self.config = std::to_string(hash);
  election_.describe(std::move(self));
}

void Replicas::start(std::function<void()> changed) {
  told_ = std::move(changed);
  election_.start([this] { this->changed(); });
}

std::string Replicas::leaderElsewhere() const {
  const etcd::Standing standing = election_.standing();
  if (election_.mayAct() || !standing.trouble.empty() || !standing.leader ||
      standing.leader->name == standing.self.name) {
    return "";
  }
  const std::string& url = standing.leader->url;
  return standing.leader->name + (url.empty() ? "" : " (" + url + ")") + " leads";
}

std::string Replicas::whyNot() const {
  const std::string elsewhere = leaderElsewhere();
  if (!elsewhere.empty()) return elsewhere;
  const etcd::Standing standing = election_.standing();
  if (!standing.trouble.empty()) return "this replica may not act: " + standing.trouble;
  if (standing.leads || !standing.leader || standing.leader->name != standing.self.name) {
    return "no replica leads";
  }
  return "a replica named " + standing.self.name +
         " leads: this one before it was started anew, whose lease ends by itself, or another one, "
         "which then needs a name of its own (store.etcd.name)";
}

void Replicas::stepDown() {
  stepped_down_ = true;
  ::kill(::getpid(), SIGTERM);
}

void Replicas::changed() {
  const etcd::Standing standing = election_.standing();
  if (standing.leads) {
    log_.write(io::LogLevel::kInfo, "this replica leads", {{"replica", standing.self.name}});
  } else {
    log_.write(io::LogLevel::kInfo, "this replica does not lead", {{"why", whyNot()}});
    const bool another = standing.leader && standing.leader->name != standing.self.name;
    if (another && standing.transitions > 0) endDeposed(standing.leader->name + " leads");
  }
  told_();
}

void Replicas::endDeposed(const std::string& reason) {
  log_.write(io::LogLevel::kError,
             "heald ends, to start anew as a replica that stands by: it has led, and another one"
             " has since",
             {{"reason", reason}});
  ::_exit(kDeposed);
}

std::unique_ptr<store::Store> makeStore(const config::StoreOptions& options, Replicas* replicas) {
  return replicas != nullptr ? replicas->makeStore()
                             : store::makeSqliteStore({.path = options.path});
}

}  // namespace heald::app
