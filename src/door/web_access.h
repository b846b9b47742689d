#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "door/gate.h"
#include "door/passwords.h"
#include "door/rate_limit.h"
#include "door/server_tls.h"
#include "door/tls_source.h"
#include "door/web_config.h"
#include "io/every.h"
#include "io/watched_files.h"

namespace heald::door {

// What a web configuration says of a listener, in force: its TLS, its users, its headers, its rate.
// The file and the files that it names are looked at every second; when one has changed, all are
// read anew. What is wrong is said once, and the one before stays in force.
class WebAccess : public TlsSource, public Gate {
 public:
  static constexpr std::chrono::seconds kInterval{1};

  struct Options {
    std::string file;
    // The listener has credentials of its own kind behind the gate: a request with "Authorization:
    // Bearer" is let in and told to need one (Caller::needs_credential).
    bool bearers = false;
    bool needs_tls = false;  // a configuration without TLS is an error
    // What else is wrong with a file, or "": who may write it.
    std::function<std::string(const std::string& file)> fault{};
    // Read anew, with "" or why that failed. On a thread of its own.
    std::function<void(const std::string& fault)> told{};
  };

  // An Error says what is wrong with the file, and where.
  static Result<std::unique_ptr<WebAccess>> open(Options options);
  // Reads it as open() does, for who only wants to know what is wrong: "" is nothing.
  static std::string faultOf(const Options& options);
  ~WebAccess() override;

  // Looks whether a file has changed, as happens every second. For tests: any thread, not two.
  void refresh();

  bool hasTls() const;
  bool hasCredentials() const;  // users, or certificates that are verified and required

  bool secures() const override { return hasTls(); }
  SslPointer session() override;

  std::optional<Verdict> judge(const RequestHead& head, const Caller& caller) override;
  void judgeLater(const RequestHead& head, const Caller& caller,
                  std::function<void(Verdict)> done) override;
  std::string headers() const override;

 private:
  struct State;
  using StatePointer = std::shared_ptr<const State>;

  explicit WebAccess(Options options);
  static Result<StatePointer> read(const Options& options, io::WatchedFiles& watched);
  StatePointer state() const;
  Verdict verdictOf(bool right, const Passwords::Claim& claim) const;

  const Options options_;
  mutable std::mutex mutex_;
  StatePointer state_;
  io::WatchedFiles watched_;  // of the last reading, whether or not it was a good one
  RateLimit rate_;            // the door's thread alone
  Passwords passwords_;
  std::optional<io::Every> watcher_;  // last: it ends before what it uses
};

}  // namespace heald::door
