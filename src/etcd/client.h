#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "core/time.h"

namespace heald::etcd {

// Where etcd is, and how heald proves who it is. Files are PEM; "" is none, or the system's for
// the CA. They are read anew with each connection.
struct Address {
  std::vector<std::string> endpoints;  // URLs, http or https, without a path; at least one
  std::string username = {};           // of etcd's own users; "" without
  std::string password_file = {};
  std::string ca_file = {};
  std::string cert_file = {};
  std::string key_file = {};
};

// What etcd did not do, in one line for people that begins with the endpoint.
struct Fault : std::runtime_error {
  Fault(const std::string& what, bool its_maybe_done)
      : std::runtime_error(what), maybe_done(its_maybe_done) {}
  // The request went out and no answer came: what it asked for may have been done, or may be yet.
  bool maybe_done;
};

struct KeyValue {
  std::string key;
  std::string value;
  std::int64_t create_revision = 0;
  std::int64_t mod_revision = 0;
  std::int64_t lease = 0;

  friend bool operator==(const KeyValue&, const KeyValue&) = default;
};

struct Range {
  std::int64_t revision = 0;   // of etcd, at which all of them stood so
  std::uint64_t cluster = 0;   // etcd's id of the cluster that answered
  std::vector<KeyValue> rows;  // by key
};

// What has to be so for a transaction to be done. A key that is not there has revisions 0.
struct Compare {
  enum class Of { kCreateRevision, kModRevision };
  std::string key;
  Of of = Of::kModRevision;
  std::int64_t equals = 0;
};
struct Put {
  std::string key;
  std::string value;
  std::int64_t lease = 0;  // the key goes when this ends; 0: it stays
};
struct Remove {
  std::string key;
};
using Operation = std::variant<Put, Remove>;

struct Done {
  bool succeeded = false;  // the compares held, and all was done; else nothing was
  std::int64_t revision = 0;
};

// Keys of etcd, and transactions on them: all that a store needs. A simulation has another one.
class Keys {
 public:
  virtual ~Keys() = default;
  // The one key.
  virtual Range get(const std::string& key) = 0;
  // All keys that begin with `prefix`, as they stood at one revision, however many.
  virtual Range list(const std::string& prefix) = 0;
  virtual Done commit(const std::vector<Compare>& compares,
                      const std::vector<Operation>& operations) = 0;
};

// etcd 3.4 or later by its JSON gateway, with one connection that is kept, and one for each watch.
// One thread at a time.
//
// Every function blocks for `deadline` at most and throws Fault. What changes nothing is asked of
// the next endpoint when one does not answer, within that time; what changes something is sent
// once, and only an endpoint that cannot be reached at all is passed over. The endpoint that
// answered last is asked first the next time.
class Client : public Keys {
 public:
  Client(Address address, core::Duration deadline);
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Range get(const std::string& key) override;
  Range list(const std::string& prefix) override;
  Done commit(const std::vector<Compare>& compares,
              const std::vector<Operation>& operations) override;

  // A lease that ends `ttl` after its last renewal. Whole seconds, at least 2.
  std::int64_t grant(std::chrono::seconds ttl);
  // False: it has ended already.
  bool renew(std::int64_t lease);
  // It ends now, and its keys go.
  void revoke(std::int64_t lease);

  // Until `key` changes after `revision`, or `patience` has passed. True: it has changed.
  bool watch(const std::string& key, std::int64_t revision, core::Duration patience);

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace heald::etcd
