#include "api/actor.h"

#include "io/text.h"
#include "io/user.h"

namespace heald::api {
namespace {

constexpr std::string_view kClaim = " as ";

// Neither a name, nor an address, nor a user has a blank, so the first " as " is ours.
std::string provenActor(const http::Request& request) {
  const door::Caller& caller = request.caller;
  const bool by_socket = caller.unix_socket && caller.uid;
  const std::string user = by_socket ? "user " + io::userName(*caller.uid) : "";
  if (request.who.proof == http::Identity::Proof::kUser) return user;
  const std::string from = " from " + (by_socket ? user : caller.address);
  const std::string name = toString(request.who);
  return (name.empty() ? "api" : name) + from;
}

}  // namespace

std::string actorOf(const http::Request& request) {
  constexpr std::size_t kMaxActorBytes = 64;
  const std::string claimed =
      io::oneLine(request.headers.get("X-Heald-Actor").value_or(""), kMaxActorBytes);
  const std::string proven = provenActor(request);
  return claimed.empty() ? proven : proven + std::string(kClaim) + claimed;
}

ActorParts partsOfActor(std::string_view actor) {
  const auto at = actor.find(kClaim);
  if (at == std::string_view::npos) return {actor, {}};
  return {actor.substr(0, at), actor.substr(at + kClaim.size())};
}

}  // namespace heald::api
