#include "api/actor.h"

#include <gtest/gtest.h>

namespace heald::api {
namespace {

http::Request from(door::Caller caller, http::Identity who, const std::string& claim = "") {
  http::Request request;
  request.caller = std::move(caller);
  request.who = std::move(who);
  if (!claim.empty()) request.headers.add("X-Heald-Actor", claim);
  return request;
}

TEST(Actor, IsWhatIsProvenAndApartFromItWhatIsClaimed) {
  door::Caller tcp;
  tcp.address = "192.0.2.7";
  door::Caller root;
  root.uid = 0;
  root.unix_socket = true;
  const http::Identity ci = {http::Identity::Proof::kToken, "ci",
                             http::Grant{http::Role::kOperate}};
  EXPECT_EQ(actorOf(from(tcp, ci)), "token ci from 192.0.2.7");
  EXPECT_EQ(actorOf(from(tcp, ci, "alice@host")), "token ci from 192.0.2.7 as alice@host");
  EXPECT_EQ(actorOf(from(root, ci)), "token ci from user root");
  EXPECT_EQ(actorOf(from(root, {http::Identity::Proof::kUser, "0", http::Grant{http::Role::kAdmin}},
                         "root@host")),
            "user root as root@host");
  EXPECT_EQ(actorOf(from(tcp, {http::Identity::Proof::kCertificate, "ci.example",
                               http::Grant{http::Role::kRead}})),
            "certificate ci.example from 192.0.2.7");
  EXPECT_EQ(actorOf(from(tcp, {})), "api from 192.0.2.7");
}

TEST(Actor, IsTakenApartAtWhatHealdHasWritten) {
  const auto apart = [](std::string_view actor) {
    const ActorParts parts = partsOfActor(actor);
    return std::string(parts.proven) + "|" + std::string(parts.claimed);
  };
  EXPECT_EQ(apart("token ci from 192.0.2.7 as alice@host"), "token ci from 192.0.2.7|alice@host");
  EXPECT_EQ(apart("token ci from 192.0.2.7 as token control from 127.0.0.1 as root"),
            "token ci from 192.0.2.7|token control from 127.0.0.1 as root")
      << "a claim cannot become a proof";
  EXPECT_EQ(apart("api from 127.0.0.1 as alice@host"), "api from 127.0.0.1|alice@host")
      << "of an older heald";
  EXPECT_EQ(apart("SIGHUP"), "SIGHUP|");
  EXPECT_EQ(apart(""), "|");
}

}  // namespace
}  // namespace heald::api
