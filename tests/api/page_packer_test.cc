#include "api/page_packer.h"

#include <gtest/gtest.h>

#include <random>

#include "support/unzipped.h"

namespace heald::api {
namespace {

using test::unzipped;

metrics::Page pageOf(const std::vector<std::string>& chunks) {
  metrics::Page page;
  for (const std::string& chunk : chunks) {
    page.add(std::make_shared<const std::string>(chunk));
    page.cut();
  }
  return page;
}

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += "heald_x{i=\"" + std::to_string(i) + "\"} 17\n";
  return text;
}

TEST(PagePacker, PacksOneMemberThatEveryReaderOfGzipReads) {
  PagePacker packer;
  const auto page = pageOf({lines(0, 300), lines(300, 301), lines(301, 900)});
  const auto packed = packer.pack(page);
  ASSERT_NE(packed, nullptr);
  EXPECT_EQ(unzipped(*packed), page.text());
  EXPECT_LT(packed->size(), page.text().size() / 5);
}

TEST(PagePacker, ReadsBackAnEmptyPageAndEmptyChunks) {
  for (const auto& chunks : std::vector<std::vector<std::string>>{{}, {""}, {"", "a", ""}}) {
    PagePacker packer;
    const auto page = pageOf(chunks);
    for (int again = 0; again < 2; ++again) {
      const auto packed = packer.pack(page);
      ASSERT_NE(packed, nullptr);
      EXPECT_EQ(unzipped(*packed), page.text());
    }
  }
}

TEST(PagePacker, CompressesAgainOnlyWhatChanged) {
  PagePacker packer;
  const auto pack = [&](const std::vector<std::string>& chunks) {
    const std::uint64_t before = packer.compressed();
    const auto page = pageOf(chunks);
    const auto packed = packer.pack(page);
    EXPECT_EQ(unzipped(*packed), page.text());
    return packer.compressed() - before;
  };
  EXPECT_EQ(pack({"one", "two", "three"}), 3u);
  EXPECT_EQ(pack({"one", "two", "three"}), 0u);
  EXPECT_EQ(pack({"one", "2", "three"}), 1u);
  EXPECT_EQ(pack({"one", "2", "three", "four"}), 1u);
  EXPECT_EQ(pack({"one"}), 0u);
  EXPECT_EQ(pack({"one", "2"}), 1u);
  EXPECT_EQ(pack({"on", "e2"}), 2u);  // the same text, cut elsewhere
}

TEST(PagePacker, ReadsBackEveryPageOfARandomWalk) {
  std::mt19937 random(11);
  PagePacker packer;
  std::vector<std::string> chunks;
  for (int round = 0; round < 300; ++round) {
    switch (random() % 4) {
      case 0:
        chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(random() % (chunks.size() + 1)),
                      lines(0, static_cast<int>(random() % 200)));
        break;
      case 1:
        if (!chunks.empty()) chunks.pop_back();
        break;
      default:
        if (!chunks.empty()) chunks[random() % chunks.size()] += std::to_string(random());
    }
    const auto page = pageOf(chunks);
    ASSERT_EQ(unzipped(*packer.pack(page)), page.text()) << round;
  }
}

}  // namespace
}  // namespace heald::api
