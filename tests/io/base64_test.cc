#include "io/base64.h"

#include <gtest/gtest.h>

namespace heald::io {
namespace {

TEST(Base64, EveryTextComesBack) {
  std::string text;
  for (int length = 0; length < 300; ++length) {
    EXPECT_EQ(fromBase64(toBase64(text)), text) << length;
    text += static_cast<char>(length * 7);
  }
}

TEST(Base64, IsWrittenInOneLineWithPadding) {
  EXPECT_EQ(toBase64(""), "");
  EXPECT_EQ(toBase64("f"), "Zg==");
  EXPECT_EQ(toBase64("fo"), "Zm8=");
  EXPECT_EQ(toBase64(std::string(120, 'a')).size(), 160u);
}

TEST(Base64, RefusesWhatIsWrittenOtherwise) {
  for (const char* bad : {"%%%%", "Zg", "Zg=", "Z===", "====", " Zg=", "Zg==\n", "Zg==Zg==", "Zg=a",
                          "Zm9v\nZg==", "    ", "Zm8-", "Zm8_"}) {
    EXPECT_FALSE(fromBase64(bad)) << bad;
  }
}

}  // namespace
}  // namespace heald::io
