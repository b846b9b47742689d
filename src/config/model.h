#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "config/role.h"
#include "engine/advice.h"
#include "engine/setup.h"

namespace heald::config {

// Where heald listens. Addresses are host:port; port 0 stands for any free port.
// Whoever has a client certificate with this name may do so much.
struct ClientRole {
  std::string san;
  Grant grant;
  friend bool operator==(const ClientRole&, const ClientRole&) = default;
};

// A token that is in a file of the operator's.
struct TokenOption {
  std::string name;
  Grant grant;
  std::string file;
  friend bool operator==(const TokenOption&, const TokenOption&) = default;
};

struct WebOptions {
  std::vector<std::string> control_addresses = {"127.0.0.1:3001"};
  std::vector<std::string> metrics_addresses = {"0.0.0.0:9469"};
  // Prometheus' web configuration: TLS, users, headers, a rate; "": none.
  std::string control_config_file;
  std::string metrics_config_file;
  std::string control_socket;              // a Unix socket of the control plane; "": none
  std::string token_file;                  // of the control plane; beside the store when not named
  std::vector<std::string> allowed_hosts;  // names in the Host header, beside addresses
  std::vector<TokenOption> tokens;         // beside those that healdctl makes
  std::vector<ClientRole> client_roles;    // the first that fits counts
};

// The durable state in etcd, for several replicas of which one acts.
struct EtcdOptions {
  std::vector<std::string> endpoints;  // URLs
  std::string prefix = "/heald";       // of all keys
  core::Duration lease = std::chrono::seconds(10);
  std::string name;  // of this replica; "": the host's
  std::string url;   // of its control plane, for who has asked another replica; "": none
  std::string username;
  std::string password_file;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  friend bool operator==(const EtcdOptions&, const EtcdOptions&) = default;
};

struct StoreOptions {
  std::optional<EtcdOptions> etcd;  // then `path` has the history alone
  std::string path = "/var/lib/heald/heald.db";
  core::Duration history_max_age = std::chrono::hours(24 * 90);
  std::uint64_t history_max_bytes = 64 * 1024 * 1024;
};

// What a kind made, under the kind's name. Shared, because runs of an old configuration may outlive
// a reload.
struct KindPart {
  std::string kind;
  std::shared_ptr<const Part> part;
  std::string place = {};  // where its check, remedy or step stands: "file:line:col"
};

// The fleet of another heald that a remedy asks for permits.
class PermitPart : public Part {
 public:
  virtual engine::FleetPermit asks() const = 0;
  virtual core::Duration deadline() const = 0;  // of a permit
};

// What the file says of a check beside its engine::CheckSpec.
struct ConfiguredCheck {
  KindPart does;
  bool monitor_only = false;  // it is only to be seen: nothing has to use it
  std::size_t item = 0;       // of `checks` in the file, templates written out
};

// What the file says of a remedy beside its engine::RemedySpec.
struct ConfiguredRemedy {
  std::vector<KindPart> steps;               // one for each of RemedySpec::steps
  std::shared_ptr<const PermitPart> permit;  // null: it needs none
  // Of `remedies` in the file, templates written out. A remedy that several checks ask for stands
  // there once, and is as many here.
  std::size_t item = 0;
};

// What stands beside the specs of one list of engine::Setup, by their names, which are unique in
// it.
template <class Spec, class Beside>
class BesideSpecs {
 public:
  // Of two with one name, which is a mistake of the file, the first counts.
  void add(const Spec& spec, Beside beside) { by_name_.try_emplace(spec.name, std::move(beside)); }

  // Of a spec of the same configuration: anything else is a broken invariant.
  const Beside& of(const Spec& spec) const {
    const auto found = by_name_.find(spec.name);
    CHECK(found != by_name_.end(), "what is in the setup was configured");
    return found->second;
  }

 private:
  std::unordered_map<std::string, Beside> by_name_;
};

// Who is told what has happened, and what of it.
struct ReceiverOptions {
  std::string name;
  engine::Severity least = engine::Severity::kInfo;  // that it is told of
  bool resolved = true;                              // also that something is over
  KindPart part;
};

struct NotificationOptions {
  std::string instance;     // what messages call this heald; "": the host's name
  std::string page_url;     // of the admin page, for a link; "": none
  std::string runbook_url;  // the folder of the runbooks, likewise
  core::Duration group_wait = std::chrono::seconds(10);
  core::Duration group_interval = std::chrono::minutes(5);
  std::vector<ReceiverOptions> receivers;
};

// A whole configuration. The engine's half is `setup`; what its names stand for is beside it.
struct Config {
  WebOptions web;
  StoreOptions store;
  engine::Setup setup;
  NotificationOptions notifications;
  std::shared_ptr<const Part> collector;     // that traces are sent to; none: they are not
  std::shared_ptr<const Part> alertmanager;  // that is asked for alerts; none: nobody is
  BesideSpecs<engine::CheckSpec, ConfiguredCheck> checks;      // of all in setup.checks
  BesideSpecs<engine::RemedySpec, ConfiguredRemedy> remedies;  // of all in setup.remedies
  std::map<std::string, std::string> governor_places;          // of those that the file names
};

}  // namespace heald::config
