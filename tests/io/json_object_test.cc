#include "io/json_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/plain_text.h"

namespace heald::io {
namespace {

using testing::HasSubstr;

std::string messageFor(std::string_view body) {
  const auto value = parseJsonObject(body);
  return value.ok() ? "accepted" : value.error().message;
}

std::string nested(int levels) {
  return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

TEST(JsonBody, IsAnObject) {
  EXPECT_EQ((*parseJsonObject(R"({"reason":"x"})"))["reason"], "x");
  EXPECT_TRUE(parseJsonObject("")->is_object());
  EXPECT_THAT(messageFor("[]"), HasSubstr("line 1, column 1: expected an object"));
  EXPECT_THAT(messageFor("null"), HasSubstr("expected an object"));
}

TEST(JsonBody, NamesLineAndColumnOfAMistake) {
  EXPECT_THAT(messageFor("{\n  \"a\": 1,\n  b\n}"), HasSubstr("line 3, column 3: "));
  EXPECT_THAT(messageFor("{"), HasSubstr("line 1, column 2: "));
  EXPECT_THAT(messageFor("{} x"), HasSubstr("line 1, column 4: "));
  EXPECT_THAT(messageFor(R"({"a":1e999})"), HasSubstr("line 1, column "));
}

// Found by tests/fuzz/alerts_fuzz.cc: the reason ended in the middle of a character.
TEST(JsonBody, AReasonIsUtf8WhereverTheBodyBreaksOff) {
  EXPECT_TRUE(core::isUtf8(messageFor("{\"a\":\"b\"\xac}")));
  EXPECT_TRUE(core::isUtf8(messageFor("{\"a\":\"b\"\xe2\x82}")));
}

// Found by tests/fuzz/tokens_fuzz.cc: DEL was in it, and a mebibyte might have been.
TEST(JsonBody, AReasonIsOneShortLineWhateverTheBodyIs) {
  EXPECT_THAT(messageFor("{\"a\":\x7f}"), testing::Not(HasSubstr("\x7f")));
  EXPECT_LT(messageFor("{\"a\": " + std::string(1'000'000, '1') + "x}").size(), 1'000u);
  EXPECT_LT(messageFor("{\"a\": \"" + std::string(1'000'000, 'b')).size(), 1'000u);
}

TEST(JsonBody, RefusesBytesThatAreNotUtf8) {
  EXPECT_THAT(messageFor("{\"a\":\"\xff\"}"), HasSubstr("line 1, column 7: "));
  EXPECT_THAT(messageFor("{\"a\":\"\xed\xa0\x80\"}"), HasSubstr("line 1, column "));
  EXPECT_THAT(messageFor(std::string("{\"a\":\"\0\"}", 9)), HasSubstr("line 1, column "));
}

TEST(JsonBody, RefusesNestingBombs) {
  EXPECT_EQ(messageFor(nested(32)), "accepted");
  EXPECT_THAT(messageFor(nested(33)), HasSubstr("column 37: nested deeper than 32 levels"));
  EXPECT_THAT(messageFor("{\"a\":\n" + std::string(1'000'000, '[')),
              HasSubstr("line 2, column 32: nested deeper"));
  EXPECT_EQ(messageFor(R"({"a":")" + std::string(100, '[') + R"(\"[[["})"), "accepted");
}

}  // namespace
}  // namespace heald::io
