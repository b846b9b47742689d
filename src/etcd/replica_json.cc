#include "etcd/replica_json.h"

#include <nlohmann/json.hpp>

namespace heald::etcd {

using nlohmann::json;

std::string encoded(const Replica& replica) {
  const json object = {{"name", replica.name},
                       {"url", replica.url},
                       {"version", replica.version},
                       {"config", replica.config}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

Replica replicaOf(const std::string& text, const std::string& otherwise) {
  const json object = json::parse(text, nullptr, false);
  const auto at = [&object](const char* field) {
    const auto found = object.is_object() ? object.find(field) : object.end();
    return object.is_object() && found != object.end() && found->is_string()
               ? found->get<std::string>()
               : std::string();
  };
  const std::string name = at("name");
  return {name.empty() ? otherwise : name, at("url"), at("version"), at("config")};
}

}  // namespace heald::etcd
