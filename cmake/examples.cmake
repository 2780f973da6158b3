# examples/NAME/main.py, or main.cpp and CMakeLists.txt, as one more source of signet: `signet new` writes them.
function(signet_examples target)
  set(entries)
  foreach(name IN LISTS ARGN)
    set(texts)
    foreach(file main.py main.cpp CMakeLists.txt)
      set(path ${CMAKE_SOURCE_DIR}/examples/${name}/${file})
      if(EXISTS ${path})
        set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
        file(READ ${path} text)
        string(APPEND texts ", R\"program(${text})program\"")
      endif()
    endforeach()
    string(APPEND entries "    {\"${name}\"${texts}},\n")
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
