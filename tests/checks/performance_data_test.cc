#include "checks/performance_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checks/check.h"

namespace heald::checks {
namespace {

using core::Measurement;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(PerformanceData, OfRealPluginsAreInBaseUnits) {
  EXPECT_THAT(performanceData("DISK OK - free space: / 80207MiB (81% inode=97%);| "
                              "/=18640535552B;243497277849;257024904396;0;270552530944\n"),
              ElementsAre(Measurement{"/", 18640535552}));
  EXPECT_THAT(performanceData("PING OK|rta=0.250000ms;100;200;0 pl=50%;20;50;0;\n"),
              ElementsAre(Measurement{"rta", 0.00025}, Measurement{"pl", 0.5}));
  EXPECT_THAT(performanceData("LOAD OK|load1=2.220;5.000;9.000;0; load5=2.110;5;9;0; \n"),
              ElementsAre(Measurement{"load1", 2.22}, Measurement{"load5", 2.11}));
}

TEST(PerformanceData, KnowEveryUnit) {
  EXPECT_THAT(performanceData("|a=1s b=1us c=1ns d=2KB e=2KiB f=1GB g=1TiB h=7c i=3X j=-1.5"),
              ElementsAre(Measurement{"a", 1}, Measurement{"b", 1e-6}, Measurement{"c", 1e-9},
                          Measurement{"d", 2000}, Measurement{"e", 2048}, Measurement{"f", 1e9},
                          Measurement{"g", 0x1p40}, Measurement{"h", 7}, Measurement{"i", 3},
                          Measurement{"j", -1.5}));
}

TEST(PerformanceData, GoOnInTheLongOutput) {
  EXPECT_THAT(performanceData("\nOK | a=1\nmore text\nand more | b=2\nc=3 d=4\n"),
              ElementsAre(Measurement{"a", 1}, Measurement{"b", 2}, Measurement{"c", 3},
                          Measurement{"d", 4}));
  EXPECT_THAT(performanceData("OK\nlong | b=2"), ElementsAre(Measurement{"b", 2}));
  EXPECT_THAT(performanceData("OK, no data\nand no more"), IsEmpty());
}

TEST(PerformanceData, HaveLabelsInQuotes) {
  EXPECT_THAT(performanceData("|'a b'=1 'it''s'=2 'C:\\'=3"),
              ElementsAre(Measurement{"a b", 1}, Measurement{"it's", 2}, Measurement{"C:\\", 3}));
}

TEST(PerformanceData, LeaveOutWhatIsNoNumber) {
  EXPECT_THAT(performanceData("|a=U b= =3 word c=nan d=inf e=1e999 'open=1"), IsEmpty());
  EXPECT_THAT(performanceData("|a=1 junk b=2"),
              ElementsAre(Measurement{"a", 1}, Measurement{"b", 2}));
  EXPECT_THAT(performanceData("|a=1,5s"), ElementsAre(Measurement{"a", 1.5}));
}

TEST(PerformanceData, NeverNameALabelTwice) {
  EXPECT_THAT(performanceData("|a=1 a=2"), ElementsAre(Measurement{"a", 1}));
}

TEST(PerformanceData, AreBoundedInNumberAndLength) {
  std::string output = "|";
  for (int i = 0; i < 1000; ++i) output += "l" + std::to_string(i) + "=1 ";
  EXPECT_THAT(performanceData(output), SizeIs(kMaxMeasurements));
  const auto found = performanceData("|'" + std::string(1000, 'x') + "\x1b\xff'=1");
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_LE(found[0].label.size(), 64u);
}

}  // namespace
}  // namespace heald::checks
