# examples/NAME/main.py, as one more source of signet: `signet new` writes them.
function(signet_examples target)
  set(entries)
  foreach(name IN LISTS ARGN)
    set(file ${CMAKE_SOURCE_DIR}/examples/${name}/main.py)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} program)
    string(APPEND entries "    {\"${name}\", R\"program(${program})program\"},\n")
  endforeach()
  set(out ${CMAKE_BINARY_DIR}/examples.cpp)
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT "// Made from examples/ by cmake/examples.cmake.
#include \"cli/examples.h\"

namespace signet::cli {

const std::vector<Example>& examples() {
  static const std::vector<Example> all{
@entries@  };
  return all;
}

}  // namespace signet::cli
")
  target_sources(${target} PRIVATE ${out})
endfunction()
