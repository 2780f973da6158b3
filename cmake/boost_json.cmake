# Boost.JSON from its own sources, so that each program takes along what it calls of it: a board has no memory for the rest,
# and a firmware no library. Never with a sanitizer, whose functions no firmware has.
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/boost_json.cpp CONTENT "#include <boost/json/src.hpp>\n")
add_library(boost_json STATIC ${CMAKE_CURRENT_BINARY_DIR}/boost_json.cpp)
get_target_property(options boost_json COMPILE_OPTIONS)
list(FILTER options EXCLUDE REGEX "sanitize")
set_target_properties(boost_json PROPERTIES COMPILE_OPTIONS "${options}")
target_compile_features(boost_json PRIVATE cxx_std_20)
target_compile_options(boost_json PRIVATE -O2 -ffunction-sections -fdata-sections)
target_link_libraries(boost_json PUBLIC Boost::headers)
