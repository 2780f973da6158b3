#include "base/result.h"

#include "base/errc_names.h"
#include "base/exit_code.h"

#include <gtest/gtest.h>
#include <memory>

namespace signet {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Errc::malformed, "is odd"};
  return number / 2;
}
Result<int> quarter(int number) { return TRY(half(TRY(half(number)))); }
Status check(int number) {
  TRY(quarter(number));
  return {};
}

TEST(Result, IsAValueOrAnError) {
  ASSERT_TRUE(quarter(12));
  EXPECT_EQ(quarter(12).value(), 3);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error().what, "is odd");
  EXPECT_TRUE(check(4));
  EXPECT_EQ(check(5).error().code, Errc::malformed);
}

TEST(Result, HoldsWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(made).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Result, AnErrorSaysWhereOutermostFirst) {
  EXPECT_EQ((Error{Errc::malformed, "is odd"}.within("line 3").within("load").what), "load: line 3: is odd");
}

TEST(ResultDeathTest, ABugEndsTheProcessAndNamesTheClaim) {
  EXPECT_DEATH({ [[maybe_unused]] const int n = half(1).value(); }, "broken: well_");
  EXPECT_DEATH(ENSURE(1 + 1 == 3), "result_test.cpp:[0-9]+: broken: 1 \\+ 1 == 3");
}

TEST(ErrcNames, AreReadBackAndAreNeverTwoOfOneName) {
  EXPECT_EQ(name_of(Errc::malformed), "malformed");
  EXPECT_EQ(name_of(Errc::corrupt), "corrupt");
  for (unsigned number = 0; number <= static_cast<unsigned>(Errc::corrupt); ++number) {
    const auto code = static_cast<Errc>(number);
    EXPECT_EQ(find_errc(name_of(code)), code) << name_of(code);
  }
  EXPECT_EQ(find_errc("not_founD"), std::nullopt);
  EXPECT_EQ(find_errc(""), std::nullopt);
}

TEST(ExitCode, DiffersBetweenKindsOfError) {
  EXPECT_EQ(exit_code("p", Status{}), 0);
  EXPECT_EQ(exit_code("p", Error{Errc::malformed, "x"}), 65);
  EXPECT_EQ(exit_code_of(Errc::not_found), 66);
  EXPECT_EQ(exit_code_of(Errc::unavailable), 69);
  EXPECT_EQ(exit_code_of(Errc::corrupt), 70);
  EXPECT_EQ(exit_code_of(Errc::conflict), 73);
  EXPECT_EQ(exit_code_of(Errc::exhausted), 75);
  EXPECT_EQ(exit_code_of(Errc::forbidden), 77);
}

}  // namespace
}  // namespace signet
