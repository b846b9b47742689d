#include "etcd/client.h"

#include <gtest/gtest.h>

#include "support/cutting_proxy.h"
#include "support/etcd.h"
#include "support/temp_dir.h"
#include "support/tiny_server.h"

namespace heald::etcd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Compare modified(const std::string& key, std::int64_t revision) {
  return {key, Compare::Of::kModRevision, revision};
}

class EtcdClient : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(etcd_.ready()) << etcd_.log(); }

  test::Etcd etcd_;
  Client client_{{.endpoints = etcd_.urls()}, seconds(2)};
};

TEST_F(EtcdClient, WhatWasPutIsFoundWithItsRevisions) {
  EXPECT_TRUE(client_.get("a").rows.empty());
  const std::string odd("\0\xff\n\"", 4);
  const Done done = client_.commit({}, {Put{"a", odd}, Put{"b", ""}});
  EXPECT_TRUE(done.succeeded);
  const Range found = client_.get("a");
  ASSERT_EQ(found.rows.size(), 1u);
  EXPECT_EQ(found.rows[0], (KeyValue{"a", odd, done.revision, done.revision, 0}));
  EXPECT_NE(found.cluster, 0u);
  EXPECT_EQ(client_.get("b").rows.at(0).value, "");
}

TEST_F(EtcdClient, AnEndpointMayHaveAName) {
  Client by_name({.endpoints = {"http://localhost:" + std::to_string(etcd_.port())}}, seconds(2));
  EXPECT_TRUE(by_name.commit({}, {Put{"n", "1"}}).succeeded);
  Client unknown({.endpoints = {"http://nobody.invalid:2379", etcd_.urls().front()}}, seconds(2));
  EXPECT_EQ(unknown.get("n").rows.size(), 1u) << "the next one is asked";
}

TEST_F(EtcdClient, ACommitIsDoneOnlyWhenItsComparesHold) {
  const auto first = client_.commit({modified("k", 0)}, {Put{"k", "1"}});
  ASSERT_TRUE(first.succeeded);
  EXPECT_FALSE(client_.commit({modified("k", 0)}, {Put{"k", "2"}}).succeeded);
  EXPECT_FALSE(client_.commit({{"k", Compare::Of::kCreateRevision, 0}}, {Put{"k", "2"}}).succeeded);
  EXPECT_EQ(client_.get("k").rows.at(0).value, "1");
  EXPECT_TRUE(client_.commit({modified("k", first.revision)}, {Remove{"k"}}).succeeded);
  EXPECT_TRUE(client_.get("k").rows.empty());
}

TEST_F(EtcdClient, AListOfMoreThanOneAnswerStandsAtOneRevision) {
  for (int i = 0; i < 26; ++i) {
    std::vector<Operation> operations;
    for (int k = 0; k < 100; ++k) {
      operations.push_back(Put{"many/" + std::to_string(i * 100 + k), std::to_string(k)});
    }
    ASSERT_TRUE(client_.commit({}, operations).succeeded);
  }
  client_.commit({}, {Put{"manz", "behind"}});
  EXPECT_EQ(client_.list("many/").rows.size(), 2600u);
}

TEST_F(EtcdClient, AKeyEndsWithItsLease) {
  const std::int64_t lease = client_.grant(seconds(2));
  client_.commit({}, {Put{"leased", "x", lease}});
  EXPECT_TRUE(client_.renew(lease));
  EXPECT_EQ(client_.get("leased").rows.at(0).lease, lease);
  client_.revoke(lease);
  EXPECT_TRUE(client_.get("leased").rows.empty());
  EXPECT_FALSE(client_.renew(lease));
}

TEST_F(EtcdClient, AWatchSeesAChangeAndElseEndsWithItsPatience) {
  const auto before = client_.commit({}, {Put{"watched", "1"}}).revision;
  EXPECT_FALSE(client_.watch("watched", before, milliseconds(100)));
  Client other({.endpoints = etcd_.urls()}, seconds(2));
  std::thread changes([&] { other.commit({}, {Put{"watched", "2"}}); });
  EXPECT_TRUE(client_.watch("watched", before, seconds(10)));
  changes.join();
  EXPECT_TRUE(client_.watch("watched", before, seconds(10))) << "what is past already";
}

TEST_F(EtcdClient, AnEndpointThatIsNotThereIsPassedOver) {
  Client client({.endpoints = {"http://127.0.0.1:1", etcd_.urls()[0]}}, seconds(2));
  EXPECT_TRUE(client.commit({}, {Put{"a", "1"}}).succeeded);
  EXPECT_EQ(client.get("a").rows.size(), 1u);
}

TEST_F(EtcdClient, WhatIsReadIsAskedOfAnotherMemberWhenOneIsSilent) {
  const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(silent, reinterpret_cast<sockaddr*>(&address), sizeof address);
  ::listen(silent, 4);
  socklen_t size = sizeof address;
  ::getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size);
  const std::string url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  Client client({.endpoints = {url, etcd_.urls()[0]}}, seconds(1));
  EXPECT_TRUE(client.get("nothing").rows.empty());
  ::close(silent);
}

TEST_F(EtcdClient, WhatChangesSomethingAndHasNoAnswerMayBeDone) {
  test::CuttingProxy proxy(etcd_.port(), [] { return true; });
  Client client({.endpoints = {proxy.url(), etcd_.urls()[0]}}, seconds(1));
  try {
    client.commit({}, {Put{"cut", "1"}});
    FAIL() << "an answer came";
  } catch (const Fault& fault) {
    EXPECT_TRUE(fault.maybe_done) << fault.what();
  }
  EXPECT_EQ(client_.get("cut").rows.size(), 1u) << "it was done";
}

TEST_F(EtcdClient, ARefusalAndAPageOfSomethingElseAreTold) {
  try {
    client_.commit({}, std::vector<Operation>(200, Put{"k", "v"}));
    FAIL() << "129 operations are too many";
  } catch (const Fault& fault) {
    EXPECT_FALSE(fault.maybe_done) << fault.what();
    EXPECT_NE(std::string(fault.what()).find("etcd at http"), std::string::npos) << fault.what();
  }
  Client nowhere({.endpoints = {"http://127.0.0.1:1"}}, seconds(1));
  try {
    nowhere.get("k");
    FAIL() << "nothing listens there";
  } catch (const Fault& fault) {
    EXPECT_FALSE(fault.maybe_done) << fault.what();
  }
}

// A signed token holds the revision of users and roles that it was made at, and is refused after
// any change of them.
TEST(EtcdToken, IsMadeAnewWhenTheRightsInEtcdHaveChanged) {
  int logins = 0;
  test::TinyServer server([&logins](const std::string& request) {
    if (request.find("/v3/auth/authenticate") != std::string::npos) {
      return test::TinyServer::reply(200,
                                     R"({"token": "token-)" + std::to_string(++logins) + "\"}");
    }
    if (request.find("Authorization: token-2") == std::string::npos) {
      return test::TinyServer::reply(
          400, R"({"error": "etcdserver: revision of auth store is old", "code": 3})");
    }
    return test::TinyServer::reply(200, R"({"succeeded": true, "header": {"revision": "7"}})");
  });
  test::TempDir dir;
  dir.write("password", "secret\n");
  Client client({.endpoints = {"http://127.0.0.1:" + std::to_string(server.port())},
                 .username = "heald",
                 .password_file = dir.file("password")},
                seconds(2));
  EXPECT_EQ(client.commit({}, {Put{"a", "1"}}).revision, 7);
  EXPECT_EQ(logins, 2);
}

// What no etcd can be made to say, said by a server of the test.
class EtcdAnswers : public testing::Test {
 protected:
  using Server = test::TinyServer;

  static std::optional<bool> maybeDone(Client& client) {
    try {
      client.commit({}, {Put{"k", "1"}});
    } catch (const Fault& fault) {
      return fault.maybe_done;
    }
    return std::nullopt;
  }
  static Client of(const Server& server, const std::string& password_file = "") {
    return Client({.endpoints = {server.url("")},
                   .username = password_file.empty() ? "" : "heald",
                   .password_file = password_file},
                  seconds(2));
  }
};

TEST_F(EtcdAnswers, OnlyARefusalSaysThatNothingWasDone) {
  const Server unavailable([](const std::string&) {
    return Server::reply(503, R"({"error": "etcdserver: request timed out", "code": 14})");
  });
  Client slow = of(unavailable);
  EXPECT_EQ(maybeDone(slow), true);
  const Server refuses([](const std::string&) {
    return Server::reply(400, R"({"error": "etcdserver: too many operations", "code": 3})");
  });
  Client refused = of(refuses);
  EXPECT_EQ(maybeDone(refused), false);
  const Server page([](const std::string&) { return Server::reply(404, "<html>"); });
  Client lost = of(page);
  EXPECT_EQ(maybeDone(lost), true) << "a proxy's page";
}

// As the gateway answers what went wrong behind its first byte.
TEST_F(EtcdAnswers, AnErrorWithTheStatusOfASuccessIsNone) {
  const Server server([](const std::string&) {
    return Server::reply(200, R"({"error": {"message": "etcdserver: no leader"}})");
  });
  Client client = of(server);
  EXPECT_EQ(maybeDone(client), true);
  EXPECT_THROW(client.renew(7), Fault);
  EXPECT_THROW(client.get("k"), Fault);
}

TEST_F(EtcdAnswers, OfWhatIsNoEtcdAreFaultsAndNoOtherException) {
  const Server proxy([](const std::string&) {
    return Server::reply(504, R"({"code": "TIMEOUT", "token": 7, "error": {"id": 1}})");
  });
  Client client = of(proxy);
  EXPECT_EQ(maybeDone(client), true);
  EXPECT_THROW(client.get("k"), Fault);
  test::TempDir folder;
  const Server strange([](const std::string&) { return Server::reply(200, R"({"token": 7})"); });
  Client logs_in = of(strange, folder.write("password", "secret\n"));
  EXPECT_FALSE(logs_in.renew(7)) << "and no TTL is a lease that has ended";
}

TEST_F(EtcdAnswers, ATokenThatIsTooOldIsFetchedAnew) {
  test::TempDir folder;
  std::atomic<int> logins{0};
  const Server server([&](const std::string& request) {
    if (request.find("/v3/auth/authenticate") != std::string::npos) {
      return Server::reply(200, R"({"token": "t)" + std::to_string(++logins) + "\"}");
    }
    if (request.find("Authorization: t2\r\n") != std::string::npos) {
      return Server::reply(200, R"({"succeeded": true})");
    }
    return Server::reply(401, R"({"error": "etcdserver: invalid auth token", "code": 16})");
  });
  Client client = of(server, folder.write("password", "secret\n"));
  EXPECT_TRUE(client.commit({}, {Put{"k", "1"}}).succeeded);
  EXPECT_EQ(logins, 2);
}

TEST_F(EtcdAnswers, EveryPageOfAListIsAskedForAtTheRevisionOfTheFirst) {
  const Server server([](const std::string& request) {
    const bool first = request.find("\"revision\"") == std::string::npos;
    return Server::reply(200, R"({"header": {"revision": ")" + std::string(first ? "7" : "9") +
                                  R"("}, "kvs": [{"key": "YQ=="}], "more": )" +
                                  (first ? "true" : "false") + "}");
  });
  Client client = of(server);
  const Range range = client.list("a");
  EXPECT_EQ(range.revision, 7);
  EXPECT_EQ(range.rows.size(), 2u);
  EXPECT_NE(server.lastRequest().find(R"("revision":"7")"), std::string::npos);
}

}  // namespace
}  // namespace heald::etcd
