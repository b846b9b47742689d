#include "store/etcd_head.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "store/fault.h"
#include "store/json_fields.h"

namespace heald::store {
namespace {

using nlohmann::json;

json asJson(const Head& head) {
  return {{"term", head.term},
          {"number", head.number},
          {"replica", head.replica},
          {"parts", head.parts},
          {"stage", head.stage}};
}

Head headIn(const json& value) {
  return {countAt<std::uint64_t>(value, "term"), countAt<std::uint64_t>(value, "number"),
          textAt(value, "replica"), countAt<std::uint64_t>(value, "parts"), textAt(value, "stage")};
}

json parsed(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  if (!value.is_object()) throw Fault("not a JSON object");
  return value;
}

}  // namespace

std::string encode(const Head& head) {
  return asJson(head).dump(-1, ' ', false, json::error_handler_t::replace);
}

Head decodeHead(const std::string& text) {
  return headIn(parsed(text));
}

std::optional<SeenHead> readSeenHead(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    if (std::filesystem::exists(path)) throw Fault(path + ": cannot be read");
    return std::nullopt;
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (text.view().empty() && std::filesystem::is_regular_file(path)) return std::nullopt;
  try {
    const json value = parsed(text.str());
    return SeenHead{countAt<std::uint64_t>(value, "cluster"), textAt(value, "prefix"),
                    headIn(objectAt(value, "head"))};
  } catch (const Fault& fault) {
    throw Fault(path + ": " + fault.what() + "; remove it if etcd has the right state");
  }
}

void writeSeenHead(const std::string& path, const SeenHead& seen) {
  const json value = {
      {"cluster", seen.cluster}, {"prefix", seen.prefix}, {"head", asJson(seen.head)}};
  const std::string draft = path + ".new";
  {
    std::ofstream file(draft, std::ios::trunc);
    file << value.dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
    if (!file.flush()) throw Fault(draft + ": cannot be written");
  }
  std::error_code error;
  std::filesystem::rename(draft, path, error);
  if (error) throw Fault(path + ": " + error.message());
}

void requireNotOlder(const std::string& path, const SeenHead& found) {
  const std::optional<SeenHead> seen = readSeenHead(path);
  if (!seen || seen->prefix != found.prefix) return;
  const std::string advice = "; if that is right, remove " + path + " and start heald again";
  if (seen->cluster != found.cluster) {
    throw Fault("another etcd cluster than the one that this replica has known answers" + advice);
  }
  if (found.head.number < seen->head.number) {
    throw Fault("etcd holds an older state (commit " + std::to_string(found.head.number) +
                ") than this replica has seen (" + std::to_string(seen->head.number) +
                "), as if it was put back from a copy" + advice);
  }
}

std::string HeadMemory::keep(std::uint64_t cluster, const Head& head) {
  if (path_.empty() || kept_ == head) return "";
  try {
    writeSeenHead(path_, {cluster, prefix_, head});
  } catch (const Fault& fault) {
    return std::exchange(said_, true) ? "" : fault.what();
  }
  kept_ = head;
  said_ = false;
  return "";
}

void rememberFound(const std::string& path, const std::string& prefix, const etcd::Range& found) {
  if (path.empty() || found.rows.empty()) return;
  const SeenHead seen{found.cluster, prefix, decodeHead(found.rows.front().value)};
  requireNotOlder(path, seen);
  writeSeenHead(path, seen);
}

void requireComparing(etcd::Keys& keys, const std::string& head_key) {
  const etcd::Compare never{head_key, etcd::Compare::Of::kModRevision, -1};
  const etcd::Compare nor{head_key, etcd::Compare::Of::kCreateRevision, -1};
  if (keys.commit({never}, {}).succeeded || keys.commit({nor}, {}).succeeded) {
    throw Fault("this etcd does what it is asked though the comparison does not hold");
  }
}

}  // namespace heald::store
