#include "base/json.h"

#include <gtest/gtest.h>

namespace signet {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, ReadsADocumentAndItsMembers) {
  const auto object = parse_json_object(R"({"name": "a", "count": -3, "inner": {"x": 1}, "list": [1, 2]})").value();
  EXPECT_EQ(string_member(object, "name").value(), "a");
  EXPECT_EQ(integer_member(object, "count").value(), -3);
  EXPECT_EQ(object_member(object, "inner").value().size(), 1u);
  EXPECT_EQ(array_member(object, "list").value().size(), 2u);
  EXPECT_EQ(optional_string(object, "name", "z").value(), "a");
  EXPECT_EQ(optional_string(object, "other", "z").value(), "z");
}

TEST(Json, NamesTheMemberThatIsMissingOrWrong) {
  const auto object = parse_json_object(R"({"name": 1, "count": 1.5, "big": 18446744073709551615})").value();
  EXPECT_EQ(string_member(object, "name").error().what, "\"name\" is not a string");
  EXPECT_EQ(string_member(object, "nome").error().what, "\"nome\" is missing");
  EXPECT_EQ(integer_member(object, "count").error().what, "\"count\" is not an integer");
  EXPECT_FALSE(integer_member(object, "big"));
  EXPECT_FALSE(object_member(object, "name"));
  EXPECT_FALSE(array_member(object, "name"));
  EXPECT_FALSE(optional_string(object, "name"));
}

TEST(Json, IsStrict) {
  ASSERT_TRUE(parse_json(R"({"a": [1, true, null, "é"]})"));
  for (const char* bad : {"", " ", "{", "{'a': 1}", "{\"a\": 1,}", "[1, 2] 3", "nul", "01", "1.", "NaN", "// c\n1",
                          "\"\x01\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\\ud800\""}) {
    EXPECT_FALSE(parse_json(bad)) << bad;
  }
  EXPECT_FALSE(parse_json_object("[]"));
}

TEST(Json, RefusesNumbersThatNoDoubleHolds) {
  EXPECT_TRUE(parse_json("[1e308, -1e308, 1e-400, 18446744073709551616]"));
  for (const char* bad : {"1e999", "-1e999", R"({"a": [{"b": 1e999}]})", "111888889888E888"}) {
    EXPECT_FALSE(parse_json(bad)) << bad;
  }
}

TEST(Json, HasADepthLimit) {
  EXPECT_TRUE(parse_json(nested(json_depth_max)));
  EXPECT_FALSE(parse_json(nested(json_depth_max + 1)));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

}  // namespace
}  // namespace signet
