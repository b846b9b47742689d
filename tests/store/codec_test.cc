#include "store/codec.h"

#include "store/fault.h"
#include "store/support.h"

namespace heald::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string reasonOf(const std::string& text) {
  try {
    decodeGovernor(text);
  } catch (const Fault& fault) {
    return fault.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from << " in " << text;
  return text.replace(place, from.size(), to);
}

TEST(Codec, GivesBackEveryStateThatItWrote) {
  StateMaker maker(20240717);
  for (int i = 0; i < 5000; ++i) {
    const core::GovernorState state = maker.make();
    ASSERT_EQ(decodeGovernor(encode(state)), state) << encode(state);
  }
}

TEST(Codec, GivesBackTheTotalsOfARemedy) {
  engine::RemedyTotals totals{UINT64_MAX, 2, {3, 4, 5, 6, 7}};
  EXPECT_EQ(decodeRemedy(encode(totals)), totals);
  EXPECT_EQ(decodeRemedy(encode(engine::RemedyTotals{})), engine::RemedyTotals{});
}

TEST(Codec, ReplacesBytesThatAreNotUtf8AndKeepsTheRest) {
  core::GovernorState state;
  state.dormancy = {"bad \xff\xfe byte", core::WallTime{}, core::TriggeredBy::kManual, {}};
  EXPECT_EQ(decodeGovernor(encode(state)).dormancy->reason, "bad \uFFFD\uFFFD byte");
}

TEST(Codec, AStartThatManyRebootsMovedFarIntoThePastCanStillBeRead) {
  core::GovernorState state;
  state.starts = {core::BootTime(core::Duration(INT64_MIN))};
  EXPECT_EQ(reasonOf(encode(state)), "");
}

TEST(Codec, NamesTheFieldThatIsMissingAndTheOneThatIsWrong) {
  const std::string good = encode(stateOf(7));
  EXPECT_EQ(reasonOf(good), "");
  EXPECT_EQ(reasonOf(replaced(good, "\"epoch\":7", "\"other\":7")), "\"epoch\" is missing");
  EXPECT_EQ(reasonOf(replaced(good, "\"epoch\":7", "\"epoch\":-7")),
            "\"epoch\" is not a count: -7");
  EXPECT_EQ(reasonOf(replaced(good, "\"epoch\":7", "\"epoch\":7.5")),
            "\"epoch\" is not a count: 7.5");
  EXPECT_EQ(reasonOf(replaced(good, "\"CLOSED\"", "\"AJAR\"")),
            "\"state\" has the unknown value \"AJAR\"");
  EXPECT_EQ(reasonOf(replaced(good, "\"in_flight\":[]", "\"in_flight\":{}")),
            "\"in_flight\" is not a list");
  EXPECT_EQ(reasonOf(replaced(good, "\"in_flight\":[]", "\"in_flight\":[1]")),
            "\"in_flight\" is not a list of objects");
}

TEST(Codec, RefusesNumbersOutOfTheirRange) {
  const std::string good = encode(core::GovernorState{});
  EXPECT_THAT(
      reasonOf(replaced(good, "\"consecutive_failures\":0", "\"consecutive_failures\":2147483648")),
      HasSubstr("is not a count"));
  EXPECT_THAT(reasonOf(replaced(good, "\"next_allowed_at_ns\":0",
                                "\"next_allowed_at_ns\":9223372036854775807")),
              HasSubstr("out of range"));
  EXPECT_THAT(reasonOf(replaced(good, "\"next_allowed_at_ns\":0",
                                "\"next_allowed_at_ns\":18446744073709551615")),
              HasSubstr("is not a time"));
}

TEST(Codec, RefusesWhatIsNoJsonObjectOfItsVersion) {
  EXPECT_EQ(reasonOf(""), "it is not a JSON object");
  EXPECT_EQ(reasonOf("[1]"), "it is not a JSON object");
  EXPECT_EQ(reasonOf("{\"version\":2}"), "its version is 2, this heald reads version 1");
  EXPECT_EQ(reasonOf("{}"), "\"version\" is missing");
}

TEST(Codec, NeverCrashesOnATextThatWasCutOrHadOneByteChanged) {
  StateMaker maker(7);
  const core::GovernorState state = maker.make();
  const std::string good = encode(state);
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_NE(reasonOf(good.substr(0, i)), "");
    for (const char byte : {'\0', '"', '{', '9', '-', '\xff'}) {
      std::string bad = good;
      bad[i] = byte;
      reasonOf(bad);
    }
  }
}

}  // namespace
}  // namespace heald::store
