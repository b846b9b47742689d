#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_kinds.h"

namespace heald::config {
namespace {

using testing::HasSubstr;

std::string problem(const std::string& endpoint) {
  return problemsOf("checks: []\nstore: {etcd: {endpoints: ['" + endpoint + "']}}\n");
}

TEST(EtcdSection, AnEndpointIsAHostByNameOrAddressWithItsPort) {
  for (const char* right : {"http://127.0.0.1:2379", "https://[::1]:2379",
                            "https://etcd-0.etcd:2379", "https://etcd.example.org:443"}) {
    EXPECT_EQ(problem(right), "") << right;
  }
  for (const char* wrong :
       {"etcd:2379", "https://", "https://etcd", "https://etcd:0", "https://etcd:65536",
        "https://etcd:2379/v3", "https://a@etcd:2379", "https://et cd:2379", "unix:///run/etcd"}) {
    EXPECT_THAT(problem(wrong), HasSubstr("store.etcd.endpoints")) << wrong;
  }
}

TEST(EtcdSection, WhereUsersReachAReplicaIsAnAddressThatHealdctlFollowsTo) {
  const auto wrong = [](const std::string& url) {
    return problemsOf("checks: []\nstore: {etcd: {endpoints: ['http://e:2379'], url: '" + url +
                      "'}}\n");
  };
  for (const char* right :
       {"http://10.0.0.1:3001", "https://heald-1.example", "http://[::1]:3001"}) {
    EXPECT_EQ(wrong(right), "") << right;
  }
  for (const char* url : {"heald-1:3001", "unix:/run/heald/control.sock", "https://a b"}) {
    EXPECT_THAT(wrong(url), HasSubstr("store.etcd.url")) << url;
  }
}

std::uint64_t hashOf(const std::string& text) {
  return readConfig(text, "heald.yml", fakeKinds(), environmentOf({})).hash;
}

TEST(EtcdSection, WhatAReplicaSaysOfItselfIsNotWhatTellsTwoConfigurationsApart) {
  const auto flow = [](const std::string& name, const std::string& url) {
    return hashOf("store: {etcd: {endpoints: ['http://e:2379'], name: " + name + ", url: \"" + url +
                  "\"}}  # shared\n");
  };
  EXPECT_EQ(flow("a", "http://a:3001"), flow("heald-2", "http://heald-2.example:3001"));
  EXPECT_EQ(flow("a", "http://a:3001"), flow("b", "${URL}"));
  const auto block = [](const std::string& own, const std::string& lease) {
    return hashOf("# über\nstore:\n  etcd:\n    endpoints: ['http://e:2379']\n" + own +
                  "    lease: " + lease + "\n");
  };
  const std::string a = "    name: a\n    url: http://a:3001\n";
  const std::string b = "    name: 'b'\n    url: http://bb:3001 # here\n";
  const std::string c = "    name: 'cc'\n    url: http://c:3001 # here\n";
  EXPECT_EQ(block(b, "5s"), block(c, "5s"));
  EXPECT_NE(block(a, "5s"), block(a, "6s"));
  EXPECT_NE(block(a, "5s"), block("", "5s")) << "the keys themselves do";
  EXPECT_NE(hashOf("name: a\n"), hashOf("name: b\n"));
}

}  // namespace
}  // namespace heald::config
