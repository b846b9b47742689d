#include "http/tokens.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "config/names.h"
#include "core/text.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/file_replacement.h"

namespace heald::http {
namespace {

constexpr std::size_t kMostBytesOfTokens = 4 * 1024 * 1024;

bool sameHash(const std::string& a, const std::string& b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

bool isTokenName(const std::string& name) {
  return config::nameFault(name).empty() && name != Tokens::kControl;
}

std::shared_ptr<const Tokens::Entries> Tokens::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

void Tokens::show(Entries entries) {
  auto shown = std::make_shared<const Entries>(std::move(entries));
  const std::lock_guard lock(mutex_);
  entries_ = std::move(shown);
}

Result<void> Tokens::load() {
  const std::lock_guard lock(changing_);
  broken_.clear();
  const auto text = io::readTrustedFile(path_, kMostBytesOfTokens);
  if (!text && text.error().code == ErrorCode::kNotFound) return {};
  auto records = text ? decodeTokens(*text) : Result<std::vector<TokenRecord>>(text.error());
  if (!records) {
    broken_ = text ? path_ + ": " + records.error().message : text.error().message;
    return Error{ErrorCode::kUnavailable, broken_};
  }
  Entries all = *entries();
  for (TokenRecord& record : *records) {
    all.push_back({std::move(record), {}, std::make_shared<std::atomic<std::int64_t>>(0)});
  }
  show(std::move(all));
  return {};
}

void Tokens::configure(const std::string& name, const Grant& grant,
                       std::optional<std::string_view> token, const std::string& file) {
  const std::lock_guard lock(changing_);
  Entries all = *entries();
  TokenRecord record{.name = name, .grant = grant, .sha256 = token ? io::Digest(*token).hex() : ""};
  Entry entry{std::move(record), file, std::make_shared<std::atomic<std::int64_t>>(0)};
  const auto before = std::find_if(all.begin(), all.end(), [&](const Entry& known) {
    return !known.file.empty() && known.record.name == name;
  });
  before == all.end() ? (void)all.insert(all.begin(), std::move(entry))
                      : (void)(*before = std::move(entry));
  show(std::move(all));
}

std::optional<Tokens::Match> Tokens::find(std::string_view token) const {
  const std::string hash = io::Digest(token).hex();
  const auto all = entries();
  const core::WallTime now = now_();
  std::optional<Match> match;
  for (const Entry& entry : *all) {
    const TokenRecord& record = entry.record;
    const bool present = sameHash(hash, record.sha256);
    const bool previous = sameHash(hash, record.previous_sha256);
    if (match || (!present && !previous)) continue;
    match = Match{record.name, record.grant, ""};
    if (record.revoked_at) {
      match->problem = "was revoked at " + core::toIso8601(*record.revoked_at);
    } else if (previous && (!record.previous_until || now >= *record.previous_until)) {
      match->problem = "was replaced by a newer one";
    } else if (record.expires_at && now >= *record.expires_at) {
      match->problem = "expired at " + core::toIso8601(*record.expires_at);
    } else {
      entry.used->store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
  }
  return match;
}

bool Tokens::isOver(const TokenRecord& record) const {
  return record.revoked_at || (record.expires_at && now_() >= *record.expires_at);
}

std::vector<Tokens::View> Tokens::list() const {
  std::vector<View> views;
  for (const Entry& entry : *entries()) {
    View& view = views.emplace_back(View{entry.record, entry.file, {}, false});
    view.expired = !entry.record.revoked_at && isOver(entry.record);
    view.unreadable = !entry.file.empty() && entry.record.sha256.empty();
    if (const auto used = entry.used->load(std::memory_order_relaxed); used != 0) {
      view.last_used = core::WallTime(core::WallTime::duration(used));
    }
  }
  return views;
}

std::optional<Error> Tokens::fault(const Wanted& wanted) const {
  if (const std::string wrong = config::nameFault(wanted.name); !wrong.empty()) {
    return Error{ErrorCode::kInvalid, "name: \"" + wanted.name + "\" " + wrong};
  }
  if (wanted.name == kControl) {
    return Error{ErrorCode::kInvalid, "name: \"control\" is the token of web.token_file"};
  }
  if (const std::string wrong = grantFault(wanted.grant); !wrong.empty()) {
    return Error{ErrorCode::kInvalid, "governors: " + wrong};
  }
  return std::nullopt;
}

std::optional<Error> Tokens::hashFault(const Entries& entries, const std::string& sha256,
                                       const std::string& of) const {
  if (!io::isSha256(sha256)) {
    return Error{ErrorCode::kInvalid,
                 "sha256 must be the SHA-256 of the token: 64 digits of 0-9a-f"};
  }
  for (const Entry& entry : entries) {
    if (entry.record.sha256 != sha256 && entry.record.previous_sha256 != sha256) continue;
    if (entry.record.name == of && entry.record.sha256 == sha256) continue;
    return Error{ErrorCode::kConflict, "this token is known already: make a new one"};
  }
  return std::nullopt;
}

Result<Tokens::Place> Tokens::known(Entries& entries, const std::string& name) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.record.name == name; });
  if (found == entries.end()) {
    std::string names;
    for (const Entry& entry : entries) names += (names.empty() ? "" : ", ") + entry.record.name;
    return Error{ErrorCode::kNotFound,
                 "no token \"" + name + "\" (there are: " + (names.empty() ? "none" : names) + ")"};
  }
  if (found->file.empty()) return found;
  return Error{
      ErrorCode::kConflict,
      "token \"" + name + "\" is of the configuration: it is changed there, or in " + found->file};
}

Result<void> Tokens::write(const Entries& entries) const {
  std::vector<TokenRecord> records;
  for (const Entry& entry : entries) {
    if (entry.file.empty()) records.push_back(entry.record);
  }
  auto file = io::FileReplacement::prepare(path_, encodeTokens(records));
  return file ? file->commit() : file.error();
}

// On disk, and then in force.
Result<void> Tokens::keep(Entries entries) {
  if (auto written = write(entries); !written) return written;
  show(std::move(entries));
  return {};
}

Result<TokenRecord> Tokens::create(const Wanted& wanted) {
  if (auto wrong = fault(wanted)) return *wrong;
  const std::lock_guard lock(changing_);
  if (!broken_.empty()) return Error{ErrorCode::kUnavailable, broken_};
  Entries all = *entries();
  if (auto wrong = hashFault(all, wanted.sha256, wanted.name)) return *wrong;
  const core::WallTime now = now_();
  const auto taken = std::find_if(
      all.begin(), all.end(), [&](const Entry& entry) { return entry.record.name == wanted.name; });
  if (taken != all.end()) {
    const TokenRecord& record = taken->record;
    if (!isOver(record) && record.sha256 == wanted.sha256 && record.grant == wanted.grant) {
      return record;
    }
    if (!taken->file.empty() || !isOver(record)) {
      return Error{ErrorCode::kConflict,
                   "there is a token \"" + wanted.name +
                       "\" already; healdctl token rotate gives it a new secret, revoke ends it"};
    }
    all.erase(taken);
  }
  std::erase_if(all, [&](const Entry& entry) {
    const TokenRecord& record = entry.record;
    const auto over = record.revoked_at ? record.revoked_at : record.expires_at;
    return over && now - *over > kRemembered;
  });
  if (all.size() >= kMost) {
    return Error{ErrorCode::kLimit, "there are " + std::to_string(kMost) + " tokens already"};
  }
  TokenRecord record{.name = wanted.name,
                     .grant = wanted.grant,
                     .sha256 = wanted.sha256,
                     .created_at = now,
                     .created_by = wanted.by};
  if (wanted.lifetime) record.expires_at = now + *wanted.lifetime;
  all.push_back({record, {}, std::make_shared<std::atomic<std::int64_t>>(0)});
  if (auto kept = keep(std::move(all)); !kept) return kept.error();
  return record;
}

Result<TokenRecord> Tokens::revoke(const std::string& name, const std::string& by) {
  const std::lock_guard lock(changing_);
  if (!broken_.empty()) return Error{ErrorCode::kUnavailable, broken_};
  Entries all = *entries();
  const auto found = known(all, name);
  if (!found) return found.error();
  TokenRecord& record = (*found)->record;
  if (!record.revoked_at) {
    record.revoked_at = now_();
    record.revoked_by = by;
  }
  TokenRecord answer = record;
  const auto written = write(all);
  show(std::move(all));
  if (written) return answer;
  return Error{ErrorCode::kUnavailable, "token \"" + name +
                                            "\" is revoked until heald ends, and not on disk; ask "
                                            "again: " +
                                            written.error().message};
}

Result<TokenRecord> Tokens::rotate(const Rotation& rotation) {
  const std::lock_guard lock(changing_);
  if (!broken_.empty()) return Error{ErrorCode::kUnavailable, broken_};
  Entries all = *entries();
  const auto found = known(all, rotation.name);
  if (!found) return found.error();
  TokenRecord& record = (*found)->record;
  if (record.revoked_at) {
    return Error{ErrorCode::kConflict, "token \"" + rotation.name +
                                           "\" is revoked; healdctl token create makes a new one"};
  }
  if (record.sha256 == rotation.sha256) return record;
  if (rotation.grace > kLongestGrace) return Error{ErrorCode::kInvalid, "grace is at most 7d"};
  if (auto wrong = hashFault(all, rotation.sha256, rotation.name)) return *wrong;
  const core::WallTime now = now_();
  const auto lifetime = rotation.lifetime ? rotation.lifetime
                        : record.expires_at
                            ? std::optional(core::Duration(*record.expires_at - record.created_at))
                            : std::nullopt;
  record.previous_sha256 = std::exchange(record.sha256, rotation.sha256);
  record.previous_until = now + rotation.grace;
  if (record.expires_at)
    record.previous_until = std::min(*record.previous_until, *record.expires_at);
  record.created_at = now;
  record.expires_at = lifetime ? std::optional(now + *lifetime) : std::nullopt;
  TokenRecord answer = record;
  if (auto kept = keep(std::move(all)); !kept) return kept.error();
  return answer;
}

}  // namespace heald::http
