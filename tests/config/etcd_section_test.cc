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

}  // namespace
}  // namespace heald::config
