// expect_for_test.h -- holds an answer to what its row promises.
#pragma once

#include "api/routes.h"

#include <gtest/gtest.h>
#include <set>

namespace signet::api {

inline const Schema& schema_named(std::string_view name) {
  for (const Schema& schema : schemas()) {
    if (schema.name == name) return schema;
  }
  ADD_FAILURE() << "no schema " << name;
  return schemas().front();
}

inline void expect_type(const json::value& value, std::string_view type, const std::string& place);

inline void expect_members(const json::object& object, const std::vector<Value>& wanted, const std::string& place) {
  std::set<std::string> names;
  for (const Value& value : wanted) {
    names.emplace(value.name);
    ASSERT_TRUE(object.contains(value.name)) << place << " lacks " << value.name;
    expect_type(object.at(value.name), value.type, place + "." + std::string{value.name});
  }
  for (const auto& member : object)
    EXPECT_TRUE(names.contains(std::string{member.key()})) << place << " has " << member.key();
}

inline void expect_type(const json::value& value, std::string_view type, const std::string& place) {
  if (type.ends_with('?')) {
    if (!value.is_null()) expect_type(value, type.substr(0, type.size() - 1), place);
  } else if (type.ends_with("[]")) {
    ASSERT_TRUE(value.is_array()) << place;
    for (const json::value& item : value.as_array()) expect_type(item, type.substr(0, type.size() - 2), place);
  } else if (type == "string") {
    EXPECT_TRUE(value.is_string()) << place;
  } else if (type == "time") {
    ASSERT_TRUE(value.is_string()) << place;
    EXPECT_TRUE(parse_rfc3339(std::string_view{value.as_string()})) << place;
  } else if (type == "integer") {
    EXPECT_TRUE(value.is_int64() || value.is_uint64()) << place;
  } else if (type == "number") {
    EXPECT_TRUE(value.is_number()) << place;
  } else if (type == "boolean") {
    EXPECT_TRUE(value.is_bool()) << place;
  } else if (type == "object") {
    EXPECT_TRUE(value.is_object()) << place;
  } else if (type == "any") {
  } else {
    ASSERT_TRUE(value.is_object()) << place;
    expect_members(value.as_object(), schema_named(type).fields, place);
  }
}

}  // namespace signet::api
