#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "heald/result.h"
#include "http/access.h"

namespace heald::http {

// A token as heald keeps it: what it is for, and the SHA-256 of it, never the token. Times are wall
// times, as a person has said "90 days".
struct TokenRecord {
  std::string name;
  Grant grant;
  std::string sha256;  // 64 hexadecimal digits
  core::WallTime created_at{};
  std::string created_by = {};
  std::optional<core::WallTime> expires_at = {};
  std::optional<core::WallTime> revoked_at = {};
  std::string revoked_by = {};
  std::string previous_sha256 = {};  // of the token that a rotation has replaced
  std::optional<core::WallTime> previous_until = {};

  friend bool operator==(const TokenRecord&, const TokenRecord&) = default;
};

// One that a token of the file may have.
bool isTokenName(const std::string& name);

// What the file holds, and back. Strict: an unknown key, a value of another kind, a name or a hash
// that is none or is there twice is an Error{kInvalid} with its place, and so is half a file.
std::string encodeTokens(const std::vector<TokenRecord>& records);
Result<std::vector<TokenRecord>> decodeTokens(std::string_view text);

// The named tokens. They are in a file of their own, not in the store: an operator has to get in
// above all when the store is down. The file is replaced as a whole before a change counts, so what
// is answered is durable; and what is changed is in force when the call returns.
//
// Those that the configuration names come from files of the operator's (token_files.h), and no call
// changes them. Thread-safe; find() waits for no disk.
class Tokens {
 public:
  static constexpr std::size_t kMost = 1000;
  // A revoked or expired one is listed for so long, so that who still uses it is told why not.
  static constexpr core::Duration kRemembered = std::chrono::hours(24 * 90);
  static constexpr core::Duration kLongestGrace = std::chrono::hours(24 * 7);
  // The token of `web.token_file`; no other can have its name.
  static constexpr const char* kControl = "control";

  using Clock = std::function<core::WallTime()>;
  Tokens(std::string path, Clock now) : path_(std::move(path)), now_(std::move(now)) {}

  // What is in the file. After an Error nobody gets in by it, and nothing can be changed until a
  // human has mended it and heald has been restarted; no file is no token.
  Result<void> load();
  // One of the configuration, and where it is from; nothing: it cannot be read, so that it lets
  // nobody in and keeps its name. What was there of that name and the configuration is replaced.
  void configure(const std::string& name, const Grant& grant, std::optional<std::string_view> token,
                 const std::string& file);

  struct Match {
    std::string name;
    Grant grant;
    std::string problem;  // "": it is good; "expired at …", "was revoked at …", "was replaced …"
  };
  // All of them are compared, each in constant time.
  std::optional<Match> find(std::string_view token) const;

  struct View {
    TokenRecord record;
    std::string file;                         // of one of the configuration; ""
    std::optional<core::WallTime> last_used;  // since heald started
    bool expired = false;
    bool unreadable = false;  // its file, of the configuration
  };
  std::vector<View> list() const;

  // Each may be asked twice, and is done once. kInvalid for a name, a grant or a hash that is none,
  // kConflict for a name that is taken, kLimit, kUnavailable when the file cannot be written.
  struct Wanted {
    std::string name;
    Grant grant;
    std::string sha256;
    std::optional<core::Duration> lifetime = {};
    std::string by = {};
  };
  Result<TokenRecord> create(const Wanted& wanted);
  // What cannot be written is revoked in memory all the same, and the Error says so.
  Result<TokenRecord> revoke(const std::string& name, const std::string& by);
  // The old one is good for `grace` longer. Without a lifetime it has its old one anew.
  struct Rotation {
    std::string name;
    std::string sha256;
    core::Duration grace{};
    std::optional<core::Duration> lifetime = {};
  };
  Result<TokenRecord> rotate(const Rotation& rotation);

 private:
  struct Entry {
    TokenRecord record;
    std::string file = {};
    std::shared_ptr<std::atomic<std::int64_t>> used = {};  // of the wall clock; 0: not yet
  };
  using Entries = std::vector<Entry>;
  using Place = Entries::iterator;

  std::shared_ptr<const Entries> entries() const;
  void show(Entries entries);
  Result<void> keep(Entries entries);
  Result<void> write(const Entries& entries) const;
  Result<Place> known(Entries& entries, const std::string& name) const;
  std::optional<Error> fault(const Wanted& wanted) const;
  std::optional<Error> hashFault(const Entries& entries, const std::string& sha256,
                                 const std::string& of) const;
  bool isOver(const TokenRecord& record) const;

  const std::string path_;
  const Clock now_;
  std::mutex changing_;  // one change at a time, which may wait for the disk
  std::string broken_ = "the file of the tokens was not read";
  mutable std::mutex mutex_;  // of the pointer
  std::shared_ptr<const Entries> entries_ = std::make_shared<Entries>();
};

}  // namespace heald::http
